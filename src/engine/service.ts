/** The methods of the engine process over the checkpoints and traces that it holds. */
import type {
  CheckpointId,
  EngineMethods,
  EngineNotes,
  Prediction,
  TraceId,
} from '../protocol/engine';
import type { Handlers, Server } from '../protocol/rpc';
import { openModel, type Model } from './model';
import { statisticNames } from '../core/trace/trace';
import { createTraces, statisticsOf } from './openTraces';
import { predictions } from './predictions';
import { toolMethods } from './toolMethods';
import type { Tools } from './tools';
import { traceData } from './traceData';
import type { Predicted } from './transformerRun';

/** `notify` sends to the other end. */
export function createService(notify: Server<EngineNotes>['notify']): Handlers<EngineMethods> {
  const models = new Map<CheckpointId, Model>();
  let nextModel: CheckpointId = 1;
  const model = (id: CheckpointId): Model => {
    const found = models.get(id);
    if (!found) throw new Error(`checkpoint ${id} is not open`);
    return found;
  };
  const traces = createTraces((payload, { checkpoint }) => {
    notify('traceChanged', payload);
    if (payload.change.state?.kind !== 'failed' || checkpoint === undefined) return;
    void tellChanged(checkpoint);
  });
  /** After a failure: says so when the reason is that the files are no longer what was opened. */
  const tellChanged = async (checkpoint: CheckpointId): Promise<void> => {
    const message = await models.get(checkpoint)?.changed();
    if (message) notify('fileChanged', { checkpoint, message });
  };
  let loading: Promise<Tools> | undefined;
  const tools = (): Promise<Tools> => {
    loading ??= import('./tools').then(({ createTools }) => createTools(model, traces, notify));
    return loading;
  };
  const runOf = (id: number) => {
    const { run, name } = traces.get(id);
    if (!run) throw new Error(`${name}: a trace file can make no predictions`);
    if (!('logits' in run)) throw new Error(`${name}: this model does not predict tokens`);
    return run;
  };

  /** The likeliest `count` by name. */
  const likeliest = async (trace: TraceId, count: number) => {
    const { checkpoint } = traces.get(trace);
    const words = await model(checkpoint!)
      .tokenizer()
      .catch(() => undefined);
    return ({ logits, labels }: Predicted): readonly Prediction[] =>
      predictions(logits, count, (id) => labels?.[id] ?? words?.label(id) ?? String(id));
  };

  return {
    ...loadedLater(tools),
    async open({ path }) {
      const opened = await openModel(path);
      const summary = await opened.summary();
      const id = nextModel++;
      models.set(id, opened);
      // After the answer has gone, and before the first run is asked for.
      setImmediate(() => void opened.prepare().catch(() => undefined));
      return { id, ...summary };
    },
    async close({ checkpoint }) {
      const opened = models.get(checkpoint);
      models.delete(checkpoint);
      await traces.closeRunsOf(checkpoint);
      await (await loading)?.close(checkpoint);
      await opened?.close();
    },
    async tokenize({ checkpoint, text }) {
      const { name, tokenizer } = model(checkpoint);
      const labels = await tokenizer();
      if (!labels) throw new Error(`${name}: there is no tokenizer beside it`);
      return labels.encode(text);
    },
    async generate({ checkpoint, input, count }, signal) {
      const opened = model(checkpoint);
      const { tokens, steps } = await opened.generate(input, count, signal);
      const ids: number[] = [];
      for await (const { id } of steps) ids.push(id);
      const words = await opened.tokenizer().catch(() => undefined);
      return { ids, ...(words && { text: words.continued(tokens.ids, ids) }) };
    },
    async run({ checkpoint, input }) {
      const opened = model(checkpoint);
      const run = await ('options' in input ? opened.runArrays(input) : opened.run(input));
      return traces.addRun(run, opened.name, checkpoint);
    },
    cancel({ trace }) {
      traces.get(trace).run?.cancel();
    },
    describe({ trace: id }) {
      const { trace, ready } = traces.get(id);
      return traceData(id, trace, ready);
    },
    openTrace: ({ path }) => traces.addFile(path),
    closeTrace: ({ trace }) => traces.close(trace),
    thumbnail: ({ transform, ...ref }) => traces.matrix(ref).thumbnail(transform),
    tile: ({ level, row, column, transform, ...ref }) =>
      traces.matrix(ref).tile(level, row, column, transform),
    row: ({ index, ...ref }) => traces.matrix(ref).row(index),
    received: (ref) => traces.matrix(ref).received(),
    async statistics({ trace, block }) {
      const found = await statisticsOf(traces.block(trace, block));
      return Float32Array.from(statisticNames, (name) => found[name]);
    },
    async predictions({ trace, count }) {
      const found = await runOf(trace).predicted();
      return found ? (await likeliest(trace, count))(found) : [];
    },
    async lens({ trace, place, count }) {
      const found = await runOf(trace).lens(place);
      return found && { ...found, depths: found.depths.map(await likeliest(trace, count)) };
    },
  };
}

/** Handlers that load the tools first. */
function loadedLater(tools: () => Promise<Tools>): Tools['handlers'] {
  const handlers = toolMethods.map((method) => [
    method,
    async (params: never, signal: AbortSignal) =>
      (await tools()).handlers[method](params, signal) as unknown,
  ]);
  return Object.fromEntries(handlers) as Tools['handlers'];
}
