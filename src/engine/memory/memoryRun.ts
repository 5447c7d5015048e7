/** A run of a memory network: computed in slices between which the process can answer, then seen as a trace. */
import type {
  Facts,
  Inputs,
  MemoryMatch,
  MemoryModel,
  Options,
  Progress,
} from '../../core/memory/memory';
import type { Pyramid } from '../../core/draw/pyramid';
import { notFiniteEvents } from '../../core/trace/notFinite';
import { held, type Recorded, type Recording } from '../../core/trace/recording';
import type { Trace, TraceChange, TraceState } from '../../core/trace/trace';
import { traceOf } from '../../core/trace/traceOf';
import { createCache } from '../cache';

export interface MemoryRun extends Trace {
  cancel(): void;
  /** Resolves when the run is done, cancelled or failed; never rejects. */
  readonly ended: Promise<void>;
  /** There when the run is done. */
  readonly recording: Recording | undefined;
  close(): Promise<void>;
}

/** Milliseconds that a run computes before the process answers others. */
const slice = 20;
/** A run that ends within this many milliseconds is complete when it is first told. */
const patience = 250;
/** Bytes of matrices kept per run. */
const cacheBytes = 64 * 1024 * 1024;

/** What was fed at every step, `input.x` [T, …], so that it is seen beside what came of it. */
function fedTensors(inputs: Inputs, specs: MemoryMatch['inputs']): [string, Recorded][] {
  return specs.flatMap(({ name, shape: [first] }): [string, Recorded][] => {
    const array = inputs.get(name);
    return array && first === 'T' ? [[`input.${name}`, held(array.shape, array.data)]] : [];
  });
}

/** Long work is done in slices between which the process can answer, and stops when the run is closed. */
function unhurried(recorded: Recorded, isClosed: () => boolean): Recorded {
  const { prepare } = recorded;
  if (!prepare) return recorded;
  return {
    ...recorded,
    async read(start, count) {
      const work = prepare();
      for (let done = false; !done;) {
        if (isClosed()) throw new Error('the run was closed before this was computed');
        const until = performance.now() + slice;
        while (!done && performance.now() < until) done = work.next().done === true;
        if (!done) await new Promise((resume) => setImmediate(resume));
      }
      return recorded.read(start, count);
    },
  };
}

/** `remarks` about the checkpoint are added to what the run says of itself. Resolves once the run is complete or takes longer. Rejects with one line when it fails before that. */
export async function startMemoryRun(
  model: MemoryModel,
  inputs: Inputs,
  options: Options,
  { family, sentence, inputs: specs }: MemoryMatch,
  remarks: Facts = [],
): Promise<MemoryRun> {
  const started = performance.now();
  const listeners = new Set<(change: TraceChange) => void>();
  const tell = (change: TraceChange) => listeners.forEach((listener) => listener(change));
  const steps = model.run(inputs, options);
  const pyramids = createCache<Pyramid>(cacheBytes, ({ bytes }) => bytes);
  let progress: Progress = { done: 0, total: 1 };
  let cancelled = false;
  let closed = false;
  let recording: Recording | undefined;
  let trace: Trace | undefined;
  let state: TraceState = { kind: 'running', ...progress };

  const advance = (): Recording | undefined => {
    const until = performance.now() + slice;
    while (performance.now() < until) {
      const { done, value } = steps.next();
      if (done) return value;
      progress = value;
    }
    return undefined;
  };
  const finish = async (finished: Recording): Promise<void> => {
    const own = [...finished.tensors].map(
      ([name, recorded]) => [name, unhurried(recorded, () => closed)] as const,
    );
    const tensors = new Map([...fedTensors(inputs, specs), ...own]);
    const events = [...finished.events, ...(await notFiniteEvents({ ...finished, tensors }))];
    recording = {
      ...finished,
      model: { ...finished.model, facts: [...(finished.model.facts ?? []), ...remarks] },
      tensors,
      events: events.sort((a, b) => a.step - b.step),
    };
    trace = traceOf(recording, 'checkpoint', (key, read) => pyramids.get(key, read));
    state = { kind: 'done', milliseconds: performance.now() - started };
    tell({
      laidOut: true,
      blocks: trace.blocks.map(({ id }) => id),
      series: trace.series.map(({ name }) => name),
      state,
    });
  };
  const compute = async (): Promise<void> => {
    try {
      while (!cancelled) {
        const finished = advance();
        if (finished) return await finish(finished);
        state = { kind: 'running', ...progress };
        tell({ state });
        await new Promise((resume) => setImmediate(resume));
      }
      state = { kind: 'cancelled', ...progress };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      state = { kind: 'failed', message, done: progress.done };
    }
    tell({ state });
  };
  const ended = compute();
  await Promise.race([ended, new Promise((resume) => setTimeout(resume, patience).unref())]);
  const failure = stateNow();
  if (failure.kind === 'failed') throw new Error(failure.message);

  function stateNow(): TraceState {
    return state;
  }
  return {
    get model() {
      return trace?.model ?? { family, sentence };
    },
    source: 'checkpoint',
    get axes() {
      return trace?.axes ?? [];
    },
    get blocks() {
      return trace?.blocks ?? [];
    },
    get series() {
      return trace?.series ?? [];
    },
    get events() {
      return trace?.events ?? [];
    },
    get verdict() {
      return trace?.verdict;
    },
    get state() {
      return state;
    },
    get recording() {
      return recording;
    },
    on(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    cancel: () => void (cancelled = true),
    ended,
    async close() {
      cancelled = true;
      closed = true;
      await ended;
      listeners.clear();
      pyramids.clear();
    },
  };
}
