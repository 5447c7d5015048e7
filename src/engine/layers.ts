/** The weights of one layer after another, read ahead; what fits stays in memory for the next pass. */
import { totalmem } from 'node:os';
import type { Parameters, Stack } from '../core/model/architecture';
import type { Feeds, Weights } from './weights';

export interface LayerFeeds {
  readonly feeds: Promise<Feeds>;
  /** Whether they come from the file now: then they are to be verified. */
  readonly isRead: boolean;
}

export interface Layers {
  /** Layers whose weights may be in memory at once: that many may be read before the first of them has run. */
  readonly ahead: number;
  /** Before the first layer of a pass. */
  begin(): void;
  /** What a layer is fed. The values hold until the layer that is `ahead` of it is read. */
  read(layer: number, inputs: readonly string[]): LayerFeeds;
  /** Lets go of what stays: it may be of a file that was changed. */
  forget(): void;
}

/** Bytes of weights that stay between passes: all of a small model's, and never much of the machine's memory. */
const keptBytes = Math.min(384 * 1024 * 1024, totalmem() / 32);
/** Of a larger layer there is one at a time: one of 8 billion parameters takes 0.9 GB. */
const largestAhead = 256 * 1024 * 1024;

export function createLayers(weights: Weights, { layers, layer: of }: Stack): Layers {
  const bytes = layers > 0 ? bytesOf(of(0)) : 0;
  const ahead = bytes > largestAhead ? 1 : 2;
  const room = Math.floor(keptBytes / bytes);
  const kept = new Map<number, Promise<Feeds>>();
  const slots = () => Array.from({ length: ahead }, () => weights.slot());
  let inTurn = slots();
  let passes = 0;
  return {
    ahead,
    begin() {
      passes++;
      // Where all layers stay, the memory that they came through is free.
      if (passes > 1 && room >= layers) inTurn = slots();
    },
    read(layer, inputs) {
      const known = kept.get(layer);
      if (known) return { feeds: known, isRead: false };
      // Not in a first pass, which a person waits for: memory that is new takes time.
      const stays = passes > 1 && layer < room;
      const slot = stays ? weights.slot() : inTurn[layer % ahead]!;
      const feeds = slot.fillUnverified(of(layer), inputs);
      if (stays) {
        kept.set(layer, feeds);
        feeds.catch(() => kept.delete(layer));
      }
      return { feeds, isRead: true };
    },
    forget: () => kept.clear(),
  };
}

/** As float32, which is how they are fed. */
const bytesOf = ({ weights }: Parameters) =>
  Object.values(weights).reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((product, length) => product * length, 1),
    0,
  );
