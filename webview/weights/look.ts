/** How the slice on screen is drawn: colours, cursor, zoom. */
import { computed, signal } from '@preact/signals';
import type { Paint } from '../../src/core/draw/raster';
import { glanceShares } from '../../src/protocol/weights';
import type { Viewport } from '../attention/viewport';
import { indexOf } from '../../src/core/weights/slice';
import { kept } from '../state';
import { current, type OpenSlice } from './slices';

export type Tab = 'statistics' | 'histogram' | 'image' | 'spectrum' | 'values';
export const tabs: readonly Tab[] = ['statistics', 'histogram', 'image', 'spectrum', 'values'];
/** Where the colours end: at the extreme, or at a share of the magnitudes. */
export type Clip = 'all' | '99.9' | '99';
export const clips: readonly Clip[] = ['all', '99.9', '99'];

export const tab = kept<Tab>('weights.tab', 'statistics');
export const clip = kept<Clip>('weights.clip', 'all');
export const logarithmic = kept<boolean>('weights.logarithmic', false);

export interface Cell {
  readonly row: number;
  readonly column: number;
}
interface OfSlice<T> {
  readonly place: string;
  readonly value: T;
}

/** An index for every axis, so that the cursor stays on its value while the slice changes. */
const cursors = kept<{ readonly tensor: string; readonly at: readonly number[] } | null>(
  'weights.cursor',
  null,
);
const ends = signal<OfSlice<{ low: number; high: number }> | undefined>(undefined);
const viewports = signal<OfSlice<Viewport> | undefined>(undefined);
export const hovered = signal<Cell | undefined>(undefined);

/** What belongs to another slice is none. */
const own = <T>(held: OfSlice<T> | undefined, { place }: OpenSlice): T | undefined =>
  held?.place === place ? held.value : undefined;

export function cursorOf({ ref, slice, shape }: OpenSlice): Cell | undefined {
  const held = cursors.value;
  if (held?.tensor !== ref.tensor || held.at.length !== slice.at.length) return undefined;
  const along = (axis: number | undefined): number => (axis === undefined ? 0 : held.at[axis]!);
  const cell = { row: along(slice.rows), column: along(slice.columns) };
  return cell.row < shape[0] && cell.column < shape[1] ? cell : undefined;
}

export function putCursor({ ref, slice }: OpenSlice, { row, column }: Cell): void {
  cursors.value = { tensor: ref.tensor, at: indexOf(slice, row, column) };
}

export const viewportOf = (of: OpenSlice): Viewport | undefined => own(viewports.value, of);
export const putViewport = (of: OpenSlice, value: Viewport | undefined): void =>
  void (viewports.value = value && { place: of.place, value });
/** Ends that were dragged by hand. */
export const endsOf = (of: OpenSlice) => own(ends.value, of);
export const putEnds = (of: OpenSlice, value: { low: number; high: number } | undefined): void =>
  void (ends.value = value && { place: of.place, value });

/** The largest magnitude of the slice as far as it is known; 1 while nothing is, or where all is 0. */
export function extremeOf({ survey, glance, before }: OpenSlice): number {
  if (before && !survey.value?.found && !glance.value) return extremeOf(before);
  const range = survey.value?.found?.range;
  const most = range
    ? Math.max(Math.abs(range[0] ?? 0), Math.abs(range[1] ?? 0))
    : (glance.value?.magnitudes.at(-1) ?? 1);
  return most > 0 && Number.isFinite(most) ? most : 1;
}

/** Where the colours of a slice end. */
export function domainOf(of: OpenSlice): { readonly low: number; readonly high: number } {
  const extreme = extremeOf(of);
  const byHand = endsOf(of);
  if (byHand) return byHand;
  const shares: Readonly<Record<Clip, number>> = { '99': 0.99, '99.9': 0.999, all: 1 };
  const at = glanceShares.indexOf(shares[clip.value] as (typeof glanceShares)[number]);
  const most = clip.value === 'all' ? extreme : (of.glance.value?.magnitudes[at] ?? extreme);
  const high = most > 0 && Number.isFinite(most) ? most : extreme;
  return { low: -high, high };
}

const domain = computed(() => {
  const of = current.value;
  return of ? domainOf(of) : { low: -1, high: 1 };
});
const low = computed(() => domain.value.low);
const high = computed(() => domain.value.high);

/** Red above 0, blue below, white at 0. The same object while it says the same: pictures are kept by it. */
export const paint = computed<Paint>(() => ({
  map: 'signed',
  scale: 'diverging',
  domain: { low: low.value, high: high.value },
}));
