/** Loaded graphs of one model, the least recently used released beyond a number. */
import type { Graph } from '../core/graph/graph';
import { runtime, type Session } from './runtime';

export interface Program {
  readonly graph: Graph;
  readonly session: Session;
}

export interface Loaded {
  /** The program of that key, built and loaded when it is not there. */
  get(key: string, build: () => Graph): Promise<Program>;
}

export interface Sessions extends Loaded {
  close(): Promise<void>;
}

/** Some graphs depend on the input's length: a person who edits an input passes through many. */
const kept = 16;

export function createSessions(): Sessions {
  const loaded = new Map<string, Promise<Program>>();
  const release = (program: Promise<Program>) =>
    program.then(({ session }) => session.release()).catch(() => undefined);
  let closed = false;
  return {
    async get(key, build) {
      if (closed) throw new Error('the checkpoint was closed');
      const program = loaded.get(key) ?? load(build());
      loaded.delete(key);
      loaded.set(key, program);
      program.catch(() => loaded.delete(key));
      for (const [oldest, other] of loaded) {
        if (loaded.size <= kept) break;
        loaded.delete(oldest);
        void release(other);
      }
      return program;
    },
    async close() {
      closed = true;
      const programs = [...loaded.values()];
      loaded.clear();
      await Promise.all(programs.map(release));
    },
  };
}

async function load(graph: Graph): Promise<Program> {
  return { graph, session: await (await runtime()).load(graph) };
}
