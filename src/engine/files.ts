/** Files and folders of this machine as the readers see them, behind a wall that no name gets through. */
import { constants, readSync } from 'node:fs';
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { ZlibOptions } from 'node:zlib';
import { FormatError, type ByteSource, type Folder, type Platform } from '../core/checkpoint/bytes';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint, openFolder } from '../core/checkpoint/formats';
import { hubMark } from '../core/checkpoint/hubName';
import { createHdf5 } from './hdf5/client';

/** What tells that a file is still the one that was opened. */
export interface FileIdentity {
  readonly size: number;
  readonly modified: number;
  readonly inode: number;
}

/** A checkpoint with its files open. */
export interface Opened {
  readonly checkpoint: Checkpoint;
  /** The folder beside it: config and tokenizer are read through the same wall. */
  readonly folder: Folder;
  /** Which files are open, by path, size, time and inode: equal when nothing has changed. */
  identity(): string;
  /** One sentence when a file is no longer what was opened. */
  changed(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A single read(2) gives at most 2 GiB. */
const maxRead = 1 << 30;

/** Z_SYNC_FLUSH of zlib.h: what has come is given, though the end has not. */
const syncFlush = 2;

/** Node takes a millisecond to start zlib, and most checkpoints are not packed. */
async function inflate(deflated: Uint8Array, options: ZlibOptions): Promise<Uint8Array> {
  const { inflateRaw } = await import('node:zlib');
  return promisify<Uint8Array, ZlibOptions, Uint8Array>(inflateRaw)(deflated, options);
}

/** Pieces would be joined in a second copy. Deflate gives at most 1032 bytes for one. */
const inOnePiece = (deflated: number, size: number): ZlibOptions => ({
  maxOutputLength: Math.max(1, size),
  chunkSize: Math.max(64, Math.min(size, 1032 * deflated) + 1),
});

export const platform: Platform = {
  inflate: (deflated, size) => inflate(deflated, inOnePiece(deflated.length, size)),
  inflateStart: (deflated) => inflate(deflated, { finishFlush: syncFlush }),
  hdf5: createHdf5(),
};

/** Opens a checkpoint by the path of a file or a folder, or by its name on the Hugging Face Hub (`hf:owner/name`). */
export async function openPath(path: string): Promise<Opened> {
  if (path.startsWith(hubMark)) {
    const { openHub } = await import('./sources/hub');
    return openHub(path, platform);
  }
  const files = new Map<string, { handle: FileHandle; identity: FileIdentity }>();
  const openSource = async (at: string, name: string): Promise<ByteSource> => {
    const real = await realpath(at);
    const known = files.get(real);
    if (known) return fileSource(known.handle, name, known.identity.size);
    const { handle, identity } = await openRegular(real, name);
    files.set(real, { handle, identity });
    return fileSource(handle, name, identity.size);
  };
  const close = async () => {
    await Promise.all([...files.values()].map(({ handle }) => handle.close()));
    files.clear();
  };
  const name = basename(path);
  try {
    const [stats, real] = await Promise.all([stat(path), realpath(path)]);
    const isFolder = stats.isDirectory();
    const beside = isFolder ? path : dirname(path);
    // A link to a checkpoint elsewhere has its config and tokenizer here, or there.
    const there = isFolder ? path : dirname(real);
    const here = openDirectory(beside, openSource);
    const linked = beside !== there && (await realpath(beside)) !== (await realpath(there));
    const folder = linked ? eitherFolder(here, openDirectory(there, openSource)) : here;
    const checkpoint = isFolder
      ? await openFolder(folder, platform)
      : await openCheckpoint(await openSource(path, name), folder, platform);
    const changed = async () => {
      for (const [real, { identity }] of files) {
        const problem = difference(identity, await fileIdentity(real).catch(() => undefined));
        if (problem) return `${basename(real)} ${problem}.`;
      }
      return undefined;
    };
    const identity = () =>
      JSON.stringify([...files].map(([real, file]) => [real, file.identity]).toSorted());
    return { checkpoint, folder, identity, changed, close };
  } catch (error) {
    await close();
    throw readable(error, name);
  }
}

/** Size in bytes, time of the last change in milliseconds, and inode. */
export async function fileIdentity(path: string): Promise<FileIdentity> {
  const { size, mtimeMs, ino } = await stat(path);
  return { size, modified: mtimeMs, inode: ino };
}

function difference(before: FileIdentity, now: FileIdentity | undefined): string | undefined {
  if (!now) return 'is gone';
  if (now.inode !== before.inode) return 'was replaced';
  if (now.size !== before.size) return `had ${before.size} bytes and now has ${now.size}`;
  return now.modified === before.modified ? undefined : 'was changed';
}

/** A pipe would block and a device has no end, so only regular files are read. */
async function openRegular(real: string, name: string) {
  // A link that was put there after its real path was taken must not be followed.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await open(real, flags);
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new FormatError(name, 'this is not a regular file');
  }
  return { handle, identity: { size: stats.size, modified: stats.mtimeMs, inode: stats.ino } };
}

function fileSource(handle: FileHandle, name: string, size: number): ByteSource {
  /** Checks one read; gives where the next one starts. */
  const after = (done: number, bytesRead: number, offset: number): number => {
    if (bytesRead > 0) return done + bytesRead;
    throw new FormatError(name, 'the file is shorter than when it was opened', {
      byte: offset + done,
    });
  };
  return {
    name,
    size,
    async read(offset, target) {
      for (let done = 0; done < target.length;) {
        const length = Math.min(maxRead, target.length - done);
        const { bytesRead } = await handle.read(target, done, length, offset + done);
        done = after(done, bytesRead, offset);
      }
    },
    readSync(offset, target) {
      for (let done = 0; done < target.length;) {
        const length = Math.min(maxRead, target.length - done);
        done = after(done, readSync(handle.fd, target, done, length, offset + done), offset);
      }
    },
  };
}

type OpenSource = (path: string, name: string) => Promise<ByteSource>;

function openDirectory(path: string, openSource: OpenSource): Folder {
  const folder = resolve(path);
  const name = basename(folder);
  return {
    name,
    async list() {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    },
    async size(sibling) {
      try {
        const real = await realpath(join(folder, basename(sibling)));
        const stats = await stat(real);
        return stats.isFile() && isInside(await realpath(folder), real) ? stats.size : undefined;
      } catch {
        return undefined;
      }
    },
    async open(sibling) {
      const refuse = (why: string): never => {
        throw new FormatError(name, `${JSON.stringify(sibling)} ${why}`);
      };
      const parts = sibling.split('/');
      const plain = parts.every((part) => part && part !== '.' && part !== '..');
      if (!plain || /[\\:\0]/.test(sibling)) refuse('is not a plain relative name');
      try {
        const real = await realpath(join(folder, ...parts));
        if (!isInside(await realpath(folder), real)) refuse('leads out of the folder');
        return await openSource(real, sibling);
      } catch (error) {
        throw readable(error, sibling);
      }
    },
  };
}

/** What the first folder has, else what the second one has. */
function eitherFolder(first: Folder, second: Folder): Folder {
  return {
    name: first.name,
    list: async () => [...new Set([...(await first.list()), ...(await second.list())])],
    size: async (sibling) => (await first.size?.(sibling)) ?? second.size?.(sibling),
    async open(sibling) {
      const isHere = (await first.list()).includes(sibling);
      return (isHere ? first : second).open(sibling);
    },
  };
}

/** Below the folder, or in the blobs of the same model: the Hugging Face cache links `snapshots/<revision>/x` there. */
function isInside(folder: string, file: string): boolean {
  if (file.startsWith(folder + sep)) return true;
  const snapshots = dirname(folder);
  const model = dirname(snapshots);
  return (
    basename(snapshots) === 'snapshots' &&
    basename(model).startsWith('models--') &&
    dirname(file) === join(model, 'blobs')
  );
}

/** System errors as one line with the file's name. */
function readable(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission denied',
    EISDIR: 'this is a folder',
    ELOOP: 'the link leads in a circle',
    EMFILE: 'too many files are open',
  };
  return new FormatError(
    name,
    known[String(error.code)] ?? `cannot be read (${String(error.code)})`,
  );
}
