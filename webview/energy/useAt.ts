/** The value of a series at a step; while the next one is on its way the last one stays. */
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';
import { report } from '../state';
import { step } from '../steps/state';
import { seriesOf } from './run';
import { comparing, energyRun } from './state';

const inView = (now: number): number => now;

/** `place` says which step, the one in view unless given; undefined reads nothing. */
export function useAt(
  name: string,
  place: (now: number) => number | undefined = inView,
): ReadonlySignal<Float32Array | undefined> {
  const value = useSignal<Float32Array | undefined>(undefined);
  useSignalEffect(() => {
    const of = energyRun.value;
    const series = seriesOf(of?.trace, name);
    const at = place(step.value);
    if (!series || at === undefined) {
      value.value = undefined;
      return undefined;
    }
    let isLatest = true;
    series.at(Math.max(0, Math.min(series.steps.length - 1, at))).then(
      (found) => isLatest && (value.value = found),
      // A run that was replaced meanwhile answers no more; the next one is shown.
      (error) => isLatest && !comparing.peek() && report(error),
    );
    return () => {
      isLatest = false;
    };
  });
  return value;
}
