/** A trace that is filled layer by layer while a transformer runs, and answers from the kept hidden states. */
import type { Axis, Series, Trace, TraceChange, TraceState } from '../core/trace/trace';
import type { Tokens } from '../protocol/engine';
import { later } from './later';
import { blockId, createBlocks } from './runBlocks';
import { hiddenSeries, logitsSeries } from './runSeries';
import type { Transformer } from './transformer';

export interface Run extends Trace {
  /** Ends the run after the layer that is being computed. */
  cancel(): void;
  /** Resolves when the run is done, cancelled or failed; never rejects. */
  readonly ended: Promise<void>;
  /** Exact weightings of all heads of a layer, [heads, tokens, tokens]; not kept. */
  layerWeighting(layer: number): Promise<Float32Array>;
  /** Logits of the rows `from` … `to` - 1, [to - from, vocabulary]; not kept. */
  logits(from: number, to: number): Promise<Float32Array>;
  /** Cancels, and lets go of every number. */
  close(): Promise<void>;
}

export function startRun(model: Transformer, tokens: Tokens): Run {
  const { architecture, revisit, output } = model;
  const { layers, heads, width, vocabulary } = architecture;
  const all = Array.from({ length: heads }, (_, head) => head);
  const length = tokens.ids.length;
  const listeners = new Set<(change: TraceChange) => void>();
  const tell = (change: TraceChange) => listeners.forEach((listener) => listener(change));

  /** hidden[l] is the state before layer l; the last one is the state after all of them. */
  const hidden = Array.from({ length: layers + 1 }, () => later<Float32Array>());
  const thumbnails = Array.from({ length: layers }, () => later<Float32Array>());
  let state: TraceState = { kind: 'running', done: 0, total: layers };
  const abort = new AbortController();

  const axis: Axis = {
    id: 'tokens',
    kind: 'token',
    length,
    label: (place) => tokens.labels[place] ?? '',
    origin: (place) => tokens.origins[place],
  };

  const { blocks, clear } = createBlocks({
    model,
    axis,
    ids: tokens.ids,
    hidden: (layer) => hidden[layer]!.value,
    thumbnails: (layer) => thumbnails[layer]!.value,
    ended: () => ended,
  });
  const logits = async (from: number, to: number): Promise<Float32Array> => {
    const last = await hidden[layers]!.value;
    return output.logits(await output.finish(last.slice(from * width, to * width)));
  };
  const series: Series[] = [];
  const arrived = (one: Series): string => {
    series.push(one);
    return one.name;
  };

  const forward = async (): Promise<void> => {
    const started = performance.now();
    const embedded = model.embed(tokens.ids).then((first) => {
      hidden[0]!.resolve(first);
      tell({ series: [arrived(hiddenSeries(axis, 0, first))] });
      return first;
    });
    for await (const result of model.forward(length, embedded, abort.signal)) {
      const { layer } = result;
      const done = layer + 1;
      hidden[done]!.resolve(result.hidden);
      thumbnails[layer]!.resolve(result.thumbnails);
      state =
        done === layers
          ? { kind: 'done', milliseconds: performance.now() - started }
          : { kind: 'running', done, total: layers };
      const drawn = all.map((head) => blockId(layer, head));
      const finish = done === layers ? output.finish : undefined;
      const names = [arrived(hiddenSeries(axis, done, result.hidden, finish))];
      if (finish && architecture.output) {
        names.push(arrived(logitsSeries(axis, vocabulary, logits)));
      }
      tell({ blocks: drawn, series: names, state });
    }
  };

  const run = async (): Promise<void> => {
    try {
      await forward();
      if (state.kind === 'done') return;
      state = { kind: 'cancelled', done: doneOf(state), total: layers };
      abandon(`the run was cancelled after ${doneOf(state)} of ${layers} layers`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      state = { kind: 'failed', message, done: doneOf(state) };
      abandon(message);
    }
    tell({ state });
  };
  /** Whoever still waits for a layer hears why it will not come. */
  const abandon = (reason: string) => {
    for (const one of [...hidden, ...thumbnails]) one.reject(new Error(reason));
  };

  const ended = Promise.resolve().then(run);
  return {
    model: { sentence: architecture.sentence, family: architecture.family },
    source: 'checkpoint',
    axes: [axis],
    blocks,
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
    layerWeighting: async (layer) => revisit.weighting(await hidden[layer]!.value, layer, all),
    logits,
    async close() {
      abort.abort();
      await ended;
      listeners.clear();
      clear();
    },
  };
}

function doneOf(state: TraceState): number {
  return 'done' in state ? state.done : 0;
}
