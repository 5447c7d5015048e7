import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCsv } from '../../../../src/core/checkpoint/encodeCsv';
import { npyHeader } from '../../../../src/core/checkpoint/encodeNpy';
import { asFloat32, sliceTensor } from '../../../../src/core/checkpoint/slice';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { openBytes, safetensorsFile } from './support';

const bytesOf = (values: ArrayBufferView) => Uint8Array.from(Buffer.from(values.buffer));

/** [2, 3, 4] with the values 0 … 23. */
async function counting() {
  const header = { a: { dtype: 'I16', shape: [2, 3, 4], data_offsets: [0, 48] } };
  const data = bytesOf(Int16Array.from({ length: 24 }, (_, i) => i));
  return (await openBytes('x.safetensors', safetensorsFile(header, data))).tensors.get('a')!;
}

test('slices keep what NumPy keeps', async () => {
  const tensor = await counting();
  for (const [text, shape, values] of [
    ['', [2, 3, 4], Array.from({ length: 24 }, (_, i) => i)],
    ['1', [3, 4], Array.from({ length: 12 }, (_, i) => i + 12)],
    [':,0', [2, 4], [0, 1, 2, 3, 12, 13, 14, 15]],
    ['-1,-1,-1', [], [23]],
    ['0,1:,1:3', [2, 2], [5, 6, 9, 10]],
    [':,:,::3', [2, 3, 2], [0, 3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23]],
    ['0,0,1::2', [2], [1, 3]],
    ['5:', [0, 3, 4], []],
    ['0,-2:99,0', [2], [4, 8]],
  ] as const) {
    const part = await sliceTensor(tensor, text);
    const bytes = await readTensor(part);
    assert.deepEqual(part.shape, shape, text);
    assert.deepEqual([...new Int16Array(bytes.buffer)], values, text);
    assert.equal(part.bytes, bytes.length, text);
  }
});

test('words that are no slice are refused with what is wrong', async () => {
  const tensor = await counting();
  for (const [text, problem] of [
    ['2', /index 2 is outside of dimension 0, which has 2/],
    ['-3', /index -3 is outside/],
    ['0,0,0,0', /4 slices for the 3 dimensions/],
    ['a', /"a" is no slice/],
    ['0,,1', /"" is no slice/],
    ['::0', /a step is at least 1/],
    ['::-1', /is no slice/],
  ] as const) {
    await assert.rejects(sliceTensor(tensor, text), problem, text);
  }
});

test('a slice can be had as float32', async () => {
  const part = await asFloat32(await sliceTensor(await counting(), '1,2,::2'));
  assert.equal(part.dtype, 'float32');
  assert.deepEqual([...new Float32Array((await readTensor(part)).buffer)], [20, 22]);
});

test('a .npy header is a multiple of 64 bytes and holds type and shape', () => {
  for (const [shape, text] of [
    [[], "'shape': ()"],
    [[3], "'shape': (3,)"],
    [[2, 3], "'shape': (2, 3)"],
  ] as const) {
    const header = npyHeader('float32', shape)!;
    const written = new TextDecoder('latin1').decode(header);
    assert.equal(header.length % 64, 0);
    assert.equal(new DataView(header.buffer).getUint16(8, true), header.length - 10);
    assert.ok(written.startsWith('\x93NUMPY\x01\0') && written.endsWith('\n'));
    assert.ok(written.includes(`{'descr': '<f4', 'fortran_order': False, ${text}, }`), written);
  }
  assert.equal(npyHeader('bfloat16', [1]), undefined);
});

test('CSV numbers read back as exactly the same values', () => {
  const floats = Float32Array.of(0.1, -0, 1e-45, 3.4028235e38, NaN, -Infinity, 16777217, 1 / 3);
  const cells = encodeCsv('float32', [8], bytesOf(floats)).trim().split(',');
  assert.equal(cells[0], '0.1');
  assert.equal(cells[1], '-0');
  const back = cells.map((cell) => Math.fround(Number(cell.replace('inf', 'Infinity'))));
  assert.deepEqual(back, [...floats]);
  const long = BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n);
  assert.equal(
    encodeCsv('int64', [2, 1], bytesOf(long)),
    '-9223372036854775808\n9007199254740993\n',
  );
  const complex = Float64Array.of(1, -2, 0.5, 3);
  assert.equal(encodeCsv('complex128', [2], bytesOf(complex)), '1-2j,0.5+3j\n');
  assert.equal(encodeCsv('int4', [3], Uint8Array.of(0xf1, 0x07)), '1,-1,7\n');
});
