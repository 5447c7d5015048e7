/** The folder through which a helper hands over what is too large for an answer. It goes with the session, whatever is in it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HelperFolder {
  readonly path: string;
  /** Content of its file `mark`: who reads it there sees our file system. */
  readonly mark: string;
  /** What a program that has ended recorded after its last stop; undefined where there is nothing. */
  last(): Promise<{ readonly data: Uint8Array; readonly dropped: number } | undefined>;
  remove(): Promise<void>;
}

export async function createHelperFolder(): Promise<HelperFolder> {
  const path = await mkdtemp(join(tmpdir(), 'mnemoscope-live-'));
  const mark = randomBytes(16).toString('hex');
  await writeFile(join(path, 'mark'), mark, { mode: 0o600 });
  return {
    path,
    mark,
    async last() {
      const names = await readdir(path).catch(() => []);
      const name = names.find((one) => /^last-\d+$/.test(one));
      if (name === undefined) return undefined;
      return { data: await readFile(join(path, name)), dropped: Number(name.slice(5)) };
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
