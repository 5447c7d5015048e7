/** The slice on screen: its tiles, what one pass over it finds, and the exact digits under the cursor. */
import { computed, signal, type Signal } from '@preact/signals';
import { firstSlice, type Slice } from '../../src/core/weights/slice';
import type { GlanceData, SliceRef, SurveyData, WeightTile } from '../../src/protocol/weights';
import type { TileSource } from '../attention/tileCache';
import { createTileCache } from '../attention/tileCache';
import { host, sentence } from '../host';
import { report, summary } from '../state';
import { isPast, type Looked, looked, row } from './state';

/** Bytes of tiles that are kept, as numbers and as pixels. */
const cacheLimit = 96 * 2 ** 20;

export const tilesArrived = signal(0);
export const tiles = createTileCache(
  cacheLimit,
  () => tilesArrived.value++,
  // What a debugged program is asked after it has gone on is of no use any more.
  (error, { id }) => isPast.peek() || id !== current.peek()?.id || report(error),
);

/** A slice that is looked at. */
export interface OpenSlice extends TileSource {
  /** Where the person looks: each stop of a debugged program is another checkpoint, but the same place. */
  readonly place: string;
  readonly ref: SliceRef;
  readonly slice: Slice;
  /** `[rows, columns]` */
  readonly shape: readonly [number, number];
  readonly survey: Signal<SurveyData | undefined>;
  readonly glance: Signal<GlanceData | undefined>;
  /** Why its values cannot be shown. */
  readonly problem: Signal<string | undefined>;
  /** The pass over all values was stopped. */
  readonly isStopped: Signal<boolean>;
  readonly before?: OpenSlice;
}

/** The cut of a shape that a person chose, where it fits; else the two longest axes. */
export function sliceOf(shape: readonly number[], chosen: Omit<Looked, 'tensor'>): Slice {
  const first = firstSlice(shape);
  const at = shape.map((length, axis) => Math.min(length - 1, chosen.at?.[axis] ?? 0));
  const axes = chosen.axes ?? [];
  const isFit =
    axes.length === Math.min(2, shape.length) &&
    axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length) &&
    new Set(axes).size === axes.length;
  if (!isFit || axes.length === 0) return { ...first, at };
  const [rows, columns] = axes;
  return columns === undefined ? { columns: rows!, at } : { rows: rows!, columns, at };
}

/** The slice of the selected tensor; undefined while none is selected or it holds no values. */
export const current = computed<OpenSlice | undefined>(() => {
  const { value: tensor } = row;
  const checkpoint = summary.value?.id;
  if (!tensor || checkpoint === undefined || tensor.shape.includes(0)) return undefined;
  const { name, shape } = tensor;
  const opened = openSlice(checkpoint, name, shape, sliceOf(shape, looked.value ?? {}));
  return (last = last?.place === opened.place ? after(last, opened) : opened);
});
let last: OpenSlice | undefined;

/** What was seen of the same place at an earlier moment of a program stays until the new values have come. */
function after({ before, ...earlier }: OpenSlice, opened: OpenSlice): OpenSlice {
  const seen = earlier.glance.peek() ? earlier : before;
  return seen ? { ...opened, before: seen } : opened;
}

function openSlice(
  checkpoint: number,
  tensor: string,
  shape: readonly number[],
  slice: Slice,
): OpenSlice {
  const ref: SliceRef = { checkpoint, tensor, slice };
  const lengthOf = (axis: number | undefined): number => (axis === undefined ? 1 : shape[axis]!);
  const matrix = [lengthOf(slice.rows), lengthOf(slice.columns)] as const;
  const part = [tensor, slice.rows, slice.columns, slice.at];
  return {
    id: JSON.stringify([checkpoint, ...part]),
    place: JSON.stringify([summary.peek()?.session ? 'session' : checkpoint, ...part]),
    ref,
    slice,
    shape: matrix,
    weighting: {
      shape: matrix,
      tile: (level, tileRow, column) =>
        host.call('weightTile', { ...ref, level, row: tileRow, column }),
    },
    survey: signal(undefined),
    glance: signal(undefined),
    problem: signal(undefined),
    isStopped: signal(false),
  };
}

/** Says why values cannot be shown; what was read of a moment that has passed stays instead. */
export function fails(of: OpenSlice, error: unknown): void {
  if (!isPast.peek() || !(of.glance.peek() ?? of.before)) of.problem.value = sentence(error);
}

/** Looks at the slice and reads all of it, a step at a time, until `alive` says no more or the person stops it. */
export async function readAll(of: OpenSlice, alive: () => boolean): Promise<void> {
  const fail = (error: unknown): void => fails(of, error);
  if (!of.glance.value) {
    host.call('weightGlance', of.ref).then((found) => (of.glance.value = found), fail);
  }
  try {
    while (alive() && !of.isStopped.value && !of.survey.value?.found) {
      of.survey.value = await host.call('weightSurvey', of.ref);
    }
  } catch (error) {
    return fail(error);
  }
  if (!of.survey.value?.found) return;
  tiles.outdate(of, (tile) => (tile as WeightTile).sampled > 1);
  tilesArrived.value++;
}

/** Cells along the edge of a square of digits that is asked for at once. */
const edge = 32;
/** Squares kept. */
const mostSquares = 128;
const squares = new Map<string, readonly string[] | 'underway'>();
const digitsArrived = signal(0);

/** The value of a cell in the digits of its type; undefined until it has come. */
export function digitsOf(of: OpenSlice, cell: number, column: number): string | undefined {
  void digitsArrived.value;
  const [rows, columns] = of.shape;
  const corner = [Math.floor(cell / edge) * edge, Math.floor(column / edge) * edge] as const;
  const size = [Math.min(edge, rows - corner[0]), Math.min(edge, columns - corner[1])] as const;
  const keyIn = ({ id }: OpenSlice): string => `${id} ${corner.join()}`;
  const key = keyIn(of);
  if (!squares.has(key)) void ask(of, key, corner, size);
  const isHere = Array.isArray(squares.get(key));
  const known = squares.get(isHere || !of.before ? key : keyIn(of.before));
  if (known === undefined || known === 'underway') return undefined;
  return known[(cell - corner[0]) * size[1] + column - corner[1]];
}

async function ask(
  of: OpenSlice,
  key: string,
  [at, column]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Promise<void> {
  squares.set(key, 'underway');
  for (const oldest of squares.keys()) {
    if (squares.size <= mostSquares) break;
    squares.delete(oldest);
  }
  try {
    squares.set(key, await host.call('weightText', { ...of.ref, row: at, column, rows, columns }));
  } catch (error) {
    fails(of, error);
  }
  digitsArrived.value++;
}
