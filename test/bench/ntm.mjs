/**
 * `node test/bench/ntm.mjs`: processor time of one step of a Neural Turing Machine (N = 128, M = 20, LSTM of 100) with
 * every intermediate kept, and the memory that 10,000 steps hold.
 */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const outfile = 'out/bench/ntmSteps.cjs';
await build({
  entryPoints: ['test/bench/ntmSteps.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
});
const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', outfile], {
  encoding: 'utf8',
});
if (status !== 0) {
  console.error(stderr);
  process.exit(1);
}
const { microseconds, held, swept } = JSON.parse(stdout);
const row = (what, value, target) =>
  console.log(`${what.padEnd(40)}${value.padStart(10)}   ${target}`);
row('NTM step, all intermediates kept', `${microseconds.toFixed(0)} µs`, '≤ 90 µs');
row('10,000 steps hold', `${held.toFixed(0)} MB`, '');
row('looking at every value of them once', `${swept.toFixed(0)} ms`, '');
