/** Arrays in chunks of equal shape, as both versions of Zarr have them. */
import { FormatError, type ByteSource, type Platform } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, isKnownDType, type DType, type KnownDType } from './dtype';
import { rowMajor, scatter, swapBytes } from './strided';
import { isBytePerElement, packElements } from './subByte';
import { itemSize } from './widen';
import { unpackAll, type Packing } from './zarrCodecs';

/** A value of the store by its key; undefined when there is none. */
export type Store = (key: string) => Promise<ByteSource | undefined>;

/** A chunk is unpacked as a whole. */
const maxChunk = 1 << 30;
const maxChunks = 1 << 20;
const maxBytes = 2 ** 32;

/** What the metadata of an array says. */
export interface ZarrArray {
  readonly name: string;
  /** The file of the metadata. */
  readonly file: string;
  readonly dtype: KnownDType;
  readonly shape: readonly number[];
  /** Shape of a chunk; those at the ends go beyond the array. */
  readonly chunks: readonly number[];
  /** Elements from one to the next of a chunk, per dimension. */
  readonly steps: readonly number[];
  readonly isBig: boolean;
  readonly packings: readonly Packing[];
  /** One element, where a chunk was never written; undefined when that cannot be told. */
  readonly fill: Uint8Array | undefined;
  /** A chunk as it is stored; undefined where it was never written. */
  chunk(index: readonly number[]): Promise<Uint8Array | undefined>;
}

/** The array as a tensor of `count` elements, whose chunks are read when somebody asks. */
export function chunkedTensor(array: ZarrArray, count: number, platform: Platform): Tensor {
  const { name, file, dtype, shape } = array;
  const isUnpacked = isBytePerElement(dtype);
  const bytes = isUnpacked ? count : byteLength(dtype, count);
  const decode = async () => {
    const values = await assemble(array, bytes, platform);
    return isUnpacked ? packElements(dtype, values) : values;
  };
  return { name, dtype, shape, bytes, file, data: { kind: 'decoded', decode } };
}

/** Listed, and `reason` is why its values are not read. */
export function unreadArray(
  name: string,
  file: string,
  dtype: DType,
  shape: readonly number[],
  count: number,
  reason: string,
): Tensor {
  const bytes = isKnownDType(dtype) ? byteLength(dtype, count) : 0;
  return { name, dtype, shape, bytes, file, data: { kind: 'opaque', reason } };
}

/** All values, row-major and little-endian. */
async function assemble(array: ZarrArray, bytes: number, platform: Platform): Promise<Uint8Array> {
  const { shape, chunks, steps, dtype } = array;
  const size = itemSize(dtype);
  const fail = (problem: string): never => {
    throw new FormatError(array.file, problem, { tensor: array.name });
  };
  const chunkBytes = chunks.reduce((product, n) => product * n, size);
  const grid = shape.map((length, axis) => Math.ceil(length / Math.max(1, chunks[axis]!)));
  const total = grid.reduce((product, n) => product * n, 1);
  if (total && chunks.includes(0)) fail('its chunks are empty');
  if (total > maxChunks || chunkBytes > maxChunk || bytes > maxBytes) {
    fail(`${total} chunks of ${chunkBytes} bytes are too many to read`);
  }
  const target = new Uint8Array(bytes);
  const fill = array.fill;
  const isFilled = fill?.some((byte) => byte > 0);
  const strides = rowMajor(shape);
  const places = rowMajor(grid);
  for (let number = 0; number < total; number++) {
    const index = grid.map((n, axis) => Math.floor(number / places[axis]!) % n);
    const stored = await array.chunk(index);
    if (!stored && !fill) fail(`chunk [${index}] is missing`);
    if (!stored && !isFilled) continue;
    const values = stored
      ? await unpackAll(array.packings, stored, chunkBytes, platform)
      : repeated(fill!, chunkBytes);
    if (!values) return fail(`chunk [${index}] cannot be unpacked`);
    if (stored && array.isBig) swapBytes(values, dtype.startsWith('complex') ? size / 2 : size);
    const start = index.map((at, axis) => at * chunks[axis]!);
    const inside = shape.map((length, axis) => Math.min(chunks[axis]!, length - start[axis]!));
    const first = start.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
    scatter(values, target.subarray(first * size), size, inside, steps, strides);
  }
  return target;
}

/** `length` bytes of one element after another. */
function repeated(element: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(length);
  target.set(element);
  for (let done = element.length; done < length; done *= 2) target.copyWithin(done, 0, done);
  return target;
}
