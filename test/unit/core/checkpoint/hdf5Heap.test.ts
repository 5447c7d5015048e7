import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenHeapObject } from '../../../../src/core/checkpoint/hdf5Heap';

/** A collection of 128 bytes: one object of `size` bytes, then free space that claims `free`. */
function collection(size: bigint, free: bigint): Uint8Array {
  const bytes = Buffer.alloc(128);
  bytes.write('GCOL\x01', 'latin1');
  bytes.writeBigUInt64LE(128n, 8);
  bytes.writeUInt16LE(1, 16);
  bytes.writeBigUInt64LE(size, 24);
  bytes.writeBigUInt64LE(free, 56);
  return bytes;
}

test('a global heap whose objects and free space fit is passed on', () => {
  assert.equal(brokenHeapObject(collection(10n, 80n)), undefined);
  assert.equal(brokenHeapObject(collection(10n, 80n).subarray(0, 40)), undefined, 'read in part');
  assert.equal(brokenHeapObject(Buffer.from('no heap, but long enough for one')), undefined);
  assert.equal(brokenHeapObject(new Uint8Array(3)), undefined);
});

test('free space or an object beyond the heap is found at its byte', () => {
  assert.equal(brokenHeapObject(collection(10n, 2n ** 34n)), 48);
  assert.equal(brokenHeapObject(collection(10n, 0n)), 48, 'free space smaller than its header');
  assert.equal(brokenHeapObject(collection(1000n, 80n)), 16);
  assert.equal(brokenHeapObject(collection(2n ** 64n - 1n, 80n)), 16);
});

test('what comes after free space is looked at too, as libhdf5 does', () => {
  const bytes = Buffer.from(collection(10n, 40n));
  bytes.writeBigUInt64LE(0n, 96);
  assert.equal(brokenHeapObject(bytes), 88);
});

test('what libhdf5 reads later of a large heap is looked at before', () => {
  const bytes = Buffer.alloc(10_000);
  bytes.write('GCOL\x01', 'latin1');
  bytes.writeBigUInt64LE(10_000n, 8);
  bytes.writeUInt16LE(1, 16);
  bytes.writeBigUInt64LE(6000n, 24);
  bytes.writeUInt16LE(2, 6032);
  const more = (at: number, length: number) => bytes.subarray(at, at + length);
  bytes.writeBigUInt64LE(3000n, 6040);
  assert.equal(brokenHeapObject(bytes.subarray(0, 4096), more), 9048, 'free space of no size');
  bytes.writeBigUInt64LE(952n, 9056);
  assert.equal(brokenHeapObject(bytes.subarray(0, 4096), more), undefined);
  bytes.writeBigUInt64LE(2n ** 62n, 8);
  assert.equal(brokenHeapObject(bytes.subarray(0, 4096), more), 10_000, 'beyond the file');
  bytes.writeBigUInt64LE(10_000n, 8);
  bytes.writeBigUInt64LE(2n ** 64n - 16n, 6040);
  assert.equal(brokenHeapObject(bytes.subarray(0, 4096), more), 6032);
});
