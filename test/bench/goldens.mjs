/**
 * `node test/bench/goldens.mjs [part of a name]`: runs `mnemoscope trace` on every checkpoint of ../shared/fixtures that
 * is run in plain arrays, and prints how far outputs and internals are from its golden. Fails beyond 1e-4 and 1e-3.
 */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const outdir = 'out/goldens';
await build({
  entryPoints: {
    goldens: 'test/bench/goldens.ts',
    cli: 'src/cli.ts',
    hdf5: 'src/engine/hdf5/thread.ts',
  },
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'warning',
});
const { status } = spawnSync(
  process.execPath,
  [`${outdir}/goldens.js`, `${outdir}/cli.js`, process.argv[2] ?? ''],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
