/** Errors of a rule or of the interpreter itself: they cost one value, not the answers of the file. */
import { Interrupted } from './interrupted';
import type { Machine } from './machine';
import { spend } from './tally';

/** The work on a function has reached its limit. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** Work that is to stop, rather than a fault: interrupted, too long, or too deep for the stack. */
const isStop = (error: unknown): boolean =>
  error instanceof Interrupted ||
  error instanceof TooLong ||
  (error instanceof RangeError && /call stack/.test(error.message));

/** Where the machine is in nested work, to go back to after a fault. */
export interface Depth {
  readonly frames: number;
  readonly looping: number;
  readonly choosing: number;
  readonly constructing: number;
  readonly pureFrom: number;
}
export const depthOf = (m: Machine): Depth => ({
  frames: m.frames.length,
  looping: m.looping,
  choosing: m.choosing,
  constructing: m.constructing,
  pureFrom: m.pureFrom,
});

/** After an error: tells of it and goes back, so that the work can go on with an unknown value. Throws what is to stop. */
export function recover(m: Machine, error: unknown, depth: Depth): void {
  if (isStop(error)) throw error;
  m.fault(error);
  m.frames.length = depth.frames;
  m.looping = depth.looping;
  m.choosing = depth.choosing;
  m.constructing = depth.constructing;
  m.pureFrom = depth.pureFrom;
  // What was running may have changed anything.
  m.impure = true;
  spend(m, undefined);
}

/** Runs what may take too long or go too deep; what was learnt until then stays. Whether it came to its end. */
export function guarded(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof Interrupted || !isStop(error)) throw error;
    return false;
  }
}
