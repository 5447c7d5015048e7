/** One view of a checkpoint: serves the webview, passes numbers through to the engine, keeps track of its traces. */
import * as vscode from 'vscode';
import { unpackTensors } from '../core/summary/columns';
import { traceMark } from '../core/trace/writeTrace';
import type { CheckpointId, EngineMethods, TraceId } from '../protocol/engine';
import { type Handlers, serve } from '../protocol/rpc';
import {
  type HostMethods,
  type HostNotes,
  protocolVersion,
  type Relayed,
  relayed,
} from '../protocol/webview';
import type { CheckpointDocument } from './checkpointEditor';
import { draftModelSpec, watchSpec } from './draftSpec';
import type { Engine } from './engineProcess';
import { exportTensor } from './exportTensor';
import { findModelCode, showPlace } from './modelCode';
import { addPanel, takeWanted } from './openPanels';
import { openSidecar } from './openSidecar';
import type { Replays } from './replay/register';
import { saveBytes } from './saveFile';
import type { Shapes } from './shapes/register';

export function connectPanel(
  document: CheckpointDocument,
  panel: vscode.WebviewPanel,
  engine: Engine,
  replays: Replays,
  shapes: Shapes,
): void {
  const { webview } = panel;
  const traces = new Set<TraceId>();
  /** What was made of the trace that is shown. */
  const derived = new Set<TraceId>();
  const forget = (): void => {
    derived.clear();
    traces.clear();
  };
  const isOwn = (trace: TraceId): boolean => traces.has(trace) || derived.has(trace);
  const subscriptions: vscode.Disposable[] = [];
  const own = (trace: TraceId): TraceId => {
    if (!isOwn(trace)) throw new Error(`no trace ${String(trace)} in this view`);
    return trace;
  };
  const ownCheckpoint = async (checkpoint: CheckpointId): Promise<void> => {
    const { id } = await document.summary();
    if (id !== checkpoint) throw new Error(`no checkpoint ${String(checkpoint)} in this view`);
  };
  const tensors = async () => unpackTensors((await document.summary()).tensors);
  const tensorNames = async () => (await tensors()).map(({ name }) => name);
  // Without its column, a panel of a group that is not active ends up blank.
  const reveal = (): void => panel.reveal(panel.viewColumn);
  const close = (trace: TraceId): void => {
    void replays.stop(trace);
    engine.call('closeTrace', { trace }).catch(() => undefined);
  };
  const codeOf = async (tensor?: string, head?: { layer: number }, memoryHead?: number) => {
    const names = await tensorNames();
    const match = await findModelCode(document.uri, names);
    if (memoryHead !== undefined) {
      const name = memoryTensor(names, memoryHead);
      return name === undefined ? undefined : match?.findMemory(name);
    }
    if (head) {
      const name = attentionTensor(names, head.layer);
      return name === undefined ? undefined : match?.findAttention(name);
    }
    return tensor === undefined ? match?.place : match?.find(tensor);
  };

  const handlers: Handlers<HostMethods> = {
    ...relay(engine, own, ownCheckpoint),
    ready({ version }) {
      if (version !== protocolVersion) {
        throw new Error(
          vscode.l10n.t('This view is of another version: close it and open it again.'),
        );
      }
      return document.summary();
    },
    async run({ input }) {
      const { id } = await document.summary();
      const trace = await engine.call('run', { checkpoint: id, input });
      // Only the newest run is shown: what the ones before hold is given back.
      for (const old of [...derived, ...traces]) close(old);
      forget();
      traces.add(trace.id);
      return trace;
    },
    async rollout({ trace }) {
      const made = await engine.call('rollout', { trace: own(trace) });
      derived.add(made.id);
      return made;
    },
    async pickInputs() {
      const [file] =
        (await vscode.window.showOpenDialog({
          defaultUri: vscode.Uri.joinPath(document.beside, '..'),
          filters: {
            [vscode.l10n.t('Arrays and images')]: ['npz', 'safetensors', 'json', 'csv', 'png'],
          },
        })) ?? [];
      if (!file) return undefined;
      const { id: checkpoint } = await document.summary();
      const inputs = await engine.call('readInputs', { checkpoint, path: file.fsPath });
      return { name: file.path.slice(file.path.lastIndexOf('/') + 1), inputs };
    },
    async lastTrace() {
      const last = [...traces].at(-1);
      if (last !== undefined) return engine.call('describe', { trace: last });
      const { metadata } = await document.summary();
      if (!metadata.some(([key]) => key === traceMark)) return undefined;
      // The file is a recorded run: it is shown at once.
      const trace = await engine.call('openTrace', { path: await document.path() });
      traces.add(trace.id);
      return trace;
    },
    async findCode({ tensor }) {
      const place = await codeOf(tensor);
      return (
        place && {
          label: vscode.workspace.asRelativePath(vscode.Uri.parse(place.file)),
          line: place.line,
        }
      );
    },
    async goToCode({ tensor, head, memoryHead }) {
      const place = await codeOf(tensor, head, memoryHead);
      if (place) await showPlace(place, panel.viewColumn);
      return place !== undefined;
    },
    async compareCode() {
      const found = await shapes.comparisons.compare(document.uri, await tensors());
      return found && { ...found.comparison, file: vscode.workspace.asRelativePath(found.file) };
    },
    async goToCodeLine({ line }) {
      const place = (await findModelCode(document.uri, await tensorNames()))?.place;
      if (place) await showPlace({ ...place, line }, panel.viewColumn);
    },
    wantedTensor: () => takeWanted(document.uri),
    saveFile: ({ name, text, base64 }) =>
      saveBytes(
        document.beside,
        name,
        base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'),
      ),
    async exportTensor({ name, ...what }) {
      const { id: checkpoint } = await document.summary();
      await exportTensor(engine, document.beside, name, { checkpoint, ...what });
    },
    async saveTrace({ trace }) {
      const target = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.joinPath(document.beside, '..', 'trace.safetensors'),
        filters: { [vscode.l10n.t('Trace')]: ['safetensors'] },
      });
      if (target) await engine.call('saveTrace', { trace: own(trace), path: target.fsPath });
    },
    async openSidecar({ name }) {
      const { sidecars = [] } = await document.summary();
      if (!sidecars.some((sidecar) => sidecar.name === name)) return;
      await openSidecar(document.uri, name);
    },
    async draftSpec() {
      return draftModelSpec(document.uri, await tensors());
    },
    async startReplay({ trace, step }) {
      const { name } = await document.summary();
      const told = await engine.call('describe', { trace: own(trace) });
      return replays.start(told, { name, step, path: await document.path(), focus: reveal });
    },
    stopReplay: ({ trace }) => replays.stop(own(trace)),
    seekReplay: ({ trace, step }) => replays.seek(own(trace), step),
    session: () => undefined,
    showOperation: () => undefined,
    pinExpression: () => undefined,
    addMemoryEvent: () => undefined,
    continueToNext: () => undefined,
    async restartEngine() {
      forget();
      server.notify('reopened', await document.reload());
    },
  };
  const server = serve<HostMethods, HostNotes>(
    {
      post: (message) => void webview.postMessage(message),
      listen: (receive) => void subscriptions.push(webview.onDidReceiveMessage(receive)),
    },
    handlers,
  );
  subscriptions.push(
    addPanel({
      document,
      isVisible: () => panel.visible,
      reveal,
      showTensor: (name) => server.notify('showTensor', { name }),
    }),
    watchSpec(document.uri, async () => {
      forget();
      server.notify('reopened', await document.reload());
    }),
    replays.onDidMove((place) => {
      if (traces.has(place.trace)) server.notify('replayMoved', place);
    }),
    replays.onDidEnd((trace) => {
      if (traces.has(trace)) server.notify('replayEnded', { trace });
    }),
    {
      dispose: engine.on(
        'traceChanged',
        (note) => isOwn(note.trace) && server.notify('traceChanged', note),
      ),
    },
    {
      dispose: engine.onDied((message) => {
        forget();
        server.notify('engineDied', { message });
      }),
    },
    {
      dispose: engine.on('sweepChanged', async (note) => {
        const { id } = await document.summary();
        if (id === note.checkpoint) server.notify('sweepChanged', note);
      }),
    },
    {
      dispose: engine.on('fileChanged', async (note) => {
        const { id } = await document.summary();
        if (id === note.checkpoint) server.notify('fileChanged', note);
      }),
    },
    document.onDidChange(async (message) => {
      const checkpoint = await document.summary().then(
        ({ id }) => id,
        () => 0,
      );
      server.notify('fileChanged', { checkpoint, message });
    }),
  );
  panel.onDidDispose(() => {
    for (const subscription of subscriptions) subscription.dispose();
    for (const trace of [...derived, ...traces]) close(trace);
  });
}

/** Methods that go to the engine as they are, once what they name is known to be this view's own. */
export function relay(
  engine: Engine,
  own: (trace: TraceId) => TraceId,
  ownCheckpoint: (checkpoint: CheckpointId) => Promise<void>,
): Pick<Handlers<HostMethods>, Relayed> {
  const pass =
    <K extends Relayed>(method: K) =>
    async (params: Parameters<EngineMethods[K]>[0], signal: AbortSignal) => {
      if ('trace' in params) own(params.trace);
      if ('checkpoint' in params) await ownCheckpoint(params.checkpoint);
      return engine.call(method, params, signal);
    };
  return Object.fromEntries(relayed.map((method) => [method, pass(method)])) as unknown as Pick<
    Handlers<HostMethods>,
    Relayed
  >;
}

/** A tensor of the attention module of that layer, by the names that people give: `…3.attn…`, `…3.self_attn…`. */
function attentionTensor(names: readonly string[], layer: number): string | undefined {
  const pattern = new RegExp(`(^|\\.)${layer}\\..*(attn|attention)`, 'i');
  return names.find((name) => pattern.test(name));
}

/** A tensor of a head of a memory, by its number among all heads; else one of the memory. */
function memoryTensor(names: readonly string[], head: number): string | undefined {
  const own = new RegExp(`(^|\\.)\\w*heads?\\w*\\.${head}\\.`, 'i');
  return names.find((name) => own.test(name)) ?? names.find((name) => /mem/i.test(name));
}
