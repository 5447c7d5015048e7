/** What is unhealthy or remarkable about a tensor's values. */

/** Kinds of findings, the most serious first. */
export const findingKinds = [
  'notANumber',
  'infinite',
  'allZero',
  'constant',
  'duplicate',
  'deadRows',
  'outlierColumns',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** Names; of duplicates all that are equal, otherwise one. */
  readonly tensors: readonly string[];
  /** How many elements, tensors, rows or columns of them it is about. */
  readonly count: number;
  /** Out of how many. */
  readonly of: number;
  /** The first few rows or columns that it is about. */
  readonly places?: readonly number[];
}
