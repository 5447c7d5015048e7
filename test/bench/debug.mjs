/**
 * `MNEMOSCOPE_PYTHON=python3 node test/bench/debug.mjs`: stops of a debugged program with 1 GB in its frame, with Mnemoscope
 * and without; then the draining of 10,000 operations and of a fused attention over 2,048 tokens. Needs debugpy and torch.
 */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const outdir = 'out/bench';
const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', outdir };
await build({
  ...common,
  entryPoints: { debugPython: 'src/host/debug/python/helper.ts' },
  loader: { '.py': 'text' },
});
await build({ ...common, entryPoints: { debugStops: 'test/bench/debugStops.ts' } });
const interpreter = process.env.MNEMOSCOPE_PYTHON ?? 'python3';
const words = [`${outdir}/debugStops.js`, interpreter, process.argv[2] ?? '12'];
const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
if (status !== 0) throw new Error(stderr.trim().split('\n').slice(-3).join('\n'));
const { without, followed } = JSON.parse(stdout);

const row = (what, value, target = '') =>
  console.log(`${what.padEnd(52)}${value.padStart(12)}   ${target}`);
const spread = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[0].toFixed(0)} … ${sorted.at(-1).toFixed(0)} ms`;
};
// The first stop with the helper pays for what torch loads lazily.
row(
  'stop → Variables view, without Mnemoscope',
  spread(without.stops.map((stop) => stop.variables)),
);
row(
  'stop → Variables view, with it',
  spread(followed.stops.map((stop) => stop.variables)),
  '≤ 150 ms more',
);
row('stop → tensors of the frame', spread(followed.stops.map((stop) => stop.panel)), '≤ 150 ms');
row('  of which inside the program', spread(followed.stops.map((stop) => stop.inside)));
row('largest answer', `${(followed.largest / 1024).toFixed(0)} KB`, '≤ 256 KB');
for (const [name, one] of [
  ['10,000 operations drained', followed.operations],
  ['attention of 12 heads over 2,048 tokens', followed.attention],
]) {
  const size = `${(one.bytes / 2 ** 20).toFixed(1)} MB, at most ${one.longest.toFixed(0)} ms at a time`;
  row(name, `${one.milliseconds.toFixed(0)} ms`, size);
}
