/** One debug session that Mnemoscope follows: what the program showed at its stops, and what was recorded. */
import { readFile, unlink } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { TraceId } from '../../protocol/engine';
import type { SessionState } from '../../protocol/session';
import type { Engine } from '../engineProcess';
import type { Drain, Language } from './language';

export interface LiveSession {
  readonly session: vscode.DebugSession;
  readonly language: Language;
  state(): SessionState;
  readonly onDidChange: vscode.Event<SessionState>;
  /** Puts the helper in place; a failure is kept as the state's problem. */
  install(): Promise<void>;
  /** The program stopped, or the person chose another frame. */
  stoppedAt(thread: number, frameId?: number): Promise<void>;
  continued(): void;
  ended(): void;
  /** Which operations stop the program from now on. */
  watch(conditions: readonly object[]): Promise<void>;
  /** Takes over what was recorded since the last time. */
  drain(): Promise<void>;
  dispose(): void;
}

/** Largest part of a file that one evaluation hands over, bytes. */
const part = 512 * 1024;
/** A file larger than this is not fetched through the debugger. */
const largest = 64 * 1024 * 1024;

interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
  readonly source?: { readonly path?: string };
}

export function followSession(
  session: vscode.DebugSession,
  language: Language,
  engine: Engine,
): LiveSession {
  const changed = new vscode.EventEmitter<SessionState>();
  let state: SessionState = { name: session.name, state: 'running', operations: [], dropped: 0 };
  let trace: TraceId | undefined;
  let installed = false;
  /** The frame that is shown, while the program stands there. */
  let described: number | undefined;
  /** One question at a time: a debugger answers them in turn anyway. */
  let queue: Promise<unknown> = Promise.resolve();
  const set = (next: Partial<SessionState>): void => {
    state = { ...state, ...next };
    changed.fire(state);
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = queue.then(work).catch((error: unknown) => {
      if (state.state !== 'ended') set({ problem: oneLine(error) });
    });
    queue = done;
    return done;
  };

  const take = async (drained: Drain): Promise<void> => {
    if (drained.operations === 0) return;
    const data = 'data' in drained ? drained.data : await fetchFile(drained);
    const { operations, written } = await engine.call('recordLive', {
      ...(trace !== undefined && { trace }),
      name: session.name,
      data,
    });
    trace = written.id;
    set({
      operations: [...state.operations, ...operations],
      dropped: state.dropped + drained.dropped,
      trace: written,
    });
  };
  /** From our own disk where the program shares it, else in parts through the debugger. */
  const fetchFile = async (drained: Drain): Promise<Uint8Array> => {
    if (!('path' in drained)) throw new Error('the recording came without data');
    const { path, bytes } = drained;
    try {
      return await readFile(path);
    } catch {
      if (bytes > largest) throw new Error(`a recording of ${bytes} bytes is too large to fetch`);
      const parts: Uint8Array[] = [];
      for (let at = 0; at < bytes; at += part) {
        parts.push(await language.readFile(session, path, at, Math.min(part, bytes - at)));
      }
      return Buffer.concat(parts);
    } finally {
      await unlink(path).catch(() => language.removeFile(session, path).catch(() => undefined));
    }
  };

  return {
    session,
    language,
    state: () => state,
    onDidChange: changed.event,
    install: () =>
      inTurn(async () => {
        await language.install(session);
        installed = true;
      }),
    stoppedAt: (thread, frameId) =>
      inTurn(async () => {
        if (!installed || (frameId !== undefined && frameId === described)) return;
        const { stackFrames } = (await session.customRequest('stackTrace', {
          threadId: thread,
          ...(frameId === undefined && { levels: 1 }),
        })) as { stackFrames: readonly StackFrame[] };
        const frame = stackFrames.find(({ id }) => id === frameId) ?? stackFrames[0];
        if (!frame) return;
        const file = frame.source?.path ?? '';
        described = frame.id;
        const answer = await language.frame(session, frame.id, `${file}:${frame.name}`);
        const { name: where, line } = frame;
        set({
          state: 'stopped',
          frame: { session: session.name, function: where, file, line, ...answer },
        });
        await take(await language.drain(session));
      }),
    continued() {
      described = undefined;
      set({ state: 'running' });
    },
    ended: () => set({ state: 'ended' }),
    watch: (conditions) =>
      inTurn(async () => {
        if (installed && state.state !== 'ended') await language.watch(session, conditions);
      }),
    drain: () => inTurn(async () => take(await language.drain(session))),
    dispose() {
      if (trace !== undefined) void engine.call('closeTrace', { trace }).catch(() => undefined);
      changed.dispose();
    },
  };
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').at(-1) ?? message;
}
