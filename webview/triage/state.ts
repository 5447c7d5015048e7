/** What is known of the heads from their weights. */
import { computed, signal } from '@preact/signals';
import {
  findingsOf,
  type HeadMeasures,
  type Measure,
  measuresOf,
  rankFindings,
} from '../../src/core/triage/findings';
import { type AttentionLayout, findAttention } from '../../src/core/triage/layout';
import type { LayerTriage } from '../../src/core/triage/triage';
import type { CheckpointSummary } from '../../src/protocol/engine';
import { host, sentence } from '../host';
import { select, selectHead, summary, trace, view } from '../state';

const layouts = new WeakMap<CheckpointSummary, { readonly layout?: AttentionLayout }>();

/** The same answer as the engine's, from what the panel knows of the checkpoint. */
export function layoutOf(of: CheckpointSummary): AttentionLayout | undefined {
  let known = layouts.get(of);
  if (!known) {
    const tensors = new Map(of.tensors.map((tensor) => [tensor.name, tensor]));
    const config = Object.fromEntries(of.config.map(([key, text]) => [key, valueOf(text)]));
    const layout = findAttention(tensors, config, of.metadata);
    known = layout ? { layout } : {};
    layouts.set(of, known);
  }
  return known.layout;
}

/** A config's value; texts are written without quotes. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const layout = computed(() => summary.value && layoutOf(summary.value));
export const measure = signal<Measure>('ovNorm');
export const chosen = signal<{ readonly layer: number; readonly head: number } | undefined>(
  undefined,
);
export const problem = signal<string | undefined>(undefined);
export const running = signal<AbortController | undefined>(undefined);

/** Layers that were read, of one opened checkpoint. */
const read = signal<{ readonly of?: CheckpointSummary; readonly layers: readonly LayerTriage[] }>({
  layers: [],
});
export const layers = computed<readonly LayerTriage[]>(() =>
  read.value.of === summary.value ? read.value.layers : [],
);
export const measures = computed<readonly (readonly HeadMeasures[])[]>(() =>
  layers.value.map((triage, i) => measuresOf(triage, headsOf(i))),
);
export const findings = computed(() =>
  rankFindings(layers.value.flatMap((triage, i) => findingsOf(i, triage, headsOf(i)))),
);
export const headsOf = (layer: number): number => layout.value?.layers[layer]?.query.heads ?? 0;

/** Multiplications beyond which nobody's processor is kept busy unasked: some ten seconds. */
const unasked = 2e11;

export const cost = computed(() =>
  (layout.value?.layers ?? []).reduce(
    (sum, { query, value, output }) =>
      sum + [query, value, output].reduce((of, f) => of + (f.heads * f.size) ** 2 * f.width, 0),
    0,
  ),
);
export const isLarge = computed(() => cost.value > unasked);

/** Reads the layers that are left, one after the other. */
export async function readLayers(): Promise<void> {
  const of = summary.value;
  const all = layout.value?.layers.length ?? 0;
  if (!of || running.value) return;
  const controller = new AbortController();
  running.value = controller;
  problem.value = undefined;
  try {
    while (layers.value.length < all && summary.value === of && !controller.signal.aborted) {
      const layer = layers.value.length;
      const params = { checkpoint: of.id, layer };
      const next = await host.call('triageLayer', params, controller.signal);
      read.value = { of, layers: [...layers.value, next] };
    }
  } catch (error) {
    if (!controller.signal.aborted) problem.value = sentence(error);
  } finally {
    running.value = undefined;
  }
}

export const cancel = (): void => running.value?.abort();

/** Whether a layer here is the layer of that number in a run: not where there is more than one stack of them. */
export const isShown = computed(() => {
  if (summary.value?.recognition.kind !== 'runnable') return false;
  const stacks = layout.value?.layers.map(({ name }) => name.replace(/\d+/, '')) ?? [];
  return new Set(stacks).size === 1;
});

/** The same head in the attention view. */
export function showAttention(layer: number, head: number): void {
  if (!isShown.value) return;
  const id = `self.${layer}.${head}`;
  const block = trace.value?.byId.get(id);
  if (block) selectHead(block);
  else select({ block: id });
  view.value = 'attention';
}
