/** Element types → float32, over whole arrays. Rounds to nearest even where float32 holds less. */
import { view } from './bytes';
import { dtypeBits, type KnownDType } from './dtype';

/**
 * Writes the float32 values of `bytes` (little-endian, of type `dtype`) to `target`; false when the
 * type has no float32 value (complex numbers). `bytes` must be aligned to its own element size.
 */
export function widen(dtype: KnownDType, bytes: Uint8Array, target: Float32Array): boolean {
  switch (dtype) {
    case 'float32':
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
      return true;
    case 'bfloat16': {
      const bits = bitsOf(target);
      const values = words(Uint16Array, bytes);
      for (let i = 0; i < values.length; i++) bits[i] = values[i]! << 16;
      return true;
    }
    case 'float16': {
      const table = halfTable();
      const bits = bitsOf(target);
      const values = words(Uint16Array, bytes);
      for (let i = 0; i < values.length; i++) bits[i] = table[values[i]!]!;
      return true;
    }
    case 'float4_e2m1fn':
    case 'int4':
    case 'uint4':
    case 'int2':
    case 'uint2':
      widenPacked(packed[dtype], bytes, target);
      return true;
    case 'int64':
    case 'uint64':
      widenLong(dtype === 'int64', bytes, target);
      return true;
    case 'float64':
      target.set(words(Float64Array, bytes));
      return true;
    case 'int32':
    case 'qint32':
      target.set(words(Int32Array, bytes));
      return true;
    case 'uint32':
      target.set(words(Uint32Array, bytes));
      return true;
    case 'int16':
      target.set(words(Int16Array, bytes));
      return true;
    case 'uint16':
      target.set(words(Uint16Array, bytes));
      return true;
    case 'int8':
    case 'qint8':
      target.set(words(Int8Array, bytes));
      return true;
    case 'uint8':
    case 'quint8':
    case 'bool':
      target.set(bytes);
      return true;
    case 'float8_e4m3fn':
    case 'float8_e5m2':
    case 'float8_e4m3fnuz':
    case 'float8_e5m2fnuz':
    case 'float8_e3m4':
    case 'float8_e4m3':
    case 'float8_e4m3b11fnuz':
    case 'float8_e8m0fnu': {
      const table = byteTable(dtype);
      const bits = bitsOf(target);
      for (let i = 0; i < bytes.length; i++) bits[i] = table[bytes[i]!]!;
      return true;
    }
    case 'complex32':
    case 'complex64':
    case 'complex128':
      return false;
  }
}

/** The same memory as words; bit patterns survive where a float store might quiet a NaN. */
const bitsOf = (target: Float32Array) =>
  new Uint32Array(target.buffer, target.byteOffset, target.length);

type Words<T> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
};
const words = <T>(type: Words<T>, bytes: Uint8Array): T =>
  new type(bytes.buffer, bytes.byteOffset, bytes.length / type.BYTES_PER_ELEMENT);

function widenLong(signed: boolean, bytes: Uint8Array, target: Float32Array): void {
  const low = words(Uint32Array, bytes);
  const high: Int32Array | Uint32Array = signed ? words(Int32Array, bytes) : low;
  const { length } = target;
  for (let i = 0; i < length; i++) target[i] = high[2 * i + 1]! * 2 ** 32 + low[2 * i]!;
}

/** All codes of a type, the low bits of a byte first: OCP Microscaling 1.0, section 5.3.3 (E2M1); two's complement. */
const packed = {
  float4_e2m1fn: [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6],
  int4: [0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1],
  uint4: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  int2: [0, 1, -2, -1],
  uint2: [0, 1, 2, 3],
} as const;

function widenPacked(codes: readonly number[], bytes: Uint8Array, target: Float32Array): void {
  const { length } = target;
  const mask = codes.length - 1;
  const bits = 32 - Math.clz32(mask);
  // How many values a byte holds, and which of them is meant, as powers of two.
  const places = 8 / bits - 1;
  const shift = 31 - Math.clz32(places + 1);
  for (let i = 0; i < length; i++) {
    target[i] = codes[(bytes[i >> shift]! >> (bits * (i & places))) & mask]!;
  }
}

interface Small {
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /** Which codes are not numbers: IEEE 754, only all ones, only minus zero. */
  readonly special: 'ieee' | 'ones' | 'minus-zero';
}

/** FP8 Formats for Deep Learning (Micikevicius et al. 2022), table 1; fnuz: Noune et al. 2022; the last three: ml_dtypes. */
const smallFloats = {
  float16: { exponent: 5, mantissa: 10, bias: 15, special: 'ieee' },
  float8_e5m2: { exponent: 5, mantissa: 2, bias: 15, special: 'ieee' },
  float8_e4m3fn: { exponent: 4, mantissa: 3, bias: 7, special: 'ones' },
  float8_e5m2fnuz: { exponent: 5, mantissa: 2, bias: 16, special: 'minus-zero' },
  float8_e4m3fnuz: { exponent: 4, mantissa: 3, bias: 8, special: 'minus-zero' },
  float8_e3m4: { exponent: 3, mantissa: 4, bias: 3, special: 'ieee' },
  float8_e4m3: { exponent: 4, mantissa: 3, bias: 7, special: 'ieee' },
  float8_e4m3b11fnuz: { exponent: 4, mantissa: 3, bias: 11, special: 'minus-zero' },
} as const satisfies Record<string, Small>;

/** float32 bits of one code. */
function decode(code: number, { exponent, mantissa, bias, special }: Small): number {
  const ones = (1 << exponent) - 1;
  const negative = (code >> (exponent + mantissa)) & 1;
  const power = (code >> mantissa) & ones;
  const fraction = code & ((1 << mantissa) - 1);
  const full = (1 << mantissa) - 1;
  if (special === 'minus-zero' && negative && !power && !fraction) return 0xffc00000;
  if (special === 'ones' && power === ones && fraction === full) return nan(negative, 1 << 22);
  if (special === 'ieee' && power === ones) return nan(negative, fraction << (23 - mantissa));
  const significand = power ? fraction | (1 << mantissa) : fraction;
  const value = significand * 2 ** (Math.max(power, 1) - bias - mantissa);
  return floatBits(negative ? -value : value);
}

/** Infinity when the fraction is 0. */
const nan = (negative: number, fraction: number) =>
  ((negative << 31) | 0x7f800000 | fraction) >>> 0;

function floatBits(value: number): number {
  const bytes = view(new Uint8Array(4));
  bytes.setFloat32(0, value);
  return bytes.getUint32(0);
}

/** The float32 value of the float16 at a place; not for whole arrays. */
export const float16At = (bytes: Uint8Array, at: number): number =>
  (halfValues ??= new Float32Array(halfTable().buffer))[bytes[at]! | (bytes[at + 1]! << 8)]!;

let halfValues: Float32Array | undefined;
let halves: Uint32Array<ArrayBuffer> | undefined;
/** float32 bits of every float16, made on first use (256 KB). */
const halfTable = () =>
  (halves ??= Uint32Array.from({ length: 1 << 16 }, (_, code) =>
    decode(code, smallFloats.float16),
  ));

type ByteFloat = Exclude<keyof typeof smallFloats, 'float16'> | 'float8_e8m0fnu';
const byteTables = new Map<ByteFloat, Uint32Array>();
/** float32 bits of every 8-bit code. E8M0 is a bare power of two, 255 is NaN (OCP Microscaling 5.4.1). */
function byteTable(dtype: ByteFloat): Uint32Array {
  let table = byteTables.get(dtype);
  if (!table) {
    const bits = (code: number) => {
      if (dtype !== 'float8_e8m0fnu') return decode(code, smallFloats[dtype]);
      return code === 255 ? 0x7fc00000 : floatBits(2 ** (code - 127));
    };
    table = Uint32Array.from({ length: 256 }, (_, code) => bits(code));
    byteTables.set(dtype, table);
  }
  return table;
}

/** Bytes per element, as an alignment: at least 1. */
export const itemSize = (dtype: KnownDType) => Math.max(1, dtypeBits[dtype] / 8);
