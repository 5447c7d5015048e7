/** Going back to a layer from its kept hidden state: exact weightings, transformed thumbnails, statistics. */
import type { Graph } from '../core/graph/graph';
import type { Access, Stack } from '../core/model/architecture';
import { poolOf, statisticsGraph, transformedGraph, weightingGraph } from '../core/model/programs';
import type { HeadStatistics, Transform } from '../core/trace/trace';
import { memoryFeed, shapeOf, type Memory } from './forward';
import { createQueue } from './queue';
import type { Feed } from './runtime';
import type { Loaded } from './sessions';
import type { Feeds, Weights } from './weights';

/** One weighting of a layer. */
export interface Visited {
  readonly access: Access;
  readonly layer: number;
  /** State before the layer, [places, width]. */
  readonly hidden: Float32Array;
  /** What the stack before handed over. */
  readonly memory?: Memory | undefined;
}

export interface Revisit {
  /** Exact weighting of some heads, [heads, queries, keys]. */
  weighting(of: Visited, heads: readonly number[]): Promise<Float32Array>;
  /** Thumbnails of all heads as a transform shows them, [heads, n, m]. */
  thumbnails(of: Visited, transform: Transform): Promise<Float32Array>;
  /** Statistics of all heads over the stack's own places; `follows` is `followsCopy` of the tokens. */
  statistics(of: Visited, follows: Float32Array): Promise<readonly HeadStatistics[]>;
}

/** Bytes of exact weightings in one run; more heads take several runs. */
const bytesAtOnce = 16 * 1024 * 1024;

export function createRevisit(weights: Weights, stack: Stack, sessions: Loaded): Revisit {
  const { width } = stack;
  const queue = createQueue();
  const slot = weights.slot();
  const all = Array.from({ length: stack.heads }, (_, head) => head);
  let held: { readonly what: string; readonly feeds: Feeds } | undefined;

  /** The weights that a graph needs of a layer; those of the last visit are still there. */
  const feedsOf = async (graph: Graph, layer: number): Promise<Feeds> => {
    const what = [layer, ...graph.inputs].join();
    if (held?.what === what) return held.feeds;
    held = undefined;
    const feeds = await slot.fill(stack.layer(layer), graph.inputs);
    held = { what, feeds };
    return feeds;
  };

  const visit = (
    key: string,
    build: () => Graph,
    { access, layer, hidden, memory }: Visited,
    heads: readonly number[],
    more: Feeds = {},
  ): Promise<Float32Array> =>
    queue.run(async () => {
      const { graph, session } = await sessions.get(key, build);
      const places = hidden.length / width;
      const [rows, columns] = shapeOf(access, places, memory);
      // The first weighting of a block needs nothing of the stack before.
      const handed = graph.inputs.includes('memory') ? await memoryFeed(memory) : {};
      const fixed: Record<string, Feed> = {
        ...(await feedsOf(graph, layer)),
        ...handed,
        ...more,
        hidden: { data: hidden, shape: [places, width] },
      };
      const group = Math.max(1, Math.floor(bytesAtOnce / (rows * columns * 4)));
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
    weighting: (of, heads) =>
      visit(`weighting ${of.access}`, () => weightingGraph(stack, of.access), of, heads),
    thumbnails(of, transform) {
      const shape = shapeOf(of.access, of.hidden.length / width, of.memory);
      const pool = poolOf(Math.max(...shape));
      const key = `thumbnails ${of.access} ${pool} ${transform.hideFirst} ${transform.perRow}`;
      return visit(key, () => transformedGraph(stack, of.access, pool, transform), of, all);
    },
    async statistics(of, follows) {
      const places = of.hidden.length / width;
      const build = () => statisticsGraph(stack, places);
      const more = { follows: { data: follows, shape: [places, places] } };
      const values = await visit(`statistics ${places}`, build, of, all, more);
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
