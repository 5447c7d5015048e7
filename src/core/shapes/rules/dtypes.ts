/** Element types: categories and PyTorch's and NumPy's promotion. */
import { dtypeBits, isKnownDType } from '../../checkpoint/dtype';
import { dtypeOf, fresh, known, shapeOf, type Machine } from '../machine';
import type { Tensor, Value } from '../values';

type Category = 0 | 1 | 2 | 3;
/** bool < integer < float < complex. */
export function category(dtype: string): Category {
  if (dtype === 'bool') return 0;
  if (/^u?int/.test(dtype)) return 1;
  return dtype.startsWith('complex') ? 3 : 2;
}
const bits = (dtype: string): number => (isKnownDType(dtype) ? dtypeBits[dtype] : 0);

/** The narrowest type that both convert to, scalars aside. */
export function widen(a: string, b: string): string {
  if (a === b) return a;
  const [x, y] = [category(a), category(b)];
  if (x !== y) return x > y ? a : b;
  if ((a === 'float16' && b === 'bfloat16') || (a === 'bfloat16' && b === 'float16'))
    return 'float32';
  if (a.startsWith('u') !== b.startsWith('u') && bits(a) === bits(b))
    return `int${Math.min(64, bits(a) * 2)}`;
  return bits(a) >= bits(b) ? a : b;
}

/** Element type of an operation on two operands, the second perhaps a Python number. */
export function torchPromote(
  m: Machine,
  left: Value,
  right: Value,
  divides = false,
): string | number {
  const result = promoteOperands(m, left, right);
  return divides && typeof result === 'string' && category(result) < 2 ? 'float32' : result;
}
function promoteOperands(m: Machine, left: Value, right: Value): string | number {
  const a = operand(m, left);
  const b = operand(m, right);
  if (!a || !b) return a?.dtype ?? b?.dtype ?? fresh(m);
  if (typeof a.dtype === 'number' || typeof b.dtype === 'number') return mixed(a, b);
  const [x, y] = [category(a.dtype), category(b.dtype)];
  if (a.rank === b.rank) return widen(a.dtype, b.dtype);
  // A Python number, and to a lesser degree a 0-dimensional tensor, decides only by its category.
  const [strong, weak] = a.rank > b.rank ? [a, b] : [b, a];
  const weaker = a.rank > b.rank ? y : x;
  const stronger = a.rank > b.rank ? x : y;
  if (weaker <= stronger) return strong.dtype;
  return weak.rank > 0
    ? weak.dtype
    : weaker === 2
      ? 'float32'
      : weaker === 1
        ? 'int64'
        : weak.dtype;
}
interface Operand {
  readonly dtype: string | number;
  /** 0: Python number, 1: tensor without dimensions, 2: tensor. */
  readonly rank: 0 | 1 | 2;
}
function operand(m: Machine, value: Value): Operand | undefined {
  const v = known(m, value);
  if (v.k === 'tensor') {
    const shape = shapeOf(m, v.shape);
    const isScalar = shape.head === null && shape.front.length === 0;
    // A scalar of another library counts as a Python number.
    const isNumber = isScalar && v.library !== m.dialect.library;
    return { dtype: dtypeOf(m, v) ?? v.dtype, rank: isNumber ? 0 : isScalar ? 1 : 2 };
  }
  if (v.k === 'int') return { dtype: 'int64', rank: 0 };
  if (v.k === 'bool') return { dtype: 'bool', rank: 0 };
  return v.k === 'float' ? { dtype: 'float64', rank: 0 } : undefined;
}
/** One type is not known: a tensor of floats decides, numbers and masks do not. */
function mixed(a: Operand, b: Operand): string | number {
  if (typeof a.dtype === 'number' && typeof b.dtype === 'number') return a.dtype;
  const [open, other] = typeof a.dtype === 'number' ? [a, b] : [b, a];
  return other.rank > 0 && typeof other.dtype === 'string' && category(other.dtype) >= 2
    ? other.dtype
    : open.dtype;
}

export function numpyPromote(
  m: Machine,
  left: Value,
  right: Value,
  divides = false,
): string | number {
  const a = operand(m, left);
  const b = operand(m, right);
  if (!a || !b) return besideUnknown(m, a ?? b);
  if (typeof a.dtype === 'number' || typeof b.dtype === 'number') return openNumpy(a, b);
  const result = numpyWiden(a, b);
  return divides && category(result) < 2 ? 'float64' : result;
}
/** Beside something that may be a number or an array of any type, floats stay what they are in most code. */
function besideUnknown(m: Machine, one: Operand | undefined): string | number {
  if (typeof one?.dtype !== 'string') return one?.dtype ?? fresh(m);
  return category(one.dtype) >= 2 ? one.dtype : fresh(m);
}
/** One type is not known: float64 is as wide as any other, float32 may be widened. */
function openNumpy(a: Operand, b: Operand): string | number {
  if (a.dtype === 'float64' && a.rank > 0) return a.dtype;
  if (b.dtype === 'float64' && b.rank > 0) return b.dtype;
  return typeof a.dtype === 'number' ? a.dtype : b.dtype;
}
function numpyWiden(a: Operand, b: Operand): string {
  const [x, y] = [a.dtype as string, b.dtype as string];
  // NumPy 2: Python numbers are weak, arrays without dimensions are not.
  if (a.rank === 0 || b.rank === 0) {
    const [strong, weak] = a.rank === 0 ? [y, x] : [x, y];
    if (category(weak) <= category(strong)) return strong;
    return category(weak) === 2 ? 'float64' : weak;
  }
  const [p, q] = [category(x), category(y)];
  if (p === q || p === 0 || q === 0 || p === 3 || q === 3) return widen(x, y);
  const [float, integer] = p === 2 ? [x, y] : [y, x];
  return bits(integer) > bits(float) / 2 ? (bits(integer) >= 32 ? 'float64' : 'float32') : float;
}

/** JAX without 64-bit types: Python's numbers are weak, a float of any width wins over integers (JEP 9407). */
export function jaxPromote(
  m: Machine,
  left: Value,
  right: Value,
  divides = false,
): string | number {
  const a = operand(m, left);
  const b = operand(m, right);
  if (!a || !b) return besideUnknown(m, a ?? b);
  if (typeof a.dtype === 'number' || typeof b.dtype === 'number') return openJax(a, b);
  const result = jaxWiden({ ...a, dtype: narrow(a.dtype) }, { ...b, dtype: narrow(b.dtype) });
  return divides && category(result) < 2 ? 'float32' : result;
}
function openJax(a: Operand, b: Operand): string | number {
  const [open, other] = typeof a.dtype === 'number' ? [a, b] : [b, a];
  return other.dtype === 'float32' && other.rank > 0 ? other.dtype : open.dtype;
}
function jaxWiden(a: Operand, b: Operand): string {
  const [x, y] = [a.dtype as string, b.dtype as string];
  if ((a.rank === 0) === (b.rank === 0)) return widen(x, y);
  const [strong, weak] = a.rank === 0 ? [y, x] : [x, y];
  return category(weak) <= category(strong) ? strong : weak;
}
/** The type that JAX keeps, where 64 bits are asked for. */
export const narrow = (dtype: string): string =>
  dtype === 'complex128' ? 'complex64' : dtype.replace(/^(float|u?int)64$/, '$132');

/** TensorFlow converts Python's numbers and arrays only; two tensors are of one type. */
export function tensorflowPromote(
  m: Machine,
  left: Value,
  right: Value,
  divides = false,
): string | number {
  const [a, b] = [operand(m, left), operand(m, right)];
  const strong = [a, b].filter((one) => one && one.rank > 0);
  const known = strong.find((one) => typeof one!.dtype === 'string');
  const dtype = (known ?? strong[0] ?? a ?? b)?.dtype ?? fresh(m);
  if (!divides || typeof dtype === 'number' || category(dtype) >= 2) return dtype;
  return /^u?int(8|16)$/.test(dtype) ? 'float32' : 'float64';
}

const torchNames: Record<string, string> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  cfloat: 'complex64',
  cdouble: 'complex128',
};
/** A type named in code: `torch.float`, `np.float32`, `'float32'`, `float`. */
export function dtypeNamed(
  m: Machine,
  value: Value | undefined,
  floats: 'float32' | 'float64',
): string | undefined {
  const v = value && known(m, value);
  if (v?.k === 'dtype') return v.name;
  if (v?.k === 'string' && v.value !== undefined) {
    const short: Record<string, string> = {
      f: 'float32',
      d: 'float64',
      i: 'int32',
      f4: 'float32',
      f8: 'float64',
      i4: 'int32',
      i8: 'int64',
      int: 'int64',
      float: 'float64',
    };
    return short[v.value] ?? (isKnownDType(v.value) ? v.value : undefined);
  }
  if (v?.k === 'native')
    return v.name === 'int'
      ? 'int64'
      : v.name === 'float'
        ? floats
        : v.name === 'bool'
          ? 'bool'
          : undefined;
  return undefined;
}
export const torchDtype = (name: string): string | undefined =>
  torchNames[name] ?? (isKnownDType(name) ? name : undefined);
export const floating = (m: Machine, t: Tensor, fallback: string): string | number => {
  const dtype = dtypeOf(m, t);
  return dtype === undefined ? t.dtype : category(dtype) < 2 ? fallback : dtype;
};
