/** Values of a rectangle of a slice, read in as few and as short ranges as its strides allow. */
import { FormatError } from '../checkpoint/bytes';
import { dtypeBits, isKnownDType } from '../checkpoint/dtype';
import { readFloat32, readTensor } from '../checkpoint/values';
import type { View } from './slice';

/** Cells of a slice: every `rowStep`-th row from `row`, every `columnStep`-th column from `column`. */
export interface Rectangle {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep?: number;
  readonly columnStep?: number;
}

/** Elements that lie nearer than this are read in one go: a page of a file is read whole anyway. */
const nearElements = 4096;
/** Elements of one read, at most. */
const mostElements = 1 << 20;
/** Reads under way at once. */
const parallel = 16;

/** Row-major float32 values, [rows × columns]. Quantised types are dequantised. */
export async function readRegion(view: View, rectangle: Rectangle): Promise<Float32Array> {
  const target = new Float32Array(rectangle.rows * rectangle.columns);
  // Types of less than a byte are read from an element that starts one.
  const align =
    isKnownDType(view.flat.dtype) && dtypeBits[view.flat.dtype] < 8
      ? 8 / dtypeBits[view.flat.dtype]
      : 1;
  await pick(view, rectangle, target, 1, async (start, count) => {
    const first = view.flat.dequantise ? start : start - (start % align);
    const values = await readFloat32(view.flat, undefined, {
      start: first,
      count: start + count - first,
    });
    return start === first ? values : values.subarray(start - first);
  });
  return target;
}

/** The same as little-endian bytes of the tensor's own type. For types of whole bytes. */
export async function readRegionBytes(view: View, rectangle: Rectangle): Promise<Uint8Array> {
  const { dtype, file, name } = view.flat;
  const size = isKnownDType(dtype) ? dtypeBits[dtype] / 8 : 0;
  if (size < 1) throw new FormatError(file, `${dtype} has no bytes of its own`, { tensor: name });
  const target = new Uint8Array(rectangle.rows * rectangle.columns * size);
  await pick(view, rectangle, target, size, (start, count) =>
    readTensor(view.flat, { start, count }),
  );
  return target;
}

type Values = Float32Array | Uint8Array;
type Read<T extends Values> = (start: number, count: number) => Promise<T>;

/** One way through a rectangle: `count` places, `source` elements and `target` cells apart. */
interface Way {
  readonly count: number;
  readonly source: number;
  readonly target: number;
}

/** Reads runs of elements and puts those of the rectangle where they belong; `unit` array items per element. */
async function pick<T extends Values>(
  view: View,
  rectangle: Rectangle,
  target: T,
  unit: number,
  read: Read<T>,
): Promise<void> {
  const { row, column, rows, columns, rowStep = 1, columnStep = 1 } = rectangle;
  if (rows === 0 || columns === 0) return;
  const first = view.offset + row * view.down + column * view.across;
  const down: Way = { count: rows, source: view.down * rowStep, target: columns };
  const across: Way = { count: columns, source: view.across * columnStep, target: 1 };
  // The longer stride outside, so that what lies together in the file is read together.
  const [outer, inner] = down.source >= across.source ? [down, across] : [across, down];
  const jobs: (() => Promise<void>)[] = [];
  const add = (outerFrom: number, outerTo: number, innerFrom: number, innerTo: number): void => {
    const start = first + outerFrom * outer.source + innerFrom * inner.source;
    const length =
      (outerTo - outerFrom - 1) * outer.source + (innerTo - innerFrom - 1) * inner.source + 1;
    jobs.push(async () => {
      const values = await read(start, length);
      for (let o = outerFrom; o < outerTo; o++) {
        const from = (o - outerFrom) * outer.source;
        const to = o * outer.target + innerFrom * inner.target;
        copyWay(values, from, target, to, innerTo - innerFrom, inner, unit);
      }
    });
  };
  const lineLength = (inner.count - 1) * inner.source + 1;
  const isNear = inner.source <= nearElements;
  if (isNear && outer.source - lineLength <= nearElements && lineLength <= mostElements) {
    const lines = Math.max(1, Math.floor(mostElements / Math.max(1, outer.source, lineLength)));
    for (let o = 0; o < outer.count; o += lines) {
      add(o, Math.min(outer.count, o + lines), 0, inner.count);
    }
  } else {
    const part = isNear ? Math.max(1, Math.floor(mostElements / Math.max(1, inner.source))) : 1;
    for (let o = 0; o < outer.count; o++) {
      for (let i = 0; i < inner.count; i += part) {
        add(o, o + 1, i, Math.min(inner.count, i + part));
      }
    }
  }
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < jobs.length) await jobs[next++]!();
  };
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, work));
}

function copyWay(
  from: Values,
  start: number,
  to: Values,
  place: number,
  count: number,
  { source, target }: Way,
  unit: number,
): void {
  if (source === 1 && target === 1) {
    to.set(from.subarray(start * unit, (start + count) * unit), place * unit);
    return;
  }
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < unit; b++) {
      to[(place + i * target) * unit + b] = from[(start + i * source) * unit + b]!;
    }
  }
}
