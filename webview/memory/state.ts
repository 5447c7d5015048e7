/** Where a person is in a memory: the steps on screen, a slot, a head; kept over a reload. */
import { computed, signal } from '@preact/signals';
import type { AccessBlock, BlockId, Series } from '../../src/core/trace/trace';
import { isMemoryHead } from '../kinds';
import { kept, trace } from '../state';
import { place, step } from '../steps/state';
import type { Unit } from './stripPainter';

/** Steps on screen, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}
export type MatrixKind = 'before' | 'after' | 'change' | 'link';

const zoomed = kept<Span | null>('memory.span', null);
export const allSlots = kept<boolean>('memory.allSlots', false);
/** The slot that is looked at in every strip. */
export const slot = kept<number | null>('memory.slot', null);
export const matrixKind = kept<MatrixKind>('memory.matrix', 'after');
const chosenHead = kept<BlockId | null>('memory.head', null);
/** Strips that a person switched on (true) or off. */
export const switched = kept<Readonly<Record<string, boolean>>>('memory.strips', {});
/** The unit that is drawn as a line over the gates of its layer. */
export const unit = kept<Unit | null>('memory.unit', null);
export type UnitOrder = 'stored' | 'peak';
export const unitOrder = kept<UnitOrder>('memory.units', 'stored');
/** What is under the pointer. */
export interface Pointed {
  readonly strip: string;
  readonly step: number;
  /** Slot, unit or column of the strip. */
  readonly row: number;
}
export const pointed = signal<Pointed | undefined>(undefined);
/** The cell of the memory matrix under the pointer. */
export const cell = signal<{ readonly slot: number; readonly column: number } | undefined>(
  undefined,
);

export const memoryHeads = computed<readonly AccessBlock[]>(
  () => trace.value?.blocks.filter(isMemoryHead) ?? [],
);
/** The head whose addressing is looked at. */
export const head = computed<AccessBlock | undefined>(() => {
  const all = memoryHeads.value;
  const chosen = all.find(({ id }) => id === chosenHead.value);
  return chosen ?? all.find(({ act }) => act === 'write') ?? all[0];
});
export const chooseHead = (id: BlockId): void => void (chosenHead.value = id);

/** What was chosen before the debugger led. */
let kindBefore: MatrixKind | undefined;

// The debugger leads: to its head, and to the memory that its line sees.
place.subscribe((to) => {
  const kind = matrixKind.peek();
  const follows = kind === 'before' || kind === 'after';
  if (!to) {
    if (follows && kindBefore) matrixKind.value = kindBefore;
    kindBefore = undefined;
    return;
  }
  const { block, written } = to;
  if (block !== undefined && memoryHeads.peek().some(({ id }) => id === block)) chooseHead(block);
  kindBefore ??= kind;
  if (follows) matrixKind.value = written ? 'after' : 'before';
});

/** Steps of the run: those of its heads, else those that most of its series have. */
export const length = computed<number>(() => {
  const first = memoryHeads.value[0];
  if (first) return first.rows.length;
  const lengths = (trace.value?.series ?? [])
    .filter(({ name }) => !name.startsWith('memory.'))
    .map(({ steps }) => steps.length);
  return Math.max(1, ...lengths);
});

export const span = computed<Span>(() => {
  const all = { from: 0, to: length.value };
  const chosen = zoomed.value;
  return chosen && chosen.to <= all.to && chosen.to > chosen.from ? chosen : all;
});

/** The fewest steps that are shown. */
const fewest = 8;

/** Shows fewer or more steps about a place; 0 shows all. */
export function zoomSteps(factor: number, about = step.peek()): void {
  const { from, to } = span.peek();
  const all = length.peek();
  const wide = Math.round(Math.max(Math.min(fewest, all), Math.min(all, (to - from) / factor)));
  if (factor === 0 || wide >= all) {
    zoomed.value = null;
    return;
  }
  const share = (about - from) / (to - from);
  moveTo(Math.round(about - share * wide), wide);
}

/** Moves the steps on screen. */
export function panSteps(by: number): void {
  const { from, to } = span.peek();
  if (zoomed.peek()) moveTo(Math.round(from + by), to - from);
}

function moveTo(from: number, wide: number): void {
  const start = Math.max(0, Math.min(length.peek() - wide, from));
  zoomed.value = { from: start, to: start + wide };
}

// The cursor stays on screen.
step.subscribe((at) => {
  const { from, to } = span.peek();
  if (!zoomed.peek() || (at >= from && at < to)) return;
  moveTo(at < from ? at : at - (to - from) + 1, to - from);
});

export function seriesNamed(name: string): Series | undefined {
  return trace.value?.series.find((one) => one.name === name);
}
