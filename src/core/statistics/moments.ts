/** Moments of parts of a tensor, and how they become those of the whole. */
import type { TensorStatistics } from './statistics';

/** Of some values; `mean` and `squares` of the finite ones only. */
export interface Moments {
  readonly finite: number;
  /** +Infinity and −Infinity where nothing is finite. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of the squared differences from the mean. */
  readonly squares: number;
  readonly zeros: number;
  readonly nan: number;
  readonly positiveInfinities: number;
  readonly negativeInfinities: number;
}

export const noMoments: Moments = {
  finite: 0,
  min: Infinity,
  max: -Infinity,
  mean: 0,
  squares: 0,
  zeros: 0,
  nan: 0,
  positiveInfinities: 0,
  negativeInfinities: 0,
};

/** Of one part, in double precision; for types that the WebAssembly module does not know. */
export function momentsOf(values: Float32Array | Float64Array): Moments {
  const { length } = values;
  let [finite, zeros, nan, positiveInfinities, negativeInfinities] = [0, 0, 0, 0, 0];
  let [min, max, sum, squares] = [Infinity, -Infinity, 0, 0];
  // Around a value of the tensor itself, so that a large offset does not eat the digits.
  const shift = values.find((value) => Number.isFinite(value)) ?? 0;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    const difference = value - shift;
    // Infinity − shift and NaN − shift are no numbers that are 0 when taken from themselves.
    if (difference - difference !== 0) {
      if (value !== value) nan++;
      else if (value > 0) positiveInfinities++;
      else negativeInfinities++;
      continue;
    }
    finite++;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value === 0) zeros++;
    sum += difference;
    squares += difference * difference;
  }
  const offset = finite === 0 ? 0 : sum / finite;
  return {
    finite,
    min,
    max,
    mean: shift + offset,
    squares: Math.max(0, squares - sum * offset),
    zeros,
    nan,
    positiveInfinities,
    negativeInfinities,
  };
}

/** Of both parts: Chan, Golub, LeVeque, "Updating Formulae …" (1979), equation 2.1. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const finite = a.finite + b.finite;
  const difference = b.mean - a.mean;
  const part = finite === 0 ? 0 : b.finite / finite;
  return {
    finite,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.finite === 0 ? b.mean : a.mean + difference * part,
    squares: a.squares + b.squares + difference * difference * a.finite * part,
    zeros: a.zeros + b.zeros,
    nan: a.nan + b.nan,
    positiveInfinities: a.positiveInfinities + b.positiveInfinities,
    negativeInfinities: a.negativeInfinities + b.negativeInfinities,
  };
}

/** Of the whole tensor, from the moments of all of its `count` elements. */
export function statisticsFrom(name: string, count: number, moments: Moments): TensorStatistics {
  const { finite, min, max, mean, squares, zeros, nan } = moments;
  const { positiveInfinities, negativeInfinities } = moments;
  const none = finite === 0;
  return {
    name,
    count,
    min: none ? NaN : min,
    max: none ? NaN : max,
    mean: none ? NaN : mean,
    std: none ? NaN : Math.sqrt(squares / finite),
    zeros,
    nan,
    positiveInfinities,
    negativeInfinities,
  };
}
