/** Where a person's own code did what a step of a trace tells, by the events that name a line. */
import type { TraceEvent } from '../trace/trace';
import type { Line } from './equations';
import type { Moment } from './moments';

/** A line (1-based) of a file, as the trace names it. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** The place of each moment: that of its head where the head has one, else that of the head before it. */
export function placesOf(
  events: readonly TraceEvent[],
  lines: readonly Line[],
): (moment: Moment) => Place | undefined {
  const steps = new Map<number, { readonly of: string; readonly place: Place }[]>();
  for (const { step, of, what, origin } of events) {
    if (origin?.kind !== 'code') continue;
    const place = { file: origin.file, line: origin.line, what };
    steps.set(step, [...(steps.get(step) ?? []), { of: headOf(of), place }]);
  }
  return ({ step, line }) => {
    const places = steps.get(step);
    for (let at = line; places && at >= 0; at--) {
      const { computes } = lines[at] ?? {};
      if (!computes || !('block' in computes)) continue;
      const own = places.find(({ of }) => of === headOf(computes.block));
      if (own) return own.place;
    }
    return places?.[0]?.place;
  };
}

/** `read.0` and `memory.read0` are the same head. */
const headOf = (name: string): string => name.replace(/^memory\./, '').replaceAll('.', '');
