/** Gathers strided and big-endian values into row-major little-endian bytes. */
import type { ByteSource } from './bytes';

/** A view of elements in a file: strides in elements, 0 repeats. */
export interface StridedView {
  readonly source: ByteSource;
  /** Byte of the first element. */
  readonly offset: number;
  readonly itemSize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Bytes read at once: large enough for sequential speed, small enough to be no second copy. */
const windowBytes = 16 << 20;

/** Strides of a row-major layout without gaps, in elements. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= Math.max(1, shape[axis]!);
  }
  return strides;
}

/** Whether the strides say no more than row-major order does (dimensions of length 1 do not count). */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const expected = rowMajor(shape);
  return shape.includes(0) || shape.every((n, axis) => n === 1 || strides[axis] === expected[axis]);
}

/** Elements from the first to behind the last that the view touches. */
export function extent(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis]!, 1);
}

/** Fills `target` with elements `start` … of the view, in row-major order. */
export async function gather(view: StridedView, start: number, target: Uint8Array): Promise<void> {
  const count = target.length / view.itemSize;
  const [length, ...inner] = view.shape;
  if (!count) return;
  if (length === undefined) return copy(view, rowMajor(view.shape), target);
  const row = inner.reduce((product, n) => product * n, 1);
  const first = Math.floor(start / row);
  const last = Math.floor((start + count - 1) / row);
  const from = { ...view, offset: view.offset + first * view.strides[0]! * view.itemSize };
  if (first === last) {
    return gather(
      { ...from, shape: inner, strides: view.strides.slice(1) },
      start - first * row,
      target,
    );
  }
  const rows = { ...from, shape: [last - first + 1, ...inner] };
  if (start === first * row && count === (last - first + 1) * row) {
    return copy(rows, rowMajor(rows.shape), target);
  }
  const whole = new Uint8Array((last - first + 1) * row * view.itemSize);
  await copy(rows, rowMajor(rows.shape), whole);
  const skipped = (start - first * row) * view.itemSize;
  target.set(whole.subarray(skipped, skipped + target.length));
}

/** Copies the view to where `steps` (elements of the target per dimension) put it, window by window. */
async function copy(
  view: StridedView,
  steps: readonly number[],
  target: Uint8Array,
): Promise<void> {
  const { shape, strides, itemSize } = view;
  const bytes = extent(shape, strides) * itemSize;
  if (bytes > windowBytes && shape.length) {
    // The axis of the widest stride cuts the file into windows that hardly overlap.
    const axis = strides.indexOf(Math.max(...strides.map((s, i) => (shape[i]! > 1 ? s : -1))));
    const length = Math.ceil(shape[axis]! / Math.ceil(bytes / windowBytes));
    for (let i = 0; i < shape[axis]!; i += length) {
      const part = {
        ...view,
        offset: view.offset + i * strides[axis]! * itemSize,
        shape: shape.with(axis, Math.min(length, shape[axis]! - i)),
      };
      await copy(part, steps, target.subarray(i * steps[axis]! * itemSize));
    }
    return;
  }
  const window = new Uint8Array(bytes);
  await view.source.read(view.offset, window);
  scatter(window, target, itemSize, shape, strides, steps);
}

/** Walks all elements; the last dimension is a tight loop. */
export function scatter(
  from: Uint8Array,
  to: Uint8Array,
  size: number,
  shape: readonly number[],
  strides: readonly number[],
  steps: readonly number[],
): void {
  const rank = shape.length;
  const walk = (axis: number, source: number, target: number) => {
    if (axis === rank) {
      for (let b = 0; b < size; b++) to[target + b] = from[source + b]!;
      return;
    }
    const length = shape[axis]!;
    const stride = strides[axis]! * size;
    const step = steps[axis]! * size;
    if (axis === rank - 1 && stride === size && step === size) {
      to.set(from.subarray(source, source + length * size), target);
    } else {
      for (let i = 0; i < length; i++) walk(axis + 1, source + i * stride, target + i * step);
    }
  };
  walk(0, 0, 0);
}

/** Reverses the bytes of every unit in place. */
export function swapBytes(bytes: Uint8Array, unit: number): void {
  for (let start = 0; start < bytes.length; start += unit) {
    for (let a = start, b = start + unit - 1; a < b; a++, b--) {
      const byte = bytes[a]!;
      bytes[a] = bytes[b]!;
      bytes[b] = byte;
    }
  }
}
