/** Bundles test files with esbuild, and runs the bundles with Node's own runner. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

/** Runs the test files under `folder` with node:test, returns the exit code. */
export async function runNodeTests(folder, { filter, flags = [], env }) {
  const outdir = `out/${folder.replaceAll('/', '-')}-${process.pid}`;
  try {
    await build({ ...bundling, entryPoints: testFiles(folder, filter), outdir, outbase: folder });
    const bundles = testFiles(outdir, '', /\.test\.js$/);
    const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
    if (process.env.MNEMOSCOPE_RESULTS) {
      reporters.push('--test-reporter=./scripts/results.mjs', '--test-reporter-destination=stderr');
    }
    const args = ['--test', '--enable-source-maps', ...reporters, ...flags, ...bundles];
    return (await finish(process.execPath, args, { env })).code;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
