/** One weight of a TensorFlow.js model: its entry in the manifest and its values, quantised or not. */
import { FormatError, readBytes, view, type ByteSource } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType, type KnownDType } from './dtype';
import type { Json } from './json';
import { isList, isMap, isSize } from './jsonFile';
import { storedTensor } from './storedTensor';
import { readTensor } from './values';
import { widen } from './widen';

/** A weight as the manifest describes it. */
export interface Weight {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly quantisation:
    { readonly dtype: string; readonly scale: number; readonly min: number } | undefined;
}

/** Checks an entry of the manifest. */
export function weightOf(source: ByteSource, entry: Json): Weight {
  const { name, dtype, shape, quantization } = isMap(entry) ? Object.fromEntries(entry) : {};
  if (typeof name !== 'string') throw new FormatError(source.name, 'a weight has no name');
  const sizes = isList(shape) ? shape.filter(isSize) : undefined;
  if (typeof dtype !== 'string' || !sizes || sizes.length !== (shape as Json[]).length) {
    throw new FormatError(source.name, 'expected a dtype and a shape', { tensor: name });
  }
  if (!isMap(quantization)) return { name, dtype, shape: sizes, quantisation: undefined };
  const [stored, scale = 1, min = 0] = ['dtype', 'scale', 'min'].map((key) =>
    quantization.get(key),
  );
  if (typeof stored !== 'string' || typeof scale !== 'number' || typeof min !== 'number') {
    throw new FormatError(source.name, 'its quantization lacks dtype, scale or min', {
      tensor: name,
    });
  }
  return { name, dtype, shape: sizes, quantisation: { dtype: stored, scale, min } };
}

/** The tensor of a weight whose values start at `offset` of the group's data. */
export async function tensorOf(data: ByteSource, offset: number, weight: Weight): Promise<Tensor> {
  const { name, dtype, shape, quantisation } = weight;
  const count = countOf(shape, data.name, name);
  const storedType = quantisation?.dtype ?? dtype;
  if (storedType === 'string') {
    const bytes = await textBytes(data, offset, count, name);
    const reason = 'its values are text';
    return { name, dtype, shape, bytes, file: data.name, data: { kind: 'opaque', reason } };
  }
  if (!isKnownDType(storedType)) {
    throw new FormatError(data.name, `the element type ${storedType} is not known`, {
      tensor: name,
    });
  }
  const bytes = byteLength(storedType, count);
  const stored = storedTensor(data, { name, dtype: storedType, shape, offset, bytes });
  if (!quantisation) return stored;
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw new FormatError(data.name, `${dtype} cannot be quantised`, { tensor: name });
  }
  const decode = async () => unquantise(await readTensor(stored), storedType, dtype, quantisation);
  return { ...stored, dtype, data: { kind: 'decoded', decode } };
}

/** value = stored × scale + min in float64, rounded to the weight's own type. */
function unquantise(
  bytes: Uint8Array,
  stored: KnownDType,
  dtype: 'float32' | 'int32',
  { scale, min }: { readonly scale: number; readonly min: number },
): Uint8Array {
  const values = new Float32Array(bytes.length / byteLength(stored, 1));
  widen(stored, bytes, values);
  if (stored === 'float16') return new Uint8Array(values.buffer);
  const target = dtype === 'float32' ? values : new Int32Array(values.length);
  for (const [i, q] of values.entries()) {
    const value = q * scale + min;
    target[i] = dtype === 'float32' ? value : Math.round(value);
  }
  return new Uint8Array(target.buffer);
}

/** Bytes of `count` texts, each after its length as u32. */
async function textBytes(data: ByteSource, offset: number, count: number, tensor: string) {
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + 4 > data.size) throw new FormatError(data.name, 'its text is cut short', { tensor });
    at += 4 + view(await readBytes(data, at, 4, 'the length of a text')).getUint32(0, true);
  }
  if (at > data.size) throw new FormatError(data.name, 'its text is cut short', { tensor });
  return at - offset;
}
