/** The value that elements of a Zarr array have where no chunk was written (zarr-specs v2, "Fill value encoding"; v3/data-types). */
import { view } from './bytes';
import { dtypeBits, type KnownDType } from './dtype';
import { isList } from './jsonFile';
import type { Json } from './json';
import { packElements } from './subByte';
import { itemSize, widen } from './widen';

const words: ReadonlyMap<Json, number> = new Map<Json, number>([
  [null, 0],
  [false, 0],
  [true, 1],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** Of a type that cannot be written by its value: what NumPy calls NaN. */
const nans: ReadonlyMap<string, number> = new Map([
  ['float16', 0x7e00],
  ['bfloat16', 0x7fc0],
]);

/** The bytes of one element, little-endian; undefined when the value does not fit the type. */
export function fillBytes(value: Json, dtype: KnownDType): Uint8Array | undefined {
  const complex = /^complex(\d+)$/.exec(dtype);
  if (complex) {
    const part = `float${Number(complex[1]) / 2}` as KnownDType;
    const [real, imaginary] = (isList(value) ? value : [value, 0]).map((n) => fillBytes(n, part));
    return real && imaginary && Uint8Array.of(...real, ...imaginary);
  }
  const bytes = new Uint8Array(itemSize(dtype));
  if (typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value)) {
    // The bits themselves.
    if (value.length !== 2 + 2 * bytes.length) return undefined;
    return bytes.map((_, i) => parseInt(value.slice(-2 * (i + 1)).slice(0, 2), 16));
  }
  const number = typeof value === 'number' ? value : words.get(value);
  return number !== undefined && write(number, dtype, bytes) ? bytes : undefined;
}

/** Writes a number as an element; false when the type does not have it. */
function write(value: number, dtype: KnownDType, bytes: Uint8Array): boolean {
  const data = view(bytes);
  if (dtype === 'float64') data.setFloat64(0, value, true);
  else if (dtype === 'float32') data.setFloat32(0, value, true);
  else if (dtype === 'bool') bytes[0] = value;
  else if (/^u?int/.test(dtype)) {
    if (!Number.isSafeInteger(value)) return false;
    const whole = BigInt(value);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number((whole >> BigInt(8 * i)) & 255n);
  } else return writeCode(value, dtype, bytes);
  return true;
}

/** Of a small float the code whose value it is. */
function writeCode(value: number, dtype: KnownDType, bytes: Uint8Array): boolean {
  const bits = dtypeBits[dtype];
  if (bits > 16) return false;
  const codes = Uint16Array.from({ length: 1 << bits }, (_, code) => code);
  const all = bits === 16 ? new Uint8Array(codes.buffer) : Uint8Array.from(codes);
  const values = new Float32Array(1 << bits);
  widen(dtype, bits < 8 ? packElements(dtype, all) : all, values);
  const found = values.findIndex((known) => Object.is(known, value));
  const code = nans.get(dtype);
  const chosen = Number.isNaN(value) && code !== undefined ? code : found;
  bytes.set(Uint8Array.of(chosen, chosen >> 8).subarray(0, bytes.length));
  return chosen >= 0;
}
