/** Debugging: follows sessions, shows them in a panel, marks lines, records probes, stops at memory events. */
import * as vscode from 'vscode';
import { integer } from '../../core/draw/text';
import type { Engine } from '../engineProcess';
import { panelHtml } from '../panelHtml';
import type { Replays } from '../replay/register';
import { registerInlineValues } from './inlineValues';
import type { LiveSession } from './liveSession';
import { openModuleWeights, removeClosedWeights } from './moduleWeights';
import { createPins } from './pins';
import { addProbe, mark } from './probes';
import { connectSessionPanel } from './sessionPanel';
import { chooseSession, followSessions, type Sessions } from './sessions';
import { createProbeList, type ProbeNode } from './probeList';
import { createOperationMarker } from './showOperation';
import { expressionOf, sessionOf, showVariable } from './variables';
import { createWatches, type WatchNode, type Watches } from './watches';

const sessionViewType = 'mnemoscope.session';

export interface Debugging extends vscode.Disposable {
  /** For tests: what is followed. */
  readonly sessions: Sessions;
  readonly watches: Watches;
  /** Shows the session that is debugged now beside the code, without taking the focus. */
  showSession(): Promise<void>;
}

export function registerDebugging(
  context: vscode.ExtensionContext,
  engine: Engine,
  replays: Replays,
  log: vscode.LogOutputChannel,
): Debugging {
  const pins = createPins(context.workspaceState);
  const sessions = followSessions(engine, pins, log);
  const watches = createWatches(context.workspaceState, sessions);
  const probes = createProbeList(sessions);
  const marker = createOperationMarker();
  const panels = new Map<LiveSession, vscode.WebviewPanel>();
  const states = new WeakMap<LiveSession, string>();
  const status = vscode.window.createStatusBarItem(
    'mnemoscope.session',
    vscode.StatusBarAlignment.Left,
  );
  status.name = vscode.l10n.t('Mnemoscope: Debug Session');
  status.command = 'mnemoscope.showSession';

  const showSession = async (wanted?: LiveSession): Promise<void> => {
    const live = wanted ?? sessions.active();
    if (!live) {
      void vscode.window.showInformationMessage(whyNone());
      return;
    }
    const known = panels.get(live);
    if (known) return known.reveal(known.viewColumn, true);
    const panel = vscode.window.createWebviewPanel(
      sessionViewType,
      `Mnemoscope: ${live.state().name}`,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      {
        enableScripts: true,
        localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist')],
      },
    );
    panels.set(live, panel);
    const served = connectSessionPanel(live, panel, engine, pins, replays, (one) => {
      void marker.show(one, live.cells.cellOf(one.file));
    });
    panel.onDidDispose(() => {
      served.dispose();
      panels.delete(live);
    });
    panel.webview.html = panelHtml(panel.webview, context.extensionUri);
  };

  const showInMnemoscope = async (context: unknown): Promise<void> => {
    const [live, name] = [sessionOf(sessions, context), expressionOf(context)];
    if (!live || name === undefined) return;
    await showSession(live);
    await showVariable(live, pins, name);
  };

  const commands = {
    'mnemoscope.showVariable': showInMnemoscope,
    'mnemoscope.markMemory': (context: unknown) => mark(sessions, 'memory', context),
    'mnemoscope.markWeighting': (context: unknown) => mark(sessions, 'weighting', context),
    'mnemoscope.openModuleWeights': (context: unknown) => openModuleWeights(sessions, context),
    'mnemoscope.showSession': async () => {
      const one = await chooseSession(sessions);
      if (one !== 'none') await showSession(one);
    },
    'mnemoscope.addProbe': (context: unknown) => addProbe(context),
    'mnemoscope.addMemoryEvent': () => watches.ask(),
    'mnemoscope.editMemoryEvent': (node: WatchNode) => watches.ask(node),
    'mnemoscope.removeMemoryEvent': (node: WatchNode) => watches.remove(node),
    'mnemoscope.editProbe': (node: ProbeNode) => probes.edit(node),
    'mnemoscope.removeProbe': (node: ProbeNode) => probes.remove(node),
    'mnemoscope.continueToNextOperation': () => watches.continueToNext(),
  };
  const subscriptions = [
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
    sessions,
    pins,
    watches,
    probes,
    marker,
    status,
    removeClosedWeights(),
    registerInlineValues(sessions),
    sessions.onDidChange((live) => {
      const { operations, state, frame } = live.state();
      status.text = `$(eye) ${seen(frame?.tensors.length ?? 0, operations.length)}`;
      status.tooltip = vscode.l10n.t('What Mnemoscope sees of {0}', live.session.name);
      // What is marked was of the stop before.
      if (states.get(live) !== state && state !== 'stopped') marker.clear();
      states.set(live, state);
      status.show();
    }),
    vscode.debug.onDidTerminateDebugSession(() => {
      if (!vscode.debug.activeDebugSession) status.hide();
    }),
  ];
  return {
    sessions,
    watches,
    showSession,
    dispose() {
      for (const panel of panels.values()) panel.dispose();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** `1 tensor, 10,000 operations` */
function seen(tensors: number, operations: number): string {
  const words = [
    tensors === 1 ? vscode.l10n.t('1 tensor') : vscode.l10n.t('{0} tensors', integer(tensors)),
    operations === 1
      ? vscode.l10n.t('1 operation')
      : vscode.l10n.t('{0} operations', integer(operations)),
  ];
  return words.join(', ');
}

/** Why there is no session to show, in a line. */
function whyNone(): string {
  if (!vscode.workspace.isTrusted) {
    return vscode.l10n.t('This workspace is not trusted: Mnemoscope runs nothing in its programs.');
  }
  const setting = vscode.workspace.getConfiguration('mnemoscope').get<string>('debug.follow');
  return setting === 'off'
    ? vscode.l10n.t(
        'Following debug sessions is switched off: see the setting mnemoscope.debug.follow.',
      )
    : vscode.l10n.t('Start debugging a Python or JavaScript program first; Mnemoscope follows it.');
}
