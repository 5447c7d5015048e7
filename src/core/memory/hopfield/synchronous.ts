/** Synchronous updates: all units at once, x ← sign(W x + b). The end is a fixed point or a cycle of two (Goles 1985). */
import type { Progress } from '../memory';
import type { Descent } from './asynchronous';
import { energyOf, fieldsOf, type Network, signOf } from './network';

/** Steps after which it stops when neither a fixed point nor a two-cycle has come: only an asymmetric W can do that. */
const patience = 200;

export function* descendTogether(
  net: Network,
  start: Int8Array,
  steps: number | undefined,
): Generator<Progress, Descent, void> {
  const most = steps ?? patience;
  const states = [Int8Array.from(start)];
  const fields = [fieldsOf(net, start)];
  const energy = [energyOf(net, start, fields[0]!)];
  const flipped: number[] = [];
  let rise = { by: 0, step: 0 };
  let cycle: number | undefined;
  for (let step = 0; step < most; step++) {
    yield { done: step, total: most };
    const state = states[step]!;
    const field = fields[step]!;
    const next = state.map((value, i) => signOf(field[i]!, value));
    const count = next.reduce((sum, value, i) => sum + (value === state[i] ? 0 : 1), 0);
    if (count > 0 && cycle === undefined && step > 0 && same(next, states[step - 1]!)) {
      cycle = step - 1;
    }
    if (steps === undefined && count === 0 && step > 0) break;
    states.push(next);
    fields.push(fieldsOf(net, next));
    energy.push(energyOf(net, next, fields[step + 1]!));
    flipped.push(count);
    const change = energy[step + 1]! - energy[step]!;
    if (change > rise.by) rise = { by: change, step: step + 1 };
    // Four states of a two-cycle show that it is one.
    if (steps === undefined && cycle !== undefined && step >= cycle + 3) break;
  }
  const last = states.at(-1)!;
  return {
    steps: flipped.length,
    energy: Float32Array.from(energy),
    flipped: Float32Array.from(flipped),
    flips: flipped.reduce((sum, count) => sum + count, 0),
    rise,
    settled: last.every((value, i) => signOf(fields.at(-1)![i]!, value) === value),
    ...(cycle === undefined ? {} : { cycle }),
    last,
    frames: () => ({ at: (step) => ({ state: states[step]!, field: fields[step]! }) }),
  };
}

function same(a: Int8Array, b: Int8Array): boolean {
  return a.every((value, i) => value === b[i]);
}
