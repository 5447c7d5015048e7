/**
 * `node test/bench/bench.mjs [length…]`: a GPT-2-small-shaped checkpoint, cold processes, beside torch eager with
 * transformers where MNEMOSCOPE_PYTHON names a Python that has them. Prints one table per input length.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { build } from 'esbuild';
import { inParts } from '../../scripts/parts.mjs';

/** What design/targets asks for: how many times faster than the peer, milliseconds, MB. */
const targets = {
  64: { faster: 12, firstPicture: 120, memory: 300, perToken: 20 },
  256: { faster: 8, firstPicture: 150, memory: 350 },
  1024: { faster: 4.5, firstPicture: 250, memory: 650, exactHead: 16 },
};
const warmFaster = 2;
/** As the host starts the engine. */
const asHost = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };
const vocabulary = 50257;

const outdir = 'out/bench';
mkdirSync(outdir, { recursive: true });
// In parts, as the engine is.
await build({
  entryPoints: ['test/bench/measure.ts'],
  outdir,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  external: ['onnxruntime-web', 'h5wasm'],
  ...inParts('measure'),
});
await build({
  entryPoints: ['test/bench/gpt2File.ts'],
  outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
});
const { gpt2File } = await import(`../../${outdir}/gpt2File.cjs`).then((bundle) => bundle.default);
const file = await gpt2File();
const folder = file.slice(0, file.lastIndexOf('model.safetensors'));

/** The process's line of JSON; undefined when it failed. */
function measure(command, ...words) {
  const env = { ...process.env, ...asHost, BENCH_START: String(Date.now()), HF_HUB_OFFLINE: '1' };
  const { status, stdout, stderr } = spawnSync(command, words, { env, encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1));
  console.error(`${command} failed: ${stderr.trim().split('\n').at(-1)}`);
  return undefined;
}

/** Of several runs the one that was least disturbed. */
function best(times, work) {
  const runs = Array.from({ length: times }, work).filter(Boolean);
  return runs.sort((a, b) => a.everyPicture - b.everyPicture)[0];
}

const python = process.env.MNEMOSCOPE_PYTHON;
if (!python) console.log('MNEMOSCOPE_PYTHON is not set: the peer is missing.');
const lengths = process.argv.slice(2).map(Number);
for (const length of lengths.length > 0 ? lengths : Object.keys(targets).map(Number)) {
  const target = targets[length] ?? {};
  // The first process brings the file into the page cache.
  const ours = best(4, () => measure(process.execPath, `${outdir}/measure.js`, length));
  const peer =
    python && best(2, () => measure(python, 'test/bench/peer.py', folder, length, vocabulary));
  if (!ours) process.exit(1);
  console.log(`\nGPT-2-small shape, ${length} tokens (load ${loadavg()[0].toFixed(1)})`);
  const row = (what, mine, theirs, wanted) =>
    console.log(`${what.padEnd(34)}${mine.padStart(10)}${theirs.padStart(12)}   ${wanted}`);
  const number = (value, unit) =>
    value === undefined ? '–' : `${value.toFixed(value < 20 ? 1 : 0)} ${unit}`;
  const times = (name) =>
    peer ? `${(peer[name] / ours[name]).toFixed(1)}× faster` : 'peer missing';
  row('', 'ours', 'peer', 'target');
  row(
    'first layer’s picture',
    number(ours.firstPicture, 'ms'),
    '–',
    limit(target.firstPicture, 'ms'),
  );
  row(
    'every head’s picture',
    number(ours.everyPicture, 'ms'),
    number(peer?.everyPicture, 'ms'),
    `${times('everyPicture')}, target ${target.faster ?? '–'}×`,
  );
  row(
    'processor time until then',
    number(ours.processor, 'ms'),
    number(peer?.processor, 'ms'),
    peer ? times('processor') : '',
  );
  row(
    'largest memory until then',
    number(ours.memory, 'MB'),
    number(peer?.memory, 'MB'),
    limit(target.memory, 'MB'),
  );
  row(
    'warm forward',
    number(ours.warm, 'ms'),
    number(peer?.warm, 'ms'),
    `${times('warm')}, target ${warmFaster}×`,
  );
  row('largest memory after that', number(ours.warmMemory, 'MB'), '–', '');
  row('generating, a token', number(ours.perToken, 'ms'), '–', limit(target.perToken, 'ms'));
  row('one head exactly', number(ours.exactHead, 'ms'), '–', limit(target.exactHead, 'ms'));
  row('statistics of a layer', number(ours.statistics, 'ms'), '–', '');
}

if (lengths.length === 0) {
  await import('./large.mjs');
  await import('./open.mjs');
  await import('./statistics.mjs');
}

function limit(value, unit) {
  return value === undefined ? '' : `≤ ${value} ${unit}`;
}
