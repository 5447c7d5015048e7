/** Where a recording first holds something that is not a number. */
import type { Recording } from './recording';
import type { TraceEvent } from './trace';

/** One event per tensor, at the first step that holds a NaN or an infinity. Every value that is held is read once. */
export async function notFiniteEvents(recording: Recording): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  for (const [name, { shape, read, derived }] of recording.tensors) {
    if (derived) continue;
    const [steps = 0, ...rest] = shape;
    const count = rest.reduce((product, length) => product * length, 1);
    if (name.startsWith('attention.') || count === 0) continue;
    const atOnce = Math.max(1, Math.floor(elementsAtOnce / count));
    for (let from = 0; from < steps; from += atOnce) {
      const values = await read(from * count, Math.min(atOnce, steps - from) * count);
      const place = firstNotFinite(values);
      if (place < 0) continue;
      const step = from + Math.floor(place / count);
      const value = values[place]!;
      events.push({ step, of: name, what: Number.isNaN(value) ? 'NaN' : 'infinite', value });
      break;
    }
  }
  return events.sort((a, b) => a.step - b.step);
}

const elementsAtOnce = 1 << 20;

/** A plain loop, since every value of a run goes through it. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
