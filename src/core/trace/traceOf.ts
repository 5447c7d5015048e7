/** From a recording to the trace that views draw: blocks from the names, series from all else. Nothing is read. */
import { createPyramid, type Pyramid } from '../draw/pyramid';
import { createMatrix } from './matrix';
import { hopsOf, placesOf } from './places';
import { accessKinds, type Pictures, type Recorded, type Recording } from './recording';
import type { AccessBlock, Axis, AxisKind, Matrix, Series, StageName, Tile, Trace } from './trace';

/** Keeps what was read under a key for as long as it has room, else reads it again. */
export type Keep = (key: string, read: () => Promise<Pyramid>) => Promise<Pyramid>;

/** Parts of a memory head that are weightings over slots, by their names in the file. */
const stageNames: ReadonlyMap<string, StageName> = new Map([
  ['w_content', 'content'],
  ['w_gated', 'gated'],
  ['w_shifted', 'shifted'],
  ['w_allocation', 'allocation'],
  ['w_backward', 'backward'],
  ['w_forward', 'forward'],
]);
const partOfHead = /^memory\.(head|read|write)(\d+)\.(\w+)$/;
const weightingOf = /^attention\.((\w+)\.(.+))$/;

/** A trace with all that it was made of. */
export interface RecordedTrace extends Trace {
  readonly recording: Recording;
}

/** Makes the error of a tensor whose shape does not fit its name. */
type Problem = (sentence: string, tensor: string) => Error;

/** Throws what `problem` makes. */
export function traceOf(
  recording: Recording,
  source: Trace['source'],
  keep: Keep,
  problem: Problem = (sentence, tensor) => new Error(`${tensor}: ${sentence}`),
): RecordedTrace {
  const axes = axesOf(recording.labels);
  const blocks: AccessBlock[] = [];
  const series: Series[] = [];
  const heads = new Map<string, Head>();
  const hops = hopsOf(recording.tensors);
  const addSeries = (name: string, recorded: Recorded): void => {
    const [length] = recorded.shape;
    if (length === undefined) return;
    const [id, kind] = placesOf(name, length, hops);
    series.push(seriesOf(name, recorded, axes.get(id, kind, length)));
  };
  for (const [name, recorded] of recording.tensors) {
    const [, act, place, part = ''] = partOfHead.exec(name) ?? [];
    if (weightingOf.test(name))
      blocks.push(...attentionBlocks(name, recorded, axes, keep, problem));
    else if (act !== undefined && place !== undefined) {
      const key = `${act}${place}`;
      const head = heads.get(key) ?? { act, index: Number(place), parts: new Map() };
      heads.set(key, head);
      head.parts.set(part, { name, ...recorded });
    } else addSeries(name, recorded);
  }
  for (const head of heads.values()) {
    const block = memoryBlock(head, axes, keep, problem);
    if (block) blocks.push(block);
    // What a head did without a weighting is still to be seen.
    else for (const part of head.parts.values()) addSeries(part.name, part);
  }
  const words = recording.labels.get('words');
  if (words) axes.get('words', 'token', words.length);
  return {
    recording,
    model: recording.model,
    source,
    axes: axes.all(),
    blocks,
    series,
    events: recording.events,
    ...(recording.verdict ? { verdict: recording.verdict } : {}),
    state: { kind: 'done', milliseconds: 0 },
    on: () => ({ dispose: () => undefined }),
  };
}

/** The heads of `attention.{kind}.{layer}`, [heads, rows, columns]. */
function attentionBlocks(
  name: string,
  recorded: Recorded,
  axes: Axes,
  keep: Keep,
  problem: Problem,
): AccessBlock[] {
  const [, whole = '', kind = '', index = ''] = weightingOf.exec(name) ?? [];
  const [heads, rows, columns, ...more] = recorded.shape;
  if (heads === undefined || rows === undefined || columns === undefined || more.length > 0) {
    throw problem(`expected [heads, queries, keys], found [${recorded.shape.join(', ')}]`, name);
  }
  const access = accessKinds.get(kind) ?? accessKinds.get('self')!;
  const statisticsOf = (head: number) => recorded.pictures?.statistics[head];
  return Array.from({ length: heads }, (_, head) => ({
    id: `${whole}.${head}`,
    act: 'read',
    layer: Number(/^\d+$/.exec(index)?.[0] ?? 0),
    head,
    rows: axes.get(access.rows.id, access.rows.kind, rows),
    columns: axes.get(access.columns.id, access.columns.kind, columns),
    weighting: matrixOf(keep, `${whole}.${head}`, recorded, head),
    normalised: access.normalised,
    stages: new Map(),
    scalars: new Map(),
    vectors: new Map(),
    ...(statisticsOf(head) && { statistics: () => Promise.resolve(statisticsOf(head)!) }),
  }));
}

interface Head {
  readonly act: string;
  readonly index: number;
  readonly parts: Map<string, Recorded & { readonly name: string }>;
}

/** A head of a memory; undefined without a weighting. */
function memoryBlock(
  { act, index, parts }: Head,
  axes: Axes,
  keep: Keep,
  problem: Problem,
): AccessBlock | undefined {
  const weighting = parts.get('w');
  if (!weighting) return undefined;
  const [steps, slots, ...more] = weighting.shape;
  if (steps === undefined || slots === undefined || more.length > 0) {
    const found = weighting.shape.join(', ');
    throw problem(`expected [steps, slots], found [${found}]`, weighting.name);
  }
  const writes = act === 'write' || (act === 'head' && (parts.has('add') || parts.has('erase')));
  const rows = axes.get('steps', 'step', steps);
  const stages = new Map<StageName, Matrix>();
  const scalars = new Map<string, Series>();
  const vectors = new Map<string, Series>();
  for (const [part, recorded] of parts) {
    const stage = stageNames.get(part);
    if (stage) stages.set(stage, matrixOf(keep, recorded.name, recorded));
    else if (part !== 'w' && recorded.shape[0] === steps) {
      const into = recorded.shape.length === 1 ? scalars : vectors;
      into.set(part, seriesOf(recorded.name, recorded, rows));
    }
  }
  if (stages.size > 0) stages.set('sharpened', matrixOf(keep, weighting.name, weighting));
  return {
    id: `${writes ? 'write' : 'read'}.${index}`,
    act: writes ? 'write' : 'read',
    head: index,
    rows,
    columns: axes.get('slots', 'slot', slots),
    weighting: matrixOf(keep, weighting.name, weighting),
    normalised: 'none',
    stages,
    scalars,
    vectors,
  };
}

/** One head of [heads, rows, columns], or the whole of [rows, columns]. */
function matrixOf(keep: Keep, key: string, { shape, read, pictures }: Recorded, head = 0): Matrix {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const count = rows * columns;
  return createMatrix({
    shape: [rows, columns],
    ...(pictures && { thumbnail: () => pictureOf(pictures, head) }),
    pyramid: (transform) =>
      keep(`${key} ${transform.hideFirst} ${transform.perRow}`, async () => {
        const data = await read(head * count, count);
        return createPyramid({ rows, columns, data }, transform);
      }),
  });
}

/** As it was pooled where the values are: no transform can be told from that. */
async function pictureOf({ shape, pool, read }: Pictures, head: number): Promise<Tile> {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return { rows, columns, pool, data: await read(head * rows * columns, rows * columns) };
}

function seriesOf(name: string, { shape: [, ...shape], read }: Recorded, steps: Axis): Series {
  const count = shape.reduce((product, length) => product * length, 1);
  return {
    name,
    steps,
    shape,
    at: async (step) => read(step * count, count),
    range: async (from, to) => read(from * count, (to - from) * count),
  };
}

interface Axes {
  /** One axis per id and length, so that blocks over the same places share it. */
  get(id: string, kind: AxisKind, length: number): Axis;
  all(): Axis[];
}

function axesOf(labels: Recording['labels']): Axes {
  const made = new Map<string, Axis>();
  return {
    get(name, kind, length) {
      const id = `${name}.${length}`;
      const known = made.get(id);
      if (known) return known;
      const words = labels.get(name);
      // Labels of another length belong to another axis.
      const fits = words?.length === length ? words : undefined;
      const axis: Axis = { id, kind, length, label: (index) => fits?.[index] ?? String(index) };
      made.set(id, axis);
      return axis;
    },
    all: () => [...made.values()],
  };
}
