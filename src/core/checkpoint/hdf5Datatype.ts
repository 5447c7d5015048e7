/**
 * Where the bits of an HDF5 number are, which libhdf5's WebAssembly build does not tell: from the datatype message in the
 * header of a dataset. HDF5 File Format Specification 3.0, sections IV.A.1 (headers) and IV.A.2.d (datatype message).
 */
import { view } from './bytes';

/** The bits of an integer that are not all of its bytes, or a float of a layout of its own. */
export type OddNumber =
  | { readonly kind: 'integer'; readonly offset: number; readonly precision: number }
  | { readonly kind: 'float'; readonly exponent: number; readonly mantissa: number };

/** Reads a range of the file, cut off at its end. */
type Read = (offset: number, length: number) => Uint8Array;

const datatype = 3;
const continuation = 16;
/** Headers of datasets take a few hundred bytes, in a few blocks. */
const maxBlock = 1 << 16;
const maxBlocks = 64;

/** Exponent and mantissa of IEEE 754, and of no other float that has their size. */
const usual: ReadonlyMap<number, readonly [exponent: number, mantissa: number]> = new Map([
  [2, [5, 10]],
  [4, [8, 23]],
  [8, [11, 52]],
]);

/** What is odd about the numbers of the dataset whose header is at `address`; undefined: nothing, or they are no numbers. */
export function oddNumber(read: Read, base: number, address: number): OddNumber | undefined {
  const head = read(base + address, 16);
  const isNew = String.fromCharCode(...head.subarray(0, 4)) === 'OHDR';
  const flags = isNew ? head[5]! : 0;
  const width = 1 << (flags & 3);
  const first = isNew ? 6 + (flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0) : 8;
  const sizes = read(base + address + first, 8);
  const size = Number(littleEndian(sizes.subarray(0, isNew ? width : 4)));
  const blocks = [{ at: base + address + (isNew ? first + width : 16), size }];
  for (let block = 0; block < Math.min(blocks.length, maxBlocks); block++) {
    const { at, size: length } = blocks[block]!;
    const bytes = read(at, Math.min(length, maxBlock));
    for (const { type, isShared, body } of messagesOf(bytes, isNew, (flags & 4) !== 0)) {
      if (type === continuation && body.length >= 16) {
        const [to, more] = [littleEndian(body.subarray(0, 8)), littleEndian(body.subarray(8, 16))];
        // A block of the new kind has a signature before its messages and a checksum behind.
        const [skipped, cut] = isNew ? [4, 8] : [0, 0];
        blocks.push({ at: base + Number(to) + skipped, size: Number(more) - cut });
      } else if (type === datatype && !isShared) return oddIn(body);
    }
  }
  return undefined;
}

function* messagesOf(bytes: Uint8Array, isNew: boolean, isOrdered: boolean) {
  const head = isNew ? (isOrdered ? 6 : 4) : 8;
  for (let at = 0; at + head <= bytes.length;) {
    const type = isNew ? bytes[at]! : littleEndian(bytes.subarray(at, at + 2));
    const sizeAt = at + (isNew ? 1 : 2);
    const size = Number(littleEndian(bytes.subarray(sizeAt, sizeAt + 2)));
    const isShared = (bytes[sizeAt + 2]! & 2) !== 0;
    at += head;
    yield { type: Number(type), isShared, body: bytes.subarray(at, at + size) };
    at += size;
  }
}

function oddIn(message: Uint8Array): OddNumber | undefined {
  if (message.length < 12) return undefined;
  const fields = view(message);
  const kind = message[0]! & 15;
  const size = fields.getUint32(4, true);
  const [offset, precision] = [fields.getUint16(8, true), fields.getUint16(10, true)];
  if (kind === 0) {
    const isWhole = offset === 0 && precision === 8 * size;
    return isWhole ? undefined : { kind: 'integer', offset, precision };
  }
  if (kind !== 1 || message.length < 16) return undefined;
  const [exponent, mantissa] = [message[13]!, message[15]!];
  const [usualExponent, usualMantissa] = usual.get(size) ?? [exponent, mantissa];
  const isUsual = exponent === usualExponent && mantissa === usualMantissa && offset === 0;
  return isUsual ? undefined : { kind: 'float', exponent, mantissa };
}

/** Little-endian integers of `size` bytes of which `precision` bits from `offset` on are the number. In place. */
export function spreadBits(
  bytes: Uint8Array,
  size: number,
  signed: boolean,
  { offset, precision }: Extract<OddNumber, { kind: 'integer' }>,
): void {
  for (let at = 0; at + size <= bytes.length; at += size) {
    const bits = littleEndian(bytes.subarray(at, at + size)) >> BigInt(offset);
    const value = signed ? BigInt.asIntN(precision, bits) : BigInt.asUintN(precision, bits);
    for (let i = 0; i < size; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 255n);
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length; i-- > 0;) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
