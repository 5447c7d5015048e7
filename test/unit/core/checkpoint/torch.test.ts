import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../../../../src/core/checkpoint/bytes';
import { readTensor } from '../../../../src/core/checkpoint/values';
import {
  concat,
  op,
  openBytes,
  pickledTensor,
  torchPickle,
  u64,
  utf8,
  zipFile,
  type TensorSpec,
} from './support';

const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(openBytes('x.pt', bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    return true;
  });
const withTensor = (spec: TensorSpec) => torchPickle(op.dict(['w', pickledTensor(spec)]));

test('a view that ends outside its storage is refused', async () => {
  await refuses(
    withTensor({ shape: [5], strides: [1] }),
    /ends at byte 20 of storage 0, which has 16 \(in tensor "w"\)/,
  );
  await refuses(withTensor({ shape: [2], strides: [1], offset: 3 }), /ends at byte 20/);
  await refuses(withTensor({ shape: [2], strides: [4] }), /ends at byte 20/);
  await refuses(
    withTensor({ shape: [0x7fffffff, 0x7fffffff], strides: [0x7fffffff, 1] }),
    /too large/,
  );
  await refuses(
    withTensor({ shape: [2], strides: [-1] }),
    /lacks its storage, offset, size or stride/,
  );
  await refuses(withTensor({ shape: [2, 2], strides: [1] }), /lacks its storage/);
  await refuses(withTensor({ shape: [2], strides: [1], key: '1' }), /no member "m\/data\/1"/);
});

test('a repeated view that claims more than can be held lists, and its values are refused', async () => {
  const { tensors } = await openBytes(
    'x.pt',
    withTensor({ shape: [0x7fffffff, 4], strides: [0, 1] }),
  );
  await assert.rejects(readTensor(tensors.get('w')!), /too many to read at once/);
  const part = await readTensor(tensors.get('w')!, { start: 2 ** 32, count: 5 });
  assert.equal(part.length, 20);
});

test('names are paths, and two equal ones are said', async () => {
  const w = pickledTensor({ shape: [2], strides: [1] });
  const list = concat(utf8('(('), w, utf8('t'), w, utf8('l'));
  const { tensors, warnings } = await openBytes(
    'x.pt',
    torchPickle(op.dict(['a', op.dict(['b', w])], ['a.b', w], ['l', list], ['__proto__', w])),
  );
  assert.deepEqual([...tensors.keys()], ['a.b', 'l.0.0', 'l.1', '__proto__']);
  assert.match(warnings.join(), /first of two tensors of this name is listed: "a\.b"/);
});

test('more dimensions than anybody has are refused before anything walks them', async () => {
  const many = Array<number>(5000).fill(1);
  await refuses(withTensor({ shape: many, strides: many }), /5000 dimensions are more than 64/);
});

test('a deflated pickle that would not fit is refused before it is unpacked', async () => {
  const claim = 600 << 20;
  const pickle = concat(op.proto(), op.dict(), op.stop);
  const file = zipFile([{ name: 'm/data.pkl', bytes: pickle, deflate: true, claim }]);
  await refuses(file, /data\.pkl claims 629145600 bytes/);
});

test('an unknown byte order is refused', async () => {
  const pickle = concat(op.proto(), op.dict(), op.stop);
  const file = zipFile([
    { name: 'm/data.pkl', bytes: pickle },
    { name: 'm/byteorder', bytes: utf8('middle') },
  ]);
  await refuses(file, /byte order is "middle"/);
});

test('a zip without a checkpoint says so', () =>
  refuses(zipFile([{ name: 'readme', bytes: utf8('hello') }]), /holds no checkpoint/));

/** A legacy file of one float32 storage of four elements. */
function legacy(count: bigint, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
  const magic = concat(
    op.proto(),
    Uint8Array.of(0x8a, 10),
    Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19),
    op.stop,
  );
  const version = concat(op.proto(), op.int(1001), op.stop);
  const system = concat(op.proto(), op.dict(['little_endian', Uint8Array.of(0x88)]), op.stop);
  const object = concat(
    op.proto(),
    op.dict(['w', pickledTensor({ shape: [4], strides: [1] })]),
    op.stop,
  );
  const keys = concat(op.proto(), utf8('('), op.text('0'), utf8('l.'));
  return change(concat(magic, version, system, object, keys, u64(count), new Uint8Array(16)));
}

test('a legacy file is read, and the sizes of its storages are bounded', async () => {
  assert.deepEqual([...(await openBytes('x.pt', legacy(4n))).tensors.keys()], ['w']);
  for (const lie of [-1n, 5n, 2n ** 31n, 2n ** 53n, 2n ** 63n]) {
    await refuses(legacy(lie), /storage 0 claims/);
  }
  await refuses(legacy(0n), /which has 0/);
});

test('a legacy file cut at any byte is refused', async () => {
  const whole = legacy(4n);
  for (let length = 1; length < whole.length; length++) {
    await refuses(whole.slice(0, length), /^x\.pt: /);
  }
});

test('a plain pickle shows its arrays and says that it has no storages', async () => {
  const plain = concat(op.proto(), op.dict(['lr', op.int(3)]), op.stop);
  const { format, metadata } = await openBytes('x.pkl', plain);
  assert.deepEqual([format, metadata.get('lr')], ['pickle', '3']);
  const w = pickledTensor({ shape: [4], strides: [1] });
  await refuses(concat(op.proto(), w, op.stop), /storage 0 outside itself/);
});
