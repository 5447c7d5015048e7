/** The methods about series of traces: memory contents, gates, vectors over time. */
import { createPyramid, type Pyramid } from '../../core/draw/pyramid';
import { plain, type Series, type Trace } from '../../core/trace/trace';
import { mostSeriesValues, type MemoryMethods, type SeriesRef } from '../../protocol/memory';
import type { Handlers } from '../../protocol/rpc';
import { createCache } from '../cache';
import type { OpenTraces } from '../openTraces';

/** Bytes of pictures kept for all traces together. */
const cacheBytes = 32 * 1024 * 1024;
/** Values that are made into one picture, at most; a larger series is seen step by step. */
const mostPictured = 2 ** 24;
/** Values read at a time where all are looked at. */
const valuesAtOnce = 1 << 20;

export function memoryHandlers(traces: OpenTraces): Handlers<MemoryMethods> {
  const pictures = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
  const extents = new WeakMap<Series, Promise<Float32Array>>();
  const seriesOf = ({ trace, series }: SeriesRef): Series => {
    const found = findSeries(traces.get(trace).trace, series);
    if (!found) throw new Error(`trace ${trace} has no series ${series}`);
    return found;
  };
  return {
    async seriesRange({ from, to, ...ref }) {
      const series = seriesOf(ref);
      checkSteps(series, from, to);
      const count = sizeOf(series) * (to - from);
      if (count > mostSeriesValues) {
        throw new RangeError(`${count} values of ${series.name} are too many at once`);
      }
      return rangeOf(series, from, to);
    },
    async seriesTile({ step, change = false, level, row, column, ...ref }) {
      const series = seriesOf(ref);
      // A trace of another number, or one that grew under its number, is another series object.
      const key = `${ref.trace} ${ref.series} ${series.steps.length} ${step} ${change}`;
      const picture = await pictures.get(key, () => pictureOf(series, step, change));
      return picture.tile(level, row, column);
    },
    seriesExtent(ref) {
      const series = seriesOf(ref);
      const known = extents.get(series) ?? extentOf(series);
      extents.set(series, known);
      return known;
    },
  };
}

/** Series of the trace, and those of its blocks. */
function findSeries({ series, blocks }: Trace, name: string): Series | undefined {
  const own = series.find((one) => one.name === name);
  if (own) return own;
  for (const { scalars, vectors } of blocks) {
    for (const one of [...scalars.values(), ...vectors.values()]) if (one.name === name) return one;
  }
  return undefined;
}

const sizeOf = ({ shape }: Series) => shape.reduce((product, length) => product * length, 1);

function checkSteps({ name, steps }: Series, from: number, to: number): void {
  const whole = Number.isInteger(from) && Number.isInteger(to);
  if (whole && from >= 0 && from <= to && to <= steps.length) return;
  throw new RangeError(`steps ${from}…${to} are outside the ${steps.length} of ${name}`);
}

async function rangeOf(series: Series, from: number, to: number): Promise<Float32Array> {
  if (series.range) return series.range(from, to);
  const size = sizeOf(series);
  const values = new Float32Array((to - from) * size);
  for (let step = from; step < to; step++) values.set(await series.at(step), (step - from) * size);
  return values;
}

async function pictureOf(
  series: Series,
  step: number | undefined,
  change: boolean,
): Promise<Pyramid> {
  const size = sizeOf(series);
  const { length } = series.steps;
  if (step === undefined) {
    if (size * length > mostPictured) {
      throw new RangeError(`${series.name} is too large for one picture: look at single steps`);
    }
    const data = await rangeOf(series, 0, length);
    return createPyramid({ rows: length, columns: size, data }, plain, 'magnitude');
  }
  checkSteps(series, step, step + 1);
  const [columns = 1] = series.shape.slice(-1);
  const rows = columns === 0 ? 0 : size / columns;
  const data = (await rangeOf(series, step, step + 1)).slice();
  if (change && step > 0) {
    const before = await rangeOf(series, step - 1, step);
    for (let i = 0; i < data.length; i++) data[i] = data[i]! - before[i]!;
  } else if (change) data.fill(0);
  return createPyramid({ rows, columns, data }, plain, 'magnitude');
}

async function extentOf(series: Series): Promise<Float32Array> {
  const size = Math.max(1, sizeOf(series));
  const atOnce = Math.max(1, Math.floor(valuesAtOnce / size));
  let least = Infinity;
  let most = -Infinity;
  for (let from = 0; from < series.steps.length; from += atOnce) {
    const values = await rangeOf(series, from, Math.min(series.steps.length, from + atOnce));
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return least <= most ? Float32Array.of(least, most) : Float32Array.of(NaN, NaN);
}
