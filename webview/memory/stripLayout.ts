/** What the strips look like now: which are shown, which rows of them, where each lies. */
import { computed, signal } from '@preact/signals';
import type { Paint } from '../../src/core/draw/raster';
import { unit } from '../../src/core/draw/scale';
import { host } from '../host';
import { seriesPaint } from './seriesPaint';
import { options, trace } from '../state';
import { type Crop, cropOf, slotAt, touchedFrom } from './crop';
import { peakOrder } from './order';
import { allSlots, length, slot, span, switched, unitOrder } from './state';
import { heightsOf, type Strip, stripsOf } from './stripList';
import { storeOf, touchedRows, wantTiles } from './stripTiles';

/** All strips that the trace can show. */
export const strips = computed<readonly Strip[]>(() => {
  const current = trace.value;
  if (!current) return [];
  return stripsOf(
    current,
    length.value,
    ({ name }) =>
      (level, row, column) =>
        host.call('seriesTile', { trace: current.id, series: name, level, row, column }),
  );
});

export const isShown = ({ id, isUsual }: Strip): boolean => switched.value[id] ?? isUsual;
export const shownStrips = computed(() => strips.value.filter(isShown));

/** The slots that any head on screen ever touches; undefined until that is known. */
const touched = computed<Crop | undefined>(() => {
  const of = shownStrips.value.filter(({ role }) => role === 'weighting');
  const first = of[0];
  if (!first) return undefined;
  const any = new Array<boolean>(first.rows).fill(false);
  for (const strip of of) {
    void storeOf(strip).version.value;
    const rows = touchedRows(strip, length.value, touchedFrom);
    if (!rows) return undefined;
    rows.forEach((isTouched, row) => (any[row] ||= isTouched));
  }
  return cropOf(any);
});

/** The slots that are shown. */
export const crop = computed<Crop>(() => {
  const slots = shownStrips.value.find(({ isSlots }) => isSlots)?.rows ?? 0;
  const whole = { first: 0, count: slots, slots };
  return allSlots.value ? whole : (touched.value ?? whole);
});
/** How many slots there are to leave out. */
export const cropped = computed<Crop | undefined>(() => {
  const { value } = touched;
  return value && value.count < value.slots ? value : undefined;
});

/** Where a strip lies in the column of strips, and which of its rows it shows. Lengths are CSS pixels. */
export interface Placed {
  readonly strip: Strip;
  readonly top: number;
  readonly height: number;
  readonly rows: number;
  rowAt(row: number): number;
}

/** Between two strips. */
export const gap = 8;
export const room = signal(400);

export const placed = computed<readonly Placed[]>(() => {
  const all = shownStrips.value;
  const of = crop.value;
  const counts = all.map(({ isSlots, rows }) => (isSlots ? of.count : rows));
  const heights = heightsOf(counts, room.value - gap * all.length);
  let top = 0;
  return all.map((strip, i) => {
    const height = heights[i]!;
    const order = strip.role === 'gate' && unitOrder.value === 'peak' ? orderOf(strip) : undefined;
    const rowAt = strip.isSlots
      ? (row: number) => slotAt(of, row)
      : (row: number) => order?.[row] ?? row;
    const one = { strip, top, height, rows: counts[i]!, rowAt };
    top += height + gap;
    return one;
  });
});

/** Units of a layer by when its output peaks; the order of one gate is that of all. */
function orderOf(strip: Strip): readonly number[] | undefined {
  const ofHidden =
    strips.value.find(({ name }) => name === strip.name.replace(/\w$/, 'h')) ?? strip;
  void storeOf(ofHidden).version.value;
  return peakOrder(ofHidden, length.value);
}

/** The right answer and the wrong bits, which are about the last steps. */
export const answer = computed(() => {
  const current = trace.value;
  const found = (name: string): Strip | undefined => {
    const one = current?.series.find((series) => series.name === name);
    const [rows = 0] = one?.shape ?? [];
    if (!current || !one || one.shape.length !== 1) return undefined;
    const shape = [one.steps.length, rows] as const;
    const tile: Strip['source']['weighting']['tile'] = (level, row, column) =>
      host.call('seriesTile', { trace: current.id, series: name, level, row, column });
    return {
      id: `answer ${name}`,
      role: 'other',
      name,
      source: { id: name, weighting: { shape, tile } },
      rows,
      isSlots: false,
      isWeighting: true,
      isUsual: false,
    };
  };
  const target = found('output.target');
  const wrong = found('output.wrong');
  if (!target || !wrong) return undefined;
  return { target, wrong, from: length.value - target.source.weighting.shape[0] };
});

const paints = new Map<string, Paint>();

/** Colours of a strip: the common scale of weightings, or from the extremes of the series. The same object while the same. */
export function paintOf({ name, isWeighting }: Strip): Paint {
  const { map, scale } = options.value;
  if (isWeighting) return paint({ map, scale, domain: unit });
  return paint(seriesPaint(name));
}

function paint(made: Paint): Paint {
  const key = JSON.stringify(made);
  const known = paints.get(key) ?? made;
  paints.set(key, known);
  return known;
}

/** Asks for what is on screen. */
export function wantShown(): void {
  for (const { strip } of placed.peek()) wantTiles(strip, span.peek(), length.peek());
  const of = answer.peek();
  if (!of) return;
  const [steps] = of.target.source.weighting.shape;
  // Exact bits are drawn: of an answer of many steps those on screen.
  const { from, to } = span.peek();
  const part = {
    from: Math.max(0, from - of.from),
    to: Math.max(0, Math.min(steps, to - of.from)),
  };
  for (const strip of [of.target, of.wrong]) wantTiles(strip, part, steps);
}

/** The slot that is looked at, where the memory has it. */
export const shownSlot = computed(() => {
  const { value } = slot;
  return value !== null && value < crop.value.slots ? value : undefined;
});
