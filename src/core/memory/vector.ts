/** Arithmetic over plain arrays that the memory models share. Matrices are row-major; sums are in float64. */
import type { Random } from './random';

export type Numbers = ArrayLike<number>;

export function dot(a: Numbers, b: Numbers, fromA = 0, fromB = 0, count = b.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
}

/** W x + b: `weights` [rows, x.length] from element `start`, `bias` [rows] or none; returns [rows]. */
export function affine(
  weights: Numbers,
  rows: number,
  x: Numbers,
  bias?: Numbers,
  start = 0,
): Float64Array {
  const width = x.length;
  const out = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    out[row] = dot(weights, x, start + row * width, 0, width) + (bias ? bias[row]! : 0);
  }
  return out;
}

/** Wᵀ x: `weights` [x.length, columns]; returns [columns]. The read of an attention: Σ x_i row_i. */
export function mix(weights: Numbers, columns: number, x: Numbers): Float64Array {
  const out = new Float64Array(columns);
  for (let row = 0; row < x.length; row++) {
    const by = x[row]!;
    if (by === 0) continue;
    for (let c = 0; c < columns; c++) out[c]! += by * weights[row * columns + c]!;
  }
  return out;
}

export function add(a: Numbers, b: Numbers): Float64Array {
  return Float64Array.from(a, (value, i) => value + b[i]!);
}

/** log Σ exp(x), without overflow. */
export function logSumExp(x: Numbers): number {
  let top = -Infinity;
  for (let i = 0; i < x.length; i++) top = Math.max(top, x[i]!);
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.exp(x[i]! - top);
  return top + Math.log(sum);
}

export function softmax(x: Numbers): Float64Array {
  const total = logSumExp(x);
  return Float64Array.from(x, (value) => Math.exp(value - total));
}

/** Layer normalisation over the whole vector (Ba et al. 2016b); the variance is the biased one, as in torch. */
export function layerNorm(
  x: Numbers,
  scale?: Numbers,
  shift?: Numbers,
  epsilon = 1e-5,
): Float64Array {
  let mean = 0;
  for (let i = 0; i < x.length; i++) mean += x[i]! / x.length;
  let variance = 0;
  for (let i = 0; i < x.length; i++) variance += (x[i]! - mean) ** 2 / x.length;
  const by = 1 / Math.sqrt(variance + epsilon);
  return Float64Array.from(
    x,
    (value, i) => (value - mean) * by * (scale ? scale[i]! : 1) + (shift ? shift[i]! : 0),
  );
}

/** Place of the largest value, the first of equals; -1 when empty. */
export function argmax(x: Numbers): number {
  let best = -1;
  for (let i = 0; i < x.length; i++) if (best < 0 || x[i]! > x[best]!) best = i;
  return best;
}

/** 0 … count-1 in a random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
