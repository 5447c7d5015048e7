/** Values as comma-separated text: one line per row of the last dimension, numbers that read back exactly. */
import { elementCount, type KnownDType } from './dtype';
import { widen } from './widen';

/** CSV of row-major little-endian values. Complex numbers are written `1+2j`, bool as 0 and 1. */
export function encodeCsv(dtype: KnownDType, shape: readonly number[], bytes: Uint8Array): string {
  // A copy starts a buffer of its own, thus is aligned.
  const cells = cellsOf(dtype, bytes.slice(), elementCount(shape));
  const columns = shape.at(-1) ?? 1;
  const lines: string[] = [];
  for (let start = 0; start < cells.length; start += columns) {
    lines.push(`${cells.slice(start, start + columns).join(',')}\n`);
  }
  return lines.join('');
}

function cellsOf(dtype: KnownDType, bytes: Uint8Array<ArrayBuffer>, count: number): string[] {
  const { buffer } = bytes;
  switch (dtype) {
    case 'float64':
      return Array.from(new Float64Array(buffer), float64);
    case 'int64':
      return Array.from(new BigInt64Array(buffer), String);
    case 'uint64':
      return Array.from(new BigUint64Array(buffer), String);
    case 'int32':
    case 'qint32':
      return Array.from(new Int32Array(buffer), String);
    case 'uint32':
      return Array.from(new Uint32Array(buffer), String);
    case 'complex64':
      return pairs(Array.from(new Float32Array(buffer), float32));
    case 'complex128':
      return pairs(Array.from(new Float64Array(buffer), float64));
    case 'complex32':
      return pairs(Array.from(narrow('float16', bytes, 2 * count), float32));
    default:
      return Array.from(narrow(dtype, bytes, count), float32);
  }
}

/** Types of 16 bits or fewer, and float32: float32 holds them exactly. */
function narrow(dtype: KnownDType, bytes: Uint8Array, count: number): Float32Array {
  const values = new Float32Array(count);
  widen(dtype, bytes, values);
  return values;
}

/** The fewest digits that read back as the same float32. */
export function float32(value: number): string {
  if (!value || !Number.isFinite(value)) return float64(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return float64(short);
  }
  return float64(Number(value.toPrecision(9)));
}

/** As Python and NumPy spell it. */
function float64(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** Real and imaginary parts in turn. */
function pairs(parts: readonly string[]): string[] {
  const cells: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const imaginary = parts[i + 1]!;
    cells.push(`${parts[i]}${imaginary.startsWith('-') ? '' : '+'}${imaginary}j`);
  }
  return cells;
}
