/**
 * Partitioned variables of TensorFlow 1: each piece has a coded key, and the whole lists them.
 * tensorflow/core/util/saved_tensor_slice_util.cc (EncodeTensorNameSlice), tensorflow/core/lib/strings/ordered_code.cc
 */
import { FormatError } from './bytes';
import type { Tensor } from './checkpoint';
import { joined } from './joined';
import { rowMajor, scatter } from './strided';
import { readTensor } from './values';

/** Where a piece lies along one axis; a length of -1 is the whole axis. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

export interface Piece {
  readonly extents: readonly Extent[];
  readonly tensor: Tensor;
}

/** The name and the place that a coded key is of; undefined where it is none. */
export function readSliceKey(
  key: Uint8Array,
): { readonly name: string; readonly extents: readonly Extent[] } | undefined {
  let at = 0;
  const byte = (): number => key[at++] ?? NaN;
  const bytes: number[] = [];
  if (byte() !== 0) return undefined;
  for (;;) {
    const value = byte();
    if (Number.isNaN(value)) return undefined;
    // 0 and 255 are followed by a byte that says what they mean.
    const next = value === 0 || value === 255 ? byte() : undefined;
    if (value === 0 && next === 1) break;
    if (next !== undefined && next !== 255 - value) return undefined;
    bytes.push(value);
  }
  const extents: Extent[] = [];
  const rank = byte() === 0 ? 0 : byte();
  for (let axis = 0; axis < rank; axis++) {
    const start = readSigned(key, at);
    const length = start && readSigned(key, start.end);
    if (!length) return undefined;
    at = length.end;
    extents.push({ start: start.value, length: length.value });
  }
  if (at !== key.length) return undefined;
  return { name: new TextDecoder().decode(Uint8Array.from(bytes)), extents };
}

/** A signed number: as many leading bits as it has bytes, inverted for negative ones, then the number. */
function readSigned(key: Uint8Array, at: number): { value: number; end: number } | undefined {
  const isNegative = key[at]! < 0x80;
  const bitAt = (bit: number): number => {
    const byte = key[at + (bit >> 3)] ?? 0;
    return ((byte >> (7 - (bit & 7))) & 1) ^ (isNegative ? 1 : 0);
  };
  let size = 0;
  while (size < 8 && bitAt(size)) size++;
  if (size === 0 || size > 7 || at + size > key.length) return undefined;
  let value = 0;
  for (let bit = size; bit < 8 * size; bit++) value = 2 * value + bitAt(bit);
  return { value: isNegative ? -value - 1 : value, end: at + size };
}

/** The whole of the pieces of a tensor. Throws FormatError when they do not fill it. */
export function joinPieces(
  whole: Pick<Tensor, 'name' | 'dtype' | 'shape' | 'file'>,
  found: readonly Piece[],
): Tensor {
  const { name, dtype, shape, file } = whole;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const pieces = found.map(({ extents, tensor }) => {
    if (extents.length !== shape.length) fail(`a piece has ${extents.length} axes`);
    const start = extents.map((extent) => extent.start);
    const count = extents.map(({ length }, axis) => (length === -1 ? shape[axis]! : length));
    const isInside = count.every(
      (n, axis) => start[axis]! >= 0 && start[axis]! + n <= shape[axis]!,
    );
    const place = `piece [${start}] of [${count}]`;
    if (!isInside) fail(`${place} lies outside [${shape}]`);
    if (tensor.dtype !== dtype || tensor.shape.join() !== count.join()) {
      fail(`${place} holds ${tensor.dtype} [${tensor.shape}]`);
    }
    return { start, count, tensor };
  });
  const volume = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);
  const total = pieces.reduce((sum, { count }) => sum + volume(count), 0);
  if (total !== volume(shape)) fail(`its ${pieces.length} pieces hold ${total} values`);
  const bytes = pieces.reduce((sum, { tensor }) => sum + tensor.bytes, 0);
  const opaque = pieces.find(({ tensor }) => tensor.data.kind === 'opaque');
  if (opaque) return { ...whole, bytes, data: opaque.tensor.data };
  const rows = pieces.toSorted((a, b) => a.start[0]! - b.start[0]!);
  const isRows = rows.every(({ start, count }, i) => {
    const before = rows[i - 1];
    const isNext = start[0] === (before ? before.start[0]! + before.count[0]! : 0);
    return isNext && count.slice(1).join() === shape.slice(1).join();
  });
  const [first] = rows;
  if (isRows && first?.tensor.data.kind === 'stored') {
    const parts = rows.flatMap(({ tensor: { data, bytes: length } }) =>
      data.kind === 'stored' ? [{ source: data.source, offset: data.offset, length }] : [],
    );
    const { byteOrder } = first.tensor.data;
    const source = joined(file, parts);
    return { ...whole, bytes, data: { kind: 'stored', source, offset: 0, byteOrder } };
  }
  const decode = async (): Promise<Uint8Array> => {
    const target = new Uint8Array(bytes);
    const strides = rowMajor(shape);
    for (const { start, count, tensor } of pieces) {
      const values = await readTensor(tensor);
      const at = start.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);
      const size = bytes / total;
      scatter(values, target.subarray(at * size), size, count, rowMajor(count), strides);
    }
    return target;
  };
  return { ...whole, bytes, data: { kind: 'decoded', decode } };
}
