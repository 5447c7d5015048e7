/** The rollout of a trace's attention, a trace of its own that is filled layer by layer. */
import { createPyramid, type Pyramid } from '../core/draw/pyramid';
import { createMatrix } from '../core/trace/matrix';
import { addHead, rollOut, type SelfLayer, selfLayers } from '../core/trace/rollout';
import type { AccessBlock, Trace, TraceChange, TraceState } from '../core/trace/trace';
import { type Cache, createCache } from './cache';
import { later, type Later } from './later';

export interface Rollout extends Trace {
  cancel(): void;
  close(): Promise<void>;
}

/** Every layer is kept, [n, n] each: 12 layers over 3,000 tokens. */
const mostBytes = 512 << 20;
/** Bytes of pooled pictures that are kept. */
const cacheBytes = 64 * 1024 * 1024;
/** Milliseconds that are computed before the process answers others. */
const slice = 20;

/** Starts at once. Throws one sentence where there is no self-attention, or too much of it. */
export function startRollout(source: Trace): Rollout {
  const layers = selfLayers(source.blocks);
  const started = performance.now();
  const bytes = layers.reduce((sum, { heads: [head] }) => sum + 4 * head!.rows.length ** 2, 0);
  if (layers.length === 0) throw new Error('there is no self-attention to roll out');
  if (bytes > mostBytes) {
    const sizes = [bytes, mostBytes].map((size) => `${Math.round(size / 2 ** 20)} MiB`);
    throw new Error(`the rollout takes ${sizes[0]}, more than ${sizes[1]}`);
  }
  const listeners = new Set<(change: TraceChange) => void>();
  const tell = (change: TraceChange) => listeners.forEach((listener) => listener(change));
  const made = layers.map(() => later<Float32Array>());
  const pyramids = createCache<Pyramid>(cacheBytes, ({ bytes: size }) => size);
  const blocks = layers.map((layer, i) => blockOf(layer, made[i]!, pyramids));
  let state: TraceState = { kind: 'running', done: 0, total: layers.length };
  let cancelled = false;

  const layerAfter = async (
    { heads }: SelfLayer,
    before: Float32Array | undefined,
  ): Promise<Float32Array | undefined> => {
    const n = heads[0]!.rows.length;
    const mean = new Float32Array(n * n);
    for (const { weighting } of heads) {
      if (cancelled) return undefined;
      addHead(mean, await weighting.values(), heads.length);
    }
    const steps = rollOut(mean, before, n);
    while (!cancelled) {
      const until = performance.now() + slice;
      while (performance.now() < until) {
        const { done, value } = steps.next();
        if (done) return value;
      }
      await new Promise((resume) => setImmediate(resume));
    }
    return undefined;
  };
  const run = async (): Promise<void> => {
    let before: Float32Array | undefined;
    const total = layers.length;
    for (const [i, layer] of layers.entries()) {
      // The decoder starts from its own tokens again.
      if (layers[i - 1]?.kind !== layer.kind) before = undefined;
      before = await layerAfter(layer, before);
      if (!before) break;
      made[i]!.resolve(before);
      const done = i + 1;
      const milliseconds = performance.now() - started;
      state = done === total ? { kind: 'done', milliseconds } : { kind: 'running', done, total };
      tell({ blocks: [blocks[i]!.id], state });
    }
    if (state.kind === 'running') state = { ...state, kind: 'cancelled' };
  };
  const ended = run()
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      state = { kind: 'failed', message, done: 'done' in state ? state.done : 0 };
    })
    .then(() => {
      for (const one of made) one.reject(new Error('the rollout ended before this layer'));
      tell({ state });
    });
  return {
    model: { family: 'rollout', sentence: `Attention rollout of ${source.model.sentence}` },
    source: source.source,
    axes: source.axes,
    blocks,
    series: [],
    events: [],
    get state() {
      return state;
    },
    on(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    cancel: () => void (cancelled = true),
    async close() {
      cancelled = true;
      await ended;
      listeners.clear();
      pyramids.clear();
    },
  };
}

function blockOf(
  { kind, layer, heads }: SelfLayer,
  made: Later<Float32Array>,
  pyramids: Cache<Pyramid>,
): AccessBlock {
  const { rows, columns } = heads[0]!;
  const id = `${kind === 'self' ? 'rollout' : `${kind}-rollout`}.${layer}.0`;
  return {
    id,
    act: 'read',
    layer,
    rows,
    columns,
    weighting: createMatrix({
      shape: [rows.length, columns.length],
      pyramid: (transform) =>
        pyramids.get(`${id} ${transform.hideFirst} ${transform.perRow}`, async () => {
          const data = await made.value;
          return createPyramid({ rows: rows.length, columns: columns.length, data }, transform);
        }),
    }),
    normalised: 'rows',
    stages: new Map(),
    scalars: new Map(),
    vectors: new Map(),
  };
}
