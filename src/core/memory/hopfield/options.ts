/** What a Hopfield run takes: its inputs and its settings. */
import type { InputSpec, OptionSpec } from '../memory';
import { seedOption } from '../options';
import { visits } from './asynchronous';
import { rules } from './rules';

const ruleTitles = {
  hebb: 'Hebb: XᵀX / N',
  storkey: 'Storkey (1997)',
  'pseudo-inverse': 'pseudo-inverse: projection onto the patterns, zero diagonal',
} as const;

const visitTitles = {
  random: 'sweeps in random order, by the seed',
  listed: 'sweeps as the units are listed',
  greedy: 'always the unit whose field is strongest against it',
} as const;

export function inputsOf(n: number, hasPatterns: boolean): readonly InputSpec[] {
  const state = hasPatterns ? 'a pattern with noise' : 'a random state';
  return [
    { name: 'state', shape: [n], meaning: 'the state to start from', otherwise: state },
    {
      name: 'order',
      shape: ['S'],
      meaning: 'units in the order in which they are visited (asynchronous)',
      otherwise: 'the option order',
      below: n,
    },
    { name: 'beta', shape: [], meaning: 'β of the modern update', otherwise: 'the option beta' },
    {
      name: 'patterns',
      shape: ['P', n],
      meaning: 'patterns that overlaps are taken with',
      otherwise: hasPatterns ? 'the stored patterns' : 'none',
    },
  ];
}

export function optionsOf(has: {
  readonly units: number;
  readonly weights: boolean;
  /** How many, 0 for none. */
  readonly patterns: number;
  /** Every value of the patterns is ±1. */
  readonly binary: boolean;
}): readonly OptionSpec[] {
  const classic = has.binary || has.weights;
  const given = { value: 'given', title: 'the weights of the file' };
  const learnt = rules.map((value) => ({ value, title: ruleTitles[value] }));
  return [
    {
      name: 'rule',
      meaning: 'where the weights come from',
      values: [...(has.weights ? [given] : []), ...(has.patterns > 0 ? learnt : [])],
      standard: has.weights ? 'given' : 'hebb',
    },
    {
      name: 'update',
      meaning: 'how units are updated',
      values: [
        { value: 'async', title: 'one unit after another' },
        { value: 'sync', title: 'all units at once' },
        { value: 'modern', title: 'modern: softmax over the patterns' },
      ],
      standard: classic ? 'async' : 'modern',
      ...(has.patterns > 0
        ? { found: classic ? 'the patterns are of ±1' : 'the patterns are real numbers' }
        : {}),
    },
    {
      name: 'order',
      meaning: 'which unit is next where one moves after another',
      values: visits.map((value) => ({ value, title: visitTitles[value] })),
      standard: 'random',
    },
    {
      name: 'beta',
      meaning: 'β of the modern update',
      number: { least: 1e-6, most: 1e6, whole: false },
      standard: String(Number((1 / Math.sqrt(has.units)).toPrecision(4))),
      found: '1/√N, the scale of attention',
    },
    {
      name: 'steps',
      meaning: 'steps of the run (asynchronous: one unit a step); 0 runs until it settles',
      number: { least: 0, most: 1_000_000, whole: true },
      standard: '0',
    },
    seedOption('the noise and of the order'),
    {
      name: 'pattern',
      meaning: 'the pattern that the example starts from',
      number: { least: 0, most: Math.max(0, has.patterns - 1), whole: true },
      standard: '0',
    },
    {
      name: 'noise',
      meaning:
        'share of units that the example flips; for real patterns the noise against their spread',
      number: { least: 0, most: 1, whole: false },
      standard: '0.2',
    },
  ];
}
