/** A forward pass: layer after layer through one session, the next layer's weights read meanwhile. */
import type { Architecture } from '../core/model/architecture';
import { blockGraph, poolOf } from '../core/model/programs';
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
  const even = weights.slot();
  const odd = weights.slot();

  return async function* forward(tokens, embedded, signal) {
    embedded.catch(() => undefined);
    const pool = poolOf(tokens);
    const n = Math.ceil(tokens / pool);
    const graph = blockGraph(architecture, pool);
    const read = (layer: number): Promise<Feeds> | undefined => {
      if (layer === layers) return undefined;
      const slot = layer % 2 === 0 ? even : odd;
      const feeds = slot.fillUnverified(architecture.layer(layer), graph.inputs);
      feeds.catch(() => undefined);
      return feeds;
    };
    const turn = queue.turn();
    await turn.begin;
    let next = signal.aborted ? undefined : read(0);
    try {
      const { session } = await sessions.get(`block ${pool}`, () => graph);
      let before = await embedded;
      for (let layer = 0; layer < layers; layer++) {
        const feeds = await next;
        if (signal.aborted) return;
        // Asked after the reads and before the result is shown; its answer comes during the run.
        const verified = weights.verify();
        verified.catch(() => undefined);
        next = read(layer + 1);
        const hidden = new Float32Array(tokens * width);
        const thumbnails = new Float32Array(heads * n * n);
        await session.run(
          { ...feeds, hidden: { data: before, shape: [tokens, width] } },
          {
            after: { data: hidden, shape: [tokens, width] },
            thumbnail: { data: thumbnails, shape: [heads, n, n] },
          },
        );
        await verified;
        before = hidden;
        yield { layer, hidden, thumbnails };
      }
    } finally {
      await next?.catch(() => undefined);
      turn.end();
    }
  };
}
