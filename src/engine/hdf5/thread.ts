/** The thread of libhdf5. It has no file: the engine reads for it what the library asks for. `workerData`: their memory. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ByteSource } from '../../core/checkpoint/bytes';
import { reading, type Hdf5Memory, type Hdf5Methods, type Hdf5Notes } from '../../protocol/hdf5';
import { type Handlers, type Port, serve } from '../../protocol/rpc';
import { fileOf } from './file';
import { loadHdf5, type H5Handle, type SyncSource } from './library';

const { state, window } = workerData as Hdf5Memory;
const loading = loadHdf5();
/** The open file. */
let handle: H5Handle | undefined;
let file: ReturnType<typeof fileOf> | undefined;

const port: Port = {
  post(message) {
    // Values are handed over, not copied.
    const { ok } = message as { readonly ok?: unknown };
    parentPort?.postMessage(message, ok instanceof Uint8Array ? [ok.buffer as ArrayBuffer] : []);
  },
  listen: (receive) => parentPort?.on('message', receive),
};

function sourceOf({ name, size }: Pick<ByteSource, 'name' | 'size'>): SyncSource {
  const readSync: SyncSource['readSync'] = (start, target) => {
    for (let done = 0; done < target.length; done += window.length) {
      const length = Math.min(window.length, target.length - done);
      Atomics.store(state, 0, reading.asked);
      server.notify('read', { offset: start + done, length });
      Atomics.wait(state, 0, reading.asked);
      if (Atomics.load(state, 0) === reading.failed) throw new Error('it could not be read');
      target.set(window.subarray(0, length), done);
    }
  };
  return { name, size, readSync };
}

const opened = (): ReturnType<typeof fileOf> => {
  if (!file) throw new Error('no HDF5 file is open');
  return file;
};

const handlers: Handlers<Hdf5Methods> = {
  load: async () => void (await loading),
  async open(params) {
    const source = sourceOf(params);
    handle = (await loading)(source);
    file = fileOf(handle, source);
  },
  close() {
    handle?.close();
    handle = file = undefined;
  },
  names: (params) => opened().names(params),
  links: (params) => opened().links(params),
  read: (params) => opened().read(params),
  chunk: (params) => opened().chunk(params),
  attributes: (params) => opened().attributes(params),
};
const server = serve<Hdf5Methods, Hdf5Notes>(port, handlers);
