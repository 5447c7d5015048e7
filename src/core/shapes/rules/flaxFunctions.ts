/** Functions of flax.linen: pooling, masks, attention. https://flax.readthedocs.io/en/latest/api_reference/flax.linen */
import { elements } from '../interpret/sequences';
import { type Rule } from '../library';
import {
  asTensor,
  dimAt,
  dimsOf,
  fresh,
  known,
  requireRank,
  unknownTensor,
  type Machine,
} from '../machine';
import { one, type Poly } from '../poly';
import { spendProducts } from '../tally';
import { broadcastShapes, editShape, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  none,
  ranked,
  string,
  tuple,
  unknown,
  type Args,
  type Tensor,
  type Value,
} from '../values';
import { onTensor, spreadNames } from './array/common';
import { axesOfWindow, convolved } from './channelsLast';
import { dtypeNamed } from './dtypes';

const LIBRARY = 'jax';

/** avg_pool(x, window_shape, strides=1, padding='VALID'). */
const pool = onTensor((m, t, args) => {
  const kernel = argument(args, 0, 'window_shape') ?? unknown;
  const spatial = axesOfWindow(m, kernel);
  if (spatial === undefined) return vague(m, t);
  return convolved(m, t, spatial, undefined, {
    kernel,
    stride: argument(args, 1, 'strides'),
    padding: argument(args, 2, 'padding') ?? string('valid'),
  });
});

const maskType = (m: Machine, args: Args): string =>
  dtypeNamed(m, args.keyword.get('dtype'), 'float32') ?? 'float32';

/** make_attention_mask([…, q], [… , k]) → […, 1, q, k]. */
const attentionMask: Rule = (m, args) => {
  const [q, k] = [0, 1].map((index) => asTensor(m, args.positional[index], LIBRARY));
  if (!q || !k) return unknown;
  const length = dimAt(m, k, -1);
  const shape = length && editShape(m, q, -1, (dim) => [one, dim, length]);
  return withDtype(shape ? withShape(q, shape) : vague(m, q), maskType(m, args));
};
const causalMask = onTensor((m, t, args) => {
  const shape = editShape(m, t, -1, (length) => [one, length, length]);
  return withDtype(shape ? withShape(t, shape) : vague(m, t), maskType(m, args));
});
/** combine_masks(*masks): None where all are. */
const combined: Rule = (m, args) => {
  const given = args.positional.map((value) => known(m, value)).filter(({ k }) => k !== 'none');
  const tensors = given.map((value) => asTensor(m, value, LIBRARY));
  if (given.length === 0 || tensors.some((t) => !t)) return given.length ? unknown : { k: 'none' };
  // All masks are asked to have as many axes.
  const rank = (tensors as Tensor[]).map((t) => dimsOf(m, t)?.length).find((r) => r !== undefined);
  if (rank !== undefined) for (const t of tensors as Tensor[]) requireRank(m, t, rank);
  const shape = (tensors as Tensor[])
    .map((t) => t.shape)
    .reduce((a, b) => broadcastShapes(m, a, b));
  return withDtype(withShape(tensors[0]!, shape), maskType(m, args));
};

/** Weights […, heads, q, k] of queries […, q, heads, d]. */
export function attentionWeights(m: Machine, q: Tensor, k: Tensor): Tensor {
  const [x, length] = [dimsOf(m, q), dimAt(m, k, -3)];
  if (!x || x.length < 3 || !length) return { ...unknownTensor(m, LIBRARY), dtype: q.dtype };
  const dims: Poly[] = [...x.slice(0, -3), x.at(-2)!, x.at(-3)!, length];
  spendProducts(m, ...dims, x.at(-1));
  return withShape(q, ranked(dims));
}
const weightsRule: Rule = (m, args) => {
  const [q, k] = [
    asTensor(m, argument(args, 0, 'query'), LIBRARY),
    asTensor(m, argument(args, 1, 'key'), LIBRARY),
  ];
  return q && k ? attentionWeights(m, q, k) : unknown;
};
const attention: Rule = (m, args) => {
  const q = asTensor(m, argument(args, 0, 'query'), LIBRARY);
  const v = asTensor(m, argument(args, 2, 'value'), LIBRARY);
  const width = v && dimAt(m, v, -1);
  const shape = q && width && editShape(m, q, -1, () => [width]);
  return q ? (shape ? withShape(q, shape) : vague(m, q)) : unknown;
};

/** promote_dtype(*arrays, dtype): the same arrays of one type. */
const promoted: Rule = (m, args) => {
  const given = known(m, args.keyword.get('dtype') ?? none);
  const dtype = given.k === 'none' ? undefined : (dtypeNamed(m, given, 'float32') ?? fresh(m));
  const all = args.positional.map((value): Value => {
    const v = known(m, value);
    if (v.k === 'none') return v;
    const t = asTensor(m, v, LIBRARY);
    return t ? withDtype(t, dtype ?? t.dtype) : unknown;
  });
  return args.rest ? { k: 'many', item: elements(m, tuple(all)).item ?? unknown } : tuple(all);
};
/** In nnx the arrays are given as one tuple. */
const promotedTuple: Rule = (m, args) => {
  const { items, item } = elements(m, argument(args, 0, 'args') ?? unknown);
  const positional = items ?? [];
  return promoted(m, { ...args, positional, ...(item && !items ? { rest: item } : {}) });
};

export const nnxFunctions = spreadNames<Rule>({ promote_dtype: promotedTuple });

export const functions = spreadNames<Rule>({
  'avg_pool max_pool min_pool': pool,
  make_attention_mask: attentionMask,
  make_causal_mask: causalMask,
  combine_masks: combined,
  dot_product_attention: attention,
  dot_product_attention_weights: weightsRule,
  promote_dtype: promoted,
});
