import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ByteSource, memorySource } from '../../../src/core/checkpoint/bytes';
import type { Tensor } from '../../../src/core/checkpoint/checkpoint';
import { readTogether } from '../../../src/engine/readTogether';

const numbers = Float32Array.from({ length: 64 }, (_, i) => i);

/** The numbers 0, 1, 2 … as a file, and the places that were read. */
function counting(): { readonly source: ByteSource; readonly reads: string[] } {
  const reads: string[] = [];
  const bytes = memorySource('numbers', new Uint8Array(numbers.buffer));
  const read: ByteSource['read'] = (offset, target) => {
    reads.push(`${offset} ${target.length}`);
    return bytes.read(offset, target);
  };
  return { source: { ...bytes, read }, reads };
}

const tensor = (source: ByteSource, first: number, count: number, more: object = {}): Tensor => ({
  name: `from ${first}`,
  dtype: 'float32',
  shape: [count],
  bytes: 4 * count,
  file: 'numbers',
  data: { kind: 'stored', source, offset: 4 * first, byteOrder: 'little', ...more },
});

const fresh = (_: string, length: number) => new Float32Array(length);

test('tensors that follow each other in the file come in one read, whatever order they are asked in', async () => {
  const { source, reads } = counting();
  const wanted = [
    ['c', tensor(source, 9, 3)],
    ['a', tensor(source, 4, 2)],
    ['b', tensor(source, 6, 3)],
    ['d', tensor(source, 20, 1)],
  ] as const;
  const values = await readTogether(wanted, fresh);
  assert.deepEqual(reads.sort(), ['16 32', '80 4']);
  assert.deepEqual([...values.get('a')!], [4, 5]);
  assert.deepEqual([...values.get('b')!], [6, 7, 8]);
  assert.deepEqual([...values.get('c')!], [9, 10, 11]);
  assert.deepEqual([...values.get('d')!], [20]);
});

test('neighbours that are no plain float32 are read each in its own way', async () => {
  const { source } = counting();
  const strided = { ...tensor(source, 8, 4, { strides: [1, 2] }), shape: [2, 2] };
  const wanted = [
    ['plain', tensor(source, 4, 4)],
    ['strided', strided],
    ['words', { ...tensor(source, 12, 2), dtype: 'bfloat16', bytes: 4, shape: [2] }],
  ] as const;
  const values = await readTogether(wanted, fresh);
  assert.deepEqual([...values.get('plain')!], [4, 5, 6, 7]);
  assert.deepEqual([...values.get('strided')!], [8, 10, 9, 11]);
  assert.deepEqual([...values.get('words')!], [0, 12]);
});

test('a read that fails is told when all others have ended', async () => {
  const { source } = counting();
  let ended = 0;
  const slow: ByteSource = {
    ...source,
    async read(offset, target) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await source.read(offset, target);
      ended++;
    },
  };
  const asked: string[] = [];
  const wanted = [
    ['a', tensor(slow, 0, 2)],
    ['b', tensor(source, 100, 2)],
    ['c', tensor(slow, 4, 2)],
  ] as const;
  const reading = readTogether(wanted, (names, length) => {
    asked.push(names);
    return new Float32Array(length);
  });
  await assert.rejects(reading, /numbers/);
  assert.equal(ended, 2);
  assert.deepEqual(asked.sort(), ['a', 'b', 'c']);
});
