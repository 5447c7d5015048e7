/** The panel of a debug session: what its program holds now, and what it did. */
import * as vscode from 'vscode';
import { packTensors } from '../../core/summary/columns';
import { laidOut, type Operation } from '../../core/trace/live';
import type { PackedSummary, TraceId } from '../../protocol/engine';
import { type Handlers, serve } from '../../protocol/rpc';
import type { SessionChange, SessionState } from '../../protocol/session';
import type { HostMethods, HostNotes, Relayed } from '../../protocol/webview';
import type { Engine } from '../engineProcess';
import { relay } from '../panel';
import type { Replays } from '../replay/register';
import { saveBytes } from '../saveFile';
import { fetchingHeads } from './exactHeads';
import type { LiveSession } from './liveSession';
import { liveTensorHandlers } from './liveTensors';
import type { Pins } from './pins';

/** What a page asks of a panel without a checkpoint. */
type SessionMethods = Pick<
  HostMethods,
  | Relayed
  | 'ready'
  | 'session'
  | 'lastTrace'
  | 'findCode'
  | 'goToCode'
  | 'showOperation'
  | 'pinExpression'
  | 'addMemoryEvent'
  | 'continueToNext'
  | 'saveFile'
  | 'saveTrace'
  | 'startReplay'
  | 'stopReplay'
  | 'seekReplay'
>;

/** Serves the page of `panel` until it is closed. */
export function connectSessionPanel(
  live: LiveSession,
  panel: vscode.WebviewPanel,
  engine: Engine,
  pins: Pins,
  replays: Replays,
  showOperation: (operation: Operation) => void,
): vscode.Disposable {
  const { webview } = panel;
  const received = new vscode.EventEmitter<unknown>();
  let told = live.state();
  const own = (trace: TraceId): TraceId => {
    if (live.state().trace?.id !== trace) throw new Error(`no trace ${String(trace)} in this view`);
    return trace;
  };
  const noCheckpoint = (): never => {
    throw new Error('a debug session has no checkpoint');
  };
  const run = async (command: string): Promise<void> => {
    await vscode.commands.executeCommand(command);
  };
  const folder = live.session.workspaceFolder?.uri ?? vscode.Uri.file('.');
  const relayed = relay(engine, own, noCheckpoint);
  const handlers: Handlers<SessionMethods> = {
    ...relayed,
    ...fetchingHeads(live, engine, relayed),
    ...liveTensorHandlers(live),
    pinExpression: ({ expression, pinned }) => pins.put(expression, pinned),
    addMemoryEvent: () => run('mnemoscope.addMemoryEvent'),
    continueToNext: () => run('mnemoscope.continueToNextOperation'),
    ready: () => summaryOf(live.state()),
    session: () => (told = live.state()),
    lastTrace: () => live.state().trace,
    findCode: () => undefined,
    goToCode({ head }) {
      const operation = head && laidOut(live.state().operations)[head.layer];
      if (operation) showOperation(operation);
      return operation !== undefined;
    },
    showOperation({ id }) {
      const operation = live.state().operations.find((one) => one.id === id);
      if (operation) showOperation(operation);
    },
    saveFile: ({ name, text, base64 }) =>
      saveBytes(
        vscode.Uri.joinPath(folder, name),
        name,
        base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'),
      ),
    async startReplay({ trace, step }) {
      const described = await engine.call('describe', { trace: own(trace) });
      const path = live.state().operations.at(-1)?.file ?? '';
      const focus = () => panel.reveal();
      return replays.start(described, { name: live.session.name, step, path, focus });
    },
    stopReplay: ({ trace }) => replays.stop(own(trace)),
    seekReplay: ({ trace, step }) => replays.seek(own(trace), step),
    async saveTrace({ trace }) {
      const target = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.joinPath(folder, 'session.safetensors'),
        filters: { [vscode.l10n.t('Trace')]: ['safetensors'] },
      });
      if (target) await engine.call('saveTrace', { trace: own(trace), path: target.fsPath });
    },
  };
  const server = serve<SessionMethods, HostNotes>(
    {
      post: (message) => void webview.postMessage(message),
      listen: (receive) => void received.event(receive),
    },
    handlers,
  );
  return vscode.Disposable.from(
    received,
    webview.onDidReceiveMessage((message) => received.fire(message)),
    replays.onDidMove((place) => {
      if (place.trace === live.state().trace?.id) server.notify('replayMoved', place);
    }),
    replays.onDidEnd((trace) => {
      if (trace === live.state().trace?.id) server.notify('replayEnded', { trace });
    }),
    live.onDidChange((state) => {
      server.notify('sessionChanged', changeOf(told, state));
      told = state;
    }),
  );
}

/** A debug session where a page expects a checkpoint: it has a name and nothing inside. */
function summaryOf({ name }: SessionState): PackedSummary {
  return {
    id: 0,
    name,
    format: vscode.l10n.t('Debug session'),
    session: true,
    files: [],
    metadata: [],
    config: [],
    warnings: [],
    tensors: packTensors([]),
    parameters: 0,
    recognition: { kind: 'unknown' },
  };
}

/** Only what is new: a long recording is not sent again at every stop. */
function changeOf(before: SessionState, after: SessionState): SessionChange {
  const { operations, ...rest } = after;
  const from = before.operations.length;
  if (operations.length === from) return rest;
  return { ...rest, added: { from, operations: operations.slice(from) } };
}
