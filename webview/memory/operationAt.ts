/** Which operation of a debugged program a step of its recording is. */
import type { Operation } from '../../src/core/trace/live';
import type { TraceEvent } from '../../src/core/trace/trace';

/** The operation that an event tells of; undefined for events without one. Both are in the order in which they happened. */
export function operationAt(
  step: number,
  events: readonly TraceEvent[],
  operations: readonly Operation[],
): Operation | undefined {
  let at = operations.length;
  // From the end: of a long session the first operations are no longer laid out.
  for (const event of events.toReversed()) {
    const { origin, what } = event;
    if (origin?.kind !== 'code') continue;
    const isIt = (one: Operation): boolean =>
      `${one.name}.${one.what}` === what && one.file === origin.file && one.line === origin.line;
    at = operations.slice(0, at).findLastIndex(isIt);
    if (at < 0) return undefined;
    if (event.step === step) return operations[at];
  }
  return undefined;
}
