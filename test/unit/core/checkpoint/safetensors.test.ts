import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, memorySource } from '../../../../src/core/checkpoint/bytes';
import { safetensors } from '../../../../src/core/checkpoint/safetensors';
import { platform } from '../../../../src/engine/files';
import {
  concat,
  memoryFolder,
  openBytes,
  safetensorsFile,
  sparseSource,
  u64,
  utf8,
} from './support';

const tensor = (dtype: string, shape: readonly number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const one = { a: tensor('F32', [2, 2], 0, 16) };
const data = new Uint8Array(16);

const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(openBytes('x.safetensors', bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });

test('a file cut at any byte is refused with one line', async () => {
  const whole = safetensorsFile(one, data);
  for (let length = 0; length < whole.length; length++) {
    await refuses(whole.slice(0, length), /^x\.safetensors: /);
  }
  assert.equal((await openBytes('x.safetensors', whole)).tensors.size, 1);
});

test('a header length that lies is refused before memory is taken', async () => {
  const rest = safetensorsFile(one, data).subarray(8);
  for (const length of [0n, -1n, 2n ** 31n, 2n ** 53n, 2n ** 63n]) {
    await refuses(concat(u64(length), rest), /header/);
  }
  const source = sparseSource('huge.safetensors', 2 ** 42, u64(100_000_001));
  await assert.rejects(safetensors.open(source, memoryFolder({}), platform), /at most 100000000/);
  assert.equal(source.bytesRead, 8);
});

test('offsets must be sizes inside the file', async () => {
  for (const [end, problem] of [
    ['-1', /expected a size and found -1/],
    ['0', /takes 16 bytes|after the last tensor/],
    ['2147483648', /its range has 2147483648/],
    ['9007199254740992', /beyond 2\^53/],
    ['9223372036854775808', /beyond 2\^53/],
    ['1e1', /expected a size and found 1e1/],
    ['16.0', /expected a size and found 16\.0/],
    ['016', /expected a size and found 016/],
    ['"16"', /expected a size/],
    ['null', /expected a size and found null/],
  ] as const) {
    const header = `{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,${end}]}}`;
    await refuses(safetensorsFile(header, data), problem);
  }
});

test('ranges must follow each other without gap, overlap or rest', async () => {
  const b = (begin: number, end: number) => ({
    ...one,
    b: tensor('U8', [end - begin], begin, end),
  });
  await refuses(safetensorsFile(b(8, 16), data), /overlap/);
  await refuses(safetensorsFile(b(17, 20), new Uint8Array(20)), /leave a gap/);
  await refuses(safetensorsFile(b(16, 20), new Uint8Array(24)), /4 bytes after the last tensor/);
  await refuses(
    safetensorsFile({ a: tensor('F32', [2, 2], 16, 0) }, data),
    /expected \[begin, end\]/,
  );
});

test('shape times element size must be the range, also beyond 2^64', async () => {
  await refuses(safetensorsFile({ a: tensor('F16', [2, 2], 0, 16) }, data), /takes 8 bytes/);
  const huge = { a: tensor('F32', [2 ** 40, 2 ** 40], 0, 16) };
  await refuses(safetensorsFile(huge, data), /too large/);
  await refuses(safetensorsFile({ a: tensor('F4', [3], 0, 2) }, new Uint8Array(2)), /whole bytes/);
});

test('what two readers could understand differently is refused', async () => {
  const entry = JSON.stringify(one.a);
  await refuses(safetensorsFile(`{"a":${entry},"a":${entry}}`, data), /"a" is there twice/);
  await refuses(
    safetensorsFile('{"a":{"dtype":"F32","dtype":"U8","shape":[],"data_offsets":[0,4]}}'),
    /"dtype" is there twice/,
  );
  await refuses(safetensorsFile(`{"a":${entry}} {}`, data), /expected the end/);
  await refuses(safetensorsFile(`{"a":${entry},}`, data), /expected a string/);
  await refuses(safetensorsFile(`{"a":{"x":${'['.repeat(200_000)}`, data), /nests deeper than 64/);
  await refuses(concat(u64(3), utf8('{"'), Uint8Array.of(0xff)), /not UTF-8/);
});

test('names that collide with Object.prototype are names', async () => {
  const header =
    '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}';
  const { tensors } = await openBytes('x.safetensors', safetensorsFile(header, new Uint8Array(2)));
  assert.deepEqual([...tensors.keys()], ['__proto__', '']);
});

test('an unknown element type is listed, its values are refused with the reason', async () => {
  const file = safetensorsFile({ a: tensor('F6_E2M3', [8], 0, 6) }, new Uint8Array(6));
  const { tensors } = await openBytes('x.safetensors', file);
  assert.deepEqual(tensors.get('a')?.data, {
    kind: 'opaque',
    reason: 'the element type F6_E2M3 is not known',
  });
});

test('entries in any order and spacing list alike, whatever their neighbours look like', async () => {
  const header = `{
    "a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},
    "b":{ "data_offsets": [16, 20], "shape": [1, 1], "dtype": "F32" },
    "c":{"dtype":"F32","shape":[2,2],"data_offsets":[20,36]},
    "d":{"dtype":"F32","shape":[],"data_offsets":[36,40]},
    "e":{"shape":[1,1],"dtype":"F32","data_offsets":[40,44]},
    "f":{"dtype":"F32","shape":[1,1],"data_offsets":[44,48]}
  }`;
  const file = safetensorsFile(header, new Uint8Array(48));
  const { tensors } = await openBytes('x.safetensors', file);
  const shapes = [...tensors.values()].map(({ shape }) => shape.join());
  assert.deepEqual(shapes, ['2,2', '1,1', '2,2', '', '1,1', '1,1']);
});

test('300,000 empty tensors list in little time', async () => {
  const entries = Array.from(
    { length: 300_000 },
    (_, i) => `"layer.${i}.weight":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}`,
  );
  const file = safetensorsFile(`{${entries.join()}}`);
  const before = process.cpuUsage();
  const { tensors } = await openBytes('x.safetensors', file);
  // Processor time, since the machine may be busy; 0.8 s where this was written, and quadratic is minutes.
  const { user } = process.cpuUsage(before);
  assert.equal(tensors.size, 300_000);
  assert.ok(user < 4e6, `${user / 1000} ms`);
});

test('listing reads the header and nothing else', async () => {
  const size = 2 ** 32;
  const header = safetensorsFile({ a: tensor('U8', [size], 0, size) });
  const source = sparseSource('big.safetensors', header.length + size, header);
  const { tensors } = await safetensors.open(source, memoryFolder({}), platform);
  assert.equal(tensors.get('a')?.bytes, size);
  assert.equal(source.bytesRead, header.length);
});

test('the format is told by its bytes, whatever the name', async () => {
  assert.equal((await openBytes('x.dat', safetensorsFile(one, data))).format, 'safetensors');
  const head = memorySource('x', safetensorsFile(one, data));
  assert.equal(safetensors.match({ name: 'x', size: head.size, head: new Uint8Array(64) }), 'no');
});
