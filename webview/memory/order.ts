/** Units in the order of the step at which each is farthest from 0, so that what happens after another lies below it. */
import { plain, tileEdge } from '../../src/core/trace/trace';
import type { Strip } from './stripList';
import { levelOf, storeOf } from './stripTiles';

/** Undefined until all steps have been seen, and where they are only known pooled. */
export function peakOrder(strip: Strip, steps: number): readonly number[] | undefined {
  if (levelOf(strip, { from: 0, to: steps }) > 0) return undefined;
  const { cache } = storeOf(strip);
  const peaks = Array.from({ length: strip.rows }, () => ({ size: -1, step: 0 }));
  for (let row = 0; row * tileEdge < steps; row++) {
    for (let column = 0; column * tileEdge < strip.rows; column++) {
      const tile = cache.peek(strip.source, { level: 0, row, column }, plain);
      if (!tile) return undefined;
      tile.data.forEach((value, i) => {
        const peak = peaks[column * tileEdge + (i % tile.columns)]!;
        if (Math.abs(value) <= peak.size) return;
        peak.size = Math.abs(value);
        peak.step = row * tileEdge + Math.floor(i / tile.columns);
      });
    }
  }
  return peaks.map((_, unit) => unit).sort((a, b) => peaks[a]!.step - peaks[b]!.step || a - b);
}
