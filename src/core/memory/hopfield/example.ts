/** What a Hopfield run starts from when nothing is given: a stored pattern with noise, else a random state. */
import type { Inputs, Options, OptionSpec } from '../memory';
import { numberOf } from '../options';
import { seeded } from '../random';
import { shuffled } from '../vector';
import type { Stored } from './stored';

export function exampleState(
  { patterns, binary }: Stored,
  n: number,
  options: readonly OptionSpec[],
  set: Options,
): Inputs {
  const random = seeded(numberOf(set, options, 'seed'));
  const noise = numberOf(set, options, 'noise');
  const from = numberOf(set, options, 'pattern') * n;
  const state = patterns
    ? patterns.slice(from, from + n)
    : Float32Array.from({ length: n }, () => 2 * random.bit() - 1);
  if (patterns && binary) {
    for (const i of shuffled(n, random).subarray(0, Math.round(noise * n))) state[i] = -state[i]!;
  } else if (patterns) {
    const spread = Math.sqrt(patterns.reduce((sum, x) => sum + x * x, 0) / patterns.length);
    // The sum of four uniform numbers, close enough to a normal one.
    const normal = () =>
      (random.next() + random.next() + random.next() + random.next() - 2) * Math.sqrt(3);
    for (let i = 0; i < n; i++) state[i]! += noise * spread * normal();
  }
  return new Map([['state', { shape: [n], data: state }]]);
}
