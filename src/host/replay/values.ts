/** Values of a trace at a moment, read from the engine when somebody looks and kept for a while. */
import type { Value } from '../../core/replay/describe';
import { lastLineOf, type Line } from '../../core/replay/equations';
import { type Meaning, namesAt } from '../../core/replay/names';
import type { Moment } from '../../core/replay/moments';
import type { Steppable } from '../../core/replay/steppable';
import type { SeriesData } from '../../protocol/memory';
import { mostSeriesValues } from '../../protocol/memory';
import type { TraceData } from '../../protocol/engine';
import type { Engine } from '../engineProcess';

/** What is stepped through. */
export interface Program {
  readonly trace: Steppable;
  readonly lines: readonly Line[];
}

export interface Values {
  names(moment: Moment): ReadonlyMap<string, Meaning>;
  /** Undefined where the name means nothing here. */
  get(name: string, moment: Moment): Promise<Value | undefined>;
}

/** Kept parts of series, at most. */
const partsKept = 64;

export function createValues(
  engine: Engine,
  trace: TraceData,
  { trace: program, lines }: Program,
): Values {
  const series = new Map(seriesOf(trace).map((one) => [one.name, one]));
  const columns = new Map(trace.axes.map(({ id, length }) => [id, length]));
  const kept = new Map<string, Promise<Float32Array>>();
  const keep = (key: string, read: () => Promise<Float32Array>): Promise<Float32Array> => {
    const known = kept.get(key) ?? read();
    kept.delete(key);
    kept.set(key, known);
    if (kept.size > partsKept) kept.delete(kept.keys().next().value ?? '');
    return known;
  };
  /** Many steps in one question: going through a trace reads each value once. */
  const seriesAt = async ({ name, shape, steps }: SeriesData, step: number): Promise<Value> => {
    const size = shape.reduce((product, length) => product * length, 1);
    const length = columns.get(steps) ?? 0;
    const atOnce = Math.max(1, Math.min(256, Math.floor(mostSeriesValues / Math.max(1, size))));
    const from = Math.floor(step / atOnce) * atOnce;
    const to = Math.min(length, from + atOnce);
    const data = await keep(`${name} ${from}`, () =>
      engine.call('seriesRange', { trace: trace.id, series: name, from, to }),
    );
    return { shape, data: data.slice((step - from) * size, (step - from + 1) * size) };
  };
  const weighting = async (block: string, stage: Meaning, step: number): Promise<Value> => {
    const named = stage.kind === 'weighting' && stage.stage ? { stage: stage.stage } : {};
    const data = await keep(`${block} ${named.stage ?? ''} ${step}`, () =>
      engine.call('row', { trace: trace.id, block, index: step, ...named }),
    );
    return { shape: [data.length], data };
  };
  const names = (moment: Moment): ReadonlyMap<string, Meaning> =>
    namesAt(program, lines[moment.line]);
  return {
    names,
    async get(name, moment) {
      const meaning = names(moment).get(name);
      if (!meaning) return undefined;
      if (meaning.kind === 'weighting') return weighting(meaning.block, meaning, moment.step);
      const found = series.get(meaning.series);
      if (!found) return undefined;
      // Until its line has run, a state is still that of the step before.
      const isAfter = moment.line >= lastLineOf(lines, meaning.series);
      return seriesAt(found, moment.step + (meaning.state && isAfter ? 1 : 0));
    },
  };
}

/** The series of a trace and of its blocks. */
export function seriesOf({ series = [], blocks }: TraceData): readonly SeriesData[] {
  const parts = blocks.flatMap(({ scalars = [], vectors = [] }) =>
    [...scalars, ...vectors].map(([, one]) => one),
  );
  return [...series, ...parts];
}
