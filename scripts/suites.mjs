/** Bundles test files with esbuild, and runs the bundles with Node's own runner. */
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { finish } from './processes.mjs';

/** The options that every test bundle shares; packages stay where they are. */
export const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  packages: 'external',
  logLevel: 'warning',
};

/** The threads that the sources start, by the name of their bundle, which lies beside the one that starts them. */
export const threads = {
  hdf5: 'src/engine/hdf5/thread.ts',
  statistics: 'src/engine/statistics/thread.ts',
};

/** The test files under `folder` whose path holds `filter`. */
export const testFiles = (folder, filter = '', ending = /\.test\.tsx?$/) =>
  readdirSync(folder, { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => ending.test(file) && file.includes(filter))
    .sort();

/** Extensions that exist for the tests alone, e.g. a debug adapter's. */
export const testExtensions = (root) => {
  const folder = join(root, 'test/extensions');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};

/** A fresh folder that goes when this script ends. */
export function temporaryFolder() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mnemoscope-')));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Runs the test files under `folder` with node:test, returns the exit code. */
export async function runNodeTests(folder, { filter, flags = [], env }) {
  const outdir = `out/${folder.replaceAll('/', '-')}-${process.pid}`;
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const tests = testFiles(folder, filter).map((file) => [
    relative(folder, file)
      .replace(/\.tsx?$/, '')
      .replaceAll(/[\\/]/g, '.'),
    file,
  ]);
  const entryPoints = { ...Object.fromEntries(tests), ...threads };
  await build({ ...bundling, entryPoints, outdir });
  const bundles = testFiles(outdir, '', /\.test\.js$/);
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  if (process.env.MNEMOSCOPE_RESULTS) {
    reporters.push('--test-reporter=./scripts/results.mjs', '--test-reporter-destination=stderr');
  }
  const args = ['--test', '--enable-source-maps', ...reporters, ...flags, ...bundles];
  // Their temporary folders lie in ours, so that they go even when a test is cut off.
  const TMPDIR = temporaryFolder();
  return (await finish(process.execPath, args, { env: { ...env, TMPDIR } })).code;
}
