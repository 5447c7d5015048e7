/**
 * HDF5 files through libhdf5 on a thread of its own, so that a file that the library never comes back from
 * stops nothing else. The thread sees no file system: what it reads is read here, from the opened file.
 */
import { join } from 'node:path';
import { FormatError, type ByteSource } from '../../core/checkpoint/bytes';
import type { Hdf5File } from '../../core/checkpoint/hdf5File';
import { reading, type Hdf5Memory, type Hdf5Methods, type Hdf5Notes } from '../../protocol/hdf5';
import { type Client, createClient } from '../../protocol/rpc';
import { createQueue } from '../queue';
import { createClock, type Clock } from './clock';

/** Milliseconds of the library's own time for one call, which reads at most one chunk or 16 MB. */
const callLimit = 10_000;
/** Bytes that are read for it at once. */
const windowBytes = 1 << 20;
/** Names that are looked up in one call. */
const batch = 1000;
/** Beside the bundles of the engine and the command line. */
const entry = join(__dirname, 'hdf5.js');

export type WithHdf5 = <T>(source: ByteSource, use: (file: Hdf5File) => Promise<T>) => Promise<T>;

/** Gives `use` a file as HDF5; it is open while `use` runs, and no other one is. The thread starts with the first one. */
export function createHdf5(limit = callLimit): WithHdf5 {
  const queue = createQueue();
  let thread: Thread | undefined;
  return (source, use) =>
    queue.run(async () => {
      if (!thread?.isAlive()) thread = await startThread(limit);
      return thread.open(source, use);
    });
}

type Call = Client<Hdf5Methods, Hdf5Notes>['call'];

interface Thread {
  readonly open: WithHdf5;
  isAlive(): boolean;
}

async function startThread(limit: number): Promise<Thread> {
  // Files of other formats do without.
  const { Worker } = await import('node:worker_threads');
  const state = new Int32Array(new SharedArrayBuffer(4));
  const window = new Uint8Array(new SharedArrayBuffer(windowBytes));
  const workerData: Hdf5Memory = { state, window };
  const worker = new Worker(entry, { workerData });
  let isAlive = true;
  let source: ByteSource;
  let readError: unknown;
  let clock: Clock | undefined;

  const client = createClient<Hdf5Methods, Hdf5Notes>({
    post: (message) => worker.postMessage(message),
    listen: (receive) => void worker.on('message', receive),
  });
  const end = (reason: string): void => {
    isAlive = false;
    client.fail(reason);
    void worker.terminate();
  };
  worker.on('error', (error) => end(`libhdf5 stopped: ${error.message}`));
  worker.on('exit', () => end('libhdf5 stopped'));
  client.on('read', async ({ offset, length }) => {
    clock?.hold();
    const done = await readInto(offset, length);
    Atomics.store(state, 0, done);
    Atomics.notify(state, 0);
    clock?.go();
  });
  const readInto = async (offset: number, length: number): Promise<number> => {
    try {
      const bytes = new Uint8Array(length);
      await source.read(offset, bytes);
      window.set(bytes);
      return reading.done;
    } catch (error) {
      readError = error;
      return reading.failed;
    }
  };

  /** Waits for one answer as long as the limit allows. */
  const bounded = async <T>(answer: Promise<T>): Promise<T> => {
    readError = undefined;
    const seconds = limit / 1000;
    clock = createClock(limit, () => end(`libhdf5 did not answer within ${seconds} s`));
    // The process stays while the library works, and only then.
    worker.ref();
    try {
      return await answer;
    } catch (error) {
      throw readError ?? formatError(source.name, error);
    } finally {
      clock.hold();
      worker.unref();
    }
  };
  const call: Call = (method, params) => bounded(client.call(method, params));
  const loaded = client.call('load', null);
  return {
    isAlive: () => isAlive,
    async open(opened, use) {
      source = opened;
      await loaded;
      await call('open', { name: source.name, size: source.size });
      try {
        return await use(fileOf(call));
      } finally {
        await call('close', null).catch(() => end('libhdf5 stopped'));
      }
    },
  };
}

const fileOf = (call: Call): Hdf5File => ({
  async *links(group) {
    const names = await call('names', { group });
    for (let first = 0; first < names.length; first += batch) {
      yield* await call('links', { group, names: names.slice(first, first + batch) });
    }
  },
  read: (path, start, count, bytes) => call('read', { path, start, count, bytes }),
  chunk: (path, start, count, bytes) => call('chunk', { path, start, count, bytes }),
  attributes: (path) => call('attributes', { path }),
});

/** Only the text of an error crosses threads. */
function formatError(file: string, error: unknown): FormatError {
  const message = error instanceof Error ? error.message : String(error);
  const own = `${file}: `;
  return new FormatError(file, message.startsWith(own) ? message.slice(own.length) : message);
}
