/** Rows of equal width, one under another. */
import { held, type Recorded } from '../trace/recording';

export function flat(rows: readonly ArrayLike<number>[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(row, i * width));
  return out;
}

/** [rows, width] */
export function heldRows(rows: readonly ArrayLike<number>[], width: number): Recorded {
  return held([rows.length, width], flat(rows, width));
}

/** The rows of a matrix [rows, width], without a copy. */
export function rowsOf(data: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: data.length / width }, (_, row) =>
    data.subarray(row * width, (row + 1) * width),
  );
}

/** Pairs of a map without those whose value is undefined. */
export function present<V>(entries: readonly (readonly [string, V | undefined])[]): Map<string, V> {
  return new Map(entries.filter((entry): entry is readonly [string, V] => entry[1] !== undefined));
}
