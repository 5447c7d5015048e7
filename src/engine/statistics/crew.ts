/** Those who look at values: threads, one per core, or the calling thread itself where there is little to read. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Checkpoint, Tensor } from '../../core/checkpoint/checkpoint';
import type { LookingMethods, LookingNotes } from '../../protocol/looking';
import { createClient } from '../../protocol/rpc';
import { createLooking, Stopped } from './looking';
import type { ThreadData } from './thread';

export interface Looker {
  call<K extends keyof LookingMethods>(
    method: K,
    params: Parameters<LookingMethods[K]>[0],
  ): Promise<ReturnType<LookingMethods[K]>>;
}

export interface Crew {
  readonly lookers: readonly Looker[];
  /** Every call rejects soon. */
  stop(): void;
  /** Ends the threads; calls must have ended. */
  close(): Promise<void>;
}

/** Below, starting threads takes longer than looking. */
const fewBytes = 48 << 20;
/** Beside the bundles of the engine and the command line. */
const entry = join(__dirname, 'statistics.js');

/** To look at some tensors of a checkpoint that was opened by `path`. */
export function createCrew(path: string, checkpoint: Checkpoint, tensors: Iterable<Tensor>): Crew {
  let bytes = 0;
  for (const tensor of tensors) bytes += tensor.bytes;
  return bytes < fewBytes ? alone(checkpoint) : threads(path);
}

function alone(checkpoint: Checkpoint): Crew {
  let stopped = false;
  const looking = createLooking(checkpoint, () => stopped);
  const never = new AbortController().signal;
  const looker: Looker = {
    async call(method, params) {
      // Other messages come through between two calls.
      await new Promise(setImmediate);
      return (await looking[method](params as never, never)) as never;
    },
  };
  return {
    lookers: [looker],
    stop: () => void (stopped = true),
    close: async () => undefined,
  };
}

function threads(path: string): Crew {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ThreadData = { path, stop };
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(entry, { workerData }),
  );
  const lookers = workers.map((worker): Looker => {
    const client = createClient<LookingMethods, LookingNotes>({
      post: (message) => worker.postMessage(message),
      listen: (receive) => void worker.on('message', receive),
    });
    worker.on('error', (error) => client.fail(error.message));
    worker.on('exit', (code) => client.fail(`a thread ended (exit code ${code})`));
    return {
      async call(method, params) {
        try {
          return (await client.call(method, params)) as never;
        } catch (error) {
          throw Atomics.load(stop, 0) === 0 ? error : new Stopped();
        }
      },
    };
  });
  return {
    lookers,
    stop: () => void Atomics.store(stop, 0, 1),
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}
