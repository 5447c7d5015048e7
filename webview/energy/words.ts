/** Steps of a descent in words. */
import { integer, number } from '../../src/core/draw/text';
import { t } from '../strings';
import type { EnergyRun } from './run';

/** What happened to come to the state after `step` steps. */
export function describeStep(run: EnergyRun, step: number): string {
  const words = t.energy;
  const { energy, flipped, unit, moved } = run;
  const now = number(energy[step] ?? NaN);
  if (step === 0) return words.before(now);
  const before = number(energy[step - 1] ?? NaN);
  const at = integer(step);
  const count = flipped?.[step - 1];
  if (unit && count !== undefined) {
    const which = String(unit[step - 1]);
    return count > 0 ? words.flips(at, which, before, now) : words.stays(at, which, now);
  }
  if (count !== undefined) return words.many(at, integer(count), before, now);
  const far = moved?.[step - 1];
  return far === undefined ? words.at(at, now) : words.moves(at, number(far), before, now);
}

/** An update that moves the state less is part of the plateau. */
const still = 1e-3;

/** The last step that changed anything; everything after it is the plateau. */
export function settledAt({
  trace: { events },
  energy,
  flipped,
  moved,
  cycle,
}: EnergyRun): number | undefined {
  if (cycle !== undefined) return undefined;
  // A run that tells its flips as events tells its end as well.
  if (events.length > 0) return events.find(({ what }) => what === 'settled')?.step;
  if (moved) return moved.findLastIndex((far) => far >= still) + 1;
  if (flipped) return flipped.findLastIndex((count) => count > 0) + 1;
  const last = energy.at(-1) ?? 0;
  const same = (value: number) => Math.abs(value - last) <= 1e-6 * Math.max(1, Math.abs(last));
  return energy.findLastIndex((value) => !same(value)) + 1;
}
