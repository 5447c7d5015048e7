/** Columns of a matrix that are far larger than the others. */
import { namedPlaces } from './look';

export interface Outliers {
  readonly count: number;
  /** Columns in all. */
  readonly of: number;
  /** The first few, the largest first. */
  readonly places: readonly number[];
}

/** A column is an outlier beyond so many robust deviations. */
const deviations = 6;
/** Fewer columns have no spread that one could speak of. */
const fewestColumns = 16;
/** Median absolute deviation of a normal distribution → its standard deviation. */
const normal = 1.4826;

/**
 * Columns whose 1-norm lies more than six robust deviations (1.4826 × the median absolute deviation) above the
 * median. Such feature dimensions, "outlier features" of magnitude 6 and more, are what breaks 8-bit
 * quantisation: Dettmers et al., "LLM.int8()" (2022), section 4. `sums`: 1-norm per column.
 */
export function outlierColumns(sums: Float64Array): Outliers | undefined {
  const finite = sums.filter((sum) => Number.isFinite(sum));
  if (finite.length < fewestColumns) return undefined;
  const middle = median(finite);
  const spread = normal * median(finite.map((sum) => Math.abs(sum - middle)));
  // Half of the columns are equal: whatever differs would be infinitely far away.
  if (spread === 0) return undefined;
  const limit = middle + deviations * spread;
  const places = [...sums.keys()].filter(
    (column) => sums[column]! > limit && sums[column]! < Infinity,
  );
  places.sort((a, b) => sums[b]! - sums[a]!);
  return { count: places.length, of: sums.length, places: places.slice(0, namedPlaces) };
}

/** Of at least one number, with the mean of the two in the middle. */
function median(numbers: Float64Array): number {
  const sorted = numbers.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
