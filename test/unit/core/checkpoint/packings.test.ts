import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, deflateSync } from 'node:zlib';
import { unpackBlosc } from '../../../../src/core/checkpoint/blosc';
import { unpackBlosclz } from '../../../../src/core/checkpoint/blosclz';
import { unpackGzip, unpackZlib } from '../../../../src/core/checkpoint/deflated';
import { unpackLz4 } from '../../../../src/core/checkpoint/lz4';
import { bitUnshuffle, unshuffle } from '../../../../src/core/checkpoint/shuffle';
import { platform } from '../../../../src/engine/files';
import { fixtures } from './oracle';
import { concat, u16, utf8 } from './support';

const abc = utf8('abc');
const repeated = utf8('abcabcabcabc');

test('an LZ4 block gives exactly what it holds, and a part of it nothing', () => {
  const block = concat(Uint8Array.of(0x35), abc, u16(3));
  assert.deepEqual(unpackLz4(block, 12), repeated);
  for (const size of [11, 13, 2]) assert.equal(unpackLz4(block, size), undefined);
  for (let end = 1; end < block.length; end++) {
    assert.equal(unpackLz4(block.subarray(0, end), 12), undefined, String(end));
  }
  assert.equal(unpackLz4(concat(Uint8Array.of(0x35), abc, u16(4)), 12), undefined);
  assert.equal(unpackLz4(concat(Uint8Array.of(0x35), abc, u16(0)), 12), undefined);
  const long = concat(Uint8Array.of(0x1f, 7), u16(1), Uint8Array.of(255, 0));
  assert.equal(unpackLz4(long, 1 + 15 + 255 + 4)?.length, 275);
});

test('BloscLZ copies reach as far back as 16 bits say, and no further than the start', () => {
  const block = concat(Uint8Array.of(2), abc, Uint8Array.of(0xe0, 0, 2));
  assert.deepEqual(unpackBlosclz(block, 12), repeated);
  for (const size of [11, 13]) assert.equal(unpackBlosclz(block, size), undefined);
  for (let end = 1; end < block.length; end++) {
    assert.equal(unpackBlosclz(block.subarray(0, end), 12), undefined, String(end));
  }
  const far = concat(Uint8Array.of(2), abc, Uint8Array.of(0xff, 0, 255, 0, 5));
  assert.equal(unpackBlosclz(far, 12), undefined);
});

test('what was shuffled is put back, with what is no whole element at the end', () => {
  assert.deepEqual([...unshuffle(Uint8Array.of(1, 3, 5, 2, 4, 6, 7), 2)], [1, 2, 3, 4, 5, 6, 7]);
  const values = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) & 255);
  const planes = new Uint8Array(64);
  for (let i = 0; i < 16; i++) {
    for (let bit = 0; bit < 32; bit++) {
      const value = (values[4 * i + (bit >> 3)]! >> (bit & 7)) & 1;
      planes[2 * bit + (i >> 3)]! |= value << (i & 7);
    }
  }
  assert.deepEqual(bitUnshuffle(planes, 4), values);
});

test('zlib and gzip data that give more than expected, or are cut, are refused', async () => {
  const bytes = new Uint8Array(5000).fill(7);
  const kinds = [
    [gzipSync(bytes), unpackGzip],
    [deflateSync(bytes), unpackZlib],
  ] as const;
  for (const [packed, unpack] of kinds) {
    assert.deepEqual(new Uint8Array((await unpack(packed, 5000, platform))!), bytes);
    assert.equal(await unpack(packed, 4999, platform), undefined);
    for (const end of [0, 1, 5, 17]) {
      assert.equal(await unpack(packed.subarray(0, end), 5000, platform), undefined);
    }
  }
  const named = concat(Uint8Array.of(31, 139, 8, 8, 0, 0, 0, 0, 0, 0), utf8('name\0'));
  const whole = concat(named, gzipSync(bytes).subarray(10));
  assert.equal((await unpackGzip(whole, 5000, platform))?.length, 5000);
});

test('Blosc chunks with any byte changed or cut give values of their size or nothing', async () => {
  for (const name of ['by_hand_blosclz/0.0', 'by_hand_lz4/0.0', 'by_hand_zlib/0.0', 'noise/0']) {
    const chunk = new Uint8Array(readFileSync(join(fixtures, 'orbax/packed', name)));
    const size = new DataView(chunk.buffer).getUint32(4, true);
    assert.equal((await unpackBlosc(chunk, size, platform))?.length, size);
    assert.equal(await unpackBlosc(chunk, size - 1, platform), undefined);
    for (let at = 0; at < chunk.length; at += at < 64 ? 1 : 149) {
      assert.equal(await unpackBlosc(chunk.subarray(0, at), size, platform), undefined, name);
      for (const byte of [0, 1, 127, 255]) {
        const broken = chunk.with(at, byte);
        const values = await unpackBlosc(broken, size, platform);
        assert.ok(!values || values.length <= size, `${name} ${at}`);
      }
    }
  }
});
