/**
 * `node test/bench/large.mjs`: four layers of the shape of a checkpoint of 8 billion parameters, in bfloat16, which is
 * written to the temporary folder and deleted. Every layer takes the same, so that four tell of thirty-two.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { inParts } from '../../scripts/parts.mjs';

/** As the host starts the engine. */
const asHost = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };

const outdir = 'out/bench';
const node = { outdir, bundle: true, minify: true, platform: 'node', target: 'node20' };
const external = ['onnxruntime-web', 'h5wasm'];
await build({
  ...node,
  entryPoints: ['test/bench/measureLarge.ts'],
  external,
  ...inParts('measureLarge'),
});
await build({
  ...node,
  entryPoints: ['test/bench/largeFile.ts'],
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
});
const { default: large } = await import(`../../${outdir}/largeFile.cjs`);

const length = 128;
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-bench-'));
try {
  const file = large.writeLarge(folder);
  const runs = Array.from({ length: 3 }, () => {
    const env = { ...process.env, ...asHost, BENCH_START: String(Date.now()) };
    const words = [`${outdir}/measureLarge.js`, file, length];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  });
  const best = runs.sort((a, b) => a.perLayer - b.perLayer)[0];
  console.log(`\n8-B shape in bfloat16, ${length} tokens (load ${loadavg()[0].toFixed(1)})`);
  const row = (what, mine, wanted) =>
    console.log(`${what.padEnd(34)}${mine.padStart(10)}   ${wanted}`);
  const seconds = (value) => `${(value / 1000).toFixed(2)} s`;
  row('', 'ours', 'target');
  row('first layer’s picture', seconds(best.firstPicture), '< 2 s');
  row('each further layer', seconds(best.perLayer), '≤ 0.5 s');
  row('cancelled within', seconds(best.cancelled), '');
  row('largest memory', `${(best.memory / 1000).toFixed(2)} GB`, '≤ 1.3 GB');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
