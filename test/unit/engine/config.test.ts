import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource, type Folder } from '../../../src/core/checkpoint/bytes';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { readConfig } from '../../../src/engine/config';

function folder(files: Record<string, string>): Folder {
  return {
    name: 'folder',
    list: async () => Object.keys(files),
    open: async (name) => memorySource(name, Buffer.from(files[name]!)),
  };
}

function checkpoint(metadata: Record<string, string> = {}): Checkpoint {
  const entries = new Map(Object.entries(metadata));
  return { format: 'test', metadata: entries, tensors: new Map(), files: [], warnings: [] };
}

test('config.json is read where it is there', async () => {
  const read = await readConfig(folder({ 'config.json': '{"n_head": 4}' }), checkpoint());
  assert.deepEqual(read, { config: { n_head: 4 } });
  assert.deepEqual(await readConfig(folder({}), checkpoint()), { config: {} });
});

test('arguments saved in the checkpoint itself win', async () => {
  const inside = checkpoint({
    'model_args.n_head': '6',
    'model_args.bias': 'False',
    'hyper_parameters.activation_function': 'relu',
    iter_num: '5',
  });
  const { config } = await readConfig(
    folder({ 'config.json': '{"n_head": 4, "n_embd": 8}' }),
    inside,
  );
  assert.deepEqual(config, { n_head: 6, n_embd: 8, bias: false, activation_function: 'relu' });
});

test('a config that is of no use is a warning, not a failure', async () => {
  for (const text of ['{', '[1]', 'null']) {
    const { config, warning } = await readConfig(folder({ 'config.json': text }), checkpoint());
    assert.deepEqual(config, {});
    assert.match(warning!, /^config\.json: (this is not JSON|expected a JSON object)/);
  }
});
