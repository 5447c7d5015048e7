import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint, openFolder } from '../../../../src/core/checkpoint/formats';
import { platform } from '../../../../src/engine/files';
import { memoryFolder, openBytes, safetensorsFile, torchPickle, op, utf8 } from './support';

const shard = (name: string) =>
  safetensorsFile({ [name]: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1));
const index = (map: object) => utf8(JSON.stringify({ weight_map: map }));
const openIn = async (files: Readonly<Record<string, Uint8Array>>, name: string) => {
  const folder = memoryFolder(files);
  return openCheckpoint(await folder.open(name), folder, platform);
};

test('what is no checkpoint is said in one line', async () => {
  for (const [name, content, problem] of [
    ['a.safetensors', '', /a\.safetensors: the file is empty$/],
    ['a.safetensors', 'These are my weights.', /this is a text file, not safetensors/],
    ['a.pt', 'hello world, this is no model', /this is a text file, not PyTorch/],
    ['a.xyz', 'hello world, this is no model', /this is a text file, not a checkpoint/],
    ['a.xyz', '\x01\x02', /first bytes 01 02 are those of no known/],
    ['a.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /Git LFS pointer/],
    ['a.pt', '\n<!DOCTYPE html><html>', /web page/],
    ['a.pt', '<?xml version="1.0"?><Error>', /web page/],
  ] as const) {
    await assert.rejects(openBytes(name, utf8(content)), problem);
  }
});

test('a file is opened by its bytes when its name says something else', async () => {
  assert.equal((await openBytes('x.bin', shard('a'))).format, 'safetensors');
  assert.equal((await openBytes('x.safetensors', torchPickle(op.dict()))).format, 'PyTorch (zip)');
});

test('an index lists its shards, and says what is missing', async () => {
  const files = {
    'm.safetensors.index.json': index({ a: 'one', b: 'two', c: 'two', d: 'three' }),
    one: shard('a'),
    two: shard('b'),
  };
  const { tensors, warnings, format } = await openIn(files, 'm.safetensors.index.json');
  assert.deepEqual([...tensors.keys()], ['a', 'b']);
  assert.equal(format, 'safetensors, 2 shards');
  assert.deepEqual(warnings, [
    'Shard three is missing, and with it 1 tensors.',
    'Shard two lacks 1 tensors that the index promises.',
  ]);
});

test('a shard without its index is listed alone and says so', async () => {
  const name = 'm-00001-of-00002.safetensors';
  const { warnings } = await openIn({ [name]: shard('a') }, name);
  assert.match(warnings.join(), /one of 2 shards; m\.safetensors\.index\.json is not/);
});

test('a broken index is refused', async () => {
  for (const [text, problem] of [
    ['{', /expected a string/],
    ['{}', /no weight_map/],
    ['{"weight_map":{"a":1}}', /expected a string and found "1"/],
    ['{"weight_map":{"a":"x","a":"y"}}', /"a" is there twice/],
    ['{"weight_map":{"a":"gone"}}', /none of its shards/],
  ] as const) {
    await assert.rejects(openBytes('m.safetensors.index.json', utf8(text)), problem);
  }
});

test('a folder opens its one checkpoint', async () => {
  const open = (files: Readonly<Record<string, Uint8Array>>) =>
    openFolder(memoryFolder(files), platform);
  const weights = shard('a');
  assert.equal(
    (await open({ 'config.json': utf8('{}'), 'w.safetensors': weights })).tensors.size,
    1,
  );
  assert.equal(
    (await open({ 'other.safetensors': weights, 'model.safetensors': weights })).tensors.size,
    1,
  );
  await assert.rejects(
    open({ 'a.safetensors': weights, 'b.safetensors': weights }),
    /several checkpoints: open one of a\.safetensors, b\.safetensors/,
  );
  const mixed = { 'w.safetensors': weights, 'optimizer.pt': torchPickle(op.dict()) };
  assert.equal((await open(mixed)).format, 'safetensors');
  await assert.rejects(open({ 'config.json': utf8('{}') }), /no checkpoint in the folder/);
});
