/**
 * `node test/bench/statistics.mjs`: the statistics of 1 GiB of float32 and of bfloat16, in processor time, beside
 * numpy where MNEMOSCOPE_PYTHON names a Python that has it. The file is made in the temporary folder and deleted.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Milliseconds of processor time, reading included. */
const targets = { float32: 180, bfloat16: 280 };
const size = 2 ** 30;

const outdir = 'out/bench';
await build({
  entryPoints: {
    measureStatistics: 'test/bench/measureStatistics.ts',
    statistics: 'src/engine/statistics/thread.ts',
  },
  outdir,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
});

/** A safetensors file of one tensor; the same 4 MiB of noise, scaled anew each time. */
function writeFile(path, dtype) {
  const half = dtype === 'bfloat16';
  const count = size / (half ? 2 : 4);
  const shape = [4096, count / 4096];
  const described = { dtype: half ? 'BF16' : 'F32', shape, data_offsets: [0, size] };
  const json = JSON.stringify({ w: described });
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  header.write(json, 8);
  const noise = Float32Array.from({ length: 1 << 20 }, () => Math.random() + Math.random() - 1);
  const file = openSync(path, 'w');
  writeSync(file, header);
  for (let done = 0; done < size;) {
    const scale = 0.02 * (1 + done / size);
    const values = noise.map((value) => value * scale);
    const words = half ? Uint16Array.from(new Uint32Array(values.buffer), (w) => w >>> 16) : values;
    done += writeSync(file, words);
  }
  closeSync(file);
}

function measure(command, ...words) {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1));
  console.error(`${command} failed: ${stderr.trim().split('\n').at(-1)}`);
  return undefined;
}

const python = process.env.MNEMOSCOPE_PYTHON;
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-bench-'));
try {
  for (const [dtype, target] of Object.entries(targets)) {
    const path = join(folder, `${dtype}.safetensors`);
    writeFile(path, dtype);
    const ours = measure(process.execPath, `${outdir}/measureStatistics.js`, path);
    const peer = python && measure(python, 'test/bench/peerStatistics.py', path, dtype);
    rmSync(path);
    if (!ours) process.exit(1);
    const row = (what, mine, theirs, wanted = '') =>
      console.log(`${what.padEnd(34)}${mine.padStart(10)}${theirs.padStart(12)}   ${wanted}`);
    const ms = (value) => (value === undefined ? '–' : `${value.toFixed(0)} ms`);
    console.log(`\nStatistics of 1 GiB of ${dtype}`);
    row('', 'ours', 'numpy', 'target');
    row('reading alone, processor time', ms(ours.reading), '–');
    row('statistics, processor time', ms(ours.moments), ms(peer?.processor), `≤ ${target} ms`);
    row('check of health, processor time', ms(ours.health), '–');
    row('check of health on all cores', ms(ours.allCores), '–');
    row(
      'largest memory',
      `${ours.memory.toFixed(0)} MB`,
      peer ? `${peer.memory.toFixed(0)} MB` : '–',
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
