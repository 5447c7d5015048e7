/** How a tensor's finite values are spread. */

export interface Histogram {
  /** Bins of equal width over [low, high], as NumPy's `histogram`: the last one holds `high` too. */
  readonly linear: {
    readonly low: number;
    readonly high: number;
    readonly counts: Float64Array;
  };
  /** Bins of half an octave over the magnitude as float32, by sign; zeros are in none. */
  readonly logarithmic: {
    /** The first bin starts at 2^(first / 2); each is √2 times as wide as the one before. */
    readonly first: number;
    readonly negative: Float64Array;
    readonly positive: Float64Array;
  };
}

/** Counts of some of a tensor's values, to be merged. */
export interface Counts {
  readonly linear: Float64Array;
  readonly negative: Float64Array;
  readonly positive: Float64Array;
}

const linearBins = 128;
/** Bins of the magnitudes from 2^−126, below which float32 loses digits, to 2^128. */
const logarithmicBins = 508;
const lowest = -252;
/** Bits of the smallest float32 that is not below √2, without its exponent. */
const rootTwo = 0x3504f4;

export const noCounts = (): Counts => ({
  linear: new Float64Array(linearBins),
  negative: new Float64Array(logarithmicBins),
  positive: new Float64Array(logarithmicBins),
});

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Counts values between `low` and `high`, the extremes of the tensor; what is not finite is left out. */
export function countValues(
  { linear, negative, positive }: Counts,
  values: Float32Array | Float64Array,
  low: number,
  high: number,
): void {
  const bins = linear.length;
  const { length } = values;
  // The difference of two finite numbers may be infinite, their halves' is not.
  const perUnit = high > low ? bins / 2 / (high / 2 - low / 2) : 0;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (!(value >= low && value <= high)) continue;
    linear[Math.min(bins - 1, Math.floor((value - low) * perUnit))]!++;
    if (value === 0) continue;
    single[0] = value;
    (value < 0 ? negative : positive)[binOf(bits[0]! & 0x7fffffff)]!++;
  }
}

/** By the bits of a magnitude: exponent, and whether the rest is above √2. */
function binOf(magnitude: number): number {
  const upper = (magnitude & 0x7fffff) >= rootTwo ? 1 : 0;
  const bin = 2 * ((magnitude >>> 23) - 127) - lowest + upper;
  return Math.min(logarithmicBins - 1, Math.max(0, bin));
}

/** Adds the counts of another part. */
export function addCounts(to: Counts, from: Counts): void {
  for (const name of ['linear', 'negative', 'positive'] as const) {
    from[name].forEach((count, bin) => (to[name][bin]! += count));
  }
}

/** `low` and `high` as they were given to `countValues`. Empty bins at both ends of the magnitudes are left out. */
export function histogramOf(counts: Counts, low: number, high: number): Histogram {
  const { linear, negative, positive } = counts;
  const isUsed = (_: number, bin: number) => negative[bin]! + positive[bin]! > 0;
  const start = Math.max(0, negative.findIndex(isUsed));
  const end = negative.findLastIndex(isUsed) + 1;
  return {
    linear: { low, high, counts: linear },
    logarithmic: {
      first: lowest + start,
      negative: negative.slice(start, end),
      positive: positive.slice(start, end),
    },
  };
}
