/** The folder through which a helper hands over what is too large for an answer. It goes with the session, whatever is in it. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HelperFolder {
  readonly path: string;
  /** Content of its file `mark`: who reads it there sees our file system. */
  readonly mark: string;
  /** What a program that has ended recorded after its last stop; undefined where there is nothing. */
  last(): Promise<{ readonly data: Uint8Array; readonly dropped: number } | undefined>;
  remove(): Promise<void>;
}

/** Containers may share a folder for temporary files, but number their processes each for itself. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const prefix = `mnemoscope-live-${machine}-`;

export async function createHelperFolder(): Promise<HelperFolder> {
  void removeLeftFolders(tmpdir());
  const path = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
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

/** Removes folders whose owner, on this machine, was killed before it could: their names say which process that was. */
export async function removeLeftFolders(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const pattern = new RegExp(`^${prefix}(\\d+)-\\w+$`);
  for (const name of names) {
    const owner = pattern.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    // Another person's stays: the file system refuses.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
