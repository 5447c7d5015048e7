import { type EnergyPicture, energySvg } from '../core/draw/energySvg';
import { gridFor } from '../core/trace/energyGrid';
import type { Series, Trace } from '../core/trace/trace';
import { UsageError } from './command';

/** Steps at which overlaps are drawn, patterns with a line, states as images, at most. */
const mostPlaces = 512;
const mostPatterns = 12;
const mostStates = 4;

/** The picture of a descent. Throws Error for a trace without one, UsageError for an ending other than .svg. */
export async function energyPicture(path: string, trace: Trace, out: string): Promise<string> {
  if (!/\.svg$/i.test(out)) throw new UsageError(`--view energy writes .svg, not ${out}`);
  const of = (name: string) => trace.series.find((one) => one.name === `energy.${name}`);
  const energy = of('E');
  if (!energy) throw new Error(`${path}: it holds no energy.E`);
  const [overlap, state, level, flipped] = ['overlap', 'state', 'level', 'flipped'].map(of);
  return energySvg({
    model: trace.model.sentence,
    ...(trace.verdict ? { verdict: trace.verdict.text } : {}),
    energy: await all(energy),
    ...(flipped ? { flipped: await all(flipped) } : {}),
    levels: level ? await levelsOf(level) : [],
    overlaps: overlap ? await overlapsOf(overlap, patternName(trace)) : [],
    states: state ? await statesOf(state) : [],
  });
}

const all = async (series: Series): Promise<Float32Array> =>
  (await series.range?.(0, series.steps.length)) ?? series.at(0);

function patternName({ axes }: Trace): (pattern: number) => string {
  const axis = axes.find(({ kind }) => kind === 'pattern');
  return (pattern) => axis?.label(pattern) ?? String(pattern);
}

async function levelsOf(level: Series): Promise<EnergyPicture['levels']> {
  const values = await all(level);
  return Array.from(values.subarray(0, mostPatterns), (energy, pattern) => ({
    name: level.steps.label(pattern),
    energy,
  }));
}

async function overlapsOf(
  overlap: Series,
  named: (pattern: number) => string,
): Promise<EnergyPicture['overlaps']> {
  const count = Math.min(overlap.shape[0] ?? 0, mostPatterns);
  const steps = places(overlap.steps.length, mostPlaces);
  const rows: Float32Array[] = [];
  for (const step of steps) rows.push(await overlap.at(step));
  return Array.from({ length: count }, (_, pattern) => ({
    name: named(pattern),
    steps,
    values: rows.map((row) => row[pattern] ?? NaN),
  }));
}

/** The first and the last state, and some between. */
async function statesOf(state: Series): Promise<EnergyPicture['states']> {
  const { columns } = gridFor(state.shape[0] ?? 1, undefined);
  const states: EnergyPicture['states'][number][] = [];
  for (const step of places(state.steps.length, mostStates)) {
    states.push({ label: `step ${step}`, values: await state.at(step), columns });
  }
  return states;
}

/** At most `most` places of an axis, evenly spread, with both ends. */
function places(length: number, most: number): readonly number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (length - 1)) / (count - 1)),
  );
}
