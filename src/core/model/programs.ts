/** The graphs that the engine runs, made from a family's equations by asking for other outputs. */
import { createGraph, type Graph, type GraphBuilder, type Value } from '../graph/graph';
import { thumbnailEdge, type Transform } from '../trace/trace';
import type { Architecture, Parameters, ParameterValues, Past } from './architecture';

/** How many cells of a [length, length] weighting one cell of its thumbnail covers along an edge. */
export function poolOf(length: number): number {
  return Math.max(1, Math.ceil(length / thumbnailEdge));
}

/** hidden [tokens, width] → `after`, and `thumbnail` [heads, n, n] pooled by `pool`. */
export function blockGraph(architecture: Architecture, pool: number): Graph {
  const { g, block } = start(architecture, 'block');
  const { weighting, hidden } = block();
  return g.build({ after: hidden, thumbnail: pooled(g, weighting, pool) });
}

/**
 * hidden [tokens, width] → `after`, what the last token attends to as `row` [heads, tokens], and `key` and `value`
 * [heads, tokens, size]. With a past, hidden is [1, width], and `pastKey` and `pastValue` are of the tokens before.
 */
export function generatingGraph(architecture: Architecture, hasPast: boolean): Graph {
  const { g, block } = start(architecture, 'generating');
  const earlier = (name: string) => g.input(name, 'float32', ['heads', 'past', 'size']);
  const past = hasPast ? { key: earlier('pastKey'), value: earlier('pastValue') } : undefined;
  const { weighting, hidden, past: now } = block(undefined, past);
  const last = g.slice(weighting, -1, Number.MAX_SAFE_INTEGER, 1);
  return g.build({ after: hidden, row: g.reshape(last, [0, -1]), ...now });
}

/** hidden, heads [n] → `weighting` [n, tokens, tokens]. */
export function weightingGraph(architecture: Architecture): Graph {
  const { g, block, heads } = start(architecture, 'weighting');
  return g.build({ weighting: block(heads()).weighting });
}

/** hidden, heads [n] → `thumbnail` [n, …] of the transformed weighting. */
export function transformedGraph(
  architecture: Architecture,
  pool: number,
  transform: Transform,
): Graph {
  const { g, block, heads } = start(architecture, 'transformed');
  const shown = transformed(g, block(heads()).weighting, transform);
  return g.build({ thumbnail: pooled(g, shown, pool) });
}

/**
 * hidden, heads [n], follows [tokens, tokens] (1 where the column follows an earlier copy of the row's
 * token) → `statistics` [n, 5] in the order of HeadStatistics; `headStatistics` has the definitions.
 */
export function statisticsGraph(architecture: Architecture, tokens: number): Graph {
  const { g, block, heads } = start(architecture, 'statistics');
  const follows = g.input('follows', 'float32', [tokens, tokens]);
  const { weighting } = block(heads());
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

/** hidden → `finished`, as the output projection takes it. */
export function finalGraph(architecture: Architecture): Graph {
  const g = createGraph('final');
  const hidden = g.input('hidden', 'float32', ['tokens', architecture.width]);
  return g.build({ finished: architecture.finish(g, hidden, parameters(g, architecture.final)) });
}

/** finished [n, width], rows [c, width] of the output projection, bias [c] → `logits` [n, c]. */
export function logitsGraph(architecture: Architecture): Graph {
  const g = createGraph('logits');
  const finished = g.input('finished', 'float32', ['tokens', architecture.width]);
  const rows = g.input('rows', 'float32', ['chunk', architecture.width]);
  const bias = architecture.output?.bias ? g.input('bias', 'float32', ['chunk']) : undefined;
  return g.build({ logits: g.linear(finished, rows, bias, true) });
}

function start(architecture: Architecture, name: string) {
  const g = createGraph(name);
  const hidden = g.input('hidden', 'float32', ['tokens', architecture.width]);
  const w = parameters(g, architecture.layer(0));
  return {
    g,
    heads: () => g.input('heads', 'int64', ['heads']),
    block: (heads?: Value, past?: Past) => architecture.block(g, hidden, w, heads, past),
  };
}

function parameters(g: GraphBuilder, { weights, scalars }: Parameters): ParameterValues {
  const optional = (name: string): Value | undefined => {
    if (Object.hasOwn(scalars, name)) return g.input(name, 'float32', []);
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
