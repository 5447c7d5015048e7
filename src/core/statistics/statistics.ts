/** What is known of a tensor's values once each has been looked at, and its form in typed arrays. */

/** Of one tensor. Complex numbers count by their magnitude, booleans as 0 and 1. */
export interface TensorStatistics {
  readonly name: string;
  /** Elements. */
  readonly count: number;
  /** Of the finite values only, as are `max`, `mean` and `std`; NaN where there are none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the population, as NumPy's `std()`. */
  readonly std: number;
  /** Both zeros, +0 and −0. */
  readonly zeros: number;
  readonly nan: number;
  readonly positiveInfinities: number;
  readonly negativeInfinities: number;
}

/** Order of the numbers where statistics travel as an array: messages to a webview lose a NaN in an object. */
export const statisticFields = [
  'count',
  'min',
  'max',
  'mean',
  'std',
  'zeros',
  'nan',
  'positiveInfinities',
  'negativeInfinities',
] as const satisfies readonly (keyof TensorStatistics)[];

/** The numbers, [statisticFields.length]. */
export function packStatistics(statistics: TensorStatistics): Float64Array {
  return Float64Array.from(statisticFields, (field) => statistics[field]);
}

/** The statistics of the `index`-th tensor out of packed ones, [tensors × statisticFields.length]. */
export function unpackStatistics(name: string, numbers: Float64Array, index = 0): TensorStatistics {
  const start = index * statisticFields.length;
  const entries = statisticFields.map((field, place) => [field, numbers[start + place] ?? NaN]);
  return { name, ...Object.fromEntries(entries) } as TensorStatistics;
}

/** Part of the elements that are zero, 0…1. */
export const sparsity = ({ zeros, count }: TensorStatistics): number =>
  count === 0 ? 0 : zeros / count;

/** Infinities of both signs. */
export const infinities = (statistics: TensorStatistics): number =>
  statistics.positiveInfinities + statistics.negativeInfinities;

/** Root of the mean square of the finite values: Frobenius norm / √elements. */
export const rootMeanSquare = ({ mean, std }: TensorStatistics): number => Math.hypot(mean, std);
