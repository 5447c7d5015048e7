/** The shapes thread as the host sees it: started by the first question, started anew when it ended. */
import { Worker } from 'node:worker_threads';
import { type Client, createClient } from '../../protocol/rpc';
import type { ShapesMethods, ShapesNotes } from '../../protocol/shapes';

type ShapesClient = Client<ShapesMethods, ShapesNotes>;

export interface ShapesThread {
  readonly call: ShapesClient['call'];
  isRunning(): boolean;
  stop(): void;
}

/** `entry` is the thread's bundle, `grammars` the folder of the parsers; `ended` is told when it ended by itself, `fault` of errors inside. */
export function createShapesThread(
  entry: string,
  grammars: string,
  ended: (how: string) => void,
  fault: (text: string) => void = () => undefined,
): ShapesThread {
  let current: { readonly worker: Worker; readonly client: ShapesClient } | undefined;
  /** Hovers and edits sent to the thread, which leaves other work for them. */
  let sent = new Int32Array(new SharedArrayBuffer(4));
  const start = (): ShapesClient => {
    sent = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(entry, { workerData: { grammars, sent } });
    const client: ShapesClient = createClient({
      post: (message) => worker.postMessage(message),
      listen: (receive) => void worker.on('message', receive),
    });
    client.on('fault', ({ text }) => fault(text));
    const gone = (how: string): void => {
      if (current?.worker !== worker) return;
      current = undefined;
      client.fail(`The shapes thread ended (${how}).`);
      ended(how);
    };
    worker.on('error', (error) => gone(error.message));
    worker.on('exit', (code) => gone(`exit code ${code}`));
    current = { worker, client };
    return client;
  };
  return {
    call(method, params, signal) {
      const client = current?.client ?? start();
      if (method === 'hover' || method === 'edit') Atomics.add(sent, 0, 1);
      return client.call(method, params, signal);
    },
    isRunning: () => current !== undefined,
    stop() {
      const worker = current?.worker;
      current?.client.fail('The shapes thread was stopped.');
      current = undefined;
      void worker?.terminate();
    },
  };
}
