/** The same start state under every rule and order: runs one after another, of each its energies and its verdict. */
import { signal } from '@preact/signals';
import type { Options } from '../../src/core/memory/memory';
import { mostSeriesValues } from '../../src/protocol/memory';
import type { TraceData } from '../../src/protocol/engine';
import type { Verdict } from '../../src/core/trace/trace';
import { host } from '../host';
import { report, run as runModel, settings } from '../state';
import { comparing, specs, start } from './state';

export interface Compared {
  readonly rule: string;
  readonly order: string;
  readonly energy: Float32Array;
  readonly verdict?: Verdict;
  /** Why it did not run. */
  readonly problem?: string;
}

export const orders = ['random', 'listed', 'greedy', 'sync'] as const;
/** Energies that are kept of a run, at most. */
const mostValues = mostSeriesValues;

export const compared = signal<readonly Compared[]>([]);
let isCancelled = false;

export function rulesToCompare(): readonly string[] {
  return specs.value.find(({ name }) => name === 'rule')?.values?.map(({ value }) => value) ?? [];
}

export function cancelComparison(): void {
  isCancelled = true;
}

/** The engine holds one run of this panel at a time, so that the run in view is made again at the end. */
export async function compare(): Promise<void> {
  const state = start.peek();
  if (!state || comparing.peek()) return;
  isCancelled = false;
  const all = rulesToCompare().flatMap((rule) => orders.map((order) => ({ rule, order })));
  const found: Compared[] = [];
  try {
    for (const { rule, order } of all) {
      if (isCancelled) break;
      comparing.value = { done: found.length, all: all.length };
      const update = order === 'sync' ? { update: 'sync' } : { update: 'async', order };
      found.push(await runOne(rule, order, { ...settings.peek(), rule, ...update }, state));
      compared.value = [...found];
    }
    await runModel();
  } catch (error) {
    report(error);
  } finally {
    comparing.value = undefined;
  }
}

async function runOne(
  rule: string,
  order: string,
  options: Options,
  state: readonly number[],
): Promise<Compared> {
  const inputs = [{ name: 'state', shape: [state.length], data: Float32Array.from(state) }];
  const of = await ended(await host.call('run', { input: { inputs, options } }));
  if (of.state.kind !== 'done') {
    const problem = of.state.kind === 'failed' ? of.state.message : of.state.kind;
    return { rule, order, energy: new Float32Array(), problem };
  }
  const axis = of.series?.find(({ name }) => name === 'energy.E')?.steps;
  const count = of.axes.find(({ id }) => id === axis)?.length ?? 0;
  const to = Math.min(count, mostValues);
  const energy = await host.call('seriesRange', { trace: of.id, series: 'energy.E', from: 0, to });
  return { rule, order, energy, ...(of.verdict && { verdict: of.verdict }) };
}

/** The trace when its run has ended. */
async function ended(first: TraceData): Promise<TraceData> {
  let now = first;
  while (now.state.kind === 'running') {
    if (isCancelled) await host.call('cancel', { trace: now.id });
    await new Promise((resume) => setTimeout(resume, 100));
    now = await host.call('describe', { trace: now.id });
  }
  return now;
}
