/** Where bytes come from. Readers see files only through these two, so they know no file system. */

/** A file that is read by range. Sizes and offsets are in bytes. */
export interface ByteSource {
  /** The name that errors show. */
  readonly name: string;
  /** Size when the file was opened. */
  readonly size: number;
  /** Fills `target` from `offset`. Throws when the file ends before that (it may have been truncated since). */
  read(offset: number, target: Uint8Array): Promise<void>;
}

/** The folder of the opened file, or the opened folder: the only other place a reader may look. */
export interface Folder {
  readonly name: string;
  /** Plain names of the files in it. */
  list(): Promise<readonly string[]>;
  /** Opens a file by its name relative to the folder. Throws when the name leaves the folder, also through a link. */
  open(name: string): Promise<ByteSource>;
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
  return 'byte' in where ? ` (at byte ${where.byte})` : ` (in tensor ${JSON.stringify(where.tensor)})`;
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
    throw new FormatError(source.name, `${what} ends at byte ${end}, the file at byte ${source.size}`, {
      byte: offset,
    });
  }
  const target = new Uint8Array(length);
  await source.read(offset, target);
  return target;
}
