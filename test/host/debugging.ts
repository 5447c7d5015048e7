/** What the tests of debugged programs share: start one, wait until its session is as wanted, go on. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../src/host/engineProcess';
import type { SessionState } from '../../src/protocol/session';
import { projectRoot } from './harness';

export interface Live {
  readonly session: vscode.DebugSession;
  state(): SessionState;
  ask<T>(moment: number, question: object): Promise<T>;
  exact(operation: number, head: number): Promise<Uint8Array>;
  weightsOf(expression: string): Promise<Uint8Array>;
  /** Fetches what is recorded by now. */
  drain(): Promise<void>;
}
export interface Api {
  readonly engine: Engine;
  readonly debugging: {
    readonly sessions: { active(): Live | undefined; all(): readonly Live[] };
    readonly watches: {
      add(text: string): Promise<void>;
      clear(): Promise<void>;
      continueToNext(): Promise<void>;
    };
  };
}

export const python = process.env['MNEMOSCOPE_PYTHON'] ?? 'python3';
/** Whether the tests' Python has these modules, found without importing them. */
export function hasModules(...names: readonly string[]): boolean {
  const code = `from importlib.util import find_spec; assert all(map(find_spec, ${JSON.stringify(names)}))`;
  return spawnSync(python, ['-c', code], { stdio: 'ignore' }).status === 0;
}

export const fixture = (name: string): string =>
  path.join(projectRoot(), 'test/fixtures/debug', name);

/** What debugging has left in the folder for temporary files. */
export const ourFiles = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => oursOnly.test(name));
/** Folders of sessions have the process that they belong to in their names; others may be at work too. */
const oursOnly = new RegExp(`^mnemoscope-(live-\\w+-${process.pid}-|.*\\.safetensors$)`);

/** A port of this machine that nobody listens at. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** What a process prints: until it says that it is ready, and by the time it ends. */
export function follow(child: ChildProcess): { ready: Promise<void>; all: Promise<string> } {
  let text = '';
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  child.stdout?.on('data', (data) => {
    text += String(data);
    if (text.includes('ready')) isReady();
  });
  const all = new Promise<string>((resolve) => child.on('exit', () => resolve(text)));
  return { ready, all };
}

export interface Debugging {
  readonly api: Api;
  readonly document: vscode.TextDocument;
  live(): Live | undefined;
  /** The place of the first line (from 0) with this text. */
  line(text: string): number;
  /** Another program than the one at first. */
  open(program: string): Promise<void>;
  breakAt(text: string, condition?: string): void;
  /** Launches the program, or what `more` says. */
  start(more?: object): Promise<void>;
  resume(): Thenable<unknown>;
  until(
    wanted: (state: SessionState) => boolean,
    of?: () => Live | undefined,
  ): Promise<SessionState>;
}

/** For a suite of mocha: activates the extension, opens `program`, and ends every session after each test. */
export function debugging(type: string, program: string): Debugging {
  let api: Api;
  let document: vscode.TextDocument;
  before(async () => {
    const extension = vscode.extensions.getExtension<Api>('mnemoscope.mnemoscope');
    assert.ok(extension);
    api = await extension.activate();
  });
  beforeEach(async () => {
    document = await vscode.workspace.openTextDocument(program);
  });
  afterEach(async () => {
    // A session whose program has died may be gone by now.
    await vscode.debug.stopDebugging().then(undefined, () => undefined);
    await api.debugging.watches.clear();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  });
  const line = (text: string): number => {
    const lines = document.getText().split('\n');
    const found = lines.findIndex((one) => one.includes(text));
    assert.ok(found >= 0, `${document.fileName} has no ${text}`);
    return found;
  };
  const live = (): Live | undefined => api.debugging.sessions.active();
  return {
    get api() {
      return api;
    },
    get document() {
      return document;
    },
    live,
    line,
    async open(other) {
      document = await vscode.workspace.openTextDocument(other);
    },
    breakAt(text, condition) {
      const at = new vscode.Location(document.uri, new vscode.Position(line(text), 0));
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at, true, condition)]);
    },
    async start(more = {}) {
      const name = path.basename(document.fileName);
      const what = { type, name, request: 'launch', program: document.fileName, ...more };
      assert.ok(await vscode.debug.startDebugging(undefined, what));
    },
    resume: () => vscode.commands.executeCommand('workbench.action.debug.continue'),
    async until(wanted, of = live) {
      let state: SessionState | undefined;
      for (let tries = 0; tries < 1000; tries++) {
        state = of()?.state();
        if (state && wanted(state)) return state;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const what = `${state?.state} at ${state?.frame?.line}, ${state?.operations.length} operations`;
      return assert.fail(`the session never got there: ${what}, ${state?.problem}`);
    },
  };
}

export const isStopped = (state: SessionState): boolean =>
  state.state === 'stopped' && state.frame !== undefined;

interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
}

/** The call stack as VS Code asks for it: the first frame, then more. */
export async function stackOf({ session }: Live): Promise<readonly StackFrame[]> {
  const { threads } = (await session.customRequest('threads')) as {
    threads: readonly { readonly id: number }[];
  };
  const threadId = threads[0]?.id;
  const found: StackFrame[] = [];
  for (const [startFrame, levels] of [
    [0, 1],
    [1, 19],
  ]) {
    const asked = { threadId, startFrame, levels };
    const answer = (await session.customRequest('stackTrace', asked)) as {
      stackFrames: readonly StackFrame[];
    };
    found.push(...answer.stackFrames);
  }
  return found;
}
