/**
 * libhdf5 in WebAssembly. Its file system is a virtual one that holds the opened file and nothing else,
 * so that external storage and links lead nowhere (CVE-2026-1669 is what a real disk there gives).
 */
import type * as H5wasm from 'h5wasm';
import { FormatError, type ByteSource } from '../../core/checkpoint/bytes';
import { brokenHeapObject } from '../../core/checkpoint/hdf5Heap';

export type H5Module = Awaited<typeof H5wasm.ready>;

/** A file that is read without waiting, as libhdf5 does. */
export type SyncSource = Required<Pick<ByteSource, 'name' | 'size' | 'readSync'>>;

/** A file open in libhdf5. */
export interface H5Handle {
  /** Throws when the library stopped in the middle of something: nothing can be read with it any more. */
  close(): void;
  readonly module: H5Module;
  readonly attribute: typeof H5wasm.Attribute;
  readonly id: bigint;
  /** The range of the file that the library read last, since `call` began; undefined for none. */
  lastRead(): { readonly offset: number; readonly length: number } | undefined;
  /**
   * Runs calls of the library. What they throw becomes a FormatError; so does what they only print,
   * unless `isBad` says that the result is good.
   */
  call<T>(what: string, run: () => T, isBad?: (result: T) => boolean): T;
}

/** The part of Emscripten's file system that is used; its own types cover less. */
interface FileSystem {
  readonly streams: readonly { stream_ops: object }[];
  readonly ErrnoError: new (code: number) => Error;
  createFile(folder: string, name: string, rights: object, read: boolean, write: boolean): FileNode;
  readdir(folder: string): string[];
  unlink(path: string): void;
}
interface FileNode {
  readonly id: number;
  readonly mode: number;
  node_ops: object;
  stream_ops: object;
}

/** Errno EIO, in the numbering of WASI. */
const inputOutputError = 29;

/** Loads the library and gives a function that opens a file; the one before must be closed. */
export async function loadHdf5() {
  const { ready, Attribute } = await import('h5wasm');
  const module = await ready;
  const files = module.FS as unknown as FileSystem;
  // Devices are files too: an external dataset over /dev/null would read as zeros.
  for (const name of files.readdir('/dev')) {
    if (name !== '.' && name !== '..' && name !== 'shm') files.unlink(`/dev/${name}`);
  }
  let printed = '';
  const write = (_stream: object, buffer: Uint8Array, offset: number, length: number) => {
    printed += new TextDecoder().decode(buffer.slice(offset, offset + length));
    return length;
  };
  // Its error stack goes to the standard error stream.
  for (const stream of files.streams) stream.stream_ops = { ...stream.stream_ops, write };

  return (source: SyncSource): H5Handle => {
    let stopped = false;
    let readError: unknown;
    let lastRead: { readonly offset: number; readonly length: number } | undefined;
    const call: H5Handle['call'] = (what, run, isBad) => {
      printed = '';
      readError = undefined;
      lastRead = undefined;
      const fail = (reason: string): never => {
        if (readError) throw readError;
        throw new FormatError(source.name, `${what}: ${deepest(printed) ?? reason}`);
      };
      try {
        const result = run();
        return (isBad ? isBad(result) : printed !== '') ? fail('libhdf5 refuses it') : result;
      } catch (error) {
        if (error instanceof FormatError) throw error;
        // A trap, or a stack that is full.
        if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError)
          stopped = true;
        return fail(error instanceof Error ? error.message : String(error));
      }
    };
    const read = (_: object, buffer: Uint8Array, offset: number, length: number, at: number) => {
      const count = Math.max(0, Math.min(length, source.size - at));
      lastRead = { offset: at, length: count };
      try {
        const target = buffer.subarray(offset, offset + count);
        source.readSync(at, target);
        const broken = brokenHeapObject(target, (from, bytes) => {
          const rest = new Uint8Array(Math.max(0, Math.min(bytes, source.size - at - from)));
          source.readSync(at + from, rest);
          return rest;
        });
        if (broken !== undefined) {
          const problem = 'an object is larger than its global heap';
          throw new FormatError(source.name, problem, { byte: at + broken });
        }
      } catch (error) {
        readError = error;
        throw new files.ErrnoError(inputOutputError);
      }
      return count;
    };
    const path = mount(files, source.size, read);
    const open = () =>
      call(
        'cannot be opened as HDF5',
        () => module.open(path, 0),
        (id) => id <= 0n,
      );
    const id = orElse(open, () => files.unlink(path));
    const close = () => {
      if (stopped) throw new Error('libhdf5 stopped');
      module.close_file(id);
      files.unlink(path);
    };
    return { close, module, attribute: Attribute, id, call, lastRead: () => lastRead };
  };
}

/** Puts a read-only file into the virtual file system and gives its path. */
function mount(files: FileSystem, size: number, read: object): string {
  const node = files.createFile('/', 'checkpoint.h5', {}, true, false);
  const { id: ino, mode } = node;
  const time = new Date(0);
  const times = { atime: time, mtime: time, ctime: time };
  const blocks = { blksize: 4096, blocks: Math.ceil(size / 4096) };
  const status = {
    dev: 1,
    ino,
    mode,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size,
    ...times,
    ...blocks,
  };
  node.node_ops = { getattr: () => status };
  const llseek = (stream: { position: number }, offset: number, whence: number) =>
    offset + (whence === 1 ? stream.position : whence === 2 ? size : 0);
  node.stream_ops = { read, llseek };
  return '/checkpoint.h5';
}

/** What `run` gives; when it throws, `undo` runs first. */
function orElse<T>(run: () => T, undo: () => void): T {
  try {
    return run();
  } catch (error) {
    undo();
    throw error;
  }
}

/** The message at the bottom of a printed error stack: `  #005: H5Fsuper.c line 388 in f(): message`. */
function deepest(stack: string): string | undefined {
  const message = [...stack.matchAll(/ in \w+\(\): (.+)/g)].at(-1)?.[1];
  return message?.split(': time')[0];
}
