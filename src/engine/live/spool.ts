/** Bytes of a debug session, on disk as they come, so that memory does not grow with the recording. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from '../../core/checkpoint/bytes';

export interface Spool {
  /** What an earlier engine wrote to the same file, oldest first. */
  readonly before: readonly ByteSource[];
  /** Appends a file; gives it back as a source of its own. */
  append(data: Uint8Array): Promise<ByteSource>;
  close(): Promise<void>;
}

/** Each part of the file follows its length, a little-endian 64-bit number. */
const lengthBytes = 8;

/**
 * At `path`, a file that whoever asks for the recording removes; it survives this process. Without one it is a private file that
 * has no name where the system allows it, so that nothing stays behind whatever happens.
 */
export async function createSpool(name: string, path?: string): Promise<Spool> {
  const folder = path === undefined ? await mkdtemp(join(tmpdir(), 'mnemoscope-')) : undefined;
  const file = await open(
    path ?? join(folder!, 'session'),
    path === undefined ? 'wx+' : 'a+',
    0o600,
  );
  // Windows keeps the name of an open file: there it goes with `close`.
  const remove = (): Promise<void> =>
    folder === undefined
      ? Promise.resolve()
      : rm(folder, { recursive: true, force: true }).catch(() => undefined);
  await remove();
  const sourceAt = (start: number, size: number): ByteSource => ({
    name,
    size,
    async read(offset, target) {
      if (offset + target.length > size) throw new Error(`${name}: read past its end`);
      await file.read(target, 0, target.length, start + offset);
    },
  });
  const places = await placesOf(file);
  let end = places.at(-1)?.end ?? 0;
  // The process may have died in the middle of a part.
  await file.truncate(end);
  return {
    before: places.map((place) => sourceAt(place.start, place.end - place.start)),
    async append(data) {
      const length = Buffer.alloc(lengthBytes);
      length.writeBigUInt64LE(BigInt(data.length));
      const start = end + lengthBytes;
      end = start + data.length;
      await file.write(Buffer.concat([length, data]));
      return sourceAt(start, data.length);
    },
    async close() {
      await file.close();
      await remove();
    },
  };
}

/** Where the whole parts of a file begin and end. */
async function placesOf(file: FileHandle): Promise<{ start: number; end: number }[]> {
  const { size } = await file.stat();
  const places: { start: number; end: number }[] = [];
  const length = Buffer.alloc(lengthBytes);
  for (let at = 0; at + lengthBytes <= size;) {
    await file.read(length, 0, lengthBytes, at);
    const start = at + lengthBytes;
    at = start + Number(length.readBigUInt64LE());
    if (at <= size) places.push({ start, end: at });
  }
  return places;
}
