import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FormatError, memorySource, type Folder } from '../../../../src/core/checkpoint/bytes';
import { flax } from '../../../../src/core/checkpoint/flax';
import { openCheckpoint } from '../../../../src/core/checkpoint/formats';
import { unpackLzf } from '../../../../src/core/checkpoint/lzf';
import { unpackSnappy } from '../../../../src/core/checkpoint/snappy';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { unpackZstd } from '../../../../src/core/checkpoint/zstd';
import { platform } from '../../../../src/engine/files';
import { fixtures } from './oracle';
import { concat, memoryFolder, openBytes, sparseSource, utf8 } from './support';

const read = (name: string) => Uint8Array.from(readFileSync(join(fixtures, name)));
const isRefusal = (error: unknown) =>
  error instanceof FormatError && !/\n/.test(error.message) ? true : assert.fail(String(error));
const refuses = (name: string, bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(
    openBytes(name, bytes),
    (error) => isRefusal(error) && problem.test(String(error)),
  );
/** Opens a file beside others that lie in memory. */
const openBeside = (name: string, bytes: Uint8Array, others: Record<string, Uint8Array>) =>
  openCheckpoint(memorySource(name, bytes), memoryFolder({ [name]: bytes, ...others }), platform);

test('a file cut at any byte is refused in one line or lists what is left', async () => {
  for (const name of [
    'flax/state.msgpack',
    'tensorflow/tf1/model.ckpt.index',
    'tflite/int8.tflite',
  ]) {
    const whole = read(name);
    for (let length = 0; length < whole.length; length++) {
      const part = whole.slice(0, length);
      await openBytes(name.split('/').at(-1)!, part).then(() => {}, isRefusal);
    }
  }
});

test('msgpack counts and lengths are bounded by the file before memory is taken', async () => {
  const map = (...value: number[]) => Uint8Array.of(0x81, 0xa1, 0x61, ...value);
  await refuses('x.msgpack', map(0xdd, 255, 255, 255, 255), /4294967295 items are announced/);
  await refuses('x.msgpack', map(0xdf, 255, 255, 255, 255), /4294967295 items are announced/);
  await refuses('x.msgpack', map(0xdb, 255, 255, 255, 255), /a text claims 4294967295/);
  await refuses('x.msgpack', map(0xc6, 255, 255, 255, 255), /go beyond the end/);
  await refuses('x.msgpack', map(0xc9, 255, 255, 255, 255, 1), /go beyond the end/);
  await refuses('x.msgpack', map(0xc1), /0xc1 starts no MessagePack value/);
  await refuses('x.msgpack', map(...Array<number>(5000).fill(0x91)), /deeper than 128/);
  await refuses(
    'x.msgpack',
    concat(map(0xc0), Uint8Array.of(0xc0)),
    /1 bytes after the last value/,
  );
  await refuses(
    'x.msgpack',
    Uint8Array.of(0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2),
    /"a" is there twice/,
  );
});

test('an array whose bytes do not fit its shape is refused', async () => {
  const whole = read('flax/state.msgpack');
  const at = Buffer.from(whole).indexOf('float32');
  whole[at - 2] = 9; // the last size of the shape before the name of the type
  await refuses('x.msgpack', whole, /takes \d+ bytes, its range has \d+ \(in tensor/);
});

test('a large Flax file is listed without reading its arrays', async () => {
  const length = 2 ** 31;
  const count = [0xce, 0x20, 0, 0, 0]; // 2^29 float32
  const array = Uint8Array.of(0x93, 0x91, ...count, 0xa7, ...utf8('float32'), 0xc6, 0x80, 0, 0, 0);
  const size = [24, 16, 8, 0].map((shift) => ((array.length + length) >>> shift) & 255);
  const start = concat(Uint8Array.of(0x81, 0xa1, 0x61, 0xc9, ...size, 1), array);
  const source = sparseSource('big.msgpack', start.length + length, start);
  const { tensors } = await flax.open(source, memoryFolder({}), platform);
  assert.deepEqual(tensors.get('a')?.shape, [2 ** 29]);
  assert.ok(source.bytesRead < 200_000, String(source.bytesRead));
});

test('a TensorFlow table with a broken magic, block or missing data is said to be so', async () => {
  const index = read('tensorflow/tf1/model.ckpt.index');
  const data = read('tensorflow/tf1/model.ckpt.data-00000-of-00001');
  const dataName = 'm.data-00000-of-00001';
  const magic = index.slice();
  magic[magic.length - 1]! ^= 1;
  await refuses('m.index', magic, /magic number/);
  const missing = await openBytes('m.index', index);
  assert.match(missing.warnings.join(), /m\.data-00000-of-00001 cannot be read/);
  await assert.rejects(readTensor([...missing.tensors.values()][0]!), /data file 0 is missing/);
  const short = openBeside('m.index', index, { [dataName]: data.slice(0, 20) });
  await assert.rejects(short, /end after the file's 20/);
  const whole = await openBeside('m.index', index, { [dataName]: data });
  assert.equal(whole.tensors.size, 2);
});

test('Snappy and LZF blocks unpack, and lies about their size do not', () => {
  // "abc" as a literal, then a copy of 9 from 3 back (Snappy: one-byte offset; LZF: length 7 + 0 + 2).
  const abc = [...utf8('abc')];
  const snappy = Uint8Array.of(12, 8, ...abc, 0x15, 3);
  assert.equal(Buffer.from(unpackSnappy(snappy, 100)!).toString(), 'abcabcabcabc');
  assert.equal(unpackSnappy(snappy, 11), undefined);
  assert.equal(unpackSnappy(snappy.subarray(0, 5), 100), undefined);
  assert.equal(unpackSnappy(Uint8Array.of(255, 255, 255, 255, 127), 100), undefined);
  assert.equal(unpackSnappy(Uint8Array.of(12, 8, ...abc, 0x15, 9), 100), undefined);
  const lzf = Uint8Array.of(2, ...abc, 0xe0, 0, 2);
  assert.equal(Buffer.from(unpackLzf(lzf, 12)!).toString(), 'abcabcabcabc');
  for (const size of [11, 13]) assert.equal(unpackLzf(lzf, size), undefined);
  for (let end = 1; end < lzf.length; end++) {
    assert.equal(unpackLzf(lzf.subarray(0, end), 12), undefined);
  }
});

test('a TensorFlow.js path that leaves the folder is refused by the folder', async () => {
  const manifest = (path: string) =>
    utf8(
      `{"modelTopology":{},"weightsManifest":[{"paths":["${path}"],"weights":[{"name":"a","shape":[1],"dtype":"float32"}]}]}`,
    );
  const asked: string[] = [];
  const folder: Folder = {
    name: 'folder',
    list: async () => [],
    async open(name) {
      asked.push(name);
      throw new FormatError('folder', `"${name}" is not a plain relative name`);
    },
  };
  const source = memorySource('model.json', manifest('../secret.bin'));
  await assert.rejects(openCheckpoint(source, folder, platform), /not a plain relative name/);
  assert.deepEqual(asked, ['../secret.bin']);
  await assert.rejects(
    openBeside('model.json', manifest('a.bin'), { 'a.bin': new Uint8Array(3) }),
    /end after the file's 3 \(in tensor "a"\)/,
  );
});

test('every offset of a TensorFlow Lite file may be wrong', async () => {
  const whole = read('tflite/dense.tflite');
  const ends = [0, 1, 4, 0x7fffffff, 0xffffffff, whole.length - 1];
  for (let at = 0; at + 4 <= whole.length; at += 4) {
    for (const value of ends) {
      const bytes = whole.slice();
      new DataView(bytes.buffer).setUint32(at, value, true);
      await openBytes('x.tflite', bytes).then(() => {}, isRefusal);
    }
  }
});

test('broken HDF5 files are refused in one line, and nothing is printed', async (t) => {
  const printed = t.mock.method(console, 'error', () => {});
  const whole = read('hdf5/earliest.h5');
  await refuses('x.h5', whole.slice(0, 100), /x\.h5: cannot be opened as HDF5: /);
  await refuses(
    'x.h5',
    concat(Uint8Array.of(0), utf8('not HDF5'), new Uint8Array(99)),
    /signature/,
  );
  const data = whole.slice();
  data.fill(0xff, 800, 4000);
  await openBytes('x.h5', data).then(() => {}, isRefusal);
  const { tensors, metadata, warnings } = await openBytes('x.h5', whole);
  assert.equal(metadata.get('title'), 'a title');
  assert.match(warnings.join(), /"\/outside" leads to another file/);
  assert.ok(tensors.has('layer/名/gzip'));
  assert.equal(printed.mock.callCount(), 0);
});

test('an Orbax folder with any byte of any file broken is refused in one line or listed', async () => {
  for (const kind of ['orbax/zarr', 'orbax/ocdbt']) {
    const root = join(fixtures, kind);
    const names = readdirSync(root, { recursive: true })
      .map((name) => String(name).replaceAll('\\', '/'))
      .filter((name) => statSync(join(root, name)).isFile());
    const whole = Object.fromEntries(names.map((name) => [name, read(`${kind}/${name}`)]));
    for (const name of names.filter(
      (each) => !/_(CHECKPOINT|sharding)|array_metadatas/.test(each),
    )) {
      for (let at = 0; at < whole[name]!.length; at += 11) {
        const bytes = whole[name]!.slice();
        bytes[at]! ^= 1 << (at % 8);
        const files = { ...whole, [name]: bytes };
        const source = memorySource('_METADATA', files['_METADATA']!);
        const opened = openCheckpoint(source, memoryFolder(files), platform);
        await opened.then(async ({ tensors }) => {
          for (const tensor of tensors.values()) await readTensor(tensor).then(() => {}, isRefusal);
        }, isRefusal);
      }
    }
  }
});

test('Zstandard data that gives more than expected, or is cut, is refused', () => {
  const chunk = read('orbax/zarr/params.w/0.0');
  assert.equal(unpackZstd(chunk, 4800)?.length, 4800);
  assert.equal(unpackZstd(chunk, 4799), undefined);
  for (let end = 1; end < chunk.length; end++) {
    assert.equal(unpackZstd(chunk.subarray(0, end), 4800), undefined, String(end));
  }
  // A frame of one block that repeats a zero 128 KB long, many times: nothing is held beyond the limit.
  const frame = [
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0,
    0x50,
    ...Array<number[]>(1000).fill([2, 0, 16, 0]).flat(),
  ];
  assert.equal(unpackZstd(Uint8Array.from(frame), 1 << 20), undefined);
});
