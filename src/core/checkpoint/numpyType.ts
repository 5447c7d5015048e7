/** NumPy's type strings and structured types (numpy.org/doc/stable/reference/arrays.interface.html). */
import type { DType, KnownDType } from './dtype';
import type { Literal } from './pythonLiteral';

/** One element of an array. */
export interface NumpyType {
  readonly dtype: DType;
  /** Bytes of one element; 0 for texts of length 0. */
  readonly size: number;
  /** Bytes that are swapped together when big-endian; 1 for bytes, objects and structures. */
  readonly unit: number;
  readonly byteOrder: 'little' | 'big';
}

/** Kind and bytes of a type string → our name. */
export const numpyDTypes: ReadonlyMap<string, KnownDType> = new Map<string, KnownDType>([
  ['f8', 'float64'],
  ['f4', 'float32'],
  ['f2', 'float16'],
  // Only ml_dtypes registers a float of one byte under a code.
  ['f1', 'float8_e5m2'],
  ['i8', 'int64'],
  ['i4', 'int32'],
  ['i2', 'int16'],
  ['i1', 'int8'],
  ['u8', 'uint64'],
  ['u4', 'uint32'],
  ['u2', 'uint16'],
  ['u1', 'uint8'],
  ['b1', 'bool'],
  ['c8', 'complex64'],
  ['c16', 'complex128'],
]);

/** The types that no number type of ours stands for, by NumPy's names. */
const otherKinds: Readonly<Record<string, (size: number, unit: string) => [DType, number]>> = {
  S: () => ['bytes', 1],
  a: () => ['bytes', 1],
  U: () => ['unicode', 4],
  V: (size) => [`void${8 * size}`, 1],
  f: (size) => [`float${8 * size}`, size],
  c: (size) => [`complex${8 * size}`, size / 2],
  M: (size, unit) => [`datetime64${unit}`, size],
  m: (size, unit) => [`timedelta64${unit}`, size],
};

/** What a `descr` says: a type string, or a list of fields. Undefined when it is neither. */
export function numpyType(description: Literal | undefined): NumpyType | undefined {
  if (typeof description === 'string') return plainType(description);
  if (!Array.isArray(description)) return undefined;
  let size = 0;
  let object = false;
  for (const field of description as readonly Literal[]) {
    const [, type, shape] = Array.isArray(field) ? (field as readonly Literal[]) : [];
    const inner = numpyType(type);
    const count = shape === undefined ? 1 : countOf(shape);
    if (!inner || count === undefined) return undefined;
    object ||= inner.dtype === 'object';
    size += inner.size * count;
  }
  // A structure with one object in it is pickled whole.
  const dtype = object ? 'object' : 'struct';
  return Number.isSafeInteger(size) ? { dtype, size, unit: 1, byteOrder: 'little' } : undefined;
}

function plainType(text: string): NumpyType | undefined {
  const [, order, kind, digits, unit] = /^([<>|=]?)([A-Za-z])(\d{0,9})(\[\w+\])?$/.exec(text) ?? [];
  if (!kind) return undefined;
  const byteOrder = order === '>' ? 'big' : 'little';
  if (kind === 'O') return { dtype: 'object', size: 8, unit: 1, byteOrder };
  const length = Number(digits);
  const known = numpyDTypes.get(kind + digits);
  if (known) {
    return { dtype: known, size: length, unit: kind === 'c' ? length / 2 : length, byteOrder };
  }
  if (!digits || !Object.hasOwn(otherKinds, kind)) return undefined;
  const [dtype, swapped] = otherKinds[kind]!(length, unit ?? '');
  return { dtype, size: kind === 'U' ? 4 * length : length, unit: swapped, byteOrder };
}

/** Elements of a field's own shape. */
function countOf(shape: Literal): number | undefined {
  const sizes = sizesOf(typeof shape === 'number' ? [shape] : shape);
  return sizes?.reduce((product, size) => product * size, 1);
}

/** A tuple of sizes. */
export function sizesOf(value: Literal | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const sizes = (value as readonly Literal[]).filter(
    (size): size is number => typeof size === 'number' && size >= 0,
  );
  return sizes.length === value.length ? sizes : undefined;
}
