/** Where a replay stands: a step of the trace and a line of its program; forward and back over all of them. */
import type { Line } from './equations';

export interface Moment {
  readonly step: number;
  /** Index into the program's lines. */
  readonly line: number;
}

export interface Moments {
  readonly first: Moment;
  readonly last: Moment;
  /** The neighbour in time; undefined past either end. */
  next(from: Moment, direction: 1 | -1): Moment | undefined;
  /** The same line one step later or earlier, else the end. */
  nextStep(from: Moment, direction: 1 | -1): Moment;
}

/** Throws Error where there is nothing to step through. */
export function momentsOf(lines: readonly Line[], steps: number): Moments {
  const stops = lines.flatMap(({ computes }, index) => (computes ? [index] : []));
  const [firstLine] = stops;
  const lastLine = stops.at(-1);
  if (firstLine === undefined || lastLine === undefined || steps === 0) {
    throw new Error('this trace has no steps to go through');
  }
  const first = { step: 0, line: firstLine };
  const last = { step: steps - 1, line: lastLine };
  return {
    first,
    last,
    next({ step, line }, direction) {
      const at = stops.indexOf(line) + direction;
      const inside = stops[at];
      if (inside !== undefined) return { step, line: inside };
      const other = step + direction;
      if (other < 0 || other >= steps) return undefined;
      return { step: other, line: direction > 0 ? firstLine : lastLine };
    },
    nextStep({ step, line }, direction) {
      const other = step + direction;
      if (other < 0) return first;
      return other >= steps ? last : { step: other, line };
    },
  };
}
