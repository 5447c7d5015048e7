/** What the energy view shows: the run of the trace in view, and the state that the next run starts from. */
import { computed, effect, signal } from '@preact/signals';
import { optionOf } from '../../src/core/memory/options';
import type { OptionSpec } from '../../src/core/memory/memory';
import { host, sentence } from '../host';
import { setArray, setSetting, told } from '../inputs/state';
import { given, kept, report, runState, settings, summary, trace } from '../state';
import { stepCount } from '../steps/state';
import { gridFor } from '../../src/core/trace/energyGrid';
import { type EnergyRun, readRun, seriesOf } from './run';

export const pictures = ['now', 'start', 'change', 'field'] as const;
export type PictureName = (typeof pictures)[number];

export const energyRun = signal<EnergyRun | undefined>(undefined);
/** Why the series could not be read. */
export const problem = signal<string | undefined>(undefined);
/** The unit under the pointer, shared by every picture of units. */
export const pointed = signal<number | undefined>(undefined);
export const picture = kept<PictureName>('energy.picture', 'now');
const columns = kept<number | null>('energy.columns', null);
/** Runs take turns in the engine while they are compared: the one in view answers no more. */
export const comparing = signal<{ readonly done: number; readonly all: number } | undefined>(
  undefined,
);

export const specs = computed<readonly OptionSpec[]>(() => {
  const recognition = summary.value?.recognition;
  return recognition?.kind === 'arrays' ? (told.value ?? recognition.options) : [];
});
/** The model starts from a state that can be drawn. */
const stateInput = computed(() => {
  const recognition = summary.value?.recognition;
  if (recognition?.kind !== 'arrays') return undefined;
  return recognition.inputs.find(({ name }) => name === 'state');
});
export const units = computed(() => {
  const length = stateInput.value?.shape[0];
  return typeof length === 'number' ? length : (energyRun.value?.units ?? 0);
});
export const canRun = computed(() => typeof stateInput.value?.shape[0] === 'number');
export const grid = computed(() => gridFor(units.value, columns.value ?? undefined));

export function setColumns(to: number): void {
  columns.value = to;
}

export function setting(name: string): string {
  return optionOf(settings.value, specs.value, name);
}

export function set(name: string, value: string): void {
  const spec = specs.value.find((one) => one.name === name);
  if (!spec) return;
  setSetting(spec, value);
  // Another example is meant: what was drawn gives way.
  if (name === 'pattern' || name === 'noise') given.value = null;
}

const example = signal<readonly number[] | undefined>(undefined);

/** What the next run starts from: what was drawn, else the example of the settings. */
export const start = computed<readonly number[] | undefined>(() => {
  const array = given.value?.arrays.find(({ name }) => name === 'state');
  return array?.values ?? example.value;
});

export function setStart(values: readonly number[]): void {
  setArray({ name: 'state', shape: [values.length], values });
}

effect(() => {
  const checkpoint = summary.value;
  const options = settings.value;
  if (!checkpoint || !canRun.value || given.value || !energyRun.value) return undefined;
  let isLatest = true;
  host.call('example', { checkpoint: checkpoint.id, options }).then(
    (arrays) => {
      const state = arrays.find(({ name }) => name === 'state');
      if (isLatest && state) example.value = [...state.data];
    },
    (error) => isLatest && report(error),
  );
  return () => {
    isLatest = false;
  };
});

/** Patterns are of ±1, or nothing says otherwise. */
export const binary = computed(
  () => energyRun.value?.patterns?.values.every((value) => Math.abs(value) === 1) ?? true,
);
/** The softmax over the patterns, row = one update. */
export const retrieval = computed(() =>
  energyRun.value?.trace.blocks.find(({ id }) => id.startsWith('pattern.')),
);

effect(() => {
  const current = trace.value;
  const state = runState.value;
  if (!current) energyRun.value = undefined;
  if (!current || !seriesOf(current, 'E') || state?.kind === 'running') return;
  if (energyRun.peek()?.trace === current) return;
  problem.value = undefined;
  readRun(current).then(
    (found) => {
      if (trace.peek() !== current) return;
      energyRun.value = found;
      stepCount.value = found.energy.length;
    },
    (error) => {
      if (trace.peek() === current && !comparing.peek()) problem.value = sentence(error);
    },
  );
});
