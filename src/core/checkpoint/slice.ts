/** NumPy's basic slicing of a tensor, without reading what is left out. */
import { memorySource } from './bytes';
import type { Stored, Tensor } from './checkpoint';
import { dtypeBits, isKnownDType } from './dtype';
import { rowMajor } from './strided';
import { readFloat32, readTensor } from './values';

/** What to keep along one dimension: one element, or every `step`-th of `start` … `stop`. */
type Pick =
  | { readonly at: number }
  | { readonly start: number; readonly stop: number; readonly step: number };

/**
 * The part that a text like `0:2,:,-1,::3` names: `start:stop:step` with a positive step, or an index,
 * which drops its dimension; missing dimensions are kept whole. Throws RangeError with one sentence.
 */
export async function sliceTensor(tensor: Tensor, text: string): Promise<Tensor> {
  const picks = parsePicks(text, tensor.shape);
  const data = await stored(tensor);
  const size = isKnownDType(tensor.dtype) ? dtypeBits[tensor.dtype] / 8 : 0;
  if (size < 1) throw new RangeError(`a slice of ${tensor.dtype} does not start at a byte`);
  const strides = data.strides ?? rowMajor(tensor.shape);
  let { offset } = data;
  const shape: number[] = [];
  const kept: number[] = [];
  picks.forEach((pick, axis) => {
    const stride = strides[axis]!;
    if ('at' in pick) {
      offset += pick.at * stride * size;
      return;
    }
    offset += pick.start * stride * size;
    shape.push(Math.max(0, Math.ceil((pick.stop - pick.start) / pick.step)));
    kept.push(stride * pick.step);
  });
  const bytes = shape.reduce((product, n) => product * n, size);
  return { ...tensor, shape, bytes, data: { ...data, offset, strides: kept } };
}

/** The tensor of its float32 values. Quantised types are dequantised, all others rounded. */
export async function asFloat32(tensor: Tensor): Promise<Tensor> {
  const values = await readFloat32(tensor);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const data: Stored = inMemory(tensor, bytes);
  const { name, shape, file } = tensor;
  return { name, dtype: 'float32', shape, bytes: bytes.length, file, data };
}

/** Where the values lie; unpacked ones in memory. */
async function stored(tensor: Tensor): Promise<Stored> {
  return tensor.data.kind === 'stored' ? tensor.data : inMemory(tensor, await readTensor(tensor));
}

const inMemory = (tensor: Tensor, bytes: Uint8Array): Stored => ({
  kind: 'stored',
  source: memorySource(tensor.file, bytes),
  offset: 0,
  byteOrder: 'little',
});

function parsePicks(text: string, shape: readonly number[]): Pick[] {
  const words = text.trim() ? text.split(',') : [];
  if (words.length > shape.length) {
    throw new RangeError(`${words.length} slices for the ${shape.length} dimensions [${shape}]`);
  }
  return shape.map((length, axis) => parsePick(words[axis]?.trim() ?? ':', length, axis));
}

function parsePick(word: string, length: number, axis: number): Pick {
  const match = /^(-?\d+)?(?:(:)(-?\d+)?(?::(\d+)?)?)?$/.exec(word);
  if (!match || word === '') throw new RangeError(`${JSON.stringify(word)} is no slice`);
  const [, first, colon, last, every] = match;
  // Negative numbers count from the end; what lies outside is cut off, as in Python.
  const place = (given: string | undefined, otherwise: number) => {
    const at = given === undefined ? otherwise : Number(given);
    return Math.min(length, Math.max(0, at < 0 ? at + length : at));
  };
  if (colon) {
    const step = Number(every ?? 1);
    if (step < 1) throw new RangeError(`${JSON.stringify(word)}: a step is at least 1`);
    return { start: place(first, 0), stop: place(last, length), step };
  }
  const index = Number(first);
  const at = index < 0 ? index + length : index;
  if (at < 0 || at >= length) {
    throw new RangeError(`index ${word} is outside of dimension ${axis}, which has ${length}`);
  }
  return { at };
}
