/** Bytes of a debug session, on disk as they come, so that memory does not grow with the recording. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from '../../core/checkpoint/bytes';

export interface Spool {
  /** Appends a file; gives it back as a source of its own. */
  append(name: string, data: Uint8Array): Promise<ByteSource>;
  close(): Promise<void>;
}

/** A private file that has no name where the system allows it, so that nothing stays behind whatever happens. */
export async function createSpool(): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-'));
  const file = await open(join(folder, 'session'), 'wx+', 0o600);
  // Windows keeps the name of an open file: there it goes with `close`.
  const remove = (): Promise<void> =>
    rm(folder, { recursive: true, force: true }).catch(() => undefined);
  await remove();
  let end = 0;
  return {
    async append(name, data) {
      const [start, size] = [end, data.length];
      end += size;
      await file.write(data, 0, size, start);
      return {
        name,
        size,
        async read(offset, target) {
          if (offset + target.length > size) throw new Error(`${name}: read past its end`);
          await file.read(target, 0, target.length, start + offset);
        },
      };
    },
    async close() {
      await file.close();
      await remove();
    },
  };
}
