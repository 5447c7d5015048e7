import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { readFloat32 } from '../../src/core/checkpoint/values';
import { openPath } from '../../src/engine/files';
import { mnemoscope } from './commandLine';

const fixtures = 'test/fixtures/compare';
const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-diff-'));
after(() => rmSync(folder, { recursive: true }));

interface Diff {
  readonly summary: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly tensors: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
}
const diff = (a: string, b: string): Diff => {
  const { status, stdout, stderr } = mnemoscope(['diff', a, b, '--json']);
  assert.deepEqual([status, stderr], [0, '']);
  return JSON.parse(stdout) as Diff;
};

test('a bfloat16 copy is the same tensors with another type, and how far off it is', () => {
  const { summary, counts } = diff(
    `${fixtures}/float32.safetensors`,
    `${fixtures}/bfloat16.safetensors`,
  );
  assert.equal(
    summary,
    'same tensors, dtype changed float32 → bfloat16, largest relative change 0.001667 in h.0.mlp.c_fc.weight',
  );
  assert.equal(counts['dtype'], 2);
});

test('a checkpoint against itself is the same in every tensor', () => {
  const { summary, counts } = diff(`${fixtures}/llama`, `${fixtures}/llama/model.safetensors`);
  assert.equal(summary, 'same tensors, same values');
  assert.equal(counts['same'], 11);
});

test('blocks of Q4_K against their source give the error of the quantisation', async () => {
  const packed = 'test/fixtures/checkpoints/gguf/blocks.gguf';
  const { checkpoint, close } = await openPath(packed);
  const tensor = [...checkpoint.tensors.values()].find(({ dtype }) => dtype === 'Q4_K')!;
  const values = await readFloat32(tensor);
  await close();
  // A source of which every value was rounded by one part in 16.
  const source = values.map((value) => value * (1 + 1 / 16));
  const header = safetensorsHeader(
    [{ name: tensor.name, dtype: 'F32', shape: tensor.shape }],
    new Map(),
  );
  const file = path.join(folder, 'source.safetensors');
  writeFileSync(file, Buffer.concat([header, Buffer.from(source.buffer)]));
  const { tensors, summary } = diff(file, packed);
  assert.match(summary, /largest quantisation error 0\.05882 in \S+$/);
  const row = tensors.find(({ name }) => name === tensor.name)!;
  assert.equal(row['kind'], 'dtype');
  assert.ok(Math.abs((row['quantisation'] as number) - 1 / 17) < 1e-6);
  assert.ok(Math.abs((row['signalToNoise'] as number) - 20 * Math.log10(17)) < 1e-4);
});

test('a value that became NaN is told, though no number of the line holds it', () => {
  const file = (name: string, ...values: readonly number[]): string => {
    const header = safetensorsHeader([{ name: 'w', dtype: 'F32', shape: [3] }], new Map());
    const at = path.join(folder, name);
    writeFileSync(at, Buffer.concat([header, Buffer.from(Float32Array.from(values).buffer)]));
    return at;
  };
  const paths = [file('whole.safetensors', 1, 2, 3), file('broken.safetensors', 1, NaN, 3)];
  const { stdout } = mnemoscope(['diff', ...paths]);
  assert.match(stdout, /^w +changed .* 1 of 3, 1 NaN or Inf$/m);
  assert.match(stdout, /NaN or Inf against something else in 1 tensor, first w$/m);
});

test('two formats that name the same weights differently are matched by values', () => {
  const keras = 'test/fixtures/checkpoints/keras';
  const { summary, counts, tensors } = diff(`${keras}/legacy.h5`, `${keras}/model.weights.h5`);
  assert.equal(summary, 'same tensors, same values');
  assert.equal(counts['same'], 6);
  const names = tensors.map(({ a, b }) => [a, b].map((side) => (side as { name: string }).name));
  assert.deepEqual(
    names.find(([name]) => name === 'model_weights/head/head/bias'),
    ['model_weights/head/head/bias', 'layers/dense/vars/1'],
    'all zeros, so it is found beside its kernel',
  );
});

test('without --json it is a table with the largest change first, and the summary below', () => {
  const { status, stdout } = mnemoscope([
    'diff',
    `${fixtures}/before.safetensors`,
    `${fixtures}/after.safetensors`,
  ]);
  assert.equal(status, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines[0]!, /^tensor +what +type +shape +‖Δ‖\/‖A‖ +max \|Δ\| +cosine +changed$/);
  const order = lines.map((line) => line.split(' ')[0]);
  assert.ok(order.indexOf('_orig_mod.fc.weight') < order.indexOf('_orig_mod.embed.weight'));
  assert.match(stdout, /_orig_mod\.shape\.weight +reshaped +float32 +\[4, 6\] → \[5, 4\]/);
  assert.match(stdout, /gone\.weight +removed/);
  assert.match(lines.at(-2)!, /^1 of 10 are the same$/);
  assert.match(lines.at(-1)!, /^1 added, 1 removed, 1 reshaped, 5 changed, dtype changed/);
});

test('an adapter is named, with rank and alpha', () => {
  const { summary } = diff(`${fixtures}/base.safetensors`, `${fixtures}/adapter`);
  assert.match(summary, /^a PEFT adapter of rank 4, alpha 8, over 2 weights, largest relative/);
});

test('one path is a usage error, a bad file is one line', () => {
  assert.equal(mnemoscope(['diff', fixtures]).status, 2);
  const { status, stderr } = mnemoscope(['diff', `${fixtures}/llama`, `${fixtures}/make.py`]);
  assert.equal(status, 1);
  assert.match(stderr, /^error: make\.py: .+\n$/);
});
