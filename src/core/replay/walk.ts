/**
 * Steps of a debugger over a trace. Where the person's own code did a step, its line is the caller and the equations
 * are what it calls: over goes from line to line, into goes on in the equations.
 */
import type { Moment, Moments } from './moments';
import type { Place } from './places';

export interface Stand {
  readonly moment: Moment;
  /** In the equations; else on the line of the person's own code. */
  readonly inside: boolean;
}

/** Moves are undefined past either end. */
export interface Walk {
  /** On the line of the person's own code, where there is one and `inside` does not say otherwise. */
  at(moment: Moment, inside?: boolean): Stand;
  over(from: Stand, direction: 1 | -1): Stand | undefined;
  into(from: Stand): Stand | undefined;
  /** Out of the equations, or to the same line one step later. */
  out(from: Stand): Stand | undefined;
  /** Whether a line of the person's own code begins here. */
  begins(moment: Moment): boolean;
}

export function walkOf(moments: Moments, placeOf: (moment: Moment) => Place | undefined): Walk {
  const isSame = (a: Moment, b: Moment): boolean => {
    const [one, other] = [placeOf(a), placeOf(b)];
    return a.step === b.step && one?.file === other?.file && one?.line === other?.line;
  };
  const begins = (moment: Moment): boolean => {
    const before = moments.next(moment, -1);
    return !before || !isSame(before, moment);
  };
  const at = (moment: Moment, inside = false): Stand => ({
    moment,
    inside: inside || !placeOf(moment),
  });
  /** The first moment of the line after or before this one. */
  const line = (from: Moment, direction: 1 | -1): Stand | undefined => {
    let next = moments.next(from, direction);
    while (next && isSame(from, next)) next = moments.next(next, direction);
    while (next && !begins(next)) next = moments.next(next, -1);
    return next && at(next);
  };
  const operation = ({ moment }: Stand, direction: 1 | -1): Stand | undefined => {
    const next = moments.next(moment, direction);
    return next && at(next, isSame(moment, next));
  };
  const over: Walk['over'] = (from, direction) =>
    from.inside ? operation(from, direction) : line(from.moment, direction);
  return {
    at,
    over,
    begins,
    into: (from) => (from.inside ? operation(from, 1) : { ...from, inside: true }),
    out(from) {
      if (from.inside && placeOf(from.moment)) return line(from.moment, 1);
      const next = moments.nextStep(from.moment, 1);
      return next.step === from.moment.step && next.line === from.moment.line
        ? undefined
        : at(next, from.inside);
    },
  };
}
