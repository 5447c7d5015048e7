/** What is drawn of a trace with a descent. */
import type { EnergyPicture } from '../draw/energySvg';
import { gridFor } from './energyGrid';
import type { Series, Trace } from './trace';

/** Steps at which overlaps are drawn, patterns with a line, states as images, at most. */
const mostPlaces = 512;
const mostPatterns = 12;
const mostStates = 4;
const valuesAtOnce = 1 << 16;

/** Undefined for a trace without energies. */
export async function energyPicture(trace: Trace): Promise<EnergyPicture | undefined> {
  const of = (name: string) => trace.series.find((one) => one.name === `energy.${name}`);
  const energy = of('E');
  if (!energy) return undefined;
  const [overlap, state, level, flipped] = ['overlap', 'state', 'level', 'flipped'].map(of);
  return {
    model: trace.model.sentence,
    ...(trace.verdict ? { verdict: trace.verdict.text } : {}),
    energy: await all(energy),
    ...(flipped ? { flipped: await all(flipped) } : {}),
    levels: level ? await levelsOf(level) : [],
    overlaps: overlap ? await overlapsOf(overlap, patternName(trace)) : [],
    states: state ? await statesOf(state) : [],
  };
}

/** Every value, in parts. */
async function all(series: Series): Promise<Float32Array> {
  const { length } = series.steps;
  const out = new Float32Array(length);
  for (let from = 0; from < length; from += valuesAtOnce) {
    const to = Math.min(length, from + valuesAtOnce);
    const part = await series.range?.(from, to);
    if (part) out.set(part, from);
    else for (let step = from; step < to; step++) out.set(await series.at(step), step);
  }
  return out;
}

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
