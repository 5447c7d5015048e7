/** Going back to a layer from its kept hidden state: exact weightings, transformed thumbnails, statistics. */
import type { Graph } from '../core/graph/graph';
import type { Architecture } from '../core/model/architecture';
import { poolOf, statisticsGraph, transformedGraph, weightingGraph } from '../core/model/programs';
import type { HeadStatistics, Transform } from '../core/trace/trace';
import { createQueue } from './queue';
import type { Feed } from './runtime';
import type { Sessions } from './sessions';
import type { Feeds, Weights } from './weights';

/** `hidden` is always the state before the layer, [tokens, width]. */
export interface Revisit {
  /** Exact weighting of some heads, [heads, tokens, tokens]. */
  weighting(hidden: Float32Array, layer: number, heads: readonly number[]): Promise<Float32Array>;
  /** Thumbnails of all heads as a transform shows them, [heads, n, n]. */
  thumbnails(hidden: Float32Array, layer: number, transform: Transform): Promise<Float32Array>;
  /** Statistics of all heads; `follows` is `followsCopy` of the tokens. */
  statistics(
    hidden: Float32Array,
    layer: number,
    follows: Float32Array,
  ): Promise<readonly HeadStatistics[]>;
}

/** Bytes of exact weightings in one run; more heads take several runs. */
const bytesAtOnce = 16 * 1024 * 1024;

export function createRevisit(
  weights: Weights,
  architecture: Architecture,
  sessions: Sessions,
): Revisit {
  const { width } = architecture;
  const queue = createQueue();
  const slot = weights.slot();
  const all = Array.from({ length: architecture.heads }, (_, head) => head);
  let held: { readonly what: string; readonly feeds: Feeds } | undefined;

  /** The weights that a graph needs of a layer; those of the last visit are still there. */
  const feedsOf = async (graph: Graph, layer: number): Promise<Feeds> => {
    const what = [layer, ...graph.inputs].join();
    if (held?.what === what) return held.feeds;
    held = undefined;
    const feeds = await slot.fill(architecture.layer(layer), graph.inputs);
    held = { what, feeds };
    return feeds;
  };

  const visit = (
    key: string,
    build: () => Graph,
    hidden: Float32Array,
    layer: number,
    heads: readonly number[],
    more: Feeds = {},
  ): Promise<Float32Array> =>
    queue.run(async () => {
      const { graph, session } = await sessions.get(key, build);
      const tokens = hidden.length / width;
      const fixed: Record<string, Feed> = {
        ...(await feedsOf(graph, layer)),
        ...more,
        hidden: { data: hidden, shape: [tokens, width] },
      };
      const group = Math.max(1, Math.floor(bytesAtOnce / (tokens * tokens * 4)));
      const parts: Float32Array[] = [];
      for (let from = 0; from < heads.length; from += group) {
        const some = heads.slice(from, from + group);
        const feed = { data: BigInt64Array.from(some, BigInt), shape: [some.length] };
        const results = await session.run({ ...fixed, heads: feed });
        parts.push(results[graph.outputs[0]!]!);
      }
      return parts.length === 1 ? parts[0]! : joined(parts);
    });

  return {
    weighting: (hidden, layer, heads) =>
      visit('weighting', () => weightingGraph(architecture), hidden, layer, heads),
    thumbnails(hidden, layer, transform) {
      const pool = poolOf(hidden.length / width);
      const key = `thumbnails ${pool} ${transform.hideFirst} ${transform.perRow}`;
      const build = () => transformedGraph(architecture, pool, transform);
      return visit(key, build, hidden, layer, all);
    },
    async statistics(hidden, layer, follows) {
      const tokens = hidden.length / width;
      const build = () => statisticsGraph(architecture, tokens);
      const more = { follows: { data: follows, shape: [tokens, tokens] } };
      const values = await visit(`statistics ${tokens}`, build, hidden, layer, all, more);
      return all.map((head) => {
        const [entropy, previous, first, diagonal, induction] = values.subarray(5 * head);
        return { entropy, previous, first, diagonal, induction } as HeadStatistics;
      });
    },
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
