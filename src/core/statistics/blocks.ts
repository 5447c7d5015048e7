/** The values of a tensor, a block at a time, where the kernel can reach them. */
import { memorySource } from '../checkpoint/bytes';
import type { Stored, Tensor } from '../checkpoint/checkpoint';
import { dtypeBits, elementCount, isKnownDType } from '../checkpoint/dtype';
import { isRowMajor } from '../checkpoint/strided';
import { readFloat32, readTensor } from '../checkpoint/values';
import { type Kernel, kernelElements, type Lying } from './kernel';
import { type Moments, momentsOf } from './moments';
import { asFloat64, isWide } from './wide';

/** Elements `start` … `start + count` in the order of `inFileOrder`. */
export interface Part {
  readonly tensor: string;
  readonly start: number;
  readonly count: number;
}

/** Rows and columns of a tensor whose parts end at rows; an array of more dimensions has them in its rows. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

/** Elements of one part, about: what a thread is given at a time. */
export const partElements = 1 << 20;

/** Undefined: less than two dimensions, or rows that do not fit a block or do not lie in order. */
export function matrixOf({ shape, dtype, data }: Tensor): Matrix | undefined {
  const [rows = 0, ...inner] = shape;
  if (inner.length === 0 || elementCount(shape) === 0) return undefined;
  const columns = elementCount(inner);
  if (columns > kernelElements || (isKnownDType(dtype) && dtypeBits[dtype] < 8)) return undefined;
  if (data.kind === 'stored' && data.strides && !isRowMajor(shape, data.strides)) return undefined;
  return { rows, columns };
}

/** Cuts a tensor into parts. What must be unpacked as a whole is one part. */
export function partsOf(tensor: Tensor): readonly Part[] {
  const { name, shape, data } = tensor;
  const count = elementCount(shape);
  const isPacked = data.kind === 'stored' ? data.source.isPacked : data.kind === 'decoded';
  const whole = isPacked === true && !tensor.dequantise;
  // Four elements of the smallest type fill a byte.
  const row = matrixOf(tensor)?.columns ?? 4;
  const length = whole ? count : Math.max(1, Math.floor(partElements / row)) * row;
  return Array.from({ length: Math.ceil(count / Math.max(1, length)) }, (_, index) => {
    const start = index * length;
    return { tensor: name, start, count: Math.min(length, count - start) };
  });
}

/** Statistics know no order: the longest stride comes first, so that parts lie together in the file. */
function inFileOrder(tensor: Tensor): Tensor {
  const { data, shape } = tensor;
  if (data.kind !== 'stored' || !data.strides || isRowMajor(shape, data.strides)) return tensor;
  const axes = data.strides.map((stride, axis) => ({ stride, length: shape[axis]! }));
  axes.sort((a, b) => b.stride - a.stride);
  const strides = axes.map(({ stride }) => stride);
  return { ...tensor, shape: axes.map(({ length }) => length), data: { ...data, strides } };
}

/** Unpacked once, where a format cannot unpack a range. */
async function readable(tensor: Tensor): Promise<Tensor> {
  const { data, dequantise, file } = tensor;
  if (data.kind !== 'decoded' || dequantise) return inFileOrder(tensor);
  const bytes = await data.decode();
  const stored: Stored = {
    kind: 'stored',
    source: memorySource(file, bytes),
    offset: 0,
    byteOrder: 'little',
  };
  return { ...tensor, data: stored };
}

type Values = Float32Array | Float64Array;

/** Some elements in a row. It holds until the next block is read. */
export interface Block {
  /** Number of the first element. */
  readonly start: number;
  moments(): Moments;
  values(): Values;
}

/** Calls `use` for one block after the other, in order; blocks of a matrix are whole rows. */
export async function eachBlock(
  tensor: Tensor,
  { start, count }: Part,
  kernel: Kernel,
  use: (block: Block) => void,
): Promise<void> {
  const source = await readable(tensor);
  // Four elements of the smallest type fill a byte.
  const row = matrixOf(tensor)?.columns ?? 4;
  const most = Math.floor(kernelElements / row) * row;
  for (let at = start; at < start + count; at += most) {
    use(await readBlock(source, at, Math.min(most, start + count - at), kernel));
  }
}

async function readBlock(
  tensor: Tensor,
  start: number,
  count: number,
  kernel: Kernel,
): Promise<Block> {
  const { dtype, data, dequantise } = tensor;
  const values = kernel.values.subarray(0, count);
  const single = {
    start,
    moments: () => kernel.moments(count, 'float32'),
    values: () => values,
  };
  if (isWide(tensor)) {
    const doubles = asFloat64(dtype, await readTensor(tensor, { start, count }));
    return { start, moments: () => momentsOf(doubles), values: () => doubles };
  }
  const isPlain =
    !dequantise && data.kind === 'stored' && !data.strides && data.byteOrder === 'little';
  if (isPlain && dtype === 'float32') {
    await readInto(data, 4 * start, values);
    return single;
  }
  if (isPlain && (dtype === 'float16' || dtype === 'bfloat16')) {
    const type = dtype as Exclude<Lying, 'float32'>;
    await readInto(data, 2 * start, kernel.words.subarray(0, count));
    return {
      start,
      moments: () => kernel.moments(count, type),
      values() {
        kernel.widen(type, count);
        return values;
      },
    };
  }
  await readFloat32(tensor, values, { start, count });
  return single;
}

/** Into the kernel's own memory; without waiting where that can be, since nothing else is to be done there. */
async function readInto(data: Stored, offset: number, target: Float32Array | Uint16Array) {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  const { source } = data;
  if (source.readSync) source.readSync(data.offset + offset, bytes);
  else await source.read(data.offset + offset, bytes);
}
