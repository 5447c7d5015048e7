/** What the panel asks before a run over arrays, through the engine's own methods. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createService } from '../../../src/engine/service';

const folder = mkdtempSync(path.join(tmpdir(), 'mnemoscope-inputs-'));
after(() => rmSync(folder, { recursive: true }));
const service = createService(() => undefined);
const { signal } = new AbortController();
const open = async (file: string) => (await service.open({ path: path.resolve(file) }, signal)).id;
const ntm = open('test/fixtures/memory/ntm_a.safetensors');
const written = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};

test('settings tell their defaults, and where these come from', async () => {
  const { options, facts } = await service.settings({ checkpoint: await ntm }, signal);
  const variant = options.find(({ name }) => name === 'variant')!;
  assert.match(variant.standard, /^(auto|V[012])$/);
  assert.ok(facts.some(([name]) => name === 'Activations'));
});

test('the example that can be edited is the one that is run', async () => {
  const checkpoint = await ntm;
  const options = { length: '5' };
  const example = await service.example({ checkpoint, options }, signal);
  const trace = await service.run({ checkpoint, input: { options } }, signal);
  const x = example.find(({ name }) => name === 'x')!;
  const ref = { trace: trace.id, series: 'input.x' };
  const fed = await service.seriesRange({ ...ref, from: 0, to: x.shape[0]! }, signal);
  assert.deepEqual([...x.data], [...fed]);
});

test('of an inputs file the arrays that the model takes are read', async () => {
  const checkpoint = await ntm;
  const file = written('x.json', '{"x": [[0, 1], [1, 0]], "else": [1]}');
  const found = await service.readInputs({ checkpoint, path: file }, signal);
  assert.deepEqual(
    found.map(({ name, shape, data }) => ({ name, shape, data: [...data] })),
    [{ name: 'x', shape: [2, 2], data: [0, 1, 1, 0] }],
  );
});

test('a file without any input, and a model that takes none, are refused in one line', async () => {
  const checkpoint = await ntm;
  const file = written('other.csv', '1,2\n3,4\n');
  const other = await service.readInputs({ checkpoint, path: file }, signal);
  assert.deepEqual(other[0]?.shape, [2, 2]);
  const none = written('none.json', '{"y": [1]}');
  await assert.rejects(
    async () => service.readInputs({ checkpoint, path: none }, signal),
    /^\w*Error: none\.json: it holds none of the model's inputs: x, /,
  );
  const gpt2 = await open('test/fixtures/gpt2/plain/model.safetensors');
  await assert.rejects(async () => service.settings({ checkpoint: gpt2 }, signal), /takes tokens/);
});
