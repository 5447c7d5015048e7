/** Values of a replay as a person reads them: in the Variables view, beside a line, in the memory view. */
import { number } from '../draw/text';

/** A value and how it is laid out; [] is a single number. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** `0.9312`, `[128] largest 0.9312 at 42`, `[128, 20]`. */
export function summary({ shape, data }: Value): string {
  if (data.length === 1) return number(data[0] ?? NaN);
  const size = `[${shape.join(', ')}]`;
  if (shape.length !== 1) return size;
  if (data.length <= 4) return `${size} ${[...data].map(number).join(', ')}`;
  const at = largest(data);
  return `${size} largest ${number(data[at] ?? NaN)} at ${at}`;
}

/** Where there is little room: `0.9312`, `0.9312 @ 42` for the largest of a vector, `[128, 20]`. */
export function short({ shape, data }: Value): string {
  if (data.length === 1) return number(data[0] ?? NaN);
  if (shape.length !== 1) return `[${shape.join(', ')}]`;
  const at = largest(data);
  return `${number(data[at] ?? NaN)} @ ${at}`;
}

const largest = (data: Float32Array): number =>
  data.reduce((best, value, index) => (value > (data[best] ?? -Infinity) ? index : best), 0);

/** The part at an index of the first dimensions. */
export function part({ shape, data }: Value, index: readonly number[]): Value | undefined {
  let from = 0;
  let size = data.length;
  for (const [dimension, at] of index.entries()) {
    const length = shape[dimension];
    if (length === undefined || at >= length) return undefined;
    size /= length;
    from += at * size;
  }
  return { shape: shape.slice(index.length), data: data.subarray(from, from + size) };
}
