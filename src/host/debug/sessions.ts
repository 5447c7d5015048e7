/** Follows every debug session whose debugger we can read, from its start to its end. */
import * as vscode from 'vscode';
import type { Engine } from '../engineProcess';
import { languageOf } from './languages';
import { followSession, type LiveSession } from './liveSession';
import type { Pins } from './pins';

export interface Sessions extends vscode.Disposable {
  /** Those that run or have ended and are still shown, newest last. */
  all(): readonly LiveSession[];
  /** The one that the person debugs now, else the newest. */
  active(): LiveSession | undefined;
  readonly onDidChange: vscode.Event<LiveSession>;
  /** What a stop shows and recorded is there. */
  readonly onDidStop: vscode.Event<LiveSession>;
  /** There is a new one, before its helper is in place. */
  readonly onDidFollow: vscode.Event<LiveSession>;
}

interface ProtocolMessage {
  readonly type?: string;
  readonly event?: string;
  command?: string;
  readonly body?: { readonly threadId?: number; readonly reason?: string };
}

/** Ended sessions that are kept for looking back. */
const endedKept = 4;

export function followSessions(engine: Engine, pins: Pins, log: vscode.LogOutputChannel): Sessions {
  const live = new Map<string, LiveSession>();
  const changed = new vscode.EventEmitter<LiveSession>();
  const stopped = new vscode.EventEmitter<LiveSession>();
  const followed = new vscode.EventEmitter<LiveSession>();

  const forgetOld = (): void => {
    const ended = [...live.values()].filter((one) => one.state().state === 'ended');
    for (const one of ended.slice(0, -endedKept)) {
      live.delete(one.session.id);
      one.dispose();
    }
  };
  const follow = (session: vscode.DebugSession): LiveSession | undefined => {
    const language = languageOf(session.type);
    if (!language || !wanted(session) || language.follows?.(session) === false) return undefined;
    const one = followSession(session, language, engine, () =>
      pins.reading(session.workspaceFolder),
    );
    live.set(session.id, one);
    one.onDidChange((state) => {
      if (state.problem) log.warn(`${session.name}: ${state.problem}`);
      changed.fire(one);
    });
    forgetOld();
    followed.fire(one);
    return one;
  };
  const receive = (one: LiveSession, { type, event, body }: ProtocolMessage): void => {
    if (type !== 'event') return;
    if (event === 'initialized') void one.install();
    else if (event === 'stopped' && body?.threadId !== undefined)
      void one
        .stoppedAt(body.threadId, { reason: body.reason ?? '' })
        .then(() => stopped.fire(one));
    else if (event === 'continued') one.continued();
    else if (event === 'terminated' || event === 'exited') one.ended();
  };

  const subscriptions = [
    changed,
    stopped,
    followed,
    vscode.debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker(session) {
        const one = follow(session);
        let isLeft = false;
        return (
          one && {
            onWillReceiveMessage: (message: ProtocolMessage) => {
              one.cells.asked(message);
              one.frames?.asked(message);
              // What is on its way: debugpy's adapter ends when an evaluation is answered after its client has left.
              if (isLeft && message.command === 'evaluate') message.command = 'nothing';
              if (message.command !== 'disconnect') return;
              isLeft = true;
              one.leaves();
            },
            onDidSendMessage: (message: ProtocolMessage) => {
              one.cells.answered(message);
              one.frames?.answered(message);
              receive(one, message);
            },
          }
        );
      },
    }),
    pins.onDidChange(() => {
      for (const one of live.values()) void one.refresh();
    }),
    vscode.debug.onDidTerminateDebugSession((session) => live.get(session.id)?.ended()),
    vscode.debug.onDidChangeActiveStackItem((item) => {
      if (!(item instanceof vscode.DebugStackFrame)) return;
      const one = live.get(item.session.id);
      if (one?.state().state === 'stopped')
        void one.stoppedAt(item.threadId, { frameId: item.frameId });
    }),
  ];
  return {
    all: () => [...live.values()],
    active: () => live.get(vscode.debug.activeDebugSession?.id ?? '') ?? [...live.values()].at(-1),
    onDidChange: changed.event,
    onDidStop: stopped.event,
    onDidFollow: followed.event,
    dispose() {
      for (const one of live.values()) one.dispose();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Of several that run, the one that the person names, the one that is debugged now first; `none` when they give up. */
export async function chooseSession(sessions: Sessions): Promise<LiveSession | 'none' | undefined> {
  const active = sessions.active();
  const running = sessions.all().filter((one) => one.state().state !== 'ended');
  if (running.length < 2) return active;
  const items = running
    .toSorted((one, other) => Number(other === active) - Number(one === active))
    .map((live) => {
      const { name, state, frame } = live.state();
      const description = state === 'stopped' && frame ? `${frame.function}:${frame.line}` : '';
      return { label: name, description, live };
    });
  const placeHolder = vscode.l10n.t('Debug sessions of several processes');
  const chosen = await vscode.window.showQuickPick(items, { placeHolder });
  return chosen?.live ?? 'none';
}

/** Only where the workspace is trusted, and not where the person switched it off. */
function wanted({ workspaceFolder }: vscode.DebugSession): boolean {
  const setting = vscode.workspace.getConfiguration('mnemoscope', workspaceFolder);
  return vscode.workspace.isTrusted && setting.get<string>('debug.follow', 'auto') !== 'off';
}
