/** Finished sweeps, kept on disk by the identity of the files that they are about. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../core/statistics/findings';
import { statisticFields } from '../../core/statistics/statistics';
import type { Unreadable } from '../../protocol/statistics';

/** What is worth keeping of a sweep that is done. */
export interface Results {
  readonly names: readonly string[];
  /** [names × statisticFields]. */
  readonly numbers: Float64Array;
  readonly findings: readonly Finding[];
  readonly unreadable: readonly Unreadable[];
}

/** Raised when what a sweep says changes: older results are then not read. */
const version = 1;
/** Of all kept sweeps; the least recently used are deleted first. */
const budgetBytes = 64 << 20;

/** Where programs keep what they can make again, on this system. */
export function cacheFolder(): string {
  const { env, platform } = process;
  const home = homedir();
  const root =
    platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'))
      : platform === 'darwin'
        ? join(home, 'Library', 'Caches')
        : (env['XDG_CACHE_HOME'] ?? join(home, '.cache'));
  return join(root, 'mnemoscope', 'sweeps');
}

const fileOf = (folder: string, identity: string): string =>
  join(folder, `${createHash('sha256').update(`${version} ${identity}`).digest('hex')}.json`);

/** Undefined where nothing usable is kept. */
export async function readKept(folder: string, identity: string): Promise<Results | undefined> {
  const file = fileOf(folder, identity);
  try {
    const { names, numbers, findings, unreadable } = JSON.parse(await readFile(file, 'utf8'));
    const bytes = new Uint8Array(Buffer.from(numbers, 'base64'));
    const packed = new Float64Array(bytes.buffer);
    const isWhole = [names, findings, unreadable].every(Array.isArray);
    if (!isWhole || packed.length !== names.length * statisticFields.length) return undefined;
    await utimes(file, new Date(), new Date());
    return { names, numbers: packed, findings, unreadable };
  } catch {
    // Not there, or not readable: the weights are looked at again.
    return undefined;
  }
}

/** Never rejects: what cannot be kept is made again. */
export async function keep(folder: string, identity: string, results: Results): Promise<void> {
  const { buffer, byteOffset, byteLength } = results.numbers;
  const numbers = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  const beside = join(folder, `${randomUUID()}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(beside, JSON.stringify({ ...results, numbers }));
    await rename(beside, fileOf(folder, identity));
    await trim(folder);
  } catch {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

async function trim(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, size, used: mtimeMs };
    }),
  );
  let total = 0;
  for (const { name, size } of files.sort((a, b) => b.used - a.used)) {
    total += size;
    if (total > budgetBytes) await rm(join(folder, name), { force: true });
  }
}
