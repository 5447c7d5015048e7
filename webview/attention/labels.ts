/** How places of an axis are called on screen. */
import { columnsOf, middle, visible } from '../../src/core/draw/text';
import type { Axis } from '../../src/core/trace/trace';

/** Columns of a monospaced font that a label on an axis may take. */
export const labelLength = 14;

/** The whole label; white space in tokens is made visible. */
export function fullLabel(axis: Axis, index: number): string {
  const label = axis.label(index);
  return axis.kind === 'token' ? visible(label) : label;
}

export function shortLabel(axis: Axis, index: number): string {
  return middle(fullLabel(axis, index), labelLength);
}

const longest = new WeakMap<Axis, number>();

/** Columns that the longest short label takes. */
export function longestLabel(axis: Axis): number {
  let length = longest.get(axis);
  if (length === undefined) {
    length = 1;
    for (let i = 0; i < axis.length && length < labelLength; i++) {
      length = Math.max(length, Math.min(labelLength, columnsOf(fullLabel(axis, i))));
    }
    longest.set(axis, length);
  }
  return length;
}
