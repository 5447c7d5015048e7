/** What the panel asks before a run over arrays, through the engine's own methods. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

test('a story is given and shown in words where they are known', async () => {
  const checkpoint = await open('samples/memn2n/model.safetensors');
  const words = await service.words({ checkpoint, input: 'story' }, signal);
  assert.deepEqual([words.length, words[1], words.at(-1)], [20, 'mary', 'is']);
  const inputs = await service.example({ checkpoint, options: {} }, signal);
  const texts = await service.textOf({ checkpoint, inputs }, signal);
  assert.deepEqual(texts.find(({ name }) => name === 'query')?.lines, ['where is the milk']);
  assert.equal(
    texts.find(({ name }) => name === 'story')?.lines.at(-1),
    'mary went to the kitchen',
  );

  const story = { name: 'story', lines: ['john took the apple', 'john went to the garden'] };
  const query = { name: 'query', lines: ['Where is the apple?'] };
  const run = (...given: readonly { name: string; lines: string[] }[]) =>
    service.run({ checkpoint, input: { texts: given, options: {} } }, signal);
  const trace = await run(story, query);
  const sentences = trace.axes.find(({ kind }) => kind === 'sentence')!;
  assert.deepEqual(sentences.labels, story.lines.toReversed());
  assert.match(trace.verdict!.text, /^answer garden /);
  await assert.rejects(
    async () => run(story, { name: 'query', lines: ['where is the hamster'] }),
    /“hamster” in query is none of the 20 words of the model/,
  );
});

test('words are found in a file beside the checkpoint, and a broken one is a warning', async () => {
  const beside = mkdtempSync(path.join(folder, 'words-'));
  copyFileSync('samples/memn2n/model.safetensors', path.join(beside, 'model.safetensors'));
  const file = path.join(beside, 'model.safetensors');
  const wordsNow = async () =>
    service.words({ checkpoint: await open(file), input: 'query' }, signal);
  assert.deepEqual(await wordsNow(), []);
  writeFileSync(path.join(beside, 'vocab.txt'), 'nil\nmary\njohn\n');
  assert.deepEqual((await wordsNow()).slice(0, 4), ['nil', 'mary', 'john', '3']);
  writeFileSync(path.join(beside, 'vocab.txt'), 'mary 2\njohn 1\n');
  assert.deepEqual((await wordsNow()).slice(0, 3), ['0', 'john', 'mary']);
  rmSync(path.join(beside, 'vocab.txt'));
  writeFileSync(path.join(beside, 'word_idx.json'), '{"1": "mary"}');
  assert.deepEqual((await wordsNow()).slice(0, 2), ['0', 'mary']);
  writeFileSync(path.join(beside, 'word_idx.json'), '{"mary": "one"}');
  const { warnings } = await service.open({ path: file }, signal);
  assert.deepEqual(warnings, [
    'word_idx.json: expected a JSON list of words, or an object from word to id',
  ]);
});
