/** Where a descent ended, in words and numbers: a pattern, its reverse, a mixture, a cycle. Patterns are counted from 0. */
import type { Told } from '../../trace/told';
import { verdict } from '../../trace/toldEnglish';
import type { Verdict } from '../../trace/trace';
import type { Descent } from './asynchronous';
import { overlapsOf } from './asynchronous';
import { asymmetry } from './rules';
import type { Network } from './network';
import { argmax } from '../vector';

/** Most patterns whose mixtures are tried; a mixture of patterns lies closest to those that it mixes. */
const mixed = 9;
/** Energies are sums of N² numbers in float64; a rise below this share of them is rounding. */
const rounding = 1e-9;

export type Place =
  | { readonly kind: 'pattern' | 'reverse'; readonly pattern: number }
  /** sign(Σ ±ξ) of an odd number of patterns (Amit, Gutfreund and Sompolinsky 1985); negative ones as −1 − p. */
  | { readonly kind: 'mixture'; readonly patterns: readonly number[] }
  | { readonly kind: 'other'; readonly nearest: number; readonly overlap: number }
  | { readonly kind: 'unknown' };

export function placeOf(patterns: ArrayLike<number>, n: number, state: Int8Array): Place {
  const overlaps = overlapsOf(patterns, n, state);
  if (overlaps.length === 0) return { kind: 'unknown' };
  const nearest = argmax(overlaps.map(Math.abs));
  const overlap = overlaps[nearest]!;
  if (Math.abs(overlap) > 1 - 1e-9) {
    return { kind: overlap > 0 ? 'pattern' : 'reverse', pattern: nearest };
  }
  const mixture = mixtureOf(patterns, n, state, overlaps);
  return mixture ? { kind: 'mixture', patterns: mixture } : { kind: 'other', nearest, overlap };
}

function mixtureOf(
  patterns: ArrayLike<number>,
  n: number,
  state: Int8Array,
  overlaps: Float64Array,
): number[] | undefined {
  const close = Array.from(overlaps.keys())
    .sort((a, b) => Math.abs(overlaps[b]!) - Math.abs(overlaps[a]!))
    .slice(0, mixed);
  for (const size of [3, 5, 7, 9]) {
    for (const chosen of subsets(close, size)) {
      if (isMixture(patterns, n, state, chosen, overlaps)) {
        return chosen.sort((a, b) => a - b).map((p) => (overlaps[p]! < 0 ? -1 - p : p));
      }
    }
  }
  return undefined;
}

function isMixture(
  patterns: ArrayLike<number>,
  n: number,
  state: Int8Array,
  chosen: readonly number[],
  overlaps: Float64Array,
): boolean {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (const p of chosen) sum += (overlaps[p]! < 0 ? -1 : 1) * patterns[p * n + i]!;
    if (sum * state[i]! <= 0) return false;
  }
  return true;
}

function* subsets(of: readonly number[], size: number, from = 0): Generator<number[], void> {
  if (size === 0) yield [];
  for (let i = from; i <= of.length - size && size > 0; i++) {
    for (const rest of subsets(of, size - 1, i + 1)) yield [of[i]!, ...rest];
  }
}

/** Whether the energy rose more than rounding does. */
export function rose({ rise, energy }: Descent): boolean {
  return rise.by > rounding * Math.max(1, Math.abs(energy[0]!), Math.abs(energy.at(-1)!));
}

export function verdictOf(
  net: Network,
  patterns: ArrayLike<number>,
  start: Int8Array,
  descent: Descent,
  labels: readonly string[] = [],
): Verdict {
  const { n } = net;
  const named = (p: number) => labels[p] ?? String(p);
  const place = placeOf(patterns, n, descent.last);
  const before = placeOf(patterns, n, start);
  const nearest = patterns.length > 0 ? argmax(overlapsOf(patterns, n, start).map(Math.abs)) : -1;
  const end = 'pattern' in place && descent.cycle === undefined ? place.pattern : nearest;
  const strayed = end !== nearest && before.kind !== 'unknown';
  const risen = rose(descent);
  const good = isGood(place, descent) && !strayed && !risen;
  return verdict(
    good,
    endingOf(place, descent, named),
    ...(strayed ? [{ kind: 'strayed', name: named(nearest) } as const] : []),
    ...(risen ? [riseOf(net, descent)] : []),
  );
}

function isGood({ kind }: Place, { settled, cycle }: Descent): boolean {
  return settled && cycle === undefined && (kind === 'pattern' || kind === 'unknown');
}

function endingOf(
  place: Place,
  { flips, steps, settled, cycle, energy }: Descent,
  named: (pattern: number) => string,
): Told<'ended'> {
  const of = { kind: 'ended', flips, steps, settled } as const;
  if (cycle !== undefined) return { ...of, place: 'cycle', names: [], cycle };
  switch (place.kind) {
    case 'pattern':
    case 'reverse':
      return { ...of, place: place.kind, names: [named(place.pattern)] };
    case 'mixture': {
      const names = place.patterns.map((p) => (p < 0 ? `−${named(-1 - p)}` : named(p)));
      return { ...of, place: 'mixture', names };
    }
    case 'other':
      return { ...of, place: 'other', names: [named(place.nearest)], overlap: place.overlap };
    case 'unknown':
      return { ...of, place: 'unknown', names: [], energy: energy.at(-1)! };
  }
}

function riseOf(net: Network, { rise, unit }: Descent): Told<'rose'> {
  const difference = asymmetry(net.w, net.n);
  const why = difference > 1e-6 ? 'asymmetric' : unit ? 'diagonal' : 'together';
  return { kind: 'rose', ...rise, why, difference };
}
