/** A trace that is filled layer by layer while a transformer runs, and answers from the kept hidden states. */
import type { Access } from '../core/model/architecture';
import type { Axis, Series, Trace, TraceChange, TraceState } from '../core/trace/trace';
import type { Prepared } from './inputs';
import { imageSeries, labelsSeries, logitsSeries } from './runSeries';
import { blockId } from './runBlocks';
import { startStack, type StackRun } from './stackRun';
import type { Transformer } from './transformer';

export interface Run extends Trace {
  /** Ends the run after the layer that is being computed. */
  cancel(): void;
  /** Resolves when the run is done, cancelled or failed; never rejects. */
  readonly ended: Promise<void>;
  /** Exact weightings of all heads of a layer, [heads, queries, keys]; not kept. */
  layerWeighting(layer: number, access?: Access): Promise<Float32Array>;
  /** Logits of the rows `from` … `to` - 1, [to - from, size]; not kept. */
  logits(from: number, to: number): Promise<Float32Array>;
  /** Logits of the place that a person asks about: the last token, a masked one, the whole; undefined when there is none. */
  predicted(): Promise<Predicted | undefined>;
  /**
   * Logits that one place would have if the model ended after its embedding, then after each layer: the logit lens
   * (nostalgebraist 2020). `place` counts where logits are of every place; else it is the one that they are of.
   */
  lens(place?: number): Promise<Deepening | undefined>;
  /** Cancels, and lets go of every number. */
  close(): Promise<void>;
}

export interface Predicted {
  readonly logits: Float32Array;
  /** What they are about, where it is no vocabulary. */
  readonly labels?: readonly string[];
}

export interface Deepening {
  readonly place: number;
  readonly depths: readonly Predicted[];
}

export function startRun(model: Transformer, input: Prepared): Run {
  const { architecture, output } = model;
  const head = architecture.output;
  const listeners = new Set<(change: TraceChange) => void>();
  const tell = (change: TraceChange) => listeners.forEach((listener) => listener(change));
  const total = model.stacks.reduce((sum, { stack }) => sum + stack.layers, 0);
  let state: TraceState = { kind: 'running', done: 0, total };
  const abort = new AbortController();

  const stacks: StackRun[] = [];
  for (const [index, runner] of model.stacks.entries()) {
    const several = model.stacks.length > 1;
    stacks.push(
      startStack({
        runner,
        places: input.stacks[index]!,
        source: stacks[index - 1],
        without: input.without ?? [],
        hiddenName: several ? `hidden.${runner.stack.accesses[0]}` : 'hidden',
        axisId: several ? (index === 0 ? 'source' : 'target') : 'tokens',
        ended: () => ended,
      }),
    );
  }
  const last = stacks.at(-1)!;
  const { length } = last.axis;
  const logits = async (from: number, to: number) => output.logits(await last.rows(from, to));
  const labels: Axis | undefined = head?.labels && {
    id: 'labels',
    kind: 'unit',
    length: head.size,
    label: (index) => head.labels?.[index] ?? String(index),
  };
  /** The one place that logits are of, where they are of one. */
  const place = head?.of === 'first' ? 0 : length - 1;
  const outputSeries = (): Series[] => {
    if (!head) return [];
    if (head.of === 'places') return [logitsSeries(last.axis, head.size, logits)];
    return labels ? [labelsSeries(labels, () => logits(place, place + 1))] : [];
  };

  /** The place that a person asks about, unless they choose one. */
  const asked = (): number | undefined => {
    if (!head) return undefined;
    if (head.predicts === 'masked') return input.masked;
    // Labels of every place are no answer about the whole.
    return head.predicts === 'label' && head.of === 'places' ? undefined : place;
  };
  const named = (values: Float32Array): Predicted => ({
    logits: values,
    ...(head?.labels && { labels: head.labels }),
  });

  const picture = input.image && imageSeries(input.image);
  const series: Series[] = picture ? [picture] : [];
  const forward = async (): Promise<void> => {
    const started = performance.now();
    let done = 0;
    for (const one of stacks) {
      await one.forward(abort.signal, (arrived) => {
        const isLayer = arrived.blocks.length > 0;
        if (isLayer) done++;
        const more = [...arrived.series, ...(done === total ? outputSeries() : [])];
        series.push(...more);
        const names = more.map(({ name }) => name);
        if (!isLayer) {
          tell({ series: names });
          return;
        }
        state =
          done === total
            ? { kind: 'done', milliseconds: performance.now() - started }
            : { kind: 'running', done, total };
        tell({ blocks: arrived.blocks, series: names, state });
      });
      if (abort.signal.aborted) return;
    }
  };

  const run = async (): Promise<void> => {
    try {
      await forward();
      if (state.kind === 'done') return;
      state = { kind: 'cancelled', done: doneOf(state), total };
      abandon(`the run was cancelled after ${doneOf(state)} of ${total} layers`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      state = { kind: 'failed', message, done: doneOf(state) };
      abandon(message);
    }
    tell({ state });
  };
  const abandon = (reason: string) => stacks.forEach((one) => one.abandon(reason));

  const ended = Promise.resolve().then(run);
  const { sentence, family } = architecture;
  return {
    model: { sentence: [sentence, ...ablated(input)].join(', '), family },
    source: 'checkpoint',
    axes: [
      ...stacks.map(({ axis }) => axis),
      ...(labels ? [labels] : []),
      ...(picture ? [picture.steps] : []),
    ],
    blocks: stacks.flatMap(({ blocks }) => blocks),
    series,
    events: [],
    get state() {
      return state;
    },
    on(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    cancel: () => abort.abort(),
    ended,
    layerWeighting: (layer, access) => {
      const of = stacks.find((_, index) =>
        access ? model.stacks[index]!.stack.accesses.includes(access) : true,
      );
      return of!.layerWeighting(layer, access);
    },
    logits,
    async predicted() {
      const at = asked();
      return at === undefined ? undefined : named(await logits(at, at + 1));
    },
    async lens(wanted) {
      const at = head?.of === 'places' ? (wanted ?? asked()) : asked();
      if (at === undefined) return undefined;
      if (at < 0 || at >= length) throw new Error(`place ${at} is outside 0…${length - 1}`);
      const all = await output.logits(await last.depths(at));
      const size = head?.size ?? 0;
      const depths = Array.from({ length: all.length / size }, (_, depth) =>
        named(all.subarray(depth * size, (depth + 1) * size)),
      );
      return { place: at, depths };
    },
    async close() {
      abort.abort();
      await ended;
      listeners.clear();
      stacks.forEach((one) => one.clear());
    },
  };
}

/** What a run is told by, where it is not of the whole model. */
const ablated = ({ without = [] }: Prepared): readonly string[] =>
  without.length === 0
    ? []
    : [
        `without ${without.map(({ access, layer, head }) => blockId(access, layer, head)).join(' ')}`,
      ];

function doneOf(state: TraceState): number {
  return 'done' in state ? state.done : 0;
}
