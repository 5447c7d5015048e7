/**
 * MessagePack, read lazily: containers and scalars are built, binary data stays in the file as a range.
 * https://github.com/msgpack/msgpack/blob/master/spec.md
 */
import { FormatError, textOf, view, type ByteSource } from './bytes';

/** Any value. Integers beyond 2^53 are BigInts; keys of maps are strings, as everybody writes them. */
export type Msgpack =
  | null
  | boolean
  | number
  | bigint
  | string
  | MsgpackRange
  | readonly Msgpack[]
  | ReadonlyMap<string, Msgpack>;

/** Binary data in the file: `bin`, or `ext` with its type −128 … 127. */
export interface MsgpackRange {
  readonly ext: number | undefined;
  readonly offset: number;
  readonly length: number;
}

export const isRange = (value: Msgpack | undefined): value is MsgpackRange =>
  typeof value === 'object' && value !== null && 'offset' in value;
export const isList = (value: Msgpack | undefined): value is readonly Msgpack[] =>
  Array.isArray(value);
export const isMap = (value: Msgpack | undefined): value is ReadonlyMap<string, Msgpack> =>
  value instanceof Map;

/** Parameter trees nest a dozen deep; a stack overflow needs thousands. */
const maxDepth = 128;
/** A million tensors with eight values each; every one takes memory. */
const maxValues = 1 << 23;
/** Names and other text are short; the values are binary. */
const maxText = 16 << 20;
/** Bytes read at once: one read lists a file of small tensors. */
const windowBytes = 64 << 10;

/** Reads one value from `start`, which may not go beyond `end`; gives it and the byte behind it. */
export async function readMsgpack(
  source: ByteSource,
  start = 0,
  end = source.size,
): Promise<{ readonly value: Msgpack; readonly end: number }> {
  let at = start;
  let values = 0;
  let from = start;
  let bytes = new Uint8Array(0);
  let data = view(bytes);

  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { byte: at });
  };
  /** Makes the next `length` bytes lie in the window and gives their place in it, past them. */
  const take = async (length: number): Promise<number> => {
    if (at + length > end) fail(`${length} bytes of MessagePack go beyond its end at ${end}`);
    if (at < from || at + length > from + bytes.length) {
      bytes = new Uint8Array(Math.max(length, Math.min(windowBytes, end - at)));
      await source.read(at, bytes);
      data = view(bytes);
      from = at;
    }
    at += length;
    return at - length - from;
  };
  /** Big-endian, 1 … 4 bytes. */
  const unsigned = async (length: number): Promise<number> => {
    const place = await take(length);
    if (length === 1) return data.getUint8(place);
    return length === 2 ? data.getUint16(place) : data.getUint32(place);
  };
  const float = async (length: number): Promise<number> => {
    const place = await take(length);
    return length === 4 ? data.getFloat32(place) : data.getFloat64(place);
  };
  /** uint64 and the signed integers. */
  const long = async (marker: number): Promise<number | bigint> => {
    const place = await take(marker === 0xcf ? 8 : 1 << (marker - 0xd0));
    if (marker === 0xcf) return whole(data.getBigUint64(place));
    if (marker === 0xd0) return data.getInt8(place);
    if (marker === 0xd1) return data.getInt16(place);
    return marker === 0xd2 ? data.getInt32(place) : whole(data.getBigInt64(place));
  };
  const text = async (length: number): Promise<string> => {
    if (length > maxText) fail(`a text claims ${length} bytes`);
    const place = await take(length);
    return textOf(bytes.subarray(place, place + length), source, 'a text', at - length);
  };
  const range = (length: number, ext: number | undefined): MsgpackRange => {
    if (at + length > end) fail(`${length} bytes of binary data go beyond the end at ${end}`);
    at += length;
    return { ext, offset: at - length, length };
  };
  const extension = async (length: number) => range(length, ((await unsigned(1)) << 24) >> 24);
  const count = (items: number): number => {
    // Every item takes a byte, so that a claimed count never runs ahead of the file.
    if (items > end - at) fail(`${items} items are announced, ${end - at} bytes are left`);
    return items;
  };
  const list = async (items: number, depth: number): Promise<Msgpack[]> => {
    const result: Msgpack[] = [];
    for (let i = count(items); i > 0; i--) result.push(await next(depth + 1));
    return result;
  };
  const map = async (items: number, depth: number): Promise<Map<string, Msgpack>> => {
    const result = new Map<string, Msgpack>();
    for (let i = count(items); i > 0; i--) {
      const start = at;
      const key = await next(depth + 1);
      if (typeof key !== 'string' && typeof key !== 'number') {
        at = start;
        fail('a key of a map is neither text nor a number');
      }
      const name = String(key);
      if (result.has(name)) {
        at = start;
        fail(`the key ${JSON.stringify(name.slice(0, 200))} is there twice`);
      }
      result.set(name, await next(depth + 1));
    }
    return result;
  };
  const next = async (depth: number): Promise<Msgpack> => {
    if (depth > maxDepth) fail(`the values nest deeper than ${maxDepth} levels`);
    if (++values > maxValues) fail(`there are more than ${maxValues} values`);
    const marker = await unsigned(1);
    if (marker < 0x80) return marker;
    if (marker < 0x90) return map(marker & 15, depth);
    if (marker < 0xa0) return list(marker & 15, depth);
    if (marker < 0xc0) return text(marker & 31);
    if (marker >= 0xe0) return marker - 256;
    if (marker === 0xc0) return null;
    if (marker === 0xc1) return fail('0xc1 starts no MessagePack value');
    if (marker <= 0xc3) return marker === 0xc3;
    // From here on, markers of one kind follow each other with lengths of 1, 2, 4 (8) bytes.
    if (marker <= 0xc6) return range(await unsigned(1 << (marker - 0xc4)), undefined);
    if (marker <= 0xc9) return extension(await unsigned(1 << (marker - 0xc7)));
    if (marker <= 0xcb) return float(4 << (marker - 0xca));
    if (marker <= 0xce) return unsigned(1 << (marker - 0xcc));
    if (marker <= 0xd3) return long(marker);
    if (marker <= 0xd8) return extension(1 << (marker - 0xd4));
    if (marker <= 0xdb) return text(await unsigned(1 << (marker - 0xd9)));
    if (marker <= 0xdd) return list(await unsigned(2 << (marker - 0xdc)), depth);
    return map(await unsigned(2 << (marker - 0xde)), depth);
  };
  return { value: await next(0), end: at };
}

const whole = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;
