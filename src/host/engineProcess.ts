/** The engine as the host sees it: a child process that is started on first use and may die at any moment. */
import { type ChildProcess, fork } from 'node:child_process';
import type { EngineMethods, EngineNotes } from '../protocol/engine';
import { type Client, createClient } from '../protocol/rpc';

export type EngineClient = Client<EngineMethods, EngineNotes>;

export interface Engine {
  /** Calls a method; starts the process when there is none. */
  readonly call: EngineClient['call'];
  readonly on: EngineClient['on'];
  /** Told when the process ended by itself, with a line for the person. */
  onDied(listener: (message: string) => void): () => void;
  /** Process id while it runs. */
  pid(): number | undefined;
  stop(): void;
}

/** `entry` is the engine bundle; `log` gets what the process prints. */
export function createEngine(entry: string, log: (line: string) => void): Engine {
  let current: { readonly child: ChildProcess; readonly client: EngineClient } | undefined;
  const died = new Set<(message: string) => void>();
  const notes = new Map<keyof EngineNotes, Set<(payload: never) => void>>();

  const start = (): EngineClient => {
    const child = fork(entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      // Weights in large pages, where Linux has them: a tenth less time until a first picture.
      env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...process.env },
    });
    log(`engine ${child.pid ?? '?'} started`);
    const print = (data: Buffer): void => log(data.toString().trimEnd());
    child.stdout?.on('data', print);
    child.stderr?.on('data', print);
    const client: EngineClient = createClient({
      post: (message) => {
        // A process that just died refuses the message; its exit fails the call.
        if (child.connected) child.send(message as object, () => undefined);
      },
      // Messages that come together are handled before whoever awaits the first goes on: a run's notes before its id is known.
      listen: (receive) => void child.on('message', (message) => setImmediate(receive, message)),
    });
    for (const note of ['traceChanged', 'fileChanged', 'sweepChanged'] as const) {
      client.on(note, (payload) => {
        for (const listener of notes.get(note) ?? []) listener(payload as never);
      });
    }
    const gone = (how: string): void => {
      if (current?.child !== child) return;
      current = undefined;
      const message = `The engine that runs models ended (${how}).`;
      log(message);
      client.fail(message);
      for (const listener of died) listener(message);
    };
    child.on('exit', (code, signal) => gone(signal ?? `exit code ${code}`));
    child.on('error', (error) => gone(error.message));
    current = { child, client };
    return client;
  };

  return {
    call: (method, params, signal) => (current?.client ?? start()).call(method, params, signal),
    on(note, listener) {
      const set = notes.get(note) ?? new Set();
      notes.set(note, set.add(listener));
      return () => set.delete(listener);
    },
    onDied(listener) {
      died.add(listener);
      return () => died.delete(listener);
    },
    pid: () => current?.child.pid,
    // Its exit is told like every other end.
    stop: () => void current?.child.kill(),
  };
}
