/** The values of a tensor, read when somebody asks. */
import { FormatError } from './bytes';
import type { Stored, Tensor } from './checkpoint';
import { byteLength, dtypeBits, elementCount, isKnownDType, type KnownDType } from './dtype';
import { gather, isRowMajor, swapBytes } from './strided';
import { itemSize, widen } from './widen';

/** Elements `start` … `start + count` of the row-major order. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

/** The longest array that every platform can hold; larger tensors are read by range. */
const maxHeld = 2 ** 32;
/** A view that repeats elements may claim far more than its file holds; beyond this, by range too. */
const maxRepeated = 2 ** 28;
/** Bytes widened at a time, so that reading as float32 never holds a second whole copy. */
const chunkBytes = 4 << 20;

/** Values as bytes, row-major and little-endian, of the tensor's own type; 4-bit types two to a byte. */
export async function readTensor(tensor: Tensor, range?: Range): Promise<Uint8Array> {
  const { data } = tensor;
  if (data.kind === 'opaque') throw bad(tensor, data.reason);
  if (data.kind === 'decoded' && !range) {
    checkHeld(tensor, tensor.bytes, maxHeld);
    return data.decode();
  }
  const dtype = knownDType(tensor);
  const span = bounded(tensor, range);
  if (data.kind === 'decoded') return cut(tensor, dtype, await data.decode(), span);
  const length = byteLength(dtype, span.count);
  checkHeld(tensor, length, data.strides ? Math.max(maxRepeated, data.source.size) : maxHeld);
  const target = new Uint8Array(length);
  await readStored(tensor, dtype, data, span.start, target);
  return target;
}

/**
 * Values as float32 (integers and wider floats rounded, quantised types dequantised). Fills `into`,
 * which must hold exactly the elements asked for; stored float32 is read straight into it.
 */
export async function readFloat32(
  tensor: Tensor,
  into?: Float32Array,
  range?: Range,
): Promise<Float32Array> {
  const { data } = tensor;
  const span = bounded(tensor, range);
  if (into && into.length !== span.count) {
    throw bad(tensor, `${span.count} values do not fit a target of ${into.length}`);
  }
  if (!into) checkHeld(tensor, 4 * span.count, maxHeld);
  if (tensor.dequantise) {
    const target = into ?? new Float32Array(span.count);
    await tensor.dequantise(span.start, target);
    return target;
  }
  if (data.kind === 'opaque') throw bad(tensor, data.reason);
  const dtype = knownDType(tensor);
  if (dtype.startsWith('complex')) throw bad(tensor, `${dtype} has no float32 value`);
  const target = into ?? new Float32Array(span.count);
  if (dtype === 'float32' && data.kind === 'stored') {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    await readStored(tensor, dtype, data, span.start, bytes);
  } else if (data.kind === 'stored' && !data.strides) {
    // Many elements, so that packed types are cut between bytes.
    const step = (chunkBytes * 8) / dtypeBits[dtype];
    for (let done = 0; done < span.count; done += step) {
      const count = Math.min(step, span.count - done);
      const bytes = await readTensor(tensor, { start: span.start + done, count });
      widen(dtype, bytes, target.subarray(done, done + count));
    }
  } else {
    widen(dtype, aligned(await readTensor(tensor, span), itemSize(dtype)), target);
  }
  return target;
}

async function readStored(
  tensor: Tensor,
  dtype: KnownDType,
  data: Stored,
  start: number,
  target: Uint8Array,
): Promise<void> {
  const { source, offset, strides } = data;
  if (!strides || isRowMajor(tensor.shape, strides)) {
    if (target.length) await source.read(offset + byteLength(dtype, start), target);
  } else {
    await gather(
      { source, offset, strides, shape: tensor.shape, itemSize: itemSize(dtype) },
      start,
      target,
    );
  }
  if (data.byteOrder === 'big') {
    const parts = dtype.startsWith('complex') ? 2 : 1;
    swapBytes(target, itemSize(dtype) / parts);
  }
}

function bounded(tensor: Tensor, range: Range | undefined): Range {
  const total = elementCount(tensor.shape);
  if (!range) return { start: 0, count: total };
  const { start, count } = range;
  if (!(start >= 0 && count >= 0 && start + count <= total)) {
    throw bad(tensor, `elements ${start}…${start + count} are outside its ${total}`);
  }
  if (isKnownDType(tensor.dtype) && (start * dtypeBits[tensor.dtype]) % 8) {
    throw bad(tensor, `element ${start} of ${tensor.dtype} does not start a byte`);
  }
  return range;
}

function checkHeld(tensor: Tensor, bytes: number, limit: number): void {
  if (bytes <= Math.min(limit, maxHeld)) return;
  throw bad(tensor, `${bytes} bytes are too many to read at once`);
}

function cut(tensor: Tensor, dtype: KnownDType, bytes: Uint8Array, { start, count }: Range) {
  const first = byteLength(dtype, start);
  const part = bytes.subarray(first, first + byteLength(dtype, count));
  if (part.length < byteLength(dtype, count)) throw bad(tensor, 'the unpacked data is too short');
  return part;
}

function knownDType(tensor: Tensor): KnownDType {
  if (isKnownDType(tensor.dtype)) return tensor.dtype;
  throw bad(tensor, `the element type ${tensor.dtype} is not known`);
}

const aligned = (bytes: Uint8Array, size: number) =>
  bytes.byteOffset % size ? bytes.slice() : bytes;

const bad = (tensor: Tensor, problem: string) =>
  new FormatError(tensor.file, problem, { tensor: tensor.name });
