/** How a tensor's finite values are spread. */

export interface Histogram {
  /** Bins of equal width over [low, high], as NumPy's `histogram`: the last one holds `high` too. */
  readonly linear: {
    readonly low: number;
    readonly high: number;
    readonly counts: Float64Array;
  };
  /** Bins of half an octave over the magnitude, by sign; zeros are in none. */
  readonly logarithmic: {
    /** The first bin starts at 2^(first / 2); each is √2 times as wide as the one before. */
    readonly first: number;
    readonly negative: Float64Array;
    readonly positive: Float64Array;
  };
}

export const linearBins = 128;
/** Bins of the magnitudes from 2^−126, below which float32 loses digits, to 2^128. */
const logarithmicBins = 508;
const lowest = -252;
/** Bits of the smallest float32 that is not below √2, without its exponent. */
const rootTwo = 0x3504f4;

export interface HistogramMaker {
  /** Counts more values of the tensor. */
  add(values: Float32Array | Float64Array): void;
  made(): Histogram;
}

/** Counts values between `low` and `high`, the extremes of the tensor; what is not finite is left out. */
export function histogramMaker(low: number, high: number, bins = linearBins): HistogramMaker {
  const counts = new Float64Array(bins);
  const negative = new Float64Array(logarithmicBins);
  const positive = new Float64Array(logarithmicBins);
  const perUnit = high > low ? bins / (high - low) : 0;
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  return {
    add(values) {
      const { length } = values;
      for (let i = 0; i < length; i++) {
        const value = values[i]!;
        if (!(value >= low && value <= high)) continue;
        counts[Math.min(bins - 1, Math.floor((value - low) * perUnit))]!++;
        if (value === 0) continue;
        single[0] = value;
        (value < 0 ? negative : positive)[binOf(bits[0]! & 0x7fffffff)]!++;
      }
    },
    made: () => ({ linear: { low, high, counts }, logarithmic: trim(negative, positive) }),
  };
}

/** By the bits of a magnitude: exponent, and whether the rest is above √2. */
function binOf(bits: number): number {
  const bin = 2 * ((bits >>> 23) - 127) - lowest + ((bits & 0x7fffff) >= rootTwo ? 1 : 0);
  return Math.min(logarithmicBins - 1, Math.max(0, bin));
}

/** Without the empty bins at both ends. */
function trim(negative: Float64Array, positive: Float64Array): Histogram['logarithmic'] {
  const isUsed = (_: number, bin: number) => negative[bin]! + positive[bin]! > 0;
  const start = Math.max(0, negative.findIndex(isUsed));
  const end = negative.findLastIndex(isUsed) + 1;
  return {
    first: lowest + start,
    negative: negative.slice(start, end),
    positive: positive.slice(start, end),
  };
}
