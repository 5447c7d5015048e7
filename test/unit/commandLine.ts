/** The command line, built from the sources as they are, for tests that run it as a person does. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { buildSync } from 'esbuild';

// Beside node_modules, so that the bundle finds the packages that it leaves out.
const outdir = path.resolve(`out/cli-${process.pid}`);
buildSync({
  entryPoints: { cli: 'src/cli.ts', hdf5: 'src/engine/hdf5/thread.ts' },
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
});
after(() => rmSync(outdir, { recursive: true }));

/** Runs `mnemoscope` with these words in the folder `cwd`. */
export function mnemoscope(args: readonly string[], cwd = process.cwd()) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(outdir, 'cli.js'), ...args],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}
