import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
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

test('a distributed checkpoint of PyTorch is told by what converts it', async () => {
  const files = { '.metadata': new Uint8Array(9), '__0_0.distcp': utf8('PK\x03\x04and more') };
  const folder = memoryFolder(files);
  await assert.rejects(openFolder(folder, platform), /dcp_to_torch FOLDER FILE\.pt$/);
  const part = await folder.open('__0_0.distcp');
  await assert.rejects(openCheckpoint(part, folder, platform), /dcp_to_torch/);
});
