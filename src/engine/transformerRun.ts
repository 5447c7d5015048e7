/** A trace that is filled layer by layer while a transformer runs, and answers from the kept hidden states. */
import { createPyramid, type Pyramid } from '../core/draw/pyramid';
import { poolOf } from '../core/model/programs';
import { followsCopy } from '../core/trace/headStatistics';
import { createMatrix } from '../core/trace/matrix';
import type {
  AccessBlock,
  Axis,
  HeadStatistics,
  Series,
  Tile,
  Trace,
  TraceChange,
  TraceState,
  Transform,
} from '../core/trace/trace';
import type { Tokens } from '../protocol/engine';
import { createCache } from './cache';
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

/** Bytes of exact heads, with their levels, kept per trace. */
const cacheBytes = 64 * 1024 * 1024;

export function startRun(model: Transformer, tokens: Tokens): Run {
  const { architecture, revisit, output } = model;
  const { layers, heads, width, vocabulary } = architecture;
  const length = tokens.ids.length;
  const edge = Math.ceil(length / poolOf(length));
  const listeners = new Set<(change: TraceChange) => void>();
  const tell = (change: TraceChange) => listeners.forEach((listener) => listener(change));
  const cache = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
  const pictures = createCache<Float32Array>(cacheBytes / 8, ({ byteLength }) => byteLength);
  const measured = new Map<number, Promise<readonly HeadStatistics[]>>();

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
  const idOf = (layer: number, head: number) => `self.${layer}.${head}`;

  const pyramid = (layer: number, head: number, transform: Transform) =>
    cache.get(`${layer} ${head} ${transform.hideFirst} ${transform.perRow}`, async () => {
      const data = await revisit.weighting(await hidden[layer]!.value, layer, [head]);
      return createPyramid({ rows: length, columns: length, data }, transform);
    });

  const picture = async (layer: number, head: number, transform: Transform): Promise<Tile> => {
    const { hideFirst, perRow } = transform;
    const drawn = await thumbnails[layer]!.value;
    const all =
      hideFirst || perRow
        ? await pictures.get(`${layer} ${hideFirst} ${perRow}`, async () =>
            revisit.thumbnails(await hidden[layer]!.value, layer, transform),
          )
        : drawn;
    const data = all.slice(head * edge * edge, (head + 1) * edge * edge);
    return { rows: edge, columns: edge, pool: poolOf(length), data };
  };

  const statistics = (layer: number): Promise<readonly HeadStatistics[]> => {
    const known = measured.get(layer) ?? measure(layer);
    measured.set(layer, known);
    known.catch(() => measured.delete(layer));
    return known;
  };
  /** Pictures come first: nothing is measured before the run has ended. */
  const measure = async (layer: number): Promise<readonly HeadStatistics[]> => {
    await ended;
    return revisit.statistics(await hidden[layer]!.value, layer, followsCopy(tokens.ids));
  };

  const blocks: AccessBlock[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      blocks.push({
        id: idOf(layer, head),
        act: 'read',
        layer,
        head,
        rows: axis,
        columns: axis,
        weighting: createMatrix({
          shape: [length, length],
          pyramid: (transform) => pyramid(layer, head, transform),
          thumbnail: (transform) => picture(layer, head, transform),
        }),
        normalised: 'rows',
        stages: new Map(),
        scalars: new Map(),
        vectors: new Map(),
        statistics: async () => (await statistics(layer))[head]!,
      });
    }
  }

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
      const drawn = Array.from({ length: heads }, (_, head) => idOf(layer, head));
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
    layerWeighting: async (layer) =>
      revisit.weighting(
        await hidden[layer]!.value,
        layer,
        Array.from({ length: heads }, (_, head) => head),
      ),
    logits,
    async close() {
      abort.abort();
      await ended;
      listeners.clear();
      cache.clear();
      pictures.clear();
    },
  };
}

interface Later<T> {
  readonly value: Promise<T>;
  resolve(value: T): void;
  reject(reason: Error): void;
}

/** A value that arrives; a rejection that nobody waits for is no error. */
function later<T>(): Later<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: Error) => void = () => {};
  const value = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  value.catch(() => undefined);
  return { value, resolve, reject };
}

function doneOf(state: TraceState): number {
  return 'done' in state ? state.done : 0;
}
