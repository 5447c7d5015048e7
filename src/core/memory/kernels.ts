/** Small dense arithmetic: float32 in, sums in double precision, float32 out. */

/**
 * out[r] = bias[r] + Σ_c weight[r, c] · x[c], for `rows` rows from `out[at]`. Four rows share each load of x, so
 * that four sums are under way at once.
 */
export function affine(
  out: Float32Array,
  at: number,
  weight: Float32Array,
  bias: Float32Array | undefined,
  x: Float32Array,
  rows: number,
  columns: number,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const first = row * columns;
    const second = first + columns;
    const third = second + columns;
    const fourth = third + columns;
    let a = bias ? bias[row]! : 0;
    let b = bias ? bias[row + 1]! : 0;
    let c = bias ? bias[row + 2]! : 0;
    let d = bias ? bias[row + 3]! : 0;
    for (let i = 0; i < columns; i++) {
      const value = x[i]!;
      a += weight[first + i]! * value;
      b += weight[second + i]! * value;
      c += weight[third + i]! * value;
      d += weight[fourth + i]! * value;
    }
    out[at + row] = a;
    out[at + row + 1] = b;
    out[at + row + 2] = c;
    out[at + row + 3] = d;
  }
  for (; row < rows; row++) {
    let sum = bias ? bias[row]! : 0;
    for (let i = 0; i < columns; i++) sum += weight[row * columns + i]! * x[i]!;
    out[at + row] = sum;
  }
}

/** In place over `count` values from `at`; the largest is taken off first, so that nothing overflows. */
export function softmax(values: Float32Array, at: number, count: number): void {
  let largest = -Infinity;
  for (let i = at; i < at + count; i++) if (values[i]! > largest) largest = values[i]!;
  let sum = 0;
  for (let i = at; i < at + count; i++) {
    const value = Math.exp(values[i]! - largest);
    values[i] = value;
    sum += value;
  }
  const scale = 1 / sum;
  for (let i = at; i < at + count; i++) values[i] = values[i]! * scale;
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** log(1 + eˣ), by torch's default threshold the identity above 20. */
export const softplus = (x: number): number => (x > 20 ? x : Math.log1p(Math.exp(x)));
export const relu = (x: number): number => (x > 0 ? x : x === x ? 0 : x);

/** One under another: [a; b], both with the same number of columns. */
export function stack(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
