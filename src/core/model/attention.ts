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
  /** Each head has its parts together, in place of each part its heads. */
  readonly byHead?: boolean;
}

/** Projects x [tokens, width] into `parts` times [heads, tokens, size], for all heads or the chosen ones. */
export function projectHeads(
  g: GraphBuilder,
  x: Value,
  { weight, bias, transposed }: Projection,
  { width, parts, heads, size, byHead = false }: HeadLayout,
  chosen?: Value,
): readonly Value[] {
  const columns = byHead ? [heads, parts, size] : [parts, heads, size];
  const axis = byHead ? 0 : 1;
  const take = (tensor: Value, shape: readonly number[], at: number, flat: readonly number[]) =>
    chosen ? g.reshape(g.take(g.reshape(tensor, shape), chosen, at), flat) : tensor;
  const chosenWeight = transposed
    ? take(weight, [...columns, width], axis, [-1, width])
    : take(weight, [width, ...columns], axis + 1, [width, -1]);
  const chosenBias = bias && take(bias, columns, axis, [-1]);
  const projected = g.linear(x, chosenWeight, chosenBias, transposed);
  if (byHead) {
    const partsFirst = g.transpose(g.reshape(projected, [0, -1, parts, size]), [2, 1, 0, 3]);
    return Array.from({ length: parts }, (_, part) =>
      g.take(partsFirst, g.constant('int64', [], [part]), 0),
    );
  }
  const headsFirst = g.transpose(g.reshape(projected, [0, -1, size]), [1, 0, 2]);
  return parts === 1 ? [headsFirst] : g.split(headsFirst, parts, 0);
}

/** [heads, tokens, size] → [tokens, heads · size]. */
export function joinHeads(g: GraphBuilder, x: Value): Value {
  return g.reshape(g.transpose(x, [1, 0, 2]), [0, -1]);
}

/** How many heads of queries there are, and of keys and values that they share (Ainslie et al. 2023). */
export interface Sharing {
  readonly heads: number;
  readonly keyHeads: number;
}

/** query [heads, queries, size] · keyᵀ [key heads, keys, size], [heads, queries, keys]. */
export function scoreOf(g: GraphBuilder, query: Value, key: Value, sharing?: Sharing): Value {
  const turned = g.transpose(key, [0, 2, 1]);
  return shared(g, query, sharing, (rows) => g.matmul(rows, turned));
}

/** weighting [heads, queries, keys] · value [key heads, keys, size], [heads, queries, size]. */
export function readOut(g: GraphBuilder, weighting: Value, value: Value, sharing?: Sharing): Value {
  return shared(g, weighting, sharing, (rows) => g.matmul(rows, value));
}

/** The queries of the heads that share a key go through it as one. */
function shared(
  g: GraphBuilder,
  rows: Value,
  sharing: Sharing | undefined,
  through: (rows: Value) => Value,
): Value {
  if (!sharing || sharing.heads === sharing.keyHeads) return through(rows);
  const together = g.flatten(rows, sharing.keyHeads);
  return g.flatten(through(together), sharing.heads);
}
