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
  const unsigned = async (length: 1 | 2 | 4): Promise<number> => {
    const place = await take(length);
    if (length === 1) return data.getUint8(place);
    return length === 2 ? data.getUint16(place) : data.getUint32(place);
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
  const extension = async (length: number) =>
    range(length, view(Uint8Array.of(await unsigned(1))).getInt8(0));
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
    switch (marker) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return marker === 0xc3;
      case 0xc4:
        return range(await unsigned(1), undefined);
      case 0xc5:
        return range(await unsigned(2), undefined);
      case 0xc6:
        return range(await unsigned(4), undefined);
      case 0xc7:
        return extension(await unsigned(1));
      case 0xc8:
        return extension(await unsigned(2));
      case 0xc9:
        return extension(await unsigned(4));
      case 0xca:
        return data.getFloat32(await take(4));
      case 0xcb:
        return data.getFloat64(await take(8));
      case 0xcc:
        return unsigned(1);
      case 0xcd:
        return unsigned(2);
      case 0xce:
        return unsigned(4);
      case 0xcf:
        return whole(data.getBigUint64(await take(8)));
      case 0xd0:
        return data.getInt8(await take(1));
      case 0xd1:
        return data.getInt16(await take(2));
      case 0xd2:
        return data.getInt32(await take(4));
      case 0xd3:
        return whole(data.getBigInt64(await take(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return extension(1 << (marker - 0xd4));
      case 0xd9:
        return text(await unsigned(1));
      case 0xda:
        return text(await unsigned(2));
      case 0xdb:
        return text(await unsigned(4));
      case 0xdc:
        return list(await unsigned(2), depth);
      case 0xdd:
        return list(await unsigned(4), depth);
      case 0xde:
        return map(await unsigned(2), depth);
      case 0xdf:
        return map(await unsigned(4), depth);
      default:
        at--;
        return fail(`0x${marker.toString(16)} starts no MessagePack value`);
    }
  };
  return { value: await next(0), end: at };
}

const whole = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;
