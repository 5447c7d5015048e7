/** What pieces, shards and datatypes of rarer files may claim: each lie is one line, and no work is done for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FormatError, memorySource } from '../../../../src/core/checkpoint/bytes';
import type { Tensor } from '../../../../src/core/checkpoint/checkpoint';
import { oddNumber, spreadBits } from '../../../../src/core/checkpoint/hdf5Datatype';
import {
  joinPieces,
  type Piece,
  readSliceKey,
} from '../../../../src/core/checkpoint/tensorflowSlices';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { zarr3Array } from '../../../../src/core/checkpoint/zarr3';
import { platform } from '../../../../src/engine/files';
import { utf8 } from './support';

/** `EncodeTensorNameSlice("a\0b", [3,5) × all)`, by hand from ordered_code.cc. */
const key = Uint8Array.of(0, 0x61, 0, 0xff, 0x62, 0, 1, 1, 2, 0x83, 0x82, 0x80, 0x7f);

test('a coded key gives the name and the place of a piece', () => {
  assert.deepEqual(readSliceKey(key), {
    name: 'a\0b',
    extents: [
      { start: 3, length: 2 },
      { start: 0, length: -1 },
    ],
  });
  // 64 takes two bytes, 2^20 four.
  const large = Uint8Array.of(0, 0x61, 0, 1, 1, 1, 0xc0, 0x40, 0xf0, 0x10, 0, 0);
  assert.deepEqual(readSliceKey(large)?.extents, [{ start: 64, length: 2 ** 20 }]);
});

test('a coded key that is cut short or goes on is none', () => {
  for (let length = 0; length < key.length; length++) {
    assert.equal(readSliceKey(key.subarray(0, length)), undefined, `${length} bytes`);
  }
  assert.equal(readSliceKey(Uint8Array.of(...key, 0)), undefined);
});

const piece = (start: number, rows: number, more: Partial<Tensor> = {}): Piece => ({
  extents: [
    { start, length: rows },
    { start: 0, length: -1 },
  ],
  tensor: {
    name: 'w',
    dtype: 'uint8',
    shape: [rows, 2],
    bytes: 2 * rows,
    file: 'data',
    data: {
      kind: 'stored',
      source: memorySource(
        'data',
        Uint8Array.from({ length: 2 * rows }, (_, i) => 10 * start + i),
      ),
      offset: 0,
      byteOrder: 'little',
    },
    ...more,
  },
});
const whole = { name: 'w', dtype: 'uint8', shape: [3, 2], file: 'data' };

test('pieces are joined in their order, and refused when they do not fill the whole', async () => {
  const joined = joinPieces(whole, [piece(2, 1), piece(0, 2)]);
  assert.deepEqual([...(await readTensor(joined))], [0, 1, 2, 3, 20, 21]);
  const lies: readonly (readonly [readonly Piece[], RegExp])[] = [
    [[piece(0, 2)], /1 pieces hold 4 values/],
    [[piece(0, 2), piece(2, 2)], /lies outside \[3,2\]/],
    [[piece(0, 2), piece(-1, 1)], /lies outside/],
    [[piece(0, 2), piece(2, 1, { dtype: 'int8' })], /holds int8/],
    [[piece(0, 2), piece(2, 1, { shape: [1, 3] })], /holds uint8 \[1,3\]/],
    [[{ ...piece(0, 3), extents: [] }], /a piece has 0 axes/],
  ];
  for (const [pieces, expected] of lies) {
    assert.throws(() => joinPieces(whole, pieces), expected);
  }
});

const codecs = [{ name: 'bytes', configuration: { endian: 'little' } }];
const array = {
  shape: [4],
  data_type: 'uint8',
  chunk_grid: { name: 'regular', configuration: { chunk_shape: [2] } },
  chunk_key_encoding: { name: 'default' },
  codecs,
  fill_value: 0,
};
const open = (metadata: object, chunks: Readonly<Record<string, readonly number[]>> = {}) =>
  zarr3Array(
    'w',
    'w',
    memorySource('zarr.json', utf8(JSON.stringify(metadata))),
    (name) => {
      const bytes = chunks[name];
      return Promise.resolve(bytes && memorySource(name, Uint8Array.from(bytes)));
    },
    platform,
  );
const sharded = {
  ...array,
  chunk_grid: { name: 'regular', configuration: { chunk_shape: [4] } },
  codecs: [
    {
      name: 'sharding_indexed',
      configuration: { chunk_shape: [2], codecs, index_codecs: codecs },
    },
  ],
};
const pair = (offset: number, length: number): number[] => [
  ...new Uint8Array(BigUint64Array.of(BigInt(offset), BigInt(length)).buffer),
];

test('chunks that were never written are the fill value, and refused where it is no number', async () => {
  const some = { 'w/c/1': [5, 6] };
  const filled = (fill_value: unknown) => open({ ...array, fill_value }, some);
  assert.deepEqual([...(await readTensor(await filled(0)))], [0, 0, 5, 6]);
  assert.deepEqual([...(await readTensor(await filled(3)))], [3, 3, 5, 6]);
  for (const value of [1.5, '0x1', 'x', {}, [1]]) {
    await assert.rejects(readTensor(await filled(value)), /is missing/);
  }
});

test('what a Zarr array claims is checked before it is read', async () => {
  const grid = (chunk_shape: readonly number[]) => ({
    name: 'regular',
    configuration: { chunk_shape },
  });
  await assert.rejects(open({ ...array, chunk_grid: grid([0]) }), FormatError);
  await assert.rejects(open({ ...array, chunk_grid: grid([2, 2]) }), FormatError);
  await assert.rejects(open({ ...array, shape: [2 ** 52, 4] }), FormatError);
  const huge = await open({ ...array, shape: [2 ** 33] });
  await assert.rejects(readTensor(huge), /too many to read/);
  const unknown = await open({ ...array, codecs: [...codecs, { name: 'zfp' }] });
  await assert.rejects(readTensor(unknown), /packed by zfp/);
  await assert.rejects(readTensor(await open(array, { 'w/c/0': [1] })), /cannot be unpacked/);
});

test('a shard gives the chunks of its index, and lies about none', async () => {
  const absent = [7, 8, ...pair(0, 2), ...Array<number>(16).fill(255)];
  assert.deepEqual([...(await readTensor(await open(sharded, { 'w/c/0': absent })))], [7, 8, 0, 0]);
  const beyond = [7, 8, ...pair(0, 2), ...pair(30, 9)];
  await assert.rejects(readTensor(await open(sharded, { 'w/c/0': beyond })), /beyond its shard/);
  await assert.rejects(
    readTensor(await open(sharded, { 'w/c/0': [1] })),
    /a shard claims 2 chunks/,
  );
});

test('a header that leads nowhere or in a circle has no odd number', () => {
  const file = readFileSync('test/fixtures/checkpoints/hdf5/odd_earliest.h5');
  const read = (offset: number, length: number): Uint8Array =>
    new Uint8Array(file.subarray(Math.max(0, offset), Math.max(0, offset + length)));
  let seed = 1;
  for (let round = 0; round < 2000; round++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    oddNumber(read, 0, seed % (file.length + 100));
  }
  // One message: go on at this very block.
  const circle = new Uint8Array(40);
  circle.set([1, 0, 1, 0, 1, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 16, 0, 16, 0, 0, 0, 0, 0, 16]);
  circle[32] = 24;
  const inCircle = (offset: number, length: number): Uint8Array =>
    circle.slice(offset, offset + length);
  assert.equal(oddNumber(inCircle, 0, 0), undefined);
});

test('bits of a number are moved to where they count, with their sign', () => {
  const bytes = Uint8Array.of(0b1111_1000, 0b0000_0111, 0, 0);
  spreadBits(bytes, 2, true, { kind: 'integer', offset: 3, precision: 8 });
  assert.deepEqual([...bytes], [255, 255, 0, 0]);
});
