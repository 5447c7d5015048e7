/** What is unhealthy or remarkable about a tensor's values. */
import type { Examined } from './gather';
import { infinities } from './statistics';

/** Kinds of findings, the most serious first. */
export const findingKinds = [
  'notANumber',
  'infinite',
  'allZero',
  'deadRows',
  'constant',
  'duplicate',
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

/** Of one tensor. One that is constant has no findings about its rows and columns as well. */
export function findingsOf({ statistics, rows, deadRows, outliers }: Examined): readonly Finding[] {
  const { name, count, zeros, nan } = statistics;
  const tensors = [name];
  const found: Finding[] = [];
  const infinite = infinities(statistics);
  if (nan > 0) found.push({ kind: 'notANumber', tensors, count: nan, of: count });
  if (infinite > 0) found.push({ kind: 'infinite', tensors, count: infinite, of: count });
  if (count > 1 && zeros === count) {
    found.push({ kind: 'allZero', tensors, count, of: count });
  } else if (isConstant(statistics)) {
    found.push({ kind: 'constant', tensors, count, of: count });
  } else {
    if (rows !== undefined && deadRows.count > 0) {
      found.push({ kind: 'deadRows', tensors, of: rows, ...deadRows });
    }
    if (outliers && outliers.count > 0) {
      found.push({ kind: 'outlierColumns', tensors, ...outliers });
    }
  }
  return found;
}

/** More than one value, all finite and equal. */
function isConstant({
  count,
  min,
  max,
  nan,
  positiveInfinities,
  negativeInfinities,
}: Examined['statistics']) {
  return count > 1 && min === max && nan + positiveInfinities + negativeInfinities === 0;
}

/**
 * Groups of tensors that may be duplicates: same type, shape and statistics to the last bit. Whether they are, only
 * their bytes tell. Constant ones are left out: every model has many equal ones.
 */
export function likelyDuplicates(
  examined: Iterable<{ readonly place: string; readonly examined: Examined }>,
): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const {
    place,
    examined: { statistics },
  } of examined) {
    const { name, count, ...numbers } = statistics;
    if (count < 2 || isConstant(statistics)) continue;
    const key = [place, count, ...Object.values(numbers)].join(' ');
    const group = groups.get(key);
    if (group) group.push(name);
    else groups.set(key, [name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The most serious first; among equals those that are about the largest part. */
export function bySeriousness(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ kind }: Finding) => findingKinds.indexOf(kind);
  return findings.toSorted((a, b) => rank(a) - rank(b) || b.count / b.of - a.count / a.of);
}
