/** A slice of one row as least and largest value per bin. */
import { readRegion } from './region';
import type { View } from './slice';

export interface Line {
  /** NaN where a bin holds one. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Values of a bin, at most. */
  readonly pool: number;
  /** One value in so many was read. */
  readonly sampled: number;
}

/** Values read at most; of a longer line the start of each bin is read. */
const mostValues = 1 << 22;
/** Values read at a time. */
const partValues = 1 << 20;

/** Values `start` … `end` of the first row in at most `bins` bins. */
export async function lineOf(view: View, start: number, end: number, bins: number): Promise<Line> {
  const length = end - start;
  const count = Math.max(1, Math.min(bins, length));
  const low = new Float32Array(count);
  const high = new Float32Array(count);
  const edge = (bin: number): number => start + Math.floor((bin * length) / count);
  const isWhole = length <= mostValues;
  const most = isWhole ? length : Math.max(1, Math.floor(mostValues / count));
  const read = (column: number, columns: number): Promise<Float32Array> =>
    readRegion(view, { row: 0, column, rows: 1, columns });
  let held: Float32Array = new Float32Array(0);
  let heldFrom = start;
  for (let bin = 0; bin < count && length > 0; bin++) {
    const from = edge(bin);
    const to = Math.min(edge(bin + 1), from + most);
    if (!isWhole) held = await read((heldFrom = from), to - from);
    else if (to > heldFrom + held.length) {
      heldFrom = from;
      held = await read(from, Math.min(end - from, Math.max(to - from, partValues)));
    }
    let [least, largest] = [Infinity, -Infinity];
    for (let i = from; i < to; i++) {
      const value = held[i - heldFrom]!;
      if (value < least || value !== value) least = value;
      if (value > largest || value !== value) largest = value;
      if (value !== value) break;
    }
    low[bin] = least;
    high[bin] = largest;
  }
  const pool = Math.ceil(length / count);
  return { low, high, pool, sampled: isWhole ? 1 : Math.ceil(pool / most) };
}
