/** What the landscape is drawn from: the path and the patterns in their plane, and what places on it fall into. */
import { type EnergyRun, seriesOf, whole } from './run';

/** Steps of the path that are drawn; a longer one is sampled. */
const mostPlaces = 4096;

export interface Plane {
  readonly run: EnergyRun;
  /** Coordinates of the steps, [places, 2]. */
  readonly path: Float32Array;
  readonly stride: number;
  readonly patterns: Float32Array;
  readonly extent: number;
}
export interface Field {
  readonly run: EnergyRun;
  readonly grid: number;
  readonly values: Float32Array;
}

export async function readPlane(run: EnergyRun): Promise<Plane | undefined> {
  const [series, of, extent] = ['plane.path', 'plane.patterns', 'plane.extent'].map((name) =>
    seriesOf(run.trace, name),
  );
  if (!series || !of) return undefined;
  const stride = Math.max(1, Math.ceil(series.steps.length / mostPlaces));
  const all = await whole(series, series.steps.length);
  const path = Float32Array.from(
    { length: 2 * Math.ceil(series.steps.length / stride) },
    (_, i) => all[2 * Math.floor(i / 2) * stride + (i % 2)]!,
  );
  const patterns = await whole(of, Math.min(of.steps.length, 32));
  const told = extent && (await extent.at(0))[0];
  const widest = Math.max(...Array.from(patterns, Math.abs), ...Array.from(path, Math.abs));
  return { run, path, stride, patterns, extent: told ?? (1.2 * widest || 1) };
}

export async function readField(
  run: EnergyRun,
  name: 'basin' | 'height',
): Promise<Field | undefined> {
  const series = seriesOf(run.trace, `plane.${name}`);
  if (!series) return undefined;
  const grid = series.steps.length;
  return { run, grid, values: await whole(series, grid) };
}

export interface Attractor {
  readonly name: string;
  readonly isReversed: boolean;
  readonly left: number;
  readonly top: number;
}

/** Those whose label would lie over an earlier one say their name on hover alone. */
export function labelled(
  all: readonly Attractor[],
): readonly (Attractor & { readonly isLabelled: boolean })[] {
  const taken: Attractor[] = [];
  return all.map((one) => {
    const isLabelled = taken.every(
      ({ left, top, name }) =>
        Math.abs(one.top - top) > 12 ||
        Math.abs(one.left - left) > 7 * Math.max(name.length, one.name.length) + 6,
    );
    if (isLabelled) taken.push(one);
    return { ...one, isLabelled };
  });
}
