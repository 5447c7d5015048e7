/** The energy series of a trace, read once; what depends on the step is read when it is shown. */
import type { Series } from '../../src/core/trace/trace';
import { mostSeriesValues } from '../../src/protocol/memory';
import type { LiveTrace } from '../trace';

/** Steps of the overlap lines, at most. */
const mostSamples = 256;
/** Patterns that are drawn, at most. */
const mostPictures = 32;

export interface Patterns {
  readonly count: number;
  /** Of the first of them, [shown, N]. */
  readonly values: Float32Array;
  readonly shown: number;
}

export interface Overlaps {
  /** Steps at which they are known. */
  readonly steps: readonly number[];
  /** [steps, P] */
  readonly values: Float32Array;
  readonly count: number;
}

export interface EnergyRun {
  readonly trace: LiveTrace;
  /** E of every state, [steps + 1]. */
  readonly energy: Float32Array;
  /** Units of a state; 0 where states are not recorded. */
  readonly units: number;
  /** Units that changed at each step, [steps]. */
  readonly flipped?: Float32Array;
  /** The unit visited at each step, [steps]. */
  readonly unit?: Float32Array;
  /** How far the state moved at each update, [steps]. */
  readonly moved?: Float32Array;
  readonly patterns?: Patterns;
  /** E of every pattern, [P]. */
  readonly level?: Float32Array;
  readonly overlaps?: Overlaps;
  /** The first state that comes back every second step. */
  readonly cycle?: number;
  /** Name of a pattern. */
  named(pattern: number): string;
}

export function seriesOf(trace: LiveTrace | undefined, name: string): Series | undefined {
  return trace?.series.find((one) => one.name === `energy.${name}`);
}

export async function readRun(trace: LiveTrace): Promise<EnergyRun> {
  const of = (name: string) => seriesOf(trace, name);
  const all = async (name: string) => {
    const series = of(name);
    return series && whole(series, series.steps.length);
  };
  const [energy, flipped, unit, moved, level] = await Promise.all(
    ['E', 'flipped', 'unit', 'moved', 'level'].map(all),
  );
  const patterns = of('patterns');
  const overlap = of('overlap');
  const overlaps = overlap && (await overlapsOf(overlap));
  const axis = patterns?.steps ?? trace.axes.find(({ kind }) => kind === 'pattern');
  const cycle = trace.events.find(({ what }) => what === 'two-cycle')?.step;
  return {
    trace,
    energy: energy ?? new Float32Array(),
    units: of('state')?.shape[0] ?? 0,
    named: (pattern) => axis?.label(pattern) ?? String(pattern),
    ...(flipped ? { flipped } : {}),
    ...(unit ? { unit } : {}),
    ...(moved ? { moved } : {}),
    ...(level ? { level } : {}),
    ...(patterns ? { patterns: await patternsOf(patterns) } : {}),
    ...(overlaps ? { overlaps } : {}),
    ...(cycle === undefined ? {} : { cycle: Math.max(0, cycle - 2) }),
  };
}

/** The first `count` values of a series, read in as many parts as the wire wants. */
export async function whole(series: Series, count: number): Promise<Float32Array> {
  const size = series.shape.reduce((product, length) => product * length, 1);
  const out = new Float32Array(count * size);
  const atOnce = Math.max(1, Math.floor(mostSeriesValues / Math.max(1, size)));
  for (let from = 0; from < count; from += atOnce) {
    const to = Math.min(count, from + atOnce);
    out.set(await (series.range?.(from, to) ?? series.at(from)), from * size);
  }
  return out;
}

async function patternsOf(series: Series): Promise<Patterns> {
  const count = series.steps.length;
  const shown = Math.min(count, mostPictures);
  return { count, shown, values: await whole(series, shown) };
}

/** Every step where that is little, else some, evenly spread; the first and the last are among them. */
async function overlapsOf(series: Series): Promise<Overlaps> {
  const { length } = series.steps;
  const count = series.shape[0] ?? 0;
  if (length * count <= mostSeriesValues) {
    const steps = Array.from({ length }, (_, step) => step);
    return { steps, count, values: await whole(series, length) };
  }
  const samples = Math.min(length, mostSamples);
  const steps = Array.from({ length: samples }, (_, i) =>
    Math.round((i * (length - 1)) / (samples - 1)),
  );
  const values = new Float32Array(samples * count);
  for (const [i, step] of steps.entries()) values.set(await series.at(step), i * count);
  return { steps, count, values };
}
