/** Where a replay stops by itself: breakpoints with conditions, and slots of the memory that change. */
import { type Condition, holds, parseCondition } from '../../core/replay/condition';
import { part, type Value } from '../../core/replay/describe';
import { lastLineOf, type Line } from '../../core/replay/equations';
import type { Moment } from '../../core/replay/moments';
import type { Place } from '../../core/replay/places';
import type { Values } from './values';

/** A breakpoint as the debug adapter protocol asks for it; lines are 1-based. */
export interface WantedBreakpoint {
  readonly line: number;
  readonly condition?: string;
}
interface Breakpoint {
  readonly line: number;
  readonly condition?: Condition;
}

/** What stops at a moment; `inside` is the program itself, not the person's own code. */
export interface Reason {
  readonly text: 'breakpoint' | 'data breakpoint';
  readonly inside: boolean;
}

export interface Stops {
  /** `possible`: lines of that file at which it can stop. Returns an answer for each. */
  setBreakpoints(
    file: string | undefined,
    possible: readonly number[],
    wanted: readonly WantedBreakpoint[],
  ): object[];
  watchSlots(slots: readonly number[]): void;
  /** `own`: the line of the person's own code that begins here. */
  at(moment: Moment, own: Place | undefined): Promise<Reason | undefined>;
}

/** A row of the memory that stops the program when it changes by more than this. */
const changeThreshold = 1e-3;

export function createStops(lines: readonly Line[], values: Values): Stops {
  /** By the path of the person's file; undefined for the program. */
  const breakpoints = new Map<string | undefined, readonly Breakpoint[]>();
  let slots: readonly number[] = [];
  const memoryLine = lastLineOf(lines, 'memory.M');

  const lookup = async (
    moment: Moment,
    name: string,
    index: readonly number[],
  ): Promise<number | undefined> => {
    if (name === 't') return moment.step;
    const value = await values.get(name, moment);
    return value && part(value, index)?.data[0];
  };
  const holdsAt = async (moment: Moment, file: string | undefined, wanted: number) => {
    for (const { line, condition } of breakpoints.get(file) ?? []) {
      if (line !== wanted) continue;
      const asked = (name: string, index: readonly number[]) => lookup(moment, name, index);
      if (!condition || (await holds(condition, asked))) return true;
    }
    return false;
  };
  const slotChanged = async ({ step, line }: Moment): Promise<boolean> => {
    if (slots.length === 0 || line !== memoryLine) return false;
    const before = await values.get('M', { step, line: 0 });
    const after = await values.get('M', { step, line });
    return slots.some((slot) => differs(before, after, slot));
  };
  return {
    setBreakpoints(file, possible, wanted) {
      const placed = wanted.map((one) => place(possible, one));
      const kept = placed.flatMap(({ breakpoint }) => (breakpoint ? [breakpoint] : []));
      breakpoints.set(file, kept);
      return placed.map(({ answer }) => answer);
    },
    watchSlots: (next) => (slots = next),
    async at(moment, own) {
      const text = 'breakpoint';
      if (own && (await holdsAt(moment, own.file, own.line))) return { text, inside: false };
      if (await holdsAt(moment, undefined, moment.line + 1)) return { text, inside: true };
      return (await slotChanged(moment)) ? { text: 'data breakpoint', inside: true } : undefined;
    },
  };
}

function differs(before: Value | undefined, after: Value | undefined, slot: number): boolean {
  const old = before && part(before, [slot]);
  const now = after && part(after, [slot]);
  return (
    now?.data.some((value, at) => Math.abs(value - (old?.data[at] ?? 0)) > changeThreshold) ?? false
  );
}

/** At the nearest line at or after the wanted one. */
function place(
  possible: readonly number[],
  { line: wanted, condition }: WantedBreakpoint,
): { readonly breakpoint?: Breakpoint; readonly answer: object } {
  const beyond = possible.filter((line) => line >= wanted);
  if (beyond.length === 0) {
    return { answer: { verified: false, message: 'the trace does nothing here' } };
  }
  const line = Math.min(...beyond);
  try {
    const parsed = condition ? parseCondition(condition) : undefined;
    return {
      breakpoint: { line, ...(parsed && { condition: parsed }) },
      answer: { verified: true, line },
    };
  } catch (error) {
    return { answer: { verified: false, message: (error as Error).message } };
  }
}
