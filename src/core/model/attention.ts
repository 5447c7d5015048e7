/** Steps that every transformer block shares (Vaswani et al. 2017, section 3.2). Heads come first: [heads, tokens, size]. */
import type { GraphBuilder, Value } from '../graph/graph';

export interface Projection {
  readonly weight: Value;
  readonly bias: Value | undefined;
  /** Whether the weight is [out, in], as torch's Linear stores it. */
  readonly transposed: boolean;
}

/** How the columns of a projection are laid out: `parts` (say query, key, value) of `heads` of `size`. */
export interface HeadLayout {
  readonly width: number;
  readonly parts: number;
  readonly heads: number;
  readonly size: number;
}

/** Projects x [tokens, width] into `parts` times [heads, tokens, size], for all heads or the chosen ones. */
export function projectHeads(
  g: GraphBuilder,
  x: Value,
  { weight, bias, transposed }: Projection,
  { width, parts, heads, size }: HeadLayout,
  chosen?: Value,
): readonly Value[] {
  const columns = [parts, heads, size];
  const take = (tensor: Value, shape: readonly number[], axis: number, flat: readonly number[]) =>
    chosen ? g.reshape(g.take(g.reshape(tensor, shape), chosen, axis), flat) : tensor;
  const chosenWeight = transposed
    ? take(weight, [...columns, width], 1, [-1, width])
    : take(weight, [width, ...columns], 2, [width, -1]);
  const chosenBias = bias && take(bias, columns, 1, [-1]);
  const projected = g.linear(x, chosenWeight, chosenBias, transposed);
  const headsFirst = g.transpose(g.reshape(projected, [0, -1, size]), [1, 0, 2]);
  return parts === 1 ? [headsFirst] : g.split(headsFirst, parts, 0);
}

/** [heads, tokens, size] → [tokens, heads · size]. */
export function joinHeads(g: GraphBuilder, x: Value): Value {
  return g.reshape(g.transpose(x, [1, 0, 2]), [0, -1]);
}

/** softmax(query · keyᵀ + mask), [heads, queries, keys]; the query is already scaled. */
export function attend(g: GraphBuilder, query: Value, key: Value, mask?: Value): Value {
  const score = g.matmul(query, g.transpose(key, [0, 2, 1]));
  return g.softmax(mask ? g.add(score, mask) : score);
}
