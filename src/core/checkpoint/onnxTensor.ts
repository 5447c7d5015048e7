/** ONNX TensorProto and SparseTensorProto (github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
import { FormatError, quoted, readBytes, view, type ByteSource } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, countOf, dtypeBits, type KnownDType } from './dtype';
import { fieldText, lastValue, readFields, type Field } from './protobuf';
import { storedTensor } from './storedTensor';

/** Where tensors find their values. */
export interface OnnxFiles {
  readonly source: ByteSource;
  /** The file again, for small reads of headers. */
  readonly headers: ByteSource;
  /** A file of external data, or why it cannot be read. */
  external(location: string): Promise<ByteSource | FormatError>;
}

const stringType = 8;
/** TensorProto.DataType → element type, and the field of values that are not raw. */
const types: ReadonlyMap<number, readonly [KnownDType, number]> = new Map([
  [1, ['float32', 4]],
  [2, ['uint8', 5]],
  [3, ['int8', 5]],
  [4, ['uint16', 5]],
  [5, ['int16', 5]],
  [6, ['int32', 5]],
  [7, ['int64', 7]],
  [9, ['bool', 5]],
  [10, ['float16', 5]],
  [11, ['float64', 10]],
  [12, ['uint32', 11]],
  [13, ['uint64', 11]],
  [14, ['complex64', 4]],
  [15, ['complex128', 10]],
  [16, ['bfloat16', 5]],
  [17, ['float8_e4m3fn', 5]],
  [18, ['float8_e4m3fnuz', 5]],
  [19, ['float8_e5m2', 5]],
  [20, ['float8_e5m2fnuz', 5]],
  [21, ['uint4', 5]],
  [22, ['int4', 5]],
  [23, ['float4_e2m1fn', 5]],
  [24, ['float8_e8m0fnu', 5]],
  [25, ['uint2', 5]],
  [26, ['int2', 5]],
]);

/** A TensorProto as a tensor, called what `rename` makes of its own name. */
export async function readTensorProto(
  files: OnnxFiles,
  { start, end }: Field,
  rename: (own: string) => string,
): Promise<Tensor> {
  const { source, headers } = files;
  const fields = await readFields(headers, start, end);
  const named = fields.findLast(({ number }) => number === 8);
  const name = rename(named ? await fieldText(headers, named) : '');
  const file = source.name;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const shape = await readIntegers(headers, fields, 1);
  if (shape.some((size) => !Number.isSafeInteger(size))) fail(`[${shape}] is no shape`);
  const count = countOf(shape, file, name);
  const code = Number(lastValue(fields, 2));
  const [dtype, typed] = types.get(code) ?? [];
  const opaque = (reason: string): Tensor => {
    const shown = dtype ?? (code === stringType ? 'string' : `DataType ${code}`);
    return { name, dtype: shown, shape, bytes: 0, file, data: { kind: 'opaque', reason } };
  };
  if (code === stringType) return opaque('its values are text');
  if (!dtype || typed === undefined) return opaque('its element type is not known');
  if (fields.some(({ number }) => number === 3)) return opaque('it is a segment of another tensor');
  const claim = { name, dtype, shape };
  if (lastValue(fields, 14) === 1n) {
    const place = await externalPlace(headers, fields, byteLength(dtype, count), fail);
    const target = await files.external(place.location);
    if (target instanceof FormatError) return opaque(`its external data: ${target.message}`);
    return storedTensor(target, { ...claim, offset: place.offset, bytes: place.length });
  }
  const raw = fields.findLast(({ number }) => number === 9);
  if (raw) {
    return storedTensor(source, { ...claim, offset: raw.start, bytes: raw.end - raw.start });
  }
  const parts = fields.filter(({ number }) => number === typed);
  if (!parts.length && count) return opaque('the file has no values of it');
  return typedTensor(source, { ...claim, count }, parts);
}

interface TypedClaim {
  readonly name: string;
  readonly dtype: KnownDType;
  readonly shape: readonly number[];
  readonly count: number;
}

/** Values in a typed field: packed runs, single values, or both. */
function typedTensor(
  source: ByteSource,
  { name, dtype, shape, count }: TypedClaim,
  parts: readonly Field[],
): Tensor {
  const file = source.name;
  const bytes = byteLength(dtype, count);
  const fail = (found: number): never => {
    const problem = `${dtype} [${shape}] takes ${bytes} bytes, its values give ${found}`;
    throw new FormatError(file, problem, { tensor: name });
  };
  const fixed = fixedSize(dtype);
  const [first] = parts;
  if (fixed && first && parts.length === 1 && first.end > first.start) {
    const run = { offset: first.start, bytes: first.end - first.start };
    return storedTensor(source, { name, dtype, shape, ...run });
  }
  // A varint has at least a byte, and gives as many bytes as a value of the type has.
  const size = fixed || Math.max(1, dtypeBits[dtype] / 8);
  const packed = parts.reduce((sum, { start, end }) => sum + Math.max(1, end - start), 0);
  if (bytes > packed * size) fail(packed * size);
  const decode = async () => {
    const target = new Uint8Array(bytes);
    let at = 0;
    const put = (value: bigint) => {
      if (at + size > bytes) fail(at + size);
      for (let i = 0; i < size; i++) target[at++] = Number((value >> BigInt(8 * i)) & 255n);
    };
    for (const { start, end, value } of parts) {
      const run = await readBytes(source, start, end - start, 'the values');
      if (!run.length) put(value);
      else if (fixed) {
        if (at + run.length > bytes) fail(at + run.length);
        target.set(run, at);
        at += run.length;
      } else if (!writeVarints(run, size, target, at)) fail(countVarints(run) * size + at);
      else at += countVarints(run) * size;
    }
    return at === bytes ? target : fail(at);
  };
  return { name, dtype, shape, bytes: packed, file, data: { kind: 'decoded', decode } };
}

/** Bytes of one number that protobuf does not store as a varint; 0 for one that it does. */
function fixedSize(dtype: KnownDType): number {
  if (dtype === 'float32' || dtype === 'complex64') return 4;
  return dtype === 'float64' || dtype === 'complex128' ? 8 : 0;
}

const countVarints = (run: Uint8Array) =>
  run.reduce((count, byte) => count + Number(byte < 128), 0);

/** Writes the low `size` bytes of every varint; false when they do not fit or the last one does not end. */
function writeVarints(run: Uint8Array, size: number, target: Uint8Array, start: number): boolean {
  if (start + countVarints(run) * size > target.length || run.at(-1)! >= 128) return false;
  const data = view(target);
  let [at, low, high, shift] = [start, 0, 0, 0];
  for (const byte of run) {
    const bits = byte & 127;
    // Seven bits at a time into two words; those at 28 lie in both.
    if (shift < 32) low |= bits << shift;
    if (shift >= 28) high |= shift < 32 ? bits >> 4 : bits << (shift - 32);
    shift = Math.min(shift + 7, 63);
    if (byte >= 128) continue;
    if (size === 1) target[at] = low;
    else if (size === 2) data.setUint16(at, low & 0xffff, true);
    else data.setInt32(at, low, true);
    if (size === 8) data.setInt32(at + 4, high, true);
    at += size;
    low = high = shift = 0;
  }
  return true;
}

/** A repeated int64, packed or not. Integers that are too large become infinite. */
async function readIntegers(
  source: ByteSource,
  fields: readonly Field[],
  wanted: number,
): Promise<number[]> {
  const numbers: number[] = [];
  for (const { number, value, start, end } of fields) {
    if (number !== wanted) continue;
    if (start === end) numbers.push(asSize(value));
    else {
      const run = await readBytes(
        source,
        start,
        Math.min(end - start, maxPackedShape),
        'the shape',
      );
      const words = new Uint8Array(8 * countVarints(run));
      if (!writeVarints(run, 8, words, 0)) return [Infinity];
      for (let at = 0; at < words.length; at += 8) {
        numbers.push(asSize(view(words).getBigUint64(at, true)));
      }
    }
  }
  return numbers;
}

/** 64 dimensions of 10 bytes, and more than that shows that there are too many. */
const maxPackedShape = 1024;

/** Negative ones are huge as u64. */
const asSize = (value: bigint) => (value < 2n ** 53n ? Number(value) : Infinity);

/** external_data: pairs of key and value; offset and length are decimal texts. */
async function externalPlace(
  headers: ByteSource,
  fields: readonly Field[],
  expected: number,
  fail: (problem: string) => never,
): Promise<{ readonly location: string; readonly offset: number; readonly length: number }> {
  const entries = await readEntries(headers, fields, 13);
  const location = entries.get('location');
  if (location === undefined) return fail('its external data have no location');
  const size = (key: string, absent: number): number => {
    const text = entries.get(key);
    if (text === undefined) return absent;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      fail(`the ${key} ${quoted(text)} of its external data is no size`);
    }
    return value;
  };
  const length = size('length', expected);
  return { location: location.replace(/^(\.\/)+/, ''), offset: size('offset', 0), length };
}

/** Repeated StringStringEntryProto { 1 = key, 2 = value } as a Map. */
export async function readEntries(
  headers: ByteSource,
  fields: readonly Field[],
  wanted: number,
): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (const { number, start, end } of fields) {
    if (number !== wanted) continue;
    const pair = await readFields(headers, start, end);
    const [key, value] = [1, 2].map((part) => pair.findLast((field) => field.number === part));
    entries.set(
      key ? await fieldText(headers, key) : '',
      value ? await fieldText(headers, value) : '',
    );
  }
  return entries;
}
