/** The recording of a modern Hopfield retrieval, and the same retrieval for many β. */
import { madeLater } from '../../trace/madeLater';
import { held, type Recorded, type Recording } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type { Verdict } from '../../trace/trace';
import { flat } from '../rows';
import { cosinesOf, fixedPointOf, patternEnergies, type Retrieval, retrieve } from './modern';
import { levelWork, patternsTensor } from './record';

/** Retrievals of the β sweep; a factor of 2 apart, the run's own β in the middle. */
const betas = 17;
/** P × N up to which the sweep is offered. */
const sweepSize = 1 << 18;

/**
 * `attention.pattern.0` [1, steps, P], `energy.E` [steps+1], `energy.state` [steps+1, N], `energy.overlap` [steps+1, P]
 * (cosines), `energy.moved` [steps], `energy.patterns` [P, N], `energy.level` [P], E of each; `energy.sweep.beta` [17] and `energy.sweep.pattern` [17, P], the last weighting for
 * each β.
 */
export function modernTensors(
  run: Retrieval,
  patterns: ArrayLike<number>,
  start: ArrayLike<number>,
  beta: number,
): Recording['tensors'] {
  const { steps, states, weightings } = run;
  const n = start.length;
  const count = patterns.length / n;
  const overlap = states.map((state) => cosinesOf(patterns, state));
  return new Map([
    ['attention.pattern.0', held([1, steps, count], flat(weightings, count))],
    ['energy.E', held([steps + 1], Float32Array.from(run.energy))],
    ['energy.state', held([steps + 1, n], flat(states, n))],
    ['energy.overlap', held([steps + 1, count], flat(overlap, count))],
    ['energy.moved', held([steps], Float32Array.from(run.moved))],
    patternsTensor(patterns, n),
    ...(patterns.length * count <= levelWork
      ? [['energy.level', levels(patterns, n, beta)] as const]
      : []),
    ...(patterns.length <= sweepSize ? sweep(patterns, start, beta, count) : []),
  ]);
}

/** E of every pattern at this β, computed when somebody looks. */
function levels(patterns: ArrayLike<number>, n: number, beta: number): Recorded {
  const count = patterns.length / n;
  let made: Float32Array | undefined;
  return {
    shape: [count],
    derived: true,
    read: (start, length) =>
      (made ??= patternEnergies(patterns, n, beta)).subarray(start, start + length),
  };
}

/** Run when somebody looks. */
function sweep(
  patterns: ArrayLike<number>,
  start: ArrayLike<number>,
  beta: number,
  count: number,
): (readonly [string, Recorded])[] {
  const each = Float32Array.from({ length: betas }, (_, i) => beta * 2 ** (i - (betas - 1) / 2));
  const ends = madeLater(function* () {
    const rows: Float64Array[] = [];
    for (const value of each) {
      const run = retrieve(patterns, start, value);
      let next = run.next();
      for (; !next.done; next = run.next()) yield;
      rows.push(next.value.weightings.at(-1)!);
    }
    return flat(rows, count);
  });
  return [
    ['energy.sweep.beta', held([betas], each)],
    [
      'energy.sweep.pattern',
      {
        shape: [betas, count],
        derived: true,
        prepare: ends.prepare,
        read: (from, length) => ends.get().subarray(from, from + length),
      },
    ],
  ];
}

export function modernVerdict(
  { weightings, moved, steps }: Retrieval,
  beta: number,
  labels: readonly string[],
): Verdict {
  const point = fixedPointOf(weightings.at(-1)!);
  const patterns =
    point.kind === 'single' ? [point.pattern] : point.kind === 'metastable' ? point.patterns : [];
  return verdict(point.kind === 'single', {
    kind: 'retrieved',
    place: point.kind,
    names: patterns.map((p) => labels[p] ?? String(p)),
    weight: point.kind === 'single' ? point.weight : 0,
    steps,
    beta,
    moved: moved.at(-1)!,
  });
}
