/** Where a descent ended, in words and numbers: a pattern, its reverse, a mixture, a cycle. Patterns are counted from 0. */
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
  const named = (p: number) => `pattern ${labels[p] ?? p}`;
  const problem = rose(descent) ? riseText(net, descent) : undefined;
  const end = ending(placeOf(patterns, n, descent.last), descent, (p) => labels[p] ?? String(p));
  const before = placeOf(patterns, n, start);
  const nearest = patterns.length > 0 ? argmax(overlapsOf(patterns, n, start).map(Math.abs)) : -1;
  const strayed =
    (end.pattern ?? nearest) !== nearest && before.kind !== 'unknown'
      ? `, though ${named(nearest)} was nearest at the start`
      : '';
  const text = [`${end.text}${strayed}`, problem].filter((part) => part !== undefined).join('; ');
  return { good: end.good && strayed === '' && problem === undefined, text };
}

function ending(
  place: Place,
  descent: Descent,
  label: (pattern: number) => string,
): { readonly good: boolean; readonly text: string; readonly pattern?: number } {
  const named = (p: number) => `pattern ${label(p)}`;
  const { flips, steps, settled, cycle } = descent;
  const after = `after ${flips} ${flips === 1 ? 'flip' : 'flips'}`;
  if (cycle !== undefined) {
    return { good: false, text: `two-cycle from step ${cycle} on: every second state is the same` };
  }
  const still = settled ? '' : `, not settled after ${steps} steps`;
  switch (place.kind) {
    case 'pattern':
      return {
        good: settled,
        text: `${flips === 0 ? 'stayed in' : 'fell into'} ${named(place.pattern)}${flips === 0 ? '' : ` ${after}`}${still}`,
        pattern: place.pattern,
      };
    case 'reverse':
      return {
        good: false,
        text: `reversed ${named(place.pattern)} ${after}${still}`,
        pattern: place.pattern,
      };
    case 'mixture': {
      const list = place.patterns.map((p) => (p < 0 ? `−${label(-1 - p)}` : label(p))).join(', ');
      return { good: false, text: `spurious mixture of ${list} ${after}${still}` };
    }
    case 'other': {
      const near = `nearest ${named(place.nearest)}, overlap ${place.overlap.toFixed(4).replace('-', '−')}`;
      return settled
        ? { good: false, text: `spurious state ${after} (${near})` }
        : { good: false, text: `not settled after ${steps} steps (${near})` };
    }
    case 'unknown': {
      const told = `E ${descent.energy.at(-1)!.toFixed(4).replace('-', '−')}; no patterns to compare with`;
      return settled
        ? { good: true, text: `settled ${after}, ${told}` }
        : { good: false, text: `not settled after ${steps} steps, ${told}` };
    }
  }
}

function riseText(net: Network, { rise, unit }: Descent): string {
  const by = `energy rose by ${rise.by.toPrecision(3)} at step ${rise.step}`;
  const difference = asymmetry(net.w, net.n);
  if (difference > 1e-6) return `${by}: W is not symmetric (max |W − Wᵀ| = ${short(difference)})`;
  if (!unit) return `${by}: all units moved at once`;
  return `${by}: W has negative values on its diagonal`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
