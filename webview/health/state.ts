/** The check of all weights as the panel knows it. */
import { computed, signal } from '@preact/signals';
import { overDepth } from '../../src/core/statistics/depth';
import {
  rootMeanSquare,
  statisticFields,
  unpackStatistics,
} from '../../src/core/statistics/statistics';
import type { SweepData, SweepProgress } from '../../src/protocol/statistics';
import { host, sentence } from '../host';
import { kept, summary } from '../state';

export const data = signal<SweepData | undefined>(undefined);
export const progress = signal<SweepProgress | undefined>(undefined);
/** Why the last call failed. */
export const problem = signal<string | undefined>(undefined);
/** Biases and norms are drawn as well. */
export const small = kept('healthSmall', false);
/** The role that stands out in the picture. */
export const role = signal<string | undefined>(undefined);

/** Milliseconds between two looks at what has been found while a check runs. */
const refreshEvery = 3000;
let refreshed = 0;

host.on('sweepChanged', (note) => {
  if (note.checkpoint !== summary.value?.id) return;
  const isNews = note.state !== progress.value?.state;
  progress.value = note;
  if (isNews || Date.now() - refreshed > refreshEvery) void refresh();
});

/** Asks for what is known. */
export async function refresh(): Promise<void> {
  const checkpoint = summary.value?.id;
  if (checkpoint === undefined) return;
  refreshed = Date.now();
  await attempt(async () => {
    const found = await host.call('sweep', { checkpoint });
    if (summary.value?.id !== checkpoint) return;
    data.value = found;
    progress.value = found;
  });
}

export async function start(): Promise<void> {
  const checkpoint = summary.value?.id;
  if (checkpoint === undefined) return;
  await attempt(async () => {
    progress.value = await host.call('startSweep', { checkpoint });
  });
}

export async function cancel(): Promise<void> {
  const checkpoint = summary.value?.id;
  if (checkpoint === undefined) return;
  await attempt(() => host.call('cancelSweep', { checkpoint }));
}

/** Forgets what was known of another checkpoint. */
export function reset(): void {
  data.value = progress.value = problem.value = role.value = undefined;
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    problem.value = undefined;
    await work();
  } catch (error) {
    problem.value = sentence(error);
  }
}

/** Root mean squares over depth; of matrices alone unless the person wants all. */
export const lines = computed(() => {
  const { names, numbers } = data.value ?? { names: [], numbers: new Float64Array() };
  const ranks = new Map(summary.value?.tensors.map(({ name, shape }) => [name, shape.length]));
  const values = names.map((name, index) => {
    const isShown = small.value || (ranks.get(name) ?? 0) > 1;
    return isShown ? rootMeanSquare(unpackStatistics(name, numbers, index)) : NaN;
  });
  return overDepth(names, values);
});

/** Tensors that have been looked at. */
export const checked = computed(() => (data.value?.numbers.length ?? 0) / statisticFields.length);
