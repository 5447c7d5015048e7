/** Where bytes come from. Readers see files only through these two, so they know no file system. */

import type { Hdf5File } from './hdf5File';

/** A file that is read by range. Sizes and offsets are in bytes. */
export interface ByteSource {
  /** The name that errors show. */
  readonly name: string;
  /** Size when the file was opened. */
  readonly size: number;
  /** Fills `target` from `offset`. Throws when the file ends before that (it may have been truncated since). */
  read(offset: number, target: Uint8Array): Promise<void>;
  /** The same without waiting, where the platform can: threads that look at every value read this way. */
  readSync?(offset: number, target: Uint8Array): void;
  /** Any part is had by unpacking all: whoever wants much of it reads it in one go. */
  readonly isPacked?: boolean;
}

/** The folder of the opened file, or the opened folder: the only other place a reader may look. */
export interface Folder {
  readonly name: string;
  /** Plain names of the files in it. */
  list(): Promise<readonly string[]>;
  /** Opens a file by its name relative to the folder. Throws when the name leaves the folder, also through a link. */
  open(name: string): Promise<ByteSource>;
  /** Size of a file in it that is not opened for that; undefined when it cannot be told. */
  size?(name: string): Promise<number | undefined>;
}

/** A file that does not hold what its format promises. The message is one sentence without the file's name. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  constructor(
    readonly file: string,
    readonly problem: string,
    readonly where?: { readonly byte: number } | { readonly tensor: string },
  ) {
    super(`${file}: ${problem}${place(where)}`);
  }
}

function place(where: FormatError['where']): string {
  if (!where) return '';
  return 'byte' in where ? ` (at byte ${where.byte})` : ` (in tensor ${quoted(where.tensor)})`;
}

/** A name from a file as an error shows it: quoted, without control characters, never endless. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 199)}…` : name);
}

/** Reads `length` bytes at `offset`, after checking the range against the file, so that a claimed size never takes memory. */
export async function readBytes(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new FormatError(source.name, `${what} has an impossible range ${offset}+${length}`);
  }
  if (offset + length > source.size) {
    const end = offset + length;
    throw new FormatError(
      source.name,
      `${what} ends at byte ${end}, the file at byte ${source.size}`,
      {
        byte: offset,
      },
    );
  }
  const target = new Uint8Array(length);
  await source.read(offset, target);
  return target;
}

/** What readers need from where they run, since core knows no platform. */
export interface Platform {
  /** Inflates a raw deflate stream (RFC 1951). Rejects when it would give more than `size` bytes. */
  inflate(deflated: Uint8Array, size: number): Promise<Uint8Array>;
  /** What the first bytes of such a stream give: at most 1032 times as many. */
  inflateStart(deflated: Uint8Array): Promise<Uint8Array>;
  /** Gives `use` the file as HDF5, with no other file in reach. Rejects with a FormatError. */
  hdf5<T>(source: ByteSource, use: (file: Hdf5File) => Promise<T>): Promise<T>;
}

/** A file that is already in memory. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  const readSync = (offset: number, target: Uint8Array) => {
    const part = bytes.subarray(offset, offset + target.length);
    if (part.length < target.length) {
      throw new FormatError(name, 'the file ends here', { byte: bytes.length });
    }
    target.set(part);
  };
  const read = async (offset: number, target: Uint8Array) => readSync(offset, target);
  return { name, size: bytes.length, read, readSync };
}

/** Little-endian u64 at `offset`; a BigInt until somebody has bounded it. */
export function readU64(bytes: Uint8Array, offset: number): bigint {
  return view(bytes).getBigUint64(offset, true);
}

/** The bytes as a DataView over the same memory. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Node takes two milliseconds to make it, and names of members are short and ASCII. */
let strictUtf8: TextDecoder | undefined;
const shortText = 128;

/** Decodes UTF-8, strictly. `start` is where the bytes lie in the file. */
export function textOf(bytes: Uint8Array, source: ByteSource, what: string, start = 0): string {
  if (bytes.length <= shortText && bytes.every((byte) => byte < 128)) {
    return String.fromCharCode(...bytes);
  }
  strictUtf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new FormatError(source.name, `${what} is not UTF-8 text`, { byte: start });
  }
}
