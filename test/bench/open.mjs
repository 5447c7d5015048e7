/**
 * `node test/bench/open.mjs`: 4 GiB of safetensors and a torch archive of 2 GB, listed in fresh processes, beside
 * safe_open and torch.load(mmap=True) where MNEMOSCOPE_PYTHON names a Python that has them (their imports are not
 * counted, loading our code is). The files have no contents, lie in the temporary folder and are deleted.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { inParts } from '../../scripts/parts.mjs';

const outdir = 'out/bench';
// In parts, as the command line is.
await build({
  entryPoints: ['test/bench/measureOpen.ts'],
  outdir,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  external: ['h5wasm'],
  ...inParts('measureOpen'),
});
await build({
  entryPoints: ['test/bench/openFiles.ts'],
  outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
});
const { default: files } = await import(`../../${outdir}/openFiles.cjs`);

/** File → how it is written, the peer, and the targets: milliseconds and MB. */
const rows = {
  'model.safetensors': { write: files.writeSafetensors, peer: 'safe_open', ms: 15, mb: 5 },
  'model.pt': { write: files.writeTorch, peer: 'torch.load', ms: 15, mb: 10 },
};

/** Of several runs the quickest. */
function best(command, ...words) {
  const runs = Array.from({ length: 5 }, () => {
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1));
    console.error(`${command} failed: ${stderr.trim().split('\n').at(-1)}`);
    return undefined;
  });
  return runs.filter(Boolean).sort((a, b) => a.milliseconds - b.milliseconds)[0];
}

const python = process.env.MNEMOSCOPE_PYTHON;
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-bench-'));
try {
  for (const [name, { write, peer, ms, mb }] of Object.entries(rows)) {
    const path = join(folder, name);
    const size = write(path);
    const ours = best(process.execPath, `${outdir}/measureOpen.js`, path);
    const theirs = python && best(python, 'test/bench/peerOpen.py', path);
    rmSync(path);
    if (!ours) process.exit(1);
    if (theirs && theirs.tensors !== ours.tensors) throw new Error(`${name}: other tensors`);
    const row = (what, mine, other, wanted = '') =>
      console.log(`${what.padEnd(34)}${mine.padStart(10)}${other.padStart(12)}   ${wanted}`);
    const cell = (value, unit) => (value === undefined ? '–' : `${value.toFixed(1)} ${unit}`);
    console.log(`\n${name}, ${(size / 1e9).toFixed(1)} GB, ${ours.tensors} tensors listed`);
    row('', 'ours', peer, 'target');
    row(
      'fresh process',
      cell(ours.milliseconds, 'ms'),
      cell(theirs?.milliseconds, 'ms'),
      `≤ ${ms} ms`,
    );
    row('processor time', cell(ours.processor, 'ms'), cell(theirs?.processor, 'ms'));
    row('memory added', cell(ours.added, 'MB'), cell(theirs?.added, 'MB'), `≤ ${mb} MB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
