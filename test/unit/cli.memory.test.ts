/** `mnemoscope trace` over models that take arrays: inputs, settings, specs, and what it says when they do not fit. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { arraysOf, difference } from './core/memory/runFamily';
import { mnemoscope } from './commandLine';

const fixtures = path.resolve('test/fixtures/memory');
const machine = path.join(fixtures, 'ntm_a.safetensors');
const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-cli-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);
const trace = (file: string, ...words: string[]) =>
  mnemoscope(['trace', file, ...words, '--out', at('out.safetensors')]);

test('without inputs its own example is run, and said whether it did its task', async () => {
  const { status, stdout, stderr } = trace(machine, '--length', '4', '--seed', '3');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^Neural Turing Machine, 2 read and 2 write heads, memory 5 × 3/);
  assert.match(stdout, /failed: copied \d of 4 vectors, \d+ of 12 bits wrong/);
  const found = await arraysOf(at('out.safetensors'));
  assert.deepEqual(found.get('memory.M')?.shape, [10, 5, 3]);
});

test('rows typed as JSON or CSV are run like those of a file', async () => {
  const rows = [
    [1, 0, 1, 0],
    [0, 0, 0, 1],
    [0, 0, 0, 0],
  ];
  writeFileSync(at('x.json'), JSON.stringify({ x: rows }));
  writeFileSync(at('x.csv'), `${rows.map((row) => row.join(',')).join('\n')}\n`);
  const outputs = [];
  for (const inputs of ['x.json', 'x.csv']) {
    const { status, stderr } = trace(machine, '--inputs', at(inputs));
    assert.equal(status, 0, stderr);
    outputs.push((await arraysOf(at('out.safetensors'))).get('output.y')!.data);
  }
  assert.equal(outputs[0]!.length, 9);
  assert.equal(difference(outputs[0]!, outputs[1]!), 0);
});

test('what does not fit is refused in one line that says what was expected', () => {
  writeFileSync(at('narrow.csv'), '1,0\n0,1\n');
  writeFileSync(at('ragged.json'), '{"x": [[1, 0], [1]]}');
  writeFileSync(at('other.json'), '{"y": [[1, 0]]}');
  for (const [words, said] of [
    [['--inputs', at('narrow.csv')], /the input x has shape \[2, 2\], expected \[T, 4\]/],
    [['--inputs', at('ragged.json')], /ragged\.json: expected lists of numbers of shape \[2, 2\]/],
    [['--inputs', at('other.json')], /the input x \[T, 4\] is missing, found "y"/],
    [['--variant', 'V9'], /variant "V9" is not one of: auto, V0, V1, V2/],
  ] as const) {
    const { status, stdout, stderr } = trace(machine, ...words);
    assert.equal(status, 1, stderr);
    assert.match(stderr, said);
    assert.match(stderr, /^error: [^\n]+\n$/);
    assert.equal(stdout, '');
  }
  assert.equal(trace(machine, '--text', 'hello').status, 2);
});

/** The machine under names that nobody knows. */
function renamed(name: string): string {
  const bytes = readFileSync(machine);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const planned = Object.entries(header)
    .filter(([key]) => key !== '__metadata__')
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
    .map(([key, { shape }]) => ({
      name: key === 'ntm.fc.weight' ? 'readout' : key.replace('ntm.', 'my_machine.inner.'),
      dtype: 'F32' as const,
      shape,
    }));
  const file = at(name);
  const head = safetensorsHeader(planned, new Map());
  writeFileSync(file, Buffer.concat([head, bytes.subarray(8 + length)]));
  return file;
}

test('a spec beside the checkpoint, or given by its path, makes unknown names known', async () => {
  const file = renamed('strange.safetensors');
  assert.doesNotMatch(trace(file).stdout, /Neural Turing Machine/);
  const spec = {
    architecture: 'neural-turing-machine',
    tensors: { 'ntm.*': 'my_machine.inner.*', 'ntm.fc.weight': 'readout' },
    options: { variant: 'V0', length: 3 },
  };
  writeFileSync(at('given.json'), JSON.stringify(spec));
  const given = trace(file, '--spec', at('given.json'));
  assert.equal(given.status, 0, given.stderr);
  assert.match(given.stdout, /Activations: V0: .*as set/);
  copyFileSync(at('given.json'), at('strange.safetensors.mnemoscope.json'));
  const beside = trace(file, '--variant', 'V1');
  assert.match(beside.stdout, /Activations: V1: .*as set/);
  const found = await arraysOf(at('out.safetensors'));
  assert.deepEqual(found.get('output.y')?.shape, [7, 3]);
});

test('of a file of several examples the first is run', async () => {
  const rows = { ex1: [1, 1, 1, 1], ex0: [0, 1, 0, 0, 0, 0, 1, 0] };
  const planned = Object.entries(rows).map(([example, row]) => ({
    name: `${example}.x`,
    dtype: 'F32' as const,
    shape: [row.length / 4, 4],
  }));
  const data = Object.values(rows).map((row) => new Uint8Array(Float32Array.from(row).buffer));
  const header = safetensorsHeader(planned, new Map());
  writeFileSync(at('examples.safetensors'), Buffer.concat([header, ...data]));
  const { status, stderr } = trace(machine, '--inputs', at('examples.safetensors'));
  assert.equal(status, 0, stderr);
  const found = await arraysOf(at('out.safetensors'));
  assert.deepEqual([...found.get('input.x')!.data], rows.ex0);
});

test('a spec that does not fit says which tensor and what was expected', () => {
  const file = renamed('stranger.safetensors');
  const run = (spec: object) => {
    writeFileSync(at('bad.json'), JSON.stringify(spec));
    return trace(file, '--spec', at('bad.json')).stderr;
  };
  const half = run({
    architecture: 'Neural Turing Machine',
    tensors: { 'ntm.*': 'my_machine.inner.*' },
  });
  assert.match(half, /^error: bad\.json: ntm\.fc\.weight is missing\n$/);
  const other = run({
    architecture: 'GPT-2',
    tensors: { 'ntm.*': 'my_machine.inner.*', 'ntm.fc.weight': 'readout' },
  });
  assert.match(other, /^error: bad\.json: the names that it gives are not those of GPT-2\n$/);
  const unknown = run({ architecture: 'dnc-machine' });
  assert.match(unknown, /no architecture is called "dnc-machine", known ones are: GPT-2, Gemma/);
  const missing = run({ architecture: 'Differentiable Neural Computer' });
  assert.match(missing, /needs lstm_layer_0\.weight_hh_l0 \[4H, H\], no tensor is given that name/);
  const typo = run({ tensors: { 'ntm.fc.weight': 'readuot' } });
  assert.match(typo, /the checkpoint has no tensor "readuot" \(in tensor "ntm\.fc\.weight"\)/);
});

test('two traces are compared by the step from which on they part', () => {
  const run = (out: string, ...words: string[]) =>
    mnemoscope([
      'trace',
      'samples/ntm-copy/model.safetensors',
      '--length',
      '4',
      ...words,
      '--out',
      at(out),
    ]);
  for (const [out, seed] of [
    ['one', '1'],
    ['same', '1'],
    ['two', '2'],
  ] as const) {
    assert.equal(run(`${out}.safetensors`, '--seed', seed).status, 0);
  }
  const diff = (a: string, b: string) => mnemoscope(['diff', at(a), at(b)]).stdout;
  assert.match(diff('one.safetensors', 'same.safetensors'), /the same run: all \d+ tensors within/);
  const parted = diff('one.safetensors', 'two.safetensors');
  assert.match(parted, /the runs part at step 0, in \S+ \(max \|Δ\| [\d.]+\)\n$/);
  const { status, stderr } = mnemoscope(['diff', at('one.safetensors'), machine]);
  assert.deepEqual([status, /expected a trace/.test(stderr)], [1, true], stderr);
});
