import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, float, int, message, string } from '../../../../src/core/graph/protobuf';

const hex = (field: Uint8Array) => Buffer.from(field).toString('hex');

test('whole numbers are varints, as the examples of the encoding guide', () => {
  assert.equal(hex(int(1, 150)), '089601');
  assert.equal(hex(int(1, 0)), '0800');
  assert.equal(hex(int(20, 1)), 'a00101');
});

test('numbers beyond 31 bits and negative ones keep all of their bits', () => {
  assert.equal(hex(int(1, 2 ** 31)), '088080808008');
  assert.equal(hex(int(1, Number.MAX_SAFE_INTEGER)), '08ffffffffffffff0f');
  assert.equal(hex(int(1, -1)), '08ffffffffffffffffff01');
});

test('text, bytes and messages carry their length', () => {
  assert.equal(hex(string(2, 'testing')), '120774657374696e67');
  assert.equal(hex(bytes(3, message(int(1, 150)))), '1a03089601');
});

test('floats are little-endian', () => {
  assert.equal(hex(float(2, 1)), '150000803f');
});
