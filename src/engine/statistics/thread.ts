/** A thread that looks at values. `workerData`: the path of the checkpoint, and memory that says when to stop. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LookingMethods, LookingNotes } from '../../protocol/looking';
import { type Handlers, serve } from '../../protocol/rpc';
import { openPath } from '../files';
import { createLooking } from './looking';

export interface ThreadData {
  readonly path: string;
  readonly stop: Int32Array<SharedArrayBuffer>;
}

const { path, stop } = workerData as ThreadData;
const looking = openPath(path).then(({ checkpoint }) =>
  createLooking(checkpoint, () => Atomics.load(stop, 0) !== 0),
);
// A call tells of it.
looking.catch(() => undefined);

const handlers: Handlers<LookingMethods> = {
  look: async (params, signal) => (await looking).look(params, signal),
  count: async (params, signal) => (await looking).count(params, signal),
  areEqual: async (params, signal) => (await looking).areEqual(params, signal),
};
serve<LookingMethods, LookingNotes>(
  {
    post: (message) => parentPort?.postMessage(message),
    listen: (receive) => parentPort?.on('message', receive),
  },
  handlers,
);
