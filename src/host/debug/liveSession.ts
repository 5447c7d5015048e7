/** One debug session that Mnemoscope follows: what the program showed at its stops, and what was recorded. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TraceId } from '../../protocol/engine';
import type { SessionState } from '../../protocol/session';
import type { Engine } from '../engineProcess';
import { type Cells, createCells } from './cells';
import { fetchFile } from './fetchFile';
import { createHelperFolder, type HelperFolder } from './helperFolder';
import type { Drain, FrameAnswer, Language, SavedFile, StackFrame } from './language';
import type { Question } from './liveTensors';
import { createOwnFrames, type OwnFrames } from './ownFrames';
import type { Reading } from './pins';

export interface LiveSession {
  readonly session: vscode.DebugSession;
  readonly language: Language;
  /** Where it is a notebook that is debugged. */
  readonly cells: Cells;
  /** Where the helper may stand on top of the person's frame. */
  readonly frames?: OwnFrames;
  state(): SessionState;
  readonly onDidChange: vscode.Event<SessionState>;
  /** Puts the helper in place; a failure is kept as the state's problem. */
  install(): Promise<void>;
  /** The program stopped, or the person chose another frame. */
  stoppedAt(
    thread: number,
    why: { readonly frameId: number } | { readonly reason: string },
  ): Promise<void>;
  /** Describes the frame again: other expressions are pinned. */
  refresh(): Promise<void>;
  /** Asks about an array of the frame described at `moment`. Throws once the program has gone on. */
  ask<T>(moment: number, question: Question): Promise<T>;
  /** The values (float32) of one head of an attention that was recorded pooled. Throws where the program no longer has them. */
  exact(operation: number, head: number): Promise<Uint8Array>;
  /** The weights of a module of the stopped frame, as the bytes of a safetensors file. */
  weightsOf(expression: string): Promise<Uint8Array>;
  /** How often each probe's line ran so far. */
  hits(): Promise<Readonly<Record<string, number>>>;
  /** Has the panel open a tensor. */
  show(name: string): void;
  continued(): void;
  /** Its debugger is asked to leave: debugpy's adapter falls over a question that comes after, and nobody could attach again. */
  leaves(): void;
  ended(): void;
  /** Which operations stop the program from now on, or from its first line on where it does not run yet. */
  watch(conditions: readonly MemoryEvent[]): Promise<void>;
  /** Takes over what was recorded since the last time. */
  drain(): Promise<void>;
  dispose(): void;
}

/** A condition as the helper knows it, and in words. */
export interface MemoryEvent {
  readonly id: number;
  readonly text: string;
}

export function followSession(
  session: vscode.DebugSession,
  language: Language,
  engine: Engine,
  reading: () => Reading,
): LiveSession {
  const changed = new vscode.EventEmitter<SessionState>();
  let state: SessionState = { name: session.name, state: 'running', operations: [], dropped: 0 };
  let trace: TraceId | undefined;
  let installed = false;
  let conditions: readonly object[] = [];
  // Made before the program is: what comes before the helper costs lines that are not followed.
  const making = createHelperFolder();
  making.catch(() => undefined);
  let presence: NodeJS.Timeout | undefined;
  /** The frame that is shown, while the program stands there. */
  let described: StackFrame | undefined;
  let moments = 0;
  let leaving = false;
  const frames = language.isHelper && createOwnFrames(language.isHelper);
  const isAsked = (): boolean => installed && !leaving && state.state !== 'ended';
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

  const record = async (data: Uint8Array) =>
    engine.call('recordLive', {
      ...(trace !== undefined && { trace }),
      name: session.name,
      data,
      file: join((await making).path, 'recording'),
    });
  const forgetting = engine.onDied((problem) => {
    if (trace === undefined) return;
    trace = undefined;
    // What was recorded went with the folder of a session that has ended: no engine is started for it.
    if (state.state === 'ended') return set({ problem });
    // Only once each time: what the recording holds may be what ends it.
    void inTurn(async () => {
      const { written } = await record(new Uint8Array());
      trace = written.id;
      set({ trace: written, problem });
    });
  });
  const take = async (drained: Drain): Promise<void> => {
    if (drained.operations === 0) return;
    const data =
      'data' in drained
        ? drained.data
        : await fetchDrained(session, language, drained, await making);
    const { operations, written } = await record(data).catch((error: unknown) => {
      // The engine ended while it took this over: the next one goes on.
      if (trace !== undefined) throw error;
      return record(data);
    });
    trace = written.id;
    set({
      operations: [...state.operations, ...operations],
      dropped: state.dropped + drained.dropped,
      trace: written,
    });
  };
  /** Part after part; what the panel asks meanwhile comes in between. */
  const drainAll = async (): Promise<void> => {
    for (let more = true; more && isAsked();) {
      more = false;
      await inTurn(async () => {
        if (!isAsked()) return;
        const drained = await language.drain(session);
        await take(drained);
        more = drained.more === true;
      });
    }
  };
  const describe = async (frame: StackFrame): Promise<void> => {
    described = frame;
    const { name: where, line, source } = frame;
    const file = source?.path ?? '';
    const wanted = reading();
    const { rank, ...answer }: FrameAnswer =
      wanted.frame === 'off'
        ? { tensors: [], milliseconds: 0 }
        : await language.frame(session, frame.id, `${file}:${where}`, wanted);
    // It may have gone on, or another frame have been chosen, while it answered.
    if (described !== frame) return;
    const moment = ++moments;
    const place = { moment, session: session.name, function: where, file, line };
    const name =
      rank === undefined ? session.name : vscode.l10n.t('{0}, rank {1}', session.name, rank);
    set({ name, state: 'stopped', frame: { ...place, ...answer } });
  };

  /** What the program left when it ended. */
  const close = async (): Promise<void> => {
    const folder = await making;
    const last = await folder.last();
    if (last) await take({ operations: 1, bytes: last.data.length, ...last });
    await folder.remove();
  };

  return {
    session,
    language,
    cells: createCells(),
    ...(frames && { frames }),
    state: () => state,
    onDidChange: changed.event,
    install: () =>
      inTurn(async () => {
        await language.install(session, await making, conditions);
        installed = true;
        const { stay } = language;
        if (stay) presence = setInterval(() => void stay(session).catch(() => undefined), 2000);
      }),
    async stoppedAt(thread, why) {
      await inTurn(async () => {
        const frameId = 'frameId' in why ? why.frameId : undefined;
        if (!isAsked() || (frameId !== undefined && frameId === described?.id)) return;
        const { stackFrames } = (await session.customRequest('stackTrace', {
          threadId: thread,
          ...(frameId === undefined && { levels: 1 }),
        })) as { stackFrames: readonly StackFrame[] };
        if (frames && frames.hidden(thread) > 0 && 'reason' in why && why.reason === 'step') {
          // A step from a memory event on is one of the person's code.
          await session.customRequest('stepOut', { threadId: thread });
          return;
        }
        const frame = stackFrames.find(({ id }) => id === frameId) ?? stackFrames[0];
        if (frame) await describe(frame);
      });
      await drainAll();
    },
    refresh: () =>
      inTurn(async () => {
        if (described && isAsked()) await describe(described);
      }),
    ask<T>(moment: number, question: Question) {
      const answer = queue.then(() => {
        if (described && moment === moments && isAsked())
          return language.answer<T>(session, described.id, question);
        throw new Error(
          vscode.l10n.t('the program has gone on; its values can be read when it stops'),
        );
      });
      queue = answer.catch(() => undefined);
      return answer;
    },
    weightsOf(expression) {
      const saved = queue.then(async () => {
        if (!described || !isAsked() || !language.saveWeights) {
          throw new Error(vscode.l10n.t('the program does not stand still'));
        }
        const file: SavedFile = await language.saveWeights(session, described.id, expression);
        return fetchFile(session, language, file, (await making).path);
      });
      queue = saved.catch(() => undefined);
      return saved;
    },
    exact(operation, head) {
      const values = queue.then(async () => {
        if (!isAsked() || !language.exact) {
          throw new Error(vscode.l10n.t('the program has ended; only the pooled picture was kept'));
        }
        const found = await language.exact(session, operation, head);
        if (!('path' in found)) return found;
        return fetchFile(session, language, found, (await making).path);
      });
      queue = values.catch(() => undefined);
      return values;
    },
    hits: async () => (isAsked() ? language.hits(session) : {}),
    show: (name) => set({ shown: { name, count: (state.shown?.count ?? 0) + 1 } }),
    continued() {
      described = undefined;
      set({ state: 'running' });
    },
    leaves() {
      leaving = true;
      clearInterval(presence);
    },
    ended() {
      if (state.state === 'ended') return;
      described = undefined;
      clearInterval(presence);
      set({ state: 'ended' });
      const closed = queue.then(close, close).catch(() => undefined);
      queue = closed;
    },
    watch(wanted) {
      conditions = wanted;
      return inTurn(async () => {
        if (isAsked()) await language.watch(session, wanted);
        set({ events: Object.fromEntries(wanted.map(({ id, text }) => [id, text])) });
      });
    },
    drain: drainAll,
    dispose() {
      clearInterval(presence);
      forgetting();
      void making.then((folder) => folder.remove()).catch(() => undefined);
      if (trace !== undefined) void engine.call('closeTrace', { trace }).catch(() => undefined);
      changed.dispose();
    },
  };
}

async function fetchDrained(
  session: vscode.DebugSession,
  language: Language,
  drained: Drain,
  { path: folder }: HelperFolder,
): Promise<Uint8Array> {
  if (!('path' in drained)) throw new Error('the recording came without data');
  return fetchFile(session, language, drained, folder);
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n').at(-1) ?? message;
}
