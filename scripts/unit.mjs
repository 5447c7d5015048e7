/** Bundles every unit test with esbuild and runs them with Node's own runner. `node scripts/unit.mjs [part of a path]` */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const filter = process.argv[2] ?? '';
const files = readdirSync('test/unit', { recursive: true })
  .map((file) => join('test/unit', String(file)))
  .filter((file) => /\.test\.tsx?$/.test(file) && file.includes(filter));
const outdir = `out/unit-${process.pid}`;
await build({
  entryPoints: files,
  outdir,
  outbase: 'test/unit',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'inline',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  packages: 'external',
  logLevel: 'warning',
});
const built = readdirSync(outdir, { recursive: true })
  .map((file) => join(outdir, String(file)))
  .filter((file) => file.endsWith('.test.js'));
const { status } = spawnSync(process.execPath, ['--test', '--enable-source-maps', ...built], {
  stdio: 'inherit',
});
rmSync(outdir, { recursive: true, force: true });
process.exit(status ?? 1);
