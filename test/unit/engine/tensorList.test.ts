import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSource } from '../../../src/core/checkpoint/bytes';
import type { Tensor } from '../../../src/core/checkpoint/checkpoint';
import { unpackTensors } from '../../../src/core/summary/columns';
import { listTensors, tiedTensors } from '../../../src/engine/tensorList';

const [one, other] = ['one', 'other'].map((name): ByteSource => ({
  name,
  size: 1000,
  read: () => Promise.reject(new Error('not read')),
})) as [ByteSource, ByteSource];

const at = (name: string, offset: number, more: Partial<Tensor> = {}, source = one): Tensor => ({
  name,
  dtype: 'float32',
  shape: [2, 3],
  bytes: 24,
  file: source.name,
  data: { kind: 'stored', source, offset, byteOrder: 'little' },
  ...more,
});

test('a tensor over the bytes of an earlier one is tied to it, wherever in the file they lie', () => {
  const tensors = [
    at('late', 100),
    at('early', 4),
    at('late again', 100),
    at('early again', 4),
    at('latest', 200),
    at('late once more', 100),
    at('elsewhere', 100, {}, other),
  ];
  assert.deepEqual(
    [...tiedTensors(tensors)],
    [
      ['late again', 'late'],
      ['early again', 'early'],
      ['late once more', 'late'],
    ],
  );
  const { tensors: columns, parameters } = listTensors(tensors);
  assert.equal(parameters, 4 * 6);
  assert.deepEqual(
    unpackTensors(columns).map(({ sharedWith }) => sharedWith),
    [undefined, undefined, 'late', 'early', undefined, 'late', undefined],
  );
});

test('the same bytes read in another way are another tensor, and nothing is nobody’s', () => {
  const data = { kind: 'stored', source: one, offset: 0, byteOrder: 'little' } as const;
  const tied = tiedTensors([
    at('a', 0),
    at('turned', 0, { shape: [3, 2] }),
    at('strided', 0, { data: { ...data, strides: [1, 2] } }),
    at('as integers', 0, { dtype: 'int32' }),
    at('turned again', 0, { shape: [3, 2] }),
    at('empty', 0, { shape: [0], bytes: 0 }),
    at('empty too', 0, { shape: [0], bytes: 0 }),
  ]);
  assert.deepEqual([...tied], [['turned again', 'turned']]);
});
