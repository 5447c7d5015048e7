/** The graphs that the engine runs, made from a family's equations by asking for other outputs. */
import { createGraph, type Graph, type GraphBuilder, type Value } from '../graph/graph';
import { thumbnailEdge, type Transform } from '../trace/trace';
import type {
  Access,
  BlockGiven,
  Output,
  Parameters,
  ParameterValues,
  Stack,
  Stage,
} from './architecture';

/** How many cells of a weighting that is `length` long one cell of its thumbnail covers along an edge. */
export function poolOf(length: number): number {
  return Math.max(1, Math.ceil(length / thumbnailEdge));
}

/** Names of the outputs that hold the pooled weightings of a block. */
export const thumbnailOf = (access: Access) => `thumbnail ${access}`;
/** Names of the outputs that hold what the last token attends to. */
export const rowOf = (access: Access) => `row ${access}`;

/** Names of the inputs that heads are ablated by. */
export const gateOf = (access: Access) => `gate ${access}`;

/**
 * hidden [places, width], `memory`, and `gate` [heads, 1, 1] of the weightings that are `gated` → `after`, and of each
 * weighting `thumbnail` [heads, n, m] pooled by its own number.
 */
export function blockGraph(stack: Stack, pools: Pools, gated: readonly Access[] = []): Graph {
  const { g, block } = start(stack, 'block');
  const gates = new Map(
    gated.map((access) => [access, g.input(gateOf(access), 'float32', [stack.heads, 1, 1])]),
  );
  const { weightings, hidden } = block({ gates });
  const thumbnails = [...weightings].map(
    ([access, weighting]) => [thumbnailOf(access), pooled(g, weighting, pools(access))] as const,
  );
  return g.build({ after: hidden, ...Object.fromEntries(thumbnails) });
}

/** How many cells of a weighting one cell of its thumbnail covers along an edge. */
export type Pools = (access: Access) => number;

/**
 * hidden [tokens, width], and `memory` → `after`, what the last token attends to as `row` [heads, places] of each weighting,
 * and `key` and `value` [key heads, tokens, size]. With a past, hidden is [1, width], and `pastKey` and `pastValue` are of
 * the tokens before.
 */
export function generatingGraph(stack: Stack, hasPast: boolean): Graph {
  const { g, block } = start(stack, 'generating');
  const earlier = (name: string) => g.input(name, 'float32', ['heads', 'past', 'size']);
  const past = hasPast ? { key: earlier('pastKey'), value: earlier('pastValue') } : undefined;
  const { weightings, hidden, past: now } = block({ past });
  const rows = [...weightings].map(([access, weighting]) => {
    const last = g.slice(weighting, -1, Number.MAX_SAFE_INTEGER, 1);
    return [rowOf(access), g.reshape(last, [0, -1])] as const;
  });
  return g.build({ after: hidden, ...Object.fromEntries(rows), ...now });
}

/** hidden, `memory`, heads [n] → `weighting` [n, queries, keys]. */
export function weightingGraph(stack: Stack, access: Access): Graph {
  const { g, chosen } = start(stack, 'weighting');
  return g.build({ weighting: chosen(access) });
}

/** hidden, `memory`, heads [n] → `thumbnail` [n, …] of the transformed weighting. */
export function transformedGraph(
  stack: Stack,
  access: Access,
  pool: number,
  transform: Transform,
): Graph {
  const { g, chosen } = start(stack, 'transformed');
  const shown = transformed(g, chosen(access), transform);
  return g.build({ thumbnail: pooled(g, shown, pool) });
}

/**
 * hidden, heads [n], follows [tokens, tokens] (1 where the column follows an earlier copy of the row's
 * token) → `statistics` [n, 5] in the order of HeadStatistics; `headStatistics` has the definitions.
 */
export function statisticsGraph(stack: Stack, tokens: number): Graph {
  const { g, chosen } = start(stack, 'statistics');
  const follows = g.input('follows', 'float32', [tokens, tokens]);
  const weighting = chosen(stack.accesses[0]!);
  const flat = g.reshape(weighting, [0, -1]);
  const along = (first: number) => g.slice(flat, first, tokens * tokens, 1, tokens + 1);
  const sum = (x: Value, ...axes: readonly number[]) => g.reduce('Sum', x, axes);
  const tiny = 2 ** -126;
  const entropy = g.mul(sum(g.mul(weighting, g.log(g.max(weighting, tiny))), 1, 2), -1 / tokens);
  const previous = g.div(sum(along(tokens), 1), tokens - 1);
  const first = g.div(sum(g.slice(weighting, 0, 1, 2), 1, 2), tokens);
  const diagonal = g.div(sum(along(0), 1), tokens);
  const repeats = sum(g.reduce('Max', follows, [1]), 0);
  const induction = g.div(sum(g.mul(weighting, follows), 1, 2), repeats);
  const columns = [entropy, previous, first, diagonal, induction];
  const statistics = g.concat(
    columns.map((column) => g.reshape(column, [-1, 1])),
    1,
  );
  return g.build({ statistics });
}

/** hidden [n, from] → `finished` [m, to]. */
export function stageGraph({ parameters: of, from, apply }: Stage): Graph {
  const g = createGraph('stage');
  const hidden = g.input('hidden', 'float32', ['places', from]);
  return g.build({ finished: apply(g, hidden, parameters(g, of)) });
}

/** finished [n, width], rows [c, width] of the output projection, bias [c] → `logits` [n, c]. */
export function logitsGraph({ bias: biased, cap }: Output, width: number): Graph {
  const g = createGraph('logits');
  const finished = g.input('finished', 'float32', ['tokens', width]);
  const rows = g.input('rows', 'float32', ['chunk', width]);
  const bias = biased ? g.input('bias', 'float32', ['chunk']) : undefined;
  const logits = g.linear(finished, rows, bias, true);
  return g.build({ logits: cap ? g.mul(g.tanh(g.div(logits, cap)), cap) : logits });
}

function start(stack: Stack, name: string) {
  const g = createGraph(name);
  const hidden = g.input('hidden', 'float32', ['places', stack.width]);
  const w = parameters(g, stack.layer(0));
  const memory = stack.accesses.includes('cross')
    ? g.input('memory', 'float32', ['source', 'memory width'])
    : undefined;
  const block = (given: Pick<BlockGiven, 'chosen' | 'past' | 'gates'> = {}) =>
    stack.block(g, w, { hidden, memory, ...given });
  return {
    g,
    block,
    /** The weighting of the heads that the input `heads` names. */
    chosen(access: Access): Value {
      const heads = g.input('heads', 'int64', ['heads']);
      return block({ chosen: { access, heads } }).weightings.get(access)!;
    },
  };
}

function parameters(g: GraphBuilder, { weights, numbers }: Parameters): ParameterValues {
  const optional = (name: string): Value | undefined => {
    if (Object.hasOwn(numbers, name)) {
      const value = numbers[name]!;
      return g.input(name, 'float32', typeof value === 'number' ? [] : [value.length]);
    }
    return Object.hasOwn(weights, name)
      ? g.input(name, 'float32', weights[name]!.shape)
      : undefined;
  };
  const needed = (name: string): Value => {
    const value = optional(name);
    if (!value) throw new Error(`the block asks for ${name}, which its layer does not name`);
    return value;
  };
  return Object.assign(needed, { optional });
}

/** Maximum over pool × pool cells. A softmax row is NaN as a whole, and kernels of MaxPool may drop NaN: it is pooled apart. */
function pooled(g: GraphBuilder, weighting: Value, pool: number): Value {
  if (pool === 1) return weighting;
  const broken = g.maxPool(g.toFloat(g.isNaN(g.slice(weighting, 0, 1, 2))), pool, 1);
  return g.where(g.greater(broken, 0), NaN, g.maxPool(weighting, pool, pool));
}

/** The same as `transformRows` of core/draw/pyramid does to exact values. */
function transformed(g: GraphBuilder, weighting: Value, { hideFirst, perRow }: Transform): Value {
  const divide = (x: Value, by: Value) => g.div(x, g.where(g.greater(by, 0), by, 1));
  let shown = weighting;
  if (hideFirst) {
    const sink = g.mul(g.slice(shown, 0, 1, 2), 0);
    const rest = g.concat([sink, g.slice(shown, 1, Number.MAX_SAFE_INTEGER, 2)], 2);
    shown = divide(rest, g.reduce('Sum', rest, [2], true));
  }
  return perRow ? divide(shown, g.reduce('Max', shown, [2], true)) : shown;
}
