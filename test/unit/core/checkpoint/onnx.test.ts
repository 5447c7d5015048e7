import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FormatError, memorySource } from '../../../../src/core/checkpoint/bytes';
import { openCheckpoint } from '../../../../src/core/checkpoint/formats';
import { readFloat32, readTensor } from '../../../../src/core/checkpoint/values';
import { openPath, platform } from '../../../../src/engine/files';
import { fixtures, testAgainstOracle } from './oracle';
import { concat, memoryFolder, openBytes, u32, utf8 } from './support';

testAgainstOracle('onnx', 'onnx');

/** A number as protobuf writes it. */
function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}
const number = (field: number, value: number | bigint) => concat(varint(field * 8), varint(value));
const message = (field: number, ...parts: readonly Uint8Array[]) => {
  const body = concat(...parts);
  return concat(varint(field * 8 + 2), varint(body.length), body);
};
const text = (field: number, value: string) => message(field, utf8(value));
const dims = (...sizes: readonly (number | bigint)[]) =>
  concat(...sizes.map((size) => number(1, size)));
/** A model with one initialiser: type, name `t` and what is given. */
const model = (type: number, ...parts: readonly Uint8Array[]) =>
  concat(number(1, 10), message(7, message(5, number(2, type), text(8, 't'), ...parts)));
const external = (location: string, more: Readonly<Record<string, string>> = {}) => [
  ...Object.entries({ location, ...more }).map(([key, value]) =>
    message(13, text(1, key), text(2, value)),
  ),
  number(14, 1),
];
const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(openBytes('a.onnx', bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    return true;
  });
async function valuesOf(bytes: Uint8Array): Promise<number[]> {
  const { tensors } = await openBytes('a.onnx', bytes);
  return [...(await readFloat32(tensors.get('t')!))];
}

test('what a model says about itself is metadata, arguments of operators are only counted', async () => {
  const { checkpoint, close } = await openPath(join(fixtures, 'onnx/graphs.onnx'));
  await close();
  const { metadata } = checkpoint;
  assert.equal(metadata.get('producer_name'), 'tests');
  assert.equal(metadata.get('opset.ai.onnx'), '21');
  assert.equal(metadata.get('author'), 'tests');
  assert.equal(metadata.get('__proto__'), 'x');
  assert.equal(metadata.get('constants not listed'), '2 scalars and integer vectors');
});

test('typed values are read packed, one by one, and in pieces', async () => {
  const one = concat(varint(4 * 8 + 5), u32(0x3f800000));
  const two = message(4, u32(0x40000000), u32(0x40400000));
  assert.deepEqual(await valuesOf(model(1, dims(3), one, two)), [1, 2, 3]);
  assert.deepEqual(await valuesOf(model(1, dims(3), two, one)), [2, 3, 1]);
  assert.deepEqual(await valuesOf(model(1, message(1, varint(1), varint(2)), two)), [2, 3]);
  const mixed = [number(5, -1), message(5, varint(-300), varint(7)), number(5, 9)];
  assert.deepEqual(await valuesOf(model(6, dims(4), ...mixed)), [-1, -300, 7, 9]);
  assert.deepEqual(await valuesOf(model(3, dims(4), ...mixed)), [-1, -300 + 256, 7, 9]);
  const { tensors } = await openBytes(
    'a.onnx',
    model(
      7,
      dims(5),
      message(7, ...[0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1n << 31n].map(varint)),
    ),
  );
  const bytes = await readTensor(tensors.get('t')!);
  assert.deepEqual(
    [...new BigInt64Array(Uint8Array.from(bytes).buffer)],
    [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1n << 31n],
  );
});

test('values that do not fit the shape are refused', async () => {
  await refuses(model(1, dims(3), message(9, new Uint8Array(11))), /takes 12 bytes, .* has 11/);
  await refuses(model(1, dims(3), message(4, new Uint8Array(8))), /takes 12 bytes, .* has 8/);
  await refuses(model(7, dims(2 ** 40), message(7, varint(1))), /its values give 8/);
  await refuses(model(1, dims(2 ** 40, 2 ** 40)), /too large \(in tensor "t"\)/);
  await refuses(model(1, dims(-1)), /is no shape/);
  await refuses(model(1, message(1, varint(2n ** 63n))), /is no shape/);
  await refuses(model(1, dims(...new Array<number>(65).fill(1))), /65 dimensions/);
  const short = model(6, dims(3), message(5, varint(2 ** 20)));
  await assert.rejects(valuesOf(short), /takes 12 bytes, its values give 4 \(in tensor "t"\)/);
  const long = model(6, dims(1), message(5, varint(1), varint(2)));
  await assert.rejects(valuesOf(long), /takes 4 bytes, its values give 8/);
  const open = model(2, dims(2), message(5, Uint8Array.of(1, 0x80)));
  await assert.rejects(valuesOf(open), FormatError);
});

test('tensors without values, of unknown types and in segments are listed and say so', async () => {
  const reasons: readonly (readonly [Uint8Array, RegExp])[] = [
    [model(1, dims(3)), /the file has no values of it/],
    [model(99, dims(3)), /its element type is not known/],
    [model(99, dims(3), message(9, Uint8Array.of(1))), /its element type is not known/],
    [model(1, dims(3), message(3, number(1, 0))), /it is a segment of another tensor/],
  ];
  for (const [bytes, reason] of reasons) await assert.rejects(valuesOf(bytes), reason);
});

test('two initialisers of one name are refused', async () => {
  const twice = message(5, number(2, 1), text(8, 't'));
  await refuses(concat(number(1, 10), message(7, twice, twice)), /it is there twice/);
});

test('external data are read inside the folder only (CVE-2022-25882, CVE-2024-27318)', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mnemoscope-'));
  const folder = join(root, 'model');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  const secret = join(root, 'secret.bin');
  writeFileSync(secret, utf8('SECRETS!'));
  writeFileSync(join(folder, 'sub', 'data.bin'), new Uint8Array(Float32Array.of(1, 2).buffer));
  symlinkSync(secret, join(folder, 'link.bin'));
  symlinkSync(root, join(folder, 'up'));
  const locations = [
    '../secret.bin',
    'sub/../../secret.bin',
    './../secret.bin',
    secret,
    `file://${secret}`,
    '..\\secret.bin',
    'link.bin',
    'up/secret.bin',
    'secret.bin\0',
    '',
  ];
  const path = join(folder, 'a.onnx');
  try {
    for (const location of locations) {
      writeFileSync(path, model(1, dims(2), ...external(location)));
      const { checkpoint, close } = await openPath(path);
      assert.equal(checkpoint.warnings.length, 1, location);
      assert.equal(checkpoint.files.length, 1, location);
      await assert.rejects(readTensor(checkpoint.tensors.get('t')!), FormatError, location);
      await close();
    }
    for (const location of ['sub/data.bin', './sub/data.bin']) {
      writeFileSync(path, model(1, dims(2), ...external(location)));
      const { checkpoint, close } = await openPath(path);
      assert.deepEqual([...(await readFloat32(checkpoint.tensors.get('t')!))], [1, 2]);
      await close();
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('ranges of external data must be sizes inside their file', async () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ offset: '4' }, /end after the file's 8/],
    [{ offset: '-4' }, /the offset "-4" of its external data is no size/],
    [{ offset: '18446744073709551612' }, /is no size/],
    [{ offset: '0x0' }, /is no size/],
    [{ length: '4' }, /takes 8 bytes, its range has 4/],
    [{ length: '1e1' }, /is no size/],
  ];
  for (const [more, problem] of cases) {
    const bytes = model(1, dims(2), ...external('d', more));
    const folder = memoryFolder({ d: new Uint8Array(8) });
    await assert.rejects(
      openCheckpoint(memorySource('a.onnx', bytes), folder, platform),
      (error: unknown) => error instanceof FormatError && problem.test(error.message),
    );
  }
  await refuses(model(1, dims(2), number(14, 1)), /its external data have no location/);
});

test('subgraphs are followed 32 deep and no deeper', async () => {
  const graphs = (depth: number): Uint8Array => {
    let graph = message(5, number(2, 1), text(8, 't'), dims(0));
    for (let i = 0; i < depth; i++) {
      graph = message(1, text(3, 'n'), message(5, text(1, 'body'), message(6, graph)));
    }
    return concat(number(1, 10), message(7, graph));
  };
  const { tensors } = await openBytes('a.onnx', graphs(32));
  assert.deepEqual([...tensors.keys()], [`${'n.body.'.repeat(32)}t`]);
  await refuses(graphs(33), /subgraphs nest deeper than 32 levels/);
  await refuses(graphs(1500), /subgraphs nest deeper than 32 levels/);
});

test('equal names in scopes that look alike are told apart', async () => {
  const node = message(
    1,
    text(3, 'n'),
    message(5, text(1, 'b'), message(6, message(5, number(2, 1), text(8, 't'), dims(0)))),
  );
  const { tensors } = await openBytes('a.onnx', concat(number(1, 10), message(7, node, node)));
  assert.deepEqual([...tensors.keys()], ['n.b.t', 'n.b.t#2']);
});

test('listing reads the headers in a few reads and skips the values', async () => {
  const large = message(9, new Uint8Array(4 << 20));
  const bytes = model(1, dims(1 << 20), large);
  const source = memorySource('a.onnx', bytes);
  let reads = 0;
  let total = 0;
  const counting = {
    ...source,
    read(offset: number, target: Uint8Array) {
      reads++;
      total += target.length;
      return source.read(offset, target);
    },
  };
  await openCheckpoint(counting, memoryFolder({}), platform);
  assert.ok(reads < 5, `${reads} reads`);
  assert.ok(total < 100_000, `${total} bytes`);
});

test('a model cut at any byte is refused or lists what is left', async () => {
  const bytes = readFileSync(join(fixtures, 'onnx/graphs.onnx'));
  for (let length = 1; length < bytes.length; length += 3) {
    try {
      const { tensors } = await openBytes('a.onnx', Uint8Array.from(bytes.subarray(0, length)));
      for (const tensor of tensors.values()) await readTensor(tensor);
    } catch (error) {
      assert.ok(error instanceof FormatError, String(error));
    }
  }
});
