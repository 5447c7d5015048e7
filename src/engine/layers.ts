/** The weights of one layer after another, read ahead; what fits stays in memory for the next pass. */
import { totalmem } from 'node:os';
import type { Architecture } from '../core/model/architecture';
import type { Feeds, Weights } from './weights';

export interface Layers {
  /** Before the first layer of a pass. */
  begin(): void;
  /** What a layer is fed, not verified. The values hold until the layer after the next one is read. */
  read(layer: number, inputs: readonly string[]): Promise<Feeds>;
  /** Lets go of what stays: it may be of a file that was changed. */
  forget(): void;
}

/** Bytes of weights that stay between passes: all of a small model's, and never much of the machine's memory. */
const keptBytes = Math.min(384 * 1024 * 1024, totalmem() / 32);

export function createLayers(weights: Weights, architecture: Architecture): Layers {
  let inTurn = [weights.slot(), weights.slot()];
  const kept = new Map<number, Promise<Feeds>>();
  let passes = 0;
  let room = 0;
  return {
    begin() {
      passes++;
      // Where all layers stay, the memory that they came through is free.
      if (room >= architecture.layers) inTurn = [weights.slot(), weights.slot()];
    },
    read(layer, inputs) {
      const known = kept.get(layer);
      if (known) return known;
      // Not in a first pass, which a person waits for: memory that is new takes time.
      const stays = passes > 1 && layer < room;
      const slot = stays ? weights.slot() : inTurn[layer % 2]!;
      const feeds = slot.fillUnverified(architecture.layer(layer), inputs);
      if (stays) kept.set(layer, feeds);
      feeds.then(
        (read) => (room = Math.floor(keptBytes / bytesOf(read))),
        () => kept.delete(layer),
      );
      return feeds;
    },
    forget: () => kept.clear(),
  };
}

const bytesOf = (feeds: Feeds) =>
  Object.values(feeds).reduce((sum, { data }) => sum + data.byteLength, 0);
