import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packTensors, type TensorRow, unpackTensors } from '../../../../src/core/summary/columns';

const row = (name: string, more: Partial<TensorRow> = {}): TensorRow => ({
  name,
  dtype: 'float32',
  shape: [2, 3],
  bytes: 24,
  file: 'model.safetensors',
  ...more,
});

test('a list of tensors comes back as it was, whatever the names', () => {
  const rows = [
    row('h.0.weight'),
    row('h.0.bias', { shape: [3], bytes: 12 }),
    row('__proto__'),
    row(''),
    row('中文.😀a', { dtype: 'int4', shape: [] }),
    row('中文.😁', { file: 'b\n.safetensors' }),
    row('😁'),
    row('x'.repeat(70_000)),
    row('x'.repeat(70_000) + 'y', { bytes: 2 ** 40 }),
    row('tied', { sharedWith: '__proto__' }),
    row('tied too', { sharedWith: '__proto__' }),
  ];
  assert.deepEqual(unpackTensors(structuredClone(packTensors(rows))), rows);
  assert.deepEqual(unpackTensors(packTensors([])), []);
});

test('many tensors take a few bytes each', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => row(`model.layers.${i}.weight`));
  const { names, kind, kept, own, kinds } = packTensors(rows);
  const bytes = names.length + kind.byteLength + kept.byteLength + own.byteLength;
  assert.ok(bytes < 20 * rows.length, `${bytes} bytes`);
  assert.equal(kinds.length, 1);
});

test('no character of a name is cut in two', () => {
  const { names } = packTensors([row('a😀'), row('a😁')]);
  assert.doesNotThrow(() => encodeURIComponent(names));
});
