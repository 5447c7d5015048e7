import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../../../src/core/checkpoint/bytes';
import type { Tensor } from '../../../../src/core/checkpoint/checkpoint';
import type { KnownDType } from '../../../../src/core/checkpoint/dtype';
import { readFloat32, readTensor } from '../../../../src/core/checkpoint/values';

function stored(
  dtype: KnownDType,
  shape: readonly number[],
  bytes: Uint8Array,
  strides?: readonly number[],
): Tensor {
  const source = memorySource('x', bytes);
  const data = {
    kind: 'stored',
    source,
    offset: 0,
    byteOrder: 'little',
    ...(strides && { strides }),
  } as const;
  return { name: 'w', dtype, shape, bytes: bytes.length, file: 'x', data };
}
const bytesOf = (array: ArrayBufferView) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

test('float32 is read into the memory that the caller gives', async () => {
  const values = Float32Array.from({ length: 100 }, (_, i) => i / 7);
  const memory = new Float32Array(120);
  const into = memory.subarray(10, 110);
  assert.equal(await readFloat32(stored('float32', [10, 10], bytesOf(values)), into), into);
  assert.deepEqual(into, values);
  assert.deepEqual([memory[9], memory[110]], [0, 0]);
  await assert.rejects(
    readFloat32(stored('float32', [4], bytesOf(values)), memory),
    /4 values do not fit/,
  );
});

test('four-bit values are two to a byte, the low half first', async () => {
  const nibbles = Uint8Array.of(0x10, 0x8f, 0x97);
  assert.deepEqual([...(await readFloat32(stored('int4', [6], nibbles)))], [0, 1, -1, -8, 7, -7]);
  assert.deepEqual([...(await readFloat32(stored('uint4', [5], nibbles)))], [0, 1, 15, 8, 7]);
  const fp4 = await readFloat32(stored('float4_e2m1fn', [6], nibbles));
  assert.deepEqual([...fp4], [0, 0.5, -6, -0, 6, -0.5]);
  const tail = await readFloat32(stored('int4', [6], nibbles), undefined, { start: 2, count: 3 });
  assert.deepEqual([...tail], [-1, -8, 7]);
  await assert.rejects(
    readTensor(stored('int4', [6], nibbles), { start: 1, count: 2 }),
    /does not start a byte/,
  );
});

test('64-bit integers keep their sign and size', async () => {
  const values = BigInt64Array.of(0n, -1n, 2n ** 53n, -(2n ** 62n), 5_000_000_000n);
  assert.deepEqual(
    [...(await readFloat32(stored('int64', [5], bytesOf(values))))],
    [0, -1, 2 ** 53, -(2 ** 62), 5e9].map(Math.fround),
  );
  const unsigned = BigUint64Array.of(2n ** 64n - 1n);
  assert.deepEqual([...(await readFloat32(stored('uint64', [1], bytesOf(unsigned))))], [2 ** 64]);
});

test('a tensor larger than a window is gathered piece by piece', async () => {
  const [rows, columns] = [3000, 3001];
  const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const transposed = stored('float32', [columns, rows], bytesOf(values), [1, columns]);
  const all = await readFloat32(transposed);
  for (const [i, j] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [3000, 2999],
    [1234, 567],
  ] as const) {
    assert.equal(all[i * rows + j], values[j * columns + i]);
  }
  const part = await readFloat32(transposed, undefined, { start: rows - 1, count: 3 });
  assert.deepEqual([...part], [values[(rows - 1) * columns]!, values[1]!, values[columns + 1]!]);
});

test('half floats widen across chunks without a seam', async () => {
  const codes = Uint16Array.from({ length: 5_000_000 }, (_, i) => i % 31744);
  const wide = await readFloat32(stored('bfloat16', [codes.length], bytesOf(codes)));
  const bits = new Uint32Array(wide.buffer);
  assert.ok(codes.every((code, i) => bits[i] === code << 16));
  const half = await readFloat32(stored('float16', [codes.length], bytesOf(codes)));
  assert.deepEqual(
    [half[1], half[0x3c00], half[0x7bff], half[31744 + 1]],
    [2 ** -24, 1, 65504, 2 ** -24],
  );
});

test('ranges outside the tensor and opaque tensors are refused by name', async () => {
  const tensor = stored('float32', [2], new Uint8Array(8));
  for (const range of [
    { start: 1, count: 2 },
    { start: -1, count: 1 },
    { start: 0, count: NaN },
  ]) {
    await assert.rejects(readTensor(tensor, range), /outside its 2 \(in tensor "w"\)/);
  }
  const opaque: Tensor = { ...tensor, data: { kind: 'opaque', reason: 'it is locked' } };
  await assert.rejects(readTensor(opaque), /it is locked/);
  await assert.rejects(readFloat32(opaque), /it is locked/);
});
