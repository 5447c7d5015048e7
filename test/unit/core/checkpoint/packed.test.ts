import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memorySource } from '../../../../src/core/checkpoint/bytes';
import { openCheckpoint, openFolder } from '../../../../src/core/checkpoint/formats';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { platform } from '../../../../src/engine/files';
import { fixtures, testAgainstOracle } from './oracle';
import { memoryFolder, utf8 } from './support';

const oracle = 'oracle_packed.json';
testAgainstOracle('orbax', 'TensorStore', oracle);
testAgainstOracle('flax', 'ml_dtypes', oracle);
testAgainstOracle('numpy', 'ml_dtypes', oracle);

testAgainstOracle('wrapped', 'torch', 'oracle_wrapped.json');

test('a step of a checkpoint manager opens by the items that hold arrays', async () => {
  const items = ['zarr', 'ocdbt'];
  const handlers = Object.fromEntries([...items, 'meta'].map((item) => [item, 'a handler']));
  const files: Record<string, Uint8Array> = {
    _CHECKPOINT_METADATA: utf8(JSON.stringify({ item_handlers: handlers })),
  };
  const put = (item: string) => {
    const folder = join(fixtures, 'orbax', item);
    for (const name of readdirSync(folder, { recursive: true }).map(String)) {
      const file = join(folder, name);
      if (statSync(file).isFile())
        files[`${item}/${name.replaceAll('\\', '/')}`] = readFileSync(file);
    }
  };
  put('ocdbt');
  const one = await openFolder(memoryFolder(files), platform);
  assert.ok(one.tensors.has('params/w'));
  put('zarr');
  const both = await openFolder(memoryFolder(files), platform);
  assert.deepEqual(both.tensors.get('zarr/params/w')?.shape, [30, 40]);
  const values = items.map((item) => readTensor(both.tensors.get(`${item}/params/w`)!));
  const [a, b] = await Promise.all(values);
  assert.deepEqual(a, b);
});

test('a file of pieces opens by the list beside it, and says when that is missing', async () => {
  const folder = join(fixtures, 'wrapped/distributed');
  const files = Object.fromEntries(
    readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
  const open = (all: Record<string, Uint8Array>) =>
    openCheckpoint(memorySource('__1_0.distcp', all['__1_0.distcp']!), memoryFolder(all), platform);
  assert.equal((await open(files)).tensors.size, 5);
  const { '.metadata': list, ...pieces } = files;
  await assert.rejects(open(pieces), /\.metadata: there is no such file/);
  const cut = { ...files, '__0_0.distcp': files['__0_0.distcp']!.slice(0, 2000) };
  await assert.rejects(open(cut), /goes beyond "__0_0\.distcp" \(in tensor "model\./);
  assert.ok(list);
});
