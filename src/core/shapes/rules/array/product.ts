/** Matrix products, einsum, einops, and the layers that are products. */
import {
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  equate,
  isStored,
  known,
  requireDtype,
  requireRank,
  shapeOf,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../../machine';
import { noteAttention } from '../../attention';
import { add, constant, product, type Poly } from '../../poly';
import { areDifferent, clash } from '../../clash';
import { spend, spendProducts } from '../../tally';
import { broadcastShapes, editShape, vague, withShape } from '../../tensors';
import { argument, ranked, unknown, type Tensor, type Value } from '../../values';
import { elements } from '../../interpret/sequences';
import { type Rule } from '../../library';
import { einsum, rearranged } from '../einops';
import { input, namedSizes, appended } from './common';
import { stack } from './combine';

/** Matrix product with broadcast leading dimensions; vectors on either side as in torch.matmul. */
export function matmul(m: Machine, a: Tensor, b: Tensor): Value {
  const result = matrixProduct(m, a, b);
  const dims = result.k === 'tensor' ? dimsOf(m, result) : undefined;
  if (dims) spendProducts(m, ...dims, dimAt(m, a, -1));
  else spend(m, undefined);
  return result.k === 'tensor' ? { ...result, product: true } : result;
}

function matrixProduct(m: Machine, a: Tensor, b: Tensor): Value {
  const dtype = m.dialect.promote(m, a, b);
  const x = dimsOf(m, a);
  // Rows of data meet a matrix of weights.
  if (x && x.length > 1 && isStored(m, b)) requireRank(m, b, 2);
  const y = dimsOf(m, b);
  if (x?.length === 1 && y?.length === 1) return { ...withShape(a, ranked([])), dtype };
  if (y?.length === 1) {
    const shape = editShape(m, a, -1, () => []);
    if (x) equate(m, x.at(-1)!, y[0]!);
    return { ...(shape ? withShape(a, shape) : vague(m, a)), dtype };
  }
  if (x?.length === 1) {
    const shape = editShape(m, b, -2, () => []);
    return { ...(shape ? withShape(b, shape) : vague(m, b)), dtype };
  }
  // Of a vector nothing would remain; where either rank is open it may be one.
  if (!x && !y) return { ...vague(m, a), dtype };
  if ((!x && shapeOf(m, a.shape).tail.length < 2 && y!.length < 2) || (!y && x!.length < 2))
    return { ...vague(m, a), dtype };
  const k = dimAt(m, a, -1);
  const inner = y ? dimAt(m, b, -2) : shapeOf(m, b.shape).tail.at(-2);
  if (k && inner && areDifferent(m, k, inner)) clash(m, 'product', a.shape, b.shape);
  if (k && inner) equate(m, k, inner);
  const columns = y ? dimAt(m, b, -1) : shapeOf(m, b.shape).tail.at(-1);
  if (!x && y!.length === 2) {
    const shape = editShape(m, a, -1, () => [columns ?? unknownSize(m)]);
    return { ...(shape ? withShape(a, shape) : vague(m, a)), dtype };
  }
  if (!x || !y) return { ...vague(m, a), dtype };
  const lead = broadcastShapes(m, ranked(x.slice(0, -2)), ranked(y.slice(0, -2)));
  return { ...withShape(a, { ...lead, front: [...lead.front, x.at(-2)!, columns!] }), dtype };
}

export const matrix =
  (rank?: number): Rule =>
  (m, args) => {
    const a = input(m, args);
    const b = asTensor(
      m,
      args.positional[1] ?? args.keyword.get('mat2') ?? args.keyword.get('other'),
      m.dialect.library,
    );
    if (!a || !b) return unknown;
    if (rank !== undefined) {
      requireRank(m, a, rank);
      requireRank(m, b, rank);
    }
    return matmul(m, a, b);
  };

export const bmm = matrix(3);

/** An operand whose axes the pattern names: a tensor, whatever else is known of it. */
const operand = (m: Machine, value: Value): Tensor =>
  asTensor(m, value, m.dialect.library) ?? unknownTensor(m, m.dialect.library);

export const einsumRule: Rule = (m, args) => {
  const equation = known(
    m,
    args.positional.find((value) => known(m, value).k === 'string') ?? unknown,
  );
  const rest = args.positional.filter((value) => known(m, value).k !== 'string');
  const list =
    rest.length === 1 && known(m, rest[0]!).k === 'sequence'
      ? (elements(m, rest[0]!).items ?? [])
      : rest;
  const tensors = list.map((value) => operand(m, value));
  if (equation.k !== 'string' || equation.value === undefined || tensors.length === 0)
    return unknown;
  const shape = einsum(m, equation.value, tensors);
  const dtype = tensors.reduce<string | number>(
    (type, t) => m.dialect.promote(m, { ...tensors[0]!, dtype: type }, t),
    tensors[0]!.dtype,
  );
  return { ...(shape ? withShape(tensors[0]!, shape) : vague(m, tensors[0]!)), dtype };
};

export const einopsRule =
  (change: (m: Machine, t: Tensor) => string | number): Rule =>
  (m, args) => {
    const given = known(m, args.positional[0] ?? unknown);
    const pattern = known(m, argument(args, 1, 'pattern') ?? unknown);
    const t =
      given.k === 'sequence'
        ? operand(m, stack(m, { positional: [given], keyword: new Map() }))
        : operand(m, given);
    if (pattern.k !== 'string' || pattern.value === undefined) return vague(m, t);
    const shape = rearranged(m, t, pattern.value, namedSizes(m, args));
    return shape
      ? { ...withShape(t, shape), dtype: change(m, t) }
      : { ...vague(m, t), dtype: change(m, t) };
  };

export const embedding: Rule = (m, args) => {
  const indices = input(m, args);
  const weight = asTensor(m, argument(args, 1, 'weight'), m.dialect.library);
  const width = weight && dimAt(m, weight, -1);
  return indices && width ? { ...appended(m, indices, width), dtype: weight.dtype } : unknown;
};

export const linear = (
  m: Machine,
  t: Tensor,
  width: Poly | undefined,
  out: Poly | undefined,
): Tensor => {
  const last = dimAt(m, t, -1);
  if (last && width && areDifferent(m, last, width))
    clash(m, 'linear', t.shape, ranked([width, out ?? unknownSize(m)]));
  if (last && width) equate(m, last, width);
  const shape = editShape(m, t, -1, () => [out ?? unknownSize(m)]);
  requireDtype(m, t, 'float32');
  const result = shape ? withShape(t, shape) : vague(m, t);
  const dims = dimsOf(m, result);
  if (dims) spendProducts(m, ...dims, width ?? last);
  else spend(m, undefined);
  return result;
};

export const linearRule: Rule = (m, args) => {
  const t = input(m, args);
  const weight = asTensor(m, argument(args, 1, 'weight'), m.dialect.library);
  return t && weight ? linear(m, t, dimAt(m, weight, -1), dimAt(m, weight, 0)) : unknown;
};

/** Attention where keys lie along that axis: -2 after the heads, -3 before them (JAX, Flax). */
const attentionOver =
  (axis: number): Rule =>
  (m, args) => {
    const q = asTensor(m, argument(args, 0, 'query'), m.dialect.library);
    const v = asTensor(m, argument(args, 2, 'value'), m.dialect.library);
    const k = asTensor(m, argument(args, 1, 'key'), m.dialect.library);
    const width = v && dimAt(m, v, -1);
    const queries = q && dimsOf(m, q);
    const keys = k && dimAt(m, k, axis);
    if (queries && keys && width) {
      spendProducts(m, ...queries, keys);
      spendProducts(m, ...queries.slice(0, -1), keys, width);
    } else spend(m, undefined);
    const shape = q && width && editShape(m, q, -1, () => [width]);
    return shape ? withShape(q, shape) : unknown;
  };

/** As above, and what it makes is noted; keys and values as they are given. */
export const notedAttention =
  (axis: number): Rule =>
  (m, args, ...rest) => {
    const result = attentionOver(axis)(m, args, ...rest);
    const all = ['query', 'key', 'value'].map((name, index) => {
      const t = asTensor(m, argument(args, index, name), m.dialect.library);
      return { t, dims: t && dimsOf(m, t) };
    });
    const [query, key, value] = all.map(({ dims }) => dims);
    const t = all[1]?.t;
    // Where keys and values are of one size they are counted together.
    if (t && query && key && value && key.length >= -axis) {
      const isSame = key.map((dim) => dim.key).join() === value.map((dim) => dim.key).join();
      const kept = isSame ? [constant(2), ...key] : [add(product(key), product(value))];
      noteAttention(m, [...query.slice(0, -1), key.at(axis)!], kept, dtypeOf(m, t));
    }
    return result;
  };
export const scaledAttention = notedAttention(-2);

export const outer: Rule = (m, args) => {
  const a = input(m, args);
  const b = asTensor(m, args.positional[1], m.dialect.library);
  const [x, y] = [a && requireRank(m, a, 1), b && requireRank(m, b, 1)];
  return a && b && x && y
    ? { ...withShape(a, ranked([x[0]!, y[0]!])), dtype: m.dialect.promote(m, a, b) }
    : unknown;
};
