/** One layer after another with its weights, the next one's read meanwhile. */
import type { Stack } from '../core/model/architecture';
import { createLayers, type LayerFeeds } from './layers';
import { createQueue } from './queue';
import type { Feeds, Weights } from './weights';

/** What is made of a layer. The feeds hold until it is done. */
export type Visit<T> = (layer: number, feeds: Feeds) => Promise<T>;

/**
 * Gives what is made of each layer; `inputs` are its graph's. `start` is called when weights are on their way: what takes
 * time before the first layer happens meanwhile. Passes of one model take turns, since they share buffers. Aborting ends
 * one before its next layer; so does a file that is no longer what was opened, with one line.
 */
export type Pass = <T>(
  inputs: readonly string[],
  signal: AbortSignal,
  start: () => Promise<Visit<T>>,
) => AsyncGenerator<T, void>;

export function createPass(weights: Weights, of: Stack): Pass {
  const { layers } = of;
  const queue = createQueue();
  const stack = createLayers(weights, of);

  return async function* pass(inputs, signal, start) {
    const reading = new Map<number, LayerFeeds>();
    const read = async (layer: number): Promise<void> => {
      if (layer >= layers) return;
      const found = stack.read(layer, inputs);
      reading.set(layer, found);
      await found.feeds.catch(() => undefined);
    };
    const turn = queue.turn();
    await turn.begin;
    stack.begin();
    // One after the other: the first layer is waited for.
    const begun = signal.aborted
      ? undefined
      : read(0).then(() => (stack.ahead > 1 ? read(1) : undefined));
    try {
      const visit = await start();
      for (let layer = 0; layer < layers; layer++) {
        const found = reading.get(layer);
        const feeds = await found?.feeds;
        if (signal.aborted || !feeds) return;
        // Asked after the reads and before the result is shown; its answer comes during the visit.
        const verified = found?.isRead ? weights.verify() : undefined;
        verified?.catch(() => undefined);
        const result = await visit(layer, feeds);
        // Into the memory of this layer, while the next one runs where there is memory for two.
        void read(layer + stack.ahead);
        await verified;
        yield result;
      }
    } catch (error) {
      stack.forget();
      throw error;
    } finally {
      await begun;
      await Promise.allSettled([...reading.values()].map(({ feeds }) => feeds));
      turn.end();
    }
  };
}
