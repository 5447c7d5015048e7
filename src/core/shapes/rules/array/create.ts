/** Arrays from sizes, ranges and nested lists. */
import {
  asInt,
  asTensor,
  dimsOf,
  fresh,
  known,
  requireRank,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../../machine';
import { join } from '../../join';
import { ceilDivide, constant, subtract, zero, type Poly } from '../../poly';
import { make, sizesOf, vague, withDtype, withShape } from '../../tensors';
import { int, ranked, tuple, unknown, type Tensor, type Value } from '../../values';
import { elements } from '../../interpret/sequences';
import { type Rule } from '../../library';
import { dtypeArg, onTensor } from './common';

/** zeros, ones, empty, rand…: sizes, then `dtype=`. */
export const create =
  (fallback?: string, skip = 0): Rule =>
  (m, args) => {
    const size = args.keyword.get('size');
    if (args.rest)
      return {
        ...unknownTensor(m, m.dialect.library),
        dtype: dtypeArg(m, args) ?? m.dialect.float,
      };
    const shape = sizesOf(m, size ? [size] : args.positional.slice(skip));
    const dtype = dtypeArg(m, args) ?? fallback ?? m.dialect.float;
    return shape
      ? { k: 'tensor', shape, dtype, library: m.dialect.library }
      : { ...unknownTensor(m, m.dialect.library), dtype };
  };

export const createLike = (dtype?: string): Rule =>
  onTensor((m, t, args) => withDtype(t, dtypeArg(m, args) ?? dtype ?? t.dtype));

/** x.new_zeros(sizes): the element type of x. */
export const createNew = (skip = 0): Rule =>
  onTensor((m, t, args) => {
    const size = args.keyword.get('size');
    const shape = sizesOf(
      m,
      size ? [size] : args.positional.slice(0, args.positional.length - skip),
    );
    return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: dtypeArg(m, args) ?? t.dtype };
  });

export const arange: Rule = (m, args) => {
  const named = ['start', 'stop', 'step'].filter((name) => args.keyword.has(name));
  const from = args.keyword.get('start') ?? (args.keyword.has('stop') ? int(zero) : undefined);
  const given =
    named.length > 0
      ? [
          args.positional[0] ?? from,
          args.positional[1] ?? args.keyword.get('stop'),
          args.positional[2] ?? args.keyword.get('step'),
        ].filter((value) => value !== undefined)
      : args.positional;
  const values = given.map((value) => known(m, value));
  const sizes = values.map((value) =>
    value.k === 'float' && value.ratio ? undefined : asInt(m, value),
  );
  const isFloat = values.some((value) => value.k === 'float');
  const dtype = dtypeArg(m, args) ?? (isFloat ? m.dialect.float : 'int64');
  const [a, b, step] = sizes;
  let count: Poly | undefined;
  if (values.length === 1) count = a;
  else if (a && b) count = subtract(b, a);
  if (count && values.length > 2) count = step ? ceilDivide(count, step) : undefined;
  return make(m.dialect.library, [count ?? unknownSize(m)], dtype);
};

/** torch.tensor(data): the shape of nested lists, or of the tensor itself. */
export const fromData: Rule = (m, args) => {
  const data = known(m, args.positional[0] ?? args.keyword.get('data') ?? unknown);
  const dtype = dtypeArg(m, args);
  if (data.k === 'tensor')
    return { ...data, library: m.dialect.library, dtype: dtype ?? data.dtype };
  const dims: Poly[] = [];
  const row = data.k === 'sequence' ? data.items.map((item) => known(m, item)) : [];
  // Numbers beside arrays without dimensions: the libraries do not agree on what comes of it.
  const isMixed = row.some((v) => v.k === 'tensor') && row.some((v) => v.k !== 'tensor');
  let value: Value = data;
  while (value.k === 'sequence' || value.k === 'many') {
    const { items, item, count }: ReturnType<typeof elements> = elements(m, value);
    dims.push(items ? constant(items.length) : (count ?? unknownSize(m)));
    const next = items ? alike(m, items) : known(m, item ?? unknown);
    if (!next) return { ...unknownTensor(m, m.dialect.library), dtype: dtype ?? fresh(m) };
    value = next;
  }
  if (value.k === 'tensor') {
    const inner = dimsOf(m, value);
    return inner
      ? make(m.dialect.library, [...dims, ...inner], dtype ?? value.dtype)
      : { ...unknownTensor(m, m.dialect.library), dtype: dtype ?? value.dtype };
  }
  const type =
    dtype ??
    (isMixed
      ? fresh(m)
      : value.k === 'int'
        ? 'int64'
        : value.k === 'float'
          ? m.dialect.float
          : value.k === 'bool'
            ? 'bool'
            : fresh(m));
  const mayBeArray = ({ k }: Value): boolean => /^(?:unknown|any|tensor|object)$/.test(k);
  if (value.k === 'union' ? value.options.some(mayBeArray) : /^(?:unknown|any)$/.test(value.k))
    return { ...unknownTensor(m, m.dialect.library), dtype: type };
  return make(m.dialect.library, dims, type);
};

/**
 * The item that tells what all are, which are of one shape; undefined when they certainly are not. One number with a
 * fraction makes all of them such numbers.
 */
function alike(m: Machine, items: readonly Value[]): Value | undefined {
  const all = items.map((item) => known(m, item));
  const isNumber = ({ k }: Value): boolean => k === 'int' || k === 'float' || k === 'bool';
  const isList = ({ k }: Value): boolean => k === 'sequence' || k === 'many';
  const tensors = all.filter((v): v is Tensor => v.k === 'tensor');
  const ranks = new Set(tensors.flatMap((t) => dimsOf(m, t)?.length ?? []));
  const lengths = new Set(all.flatMap((v) => (v.k === 'sequence' ? v.items.length : [])));
  const isDeep = all.some(isList) || [...ranks].some((rank) => rank > 0);
  if (ranks.size > 1 || lengths.size > 1 || (isDeep && all.some(isNumber))) return undefined;
  const best =
    all.find(({ k }) => k === 'float') ??
    tensors.find((t) => dimsOf(m, t)) ??
    all.find(isList) ??
    all.find(isNumber) ??
    all[0];
  if (best && isNumber(best) && all.some(({ k }) => k === 'unknown')) return unknown;
  // Of which type all are then is not known beside whole numbers.
  if (best?.k === 'int' && all.some(({ k }) => k === 'any'))
    return make(m.dialect.library, [], fresh(m));
  if (best?.k !== 'tensor' || tensors.length < 2) return best ?? unknown;
  return tensors.reduce<Value>((a, b) => join(m, a, b), best);
}

export const meshgrid: Rule = (m, args) => {
  const list =
    args.positional.length === 1 && known(m, args.positional[0]!).k === 'sequence'
      ? (elements(m, args.positional[0]!).items ?? [])
      : args.positional;
  const axes = list.map((value) => asTensor(m, value, m.dialect.library));
  if (axes.some((t) => !t)) return unknown;
  const dims = (axes as Tensor[]).map((t) => requireRank(m, t, 1)?.[0] ?? unknownSize(m));
  const indexing = args.keyword.get('indexing');
  if (indexing?.k === 'string' && indexing.value === 'xy' && dims.length > 1)
    [dims[0], dims[1]] = [dims[1]!, dims[0]!];
  return tuple((axes as Tensor[]).map((t) => withShape(t, ranked(dims))));
};
