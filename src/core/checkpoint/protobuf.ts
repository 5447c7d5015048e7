/** Protocol Buffers, one message at a time: what is not asked for is skipped, not read. protobuf.dev/programming-guides/encoding */
import { FormatError, readBytes, textOf, view, type ByteSource } from './bytes';

/** A field of a message. */
export interface Field {
  readonly number: number;
  /** Varints and fixed values; 0n for a field with a length. */
  readonly value: bigint;
  /** The place of a field with a length: a message, text, bytes or packed numbers. */
  readonly start: number;
  readonly end: number;
}

/** A bound on the memory of one message: entries of maps are fields too. */
const maxFields = 1 << 20;
/** Bytes read at once: most messages fit, and the large ones are skipped over. */
const windowBytes = 4096;
/** A key and a number of 10 bytes each. */
const maxHead = 20;

/** The fields of the message at `start` … `end`, in their order. */
export async function readFields(
  source: ByteSource,
  start = 0,
  end = source.size,
): Promise<Field[]> {
  const fields: Field[] = [];
  let at = start;
  let from = start;
  let bytes: Uint8Array = new Uint8Array(0);

  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { byte: at });
  };
  /** The place of the next `length` bytes in the window, which must hold them, and past them. */
  const take = (length: number): number => {
    if (at + length > end) fail(`a protobuf message goes beyond its end at ${end}`);
    at += length;
    return at - length - from;
  };
  /** Nearly all are small numbers; the others are large integers. */
  const varint = (): number | bigint => {
    let small = 0;
    for (let power = 1; power < 2 ** 49; power *= 128) {
      const byte = bytes[take(1)]!;
      small += (byte & 127) * power;
      if (byte < 128) return small;
    }
    let value = BigInt(small);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = bytes[take(1)]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    return fail('a varint has more than 10 bytes');
  };
  const fixed = (length: 4 | 8): bigint => {
    const place = take(length);
    const data = view(bytes);
    return length === 4 ? BigInt(data.getUint32(place, true)) : data.getBigUint64(place, true);
  };
  while (at < end) {
    if (fields.length === maxFields) fail(`a message has more than ${maxFields} fields`);
    const held = from + bytes.length;
    if (at + maxHead > held && held < end) {
      bytes = await readBytes(source, at, Math.min(windowBytes, end - at), 'a protobuf message');
      from = at;
    }
    const key = varint();
    const number = typeof key === 'number' ? Math.floor(key / 8) : Infinity;
    if (number < 1 || number >= 2 ** 29) fail(`${number} is no protobuf field number`);
    const type = Number(key) % 8;
    if (type === 0) fields.push({ number, value: BigInt(varint()), start: at, end: at });
    else if (type === 1) fields.push({ number, value: fixed(8), start: at, end: at });
    else if (type === 5) fields.push({ number, value: fixed(4), start: at, end: at });
    else if (type === 2) {
      const length = varint();
      if (length > end - at) fail(`a field claims ${length} bytes, ${end - at} are left`);
      fields.push({ number, value: 0n, start: at, end: at + Number(length) });
      at += Number(length);
    } else fail(`${type} is no protobuf wire type`);
  }
  return fields;
}

/** The last value of a field, as protobuf has it; 0n when it is absent. */
export const lastValue = (fields: readonly Field[], number: number): bigint =>
  fields.findLast((field) => field.number === number)?.value ?? 0n;

/** Texts are names and versions; the large fields are messages and bytes. */
const maxText = 1 << 20;

/** A field as text. */
export async function fieldText(source: ByteSource, { start, end }: Field): Promise<string> {
  if (end - start > maxText) {
    throw new FormatError(source.name, `a text claims ${end - start} bytes`, { byte: start });
  }
  return textOf(await readBytes(source, start, end - start, 'a text'), source, 'a text', start);
}
