/** The bytes of a pickle, as its operations take them. */
import { view } from './bytes';
import { latin1 } from './pickleText';

/** Python's own integers are unbounded; none in a checkpoint has more than 16 bytes. */
const maxLongBytes = 64;
/** Parsing a decimal line to a BigInt is quadratic in its length. */
const maxLineBytes = 1 << 16;

/** The pickle goes on after the bytes that were given. */
export class PickleTooShort extends Error {
  override readonly name = 'PickleTooShort';
}

/** Reads from `start` on; every method throws PickleTooShort where the bytes end too early. */
export function pickleBytes(bytes: Uint8Array, start: number, fail: (problem: string) => never) {
  const data = view(bytes);
  let at = start;
  /** Moves on by `length` bytes and returns where they were. */
  const take = (length: number): number => {
    if (length > bytes.length - at) throw new PickleTooShort();
    const from = at;
    at += length;
    return from;
  };
  /** Most of what is taken is one byte: without a call for each. */
  const u8 = (): number => {
    if (at >= bytes.length) throw new PickleTooShort();
    return bytes[at++]!;
  };
  const u16 = () => data.getUint16(take(2), true);
  const u32 = () => data.getUint32(take(4), true);
  const u64 = (): number => {
    const length = data.getBigUint64(take(8), true);
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) fail(`a length of ${length} is claimed`);
    return Number(length);
  };
  const raw = (length: number) => bytes.subarray(take(length), at);
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new PickleTooShort();
    if (end - at > maxLineBytes) fail('a text line is too long');
    const text = latin1(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  const integer = (text: string): number | bigint => {
    const digits = text.endsWith('L') ? text.slice(0, -1) : text;
    if (!/^[+-]?\d+$/.test(digits) || digits.length > 3 * maxLongBytes) {
      return fail(`${JSON.stringify(text.slice(0, 40))} is not an integer`);
    }
    return narrow(BigInt(digits));
  };
  const long = (length: number): number | bigint => {
    if (length > maxLongBytes) fail(`an integer of ${length} bytes`);
    let value = 0n;
    const digits = raw(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!);
    return narrow(BigInt.asIntN(8 * length, value));
  };
  return {
    position: () => at,
    skip: (length: number) => void take(length),
    u8,
    u16,
    u32,
    u64,
    i32: () => data.getInt32(take(4), true),
    /** Big-endian, as only this one is. */
    f64: () => data.getFloat64(take(8)),
    raw,
    line,
    integer,
    long,
  };
}

const narrow = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;
