/** PyTorch pickles to a checkpoint: what the zip and the older layout have in common. */
import { FormatError, readBytes, type ByteSource } from './bytes';
import type { Checkpoint } from './checkpoint';
import { unpickle } from './pickle';
import { PickleTooShort } from './pickleBytes';
import type { Pickled } from './pickleNodes';
import type { Storages } from './torchStorage';
import { walk } from './torchWalk';

/** A million tensors need about 100 MB of pickle; it is held in memory while it is read. */
export const maxPickle = 128 << 20;
/** Most object pickles are smaller: one read. */
const firstRead = 256 << 10;

/** Runs pickle after pickle over a file whose end is not known, reading more where one goes on. */
export async function pickleReader(source: ByteSource, what: string) {
  let bytes = await readBytes(source, 0, Math.min(firstRead, source.size), what);
  let at = 0;
  return {
    /** Byte behind the last pickle. */
    position: () => at,
    async next() {
      for (;;) {
        try {
          const result = unpickle(bytes, at, source.name);
          at = result.end;
          return result;
        } catch (error) {
          if (!(error instanceof PickleTooShort)) throw error;
        }
        if (bytes.length === source.size) {
          throw new FormatError(source.name, `${what} is cut short`, { byte: source.size });
        }
        if (bytes.length >= maxPickle) {
          throw new FormatError(source.name, `${what} does not end within ${maxPickle} bytes`);
        }
        const length = Math.min(bytes.length * 4, source.size, maxPickle);
        bytes = await readBytes(source, 0, length, what);
      }
    },
  };
}

/** The checkpoint that an object pickle describes. */
export function torchCheckpoint(
  format: string,
  source: ByteSource,
  root: Pickled,
  storages: Storages,
  sources: ReadonlyMap<string, string> = new Map(),
): Checkpoint {
  const files = [{ name: source.name, size: source.size }];
  const contents = walk(root, storages);
  return { format, files, ...contents, ...(sources.size ? { sources } : {}) };
}
