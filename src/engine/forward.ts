/** A forward pass: layer after layer through one session, the next layer's weights read meanwhile. */
import type { Architecture } from '../core/model/architecture';
import { blockGraph, poolOf } from '../core/model/programs';
import { createLayers } from './layers';
import { createQueue } from './queue';
import type { Sessions } from './sessions';
import type { Feeds, Weights } from './weights';

/** What a layer leaves behind. */
export interface LayerResult {
  readonly layer: number;
  /** Hidden state after the layer, [tokens, width]. */
  readonly hidden: Float32Array;
  /** All heads pooled, [heads, n, n]. */
  readonly thumbnails: Float32Array;
}

/**
 * From the first hidden state of `tokens` tokens, which may still be on its way: weights are read and the graph
 * is loaded meanwhile. Passes of one model take turns, since they share buffers. Aborting ends one before its next layer.
 */
export type Forward = (
  tokens: number,
  embedded: Promise<Float32Array>,
  signal: AbortSignal,
) => AsyncGenerator<LayerResult, void>;

export function createForward(
  weights: Weights,
  architecture: Architecture,
  sessions: Sessions,
): Forward {
  const { width, heads, layers } = architecture;
  const queue = createQueue();
  const stack = createLayers(weights, architecture);

  return async function* forward(tokens, embedded, signal) {
    embedded.catch(() => undefined);
    const pool = poolOf(tokens);
    const n = Math.ceil(tokens / pool);
    const graph = blockGraph(architecture, pool);
    const reading = new Map<number, Promise<Feeds>>();
    const read = async (layer: number): Promise<void> => {
      if (layer >= layers) return;
      const feeds = stack.read(layer, graph.inputs);
      reading.set(layer, feeds);
      await feeds.catch(() => undefined);
    };
    const turn = queue.turn();
    await turn.begin;
    stack.begin();
    // One after the other: the first layer is waited for.
    const begun = signal.aborted
      ? undefined
      : read(0).then(() => (stack.ahead > 1 ? read(1) : undefined));
    try {
      const { session } = await sessions.get(`block ${pool}`, () => graph);
      let before = await embedded;
      for (let layer = 0; layer < layers; layer++) {
        const feeds = await reading.get(layer);
        if (signal.aborted) return;
        // Asked after the reads and before the result is shown; its answer comes during the run.
        const verified = weights.verify();
        verified.catch(() => undefined);
        const hidden = new Float32Array(tokens * width);
        const thumbnails = new Float32Array(heads * n * n);
        await session.run(
          { ...feeds, hidden: { data: before, shape: [tokens, width] } },
          {
            after: { data: hidden, shape: [tokens, width] },
            thumbnail: { data: thumbnails, shape: [heads, n, n] },
          },
        );
        // Into the memory of this layer, while the next one runs where there is memory for two.
        void read(layer + stack.ahead);
        await verified;
        before = hidden;
        yield { layer, hidden, thumbnails };
      }
    } catch (error) {
      stack.forget();
      throw error;
    } finally {
      await begun;
      await Promise.allSettled(reading.values());
      turn.end();
    }
  };
}
