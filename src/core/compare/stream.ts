/** The difference of two tensors by value, read side by side in pieces of bounded size. */
import type { Tensor } from '../checkpoint/checkpoint';
import { dtypeBits, elementCount, isKnownDType } from '../checkpoint/dtype';
import { readFloat32, readTensor, type Range } from '../checkpoint/values';
import { createDifferenceSum, type Difference, type DifferenceSum } from './difference';
import type { Layout } from './match';

/** Elements of each side held at a time: 4 MiB as float32. */
const pieceElements = 1 << 20;
/** Elements of a side that a transposition holds at a time: 32 MiB; the other side is read once per block. */
const blockElements = 8 << 20;

/** Called between pieces; throws to stop. */
export type Pause = () => Promise<void> | void;

type Read = (range: Range) => Promise<Float32Array>;

/**
 * Values of a range. What a format must unpack as a whole is unpacked once and kept, everything else is
 * read as it is asked for.
 */
function reader(tensor: Tensor): Read {
  const { data, dequantise } = tensor;
  if (data.kind === 'decoded' && !dequantise) {
    let whole: Promise<Float32Array> | undefined;
    return async ({ start, count }) =>
      (await (whole ??= readFloat32(tensor))).subarray(start, start + count);
  }
  let buffer = new Float32Array(0);
  return (range) => {
    if (buffer.length < range.count) buffer = new Float32Array(range.count);
    return readFloat32(tensor, buffer.subarray(0, range.count), range);
  };
}

/** Both have the same elements, laid out as said. */
export async function differenceOf(
  a: Tensor,
  b: Tensor,
  layout: Layout,
  heads: number,
  pause: Pause,
): Promise<Difference> {
  const sum = createDifferenceSum();
  if (layout === 'transposed') await addTransposed(a, b, sum, pause);
  else if (layout === 'rotary') await addRotary(a, b, heads, sum, pause);
  else await addStraight(a, b, sum, pause);
  return sum.result();
}

async function addStraight(a: Tensor, b: Tensor, sum: DifferenceSum, pause: Pause): Promise<void> {
  const total = elementCount(a.shape);
  const [readA, readB] = [reader(a), reader(b)];
  for (let start = 0; start < total; start += pieceElements) {
    const range = { start, count: Math.min(pieceElements, total - start) };
    const [x, y] = await Promise.all([readA(range), readB(range)]);
    sum.add(x, y, start);
    await pause();
  }
}

/** A is [n, m] and B is [m, n]. */
async function addTransposed(a: Tensor, b: Tensor, sum: DifferenceSum, pause: Pause) {
  const [n = 0, m = 0] = a.shape;
  const [readA, readB] = [reader(a), reader(b)];
  const height = Math.max(1, Math.floor(blockElements / Math.max(1, n)));
  const rowsAtOnce = Math.max(1, Math.floor(pieceElements / Math.max(1, m)));
  for (let top = 0; top < m; top += height) {
    const columns = Math.min(height, m - top);
    const block = await readB({ start: top * n, count: columns * n });
    const [x, y] = [new Float32Array(columns), new Float32Array(columns)];
    for (let first = 0; first < n; first += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, n - first);
      const piece = await readA({ start: first * m, count: rows * m });
      for (let row = 0; row < rows; row++) {
        x.set(piece.subarray(row * m + top, row * m + top + columns));
        for (let column = 0; column < columns; column++)
          y[column] = block[column * n + first + row]!;
        sum.add(x, y, (first + row) * m + top);
      }
      await pause();
    }
  }
}

/**
 * Which row of a head of B belongs to row `row` of A. Hugging Face has the two halves of the rotation one
 * after the other, llama.cpp has them interleaved (convert_hf_to_gguf.py, `permute`).
 */
export function rotaryRow(a: Tensor, size: number, row: number): number {
  const half = size / 2;
  const interleaved = a.name.startsWith('blk.');
  return interleaved ? (row % 2) * half + (row >> 1) : 2 * (row % half) + Math.floor(row / half);
}

async function addRotary(a: Tensor, b: Tensor, heads: number, sum: DifferenceSum, pause: Pause) {
  const [rows = 0] = a.shape;
  const width = elementCount(a.shape) / rows;
  const size = rows / heads;
  const [readA, readB] = [reader(a), reader(b)];
  for (let head = 0; head < heads; head++) {
    const range = { start: head * size * width, count: size * width };
    const [x, y] = await Promise.all([readA(range), readB(range)]);
    for (let row = 0; row < size; row++) {
      const from = rotaryRow(a, size, row);
      sum.add(
        x.subarray(row * width, (row + 1) * width),
        y.subarray(from * width, (from + 1) * width),
        range.start + row * width,
      );
    }
    await pause();
  }
}

/** Types whose values float32 cannot tell apart in full. */
const wider = /^(u?int(32|64)|float64|qint32|complex)/;

/**
 * Elements whose stored bytes differ, for types of which float32 shows only a part; undefined where float32
 * shows everything.
 */
export async function changedBytes(
  a: Tensor,
  b: Tensor,
  pause: Pause,
): Promise<number | undefined> {
  if (a.dtype !== b.dtype || !isKnownDType(a.dtype) || !wider.test(a.dtype)) return undefined;
  const size = dtypeBits[a.dtype] / 8;
  const total = elementCount(a.shape);
  let changed = 0;
  for (let start = 0; start < total; start += pieceElements) {
    const range = { start, count: Math.min(pieceElements, total - start) };
    const [x, y] = await Promise.all([readTensor(a, range), readTensor(b, range)]);
    for (let at = 0; at < x.length; at += size) {
      let byte = at;
      while (byte < at + size && x[byte] === y[byte]) byte++;
      if (byte < at + size) changed++;
    }
    await pause();
  }
  return changed;
}
