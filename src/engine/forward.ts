/** A forward pass: layer after layer through one session. */
import type { Architecture } from '../core/model/architecture';
import { blockGraph, poolOf } from '../core/model/programs';
import type { Pass } from './pass';
import type { Sessions } from './sessions';

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
 * is loaded meanwhile. Aborting ends one before its next layer.
 */
export type Forward = (
  tokens: number,
  embedded: Promise<Float32Array>,
  signal: AbortSignal,
) => AsyncGenerator<LayerResult, void>;

/** Loads the runtime and the graph for short texts. */
export async function prepareForward(
  architecture: Architecture,
  sessions: Sessions,
): Promise<void> {
  await sessions.get('block 1', () => blockGraph(architecture, 1));
}

export function createForward(pass: Pass, architecture: Architecture, sessions: Sessions): Forward {
  const { width, heads } = architecture;
  return (tokens, embedded, signal) => {
    embedded.catch(() => undefined);
    const pool = poolOf(tokens);
    const n = Math.ceil(tokens / pool);
    const graph = blockGraph(architecture, pool);
    return pass(graph.inputs, signal, async () => {
      const { session } = await sessions.get(`block ${pool}`, () => graph);
      let before = await embedded;
      return async (layer, feeds) => {
        const hidden = new Float32Array(tokens * width);
        const thumbnails = new Float32Array(heads * n * n);
        await session.run(
          { ...feeds, hidden: { data: before, shape: [tokens, width] } },
          {
            after: { data: hidden, shape: [tokens, width] },
            thumbnail: { data: thumbnails, shape: [heads, n, n] },
          },
        );
        before = hidden;
        return { layer, hidden, thumbnails };
      };
    });
  };
}
