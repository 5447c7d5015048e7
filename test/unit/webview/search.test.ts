import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorRow } from '../../../src/protocol/engine';
import { findTensors } from '../../../webview/tensors/search';

const row = (name: string, dtype: string, shape: readonly number[]): TensorRow => ({
  name,
  dtype,
  shape,
  bytes: 0,
  file: 'model.safetensors',
});

const all = [
  row('h.0.Attn.weight', 'float32', [768, 2304]),
  row('h.0.mlp.weight', 'float16', [768, 3072]),
  row('__proto__', 'F9_NEW', [2]),
];
const found = (text: string) => findTensors(all, text).map(({ name }) => name);

test('a search finds tensors by words of the name, the type and the shape together', () => {
  assert.deepEqual(found('attn'), ['h.0.Attn.weight']);
  assert.deepEqual(found(' WEIGHT 768×  float16 '), ['h.0.mlp.weight']);
  assert.deepEqual(found('f9 proto'), ['__proto__']);
  assert.deepEqual(found('weight f9'), []);
});

test('a search without words finds all', () => {
  assert.equal(findTensors(all, '  '), all);
});
