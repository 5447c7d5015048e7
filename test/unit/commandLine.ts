/** The command line, built from the sources as they are, for tests that run it as a person does. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { buildSync } from 'esbuild';

// Beside node_modules, so that the bundle finds the packages that it leaves out.
const bundle = path.resolve(`out/cli-${process.pid}.cjs`);
buildSync({
  entryPoints: ['src/cli.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
});
after(() => rmSync(bundle));

/** Runs `mnemoscope` with these words in the folder `cwd`. */
export function mnemoscope(args: readonly string[], cwd = process.cwd()) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
