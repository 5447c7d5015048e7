/** Brings a fresh clone to the point where it can run: packages installed, bundles built. */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, succeed } from './processes.mjs';
import { step } from './terminal.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `npm ci` when node_modules is missing or older than the lock file. */
export async function install() {
  const installed = `${root}/node_modules/.package-lock.json`;
  const isFresh =
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(`${root}/package-lock.json`).mtimeMs;
  if (isFresh) return;
  const [command, args] = npm(['ci', '--no-progress', '--loglevel=error']);
  await step('Installing packages (npm ci)', () => succeed('npm ci', command, args, { cwd: root }));
}

/** Writes dist/. */
export const build = () =>
  step('Building the extension', () =>
    succeed('the build', process.execPath, ['esbuild.mjs'], { cwd: root }),
  );
