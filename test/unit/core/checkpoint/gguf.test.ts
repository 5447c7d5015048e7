import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FormatError, memorySource } from '../../../../src/core/checkpoint/bytes';
import type { Checkpoint } from '../../../../src/core/checkpoint/checkpoint';
import { openCheckpoint, openFolder } from '../../../../src/core/checkpoint/formats';
import { readFloat32 } from '../../../../src/core/checkpoint/values';
import { openPath, platform } from '../../../../src/engine/files';
import { fixtures, testAgainstOracle } from './oracle';
import { concat, memoryFolder, openBytes, sparseSource, u32, u64, utf8 } from './support';

testAgainstOracle('gguf', 'gguf');

const folder = join(fixtures, 'gguf');
async function opened(name: string): Promise<Checkpoint> {
  const { checkpoint, close } = await openPath(join(folder, name));
  await close();
  return checkpoint;
}

interface Spec {
  readonly name?: string;
  readonly dimensions?: readonly (number | bigint)[];
  readonly type?: number;
  readonly offset?: number | bigint;
}
const text = (value: string) => concat(u64(utf8(value).length), utf8(value));
const pair = (key: string, type: number, ...value: readonly Uint8Array[]) =>
  concat(text(key), u32(type), ...value);

/** A file with the given metadata and tensors; `data` follow at a multiple of 32. */
function ggufFile(
  tensors: readonly Spec[],
  pairs: readonly Uint8Array[] = [],
  data = new Uint8Array(64),
  counts: readonly [number | bigint, number | bigint] = [tensors.length, pairs.length],
) {
  const infos = tensors.map(({ name = 't', dimensions = [8], type = 0, offset = 0 }) =>
    concat(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)),
  );
  const head = concat(utf8('GGUF'), u32(3), ...counts.map(u64), ...pairs, ...infos);
  return concat(head, new Uint8Array(-head.length & 31), data);
}
const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(openBytes('a.gguf', bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    return true;
  });

test('metadata of every type are shown; of long arrays the count and the first entries', async () => {
  const { metadata, format } = await opened('plain.gguf');
  const shown = Object.fromEntries(metadata);
  assert.equal(format, 'GGUF 3');
  assert.deepEqual(shown, {
    ...shown,
    'general.architecture': 'test',
    't.u8': '255',
    't.i8': '-128',
    't.u16': '65535',
    't.i16': '-32768',
    't.u32': '4294967295',
    't.i32': '-2147483648',
    't.f32': '0.00001',
    't.bool': 'true',
    't.text': 'héllo 🧠',
    't.u64': '18446744073709551615',
    't.i64': '-9223372036854775808',
    't.f64': '3.141592653589793',
    'a.few': '[true, false]',
    'a.nested': '[["x", "y"], ["z"]]',
    'a.scores': '50 entries: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, …]',
    't.last': 'after the arrays',
  });
  assert.match(metadata.get('a.words') ?? '', /^30 entries: \["word 0", .*"word 7", …\]$/);
});

test('any range of a quantised tensor is dequantised as the whole is', async () => {
  const { checkpoint, close } = await openPath(join(folder, 'blocks.gguf'));
  for (const tensor of checkpoint.tensors.values()) {
    const whole = await readFloat32(tensor);
    for (const [start, count] of [
      [0, 1],
      [31, 2],
      [100, 300],
      [255, 257],
      [512, 0],
    ] as const) {
      const part = await readFloat32(tensor, undefined, { start, count });
      assert.deepEqual(part, whole.slice(start, start + count), `${tensor.name} ${start}+${count}`);
    }
  }
  await close();
});

test('version 2 is read like version 3, others are refused', async () => {
  const bytes = ggufFile([{}]);
  bytes[4] = 2;
  assert.equal((await openBytes('a.gguf', bytes)).format, 'GGUF 2');
  for (const version of [1, 4]) {
    bytes[4] = version;
    await refuses(bytes, /version . is neither 2 nor 3 \(at byte 4\)/);
  }
  assert.equal((await opened('big.gguf')).metadata.get('numbers'), '[1, -2, 3]');
});

test('a folder of parts is opened by the first, and a missing part is told', async () => {
  const parts = ['part-00001-of-00003.gguf', 'part-00003-of-00003.gguf'];
  const files = Object.fromEntries(parts.map((name) => [name, readFileSync(join(folder, name))]));
  const { tensors, warnings, format } = await openFolder(memoryFolder(files), platform);
  assert.equal(format, 'GGUF, 2 parts');
  assert.deepEqual([...tensors.keys()], ['blk.0.weight', 'blk.1.weight', 'blk.4.weight']);
  assert.deepEqual(warnings, [
    'Part part-00002-of-00003.gguf is missing, and with it its tensors.',
    '5 tensors are announced, 3 are there.',
  ]);
  const twice = { [parts[0]!]: files[parts[0]!]!, [parts[1]!]: files[parts[0]!]! };
  await assert.rejects(openFolder(memoryFolder(twice), platform), /an earlier part has it too/);
});

test('a header longer than the first read is read in a few', async () => {
  const words = Array.from({ length: 100_000 }, (_, i) => text(`word ${i}`));
  const pairs = [pair('words', 9, u32(8), u64(words.length), Buffer.concat(words))];
  const bytes = ggufFile([{}], pairs);
  const source = memorySource('a.gguf', bytes);
  let reads = 0;
  const counting = {
    ...source,
    read: (offset: number, target: Uint8Array) => (reads++, source.read(offset, target)),
  };
  const { tensors, metadata } = await openCheckpoint(counting, memoryFolder({}), platform);
  assert.equal(tensors.size, 1);
  assert.match(metadata.get('words') ?? '', /^100000 entries/);
  assert.ok(reads < 8, `${reads} reads`);
});

test('counts beyond the file are refused before anything is read for them', async () => {
  for (const lie of [2n ** 60n, 2n ** 63n, -1n, 2n ** 32n]) {
    await refuses(ggufFile([], [], undefined, [lie, 0]), /tensors are announced, at most \d+ fit/);
    await refuses(ggufFile([], [], undefined, [0, lie]), /metadata entries are announced/);
    await refuses(ggufFile([], [pair('k', 8, u64(lie))]), /bytes of a text are announced/);
    await refuses(ggufFile([], [pair('k', 9, u32(0), u64(lie))]), /entries of an array are ann/);
    await refuses(ggufFile([], [concat(u64(lie), utf8('k'))]), /bytes of a key are announced/);
    await refuses(ggufFile([{ offset: lie }]), /is beyond 2\^53|is no multiple|takes 32 bytes/);
  }
});

test('arrays of arrays are followed eight deep and no deeper', async () => {
  const nested = (depth: number) =>
    concat(...Array.from({ length: depth }, () => concat(u32(9), u64(1))), u32(0), u64(0));
  const { metadata } = await openBytes('a.gguf', ggufFile([], [pair('k', 9, nested(7))]));
  assert.equal(metadata.get('k'), '[[[[[[[[]]]]]]]]');
  await refuses(ggufFile([], [pair('k', 9, nested(8))]), /arrays nest deeper than 8/);
  await refuses(ggufFile([], [pair('k', 9, nested(100_000))]), /arrays nest deeper than 8/);
});

test('sizes that wrap around 2^64 are refused (CVE-2026-27940, CVE-2026-33298)', async () => {
  // Elements × bytes, then elements alone, then counts of tensors times the size of one.
  await refuses(ggufFile([{ dimensions: [8, 2n ** 61n] }]), /is beyond 2\^53/);
  await refuses(ggufFile([{ dimensions: [2 ** 40, 2 ** 40] }]), /too large \(in tensor "t"\)/);
  await refuses(ggufFile([{ dimensions: [1152, 2n ** 42n + 1n], type: 8 }]), /takes \d+ bytes/);
  await refuses(ggufFile([{ dimensions: [2n ** 62n - 1n] }]), /is beyond 2\^53/);
  const most = (2n ** 64n - 1n) / 368n;
  await refuses(ggufFile([{}], [], undefined, [most, 0]), /tensors are announced/);
});

test('alignments that are none are refused', async () => {
  const aligned = (type: number, value: Uint8Array) =>
    ggufFile([{}], [pair('general.alignment', type, value)]);
  for (const value of [0, 3, 48]) await refuses(aligned(4, u32(value)), /is no power of two/);
  await refuses(aligned(10, u64(32)), /is no power of two/);
  await refuses(ggufFile([{ offset: 16 }]), /offset 16 is no multiple of the alignment 32/);
});

test('tensors must lie in the file, apart from each other, in whole blocks', async () => {
  await refuses(ggufFile([{ offset: 64 }]), /at byte 128 takes 32 bytes, the file has 128/);
  await refuses(ggufFile([{ name: 'a' }, { name: 'b' }]), /it starts at 0 of the data, the tensor/);
  await refuses(ggufFile([{}, {}]), /it is there twice/);
  await refuses(ggufFile([{ dimensions: [33], type: 2 }]), /33 values are not whole blocks of 32/);
  await refuses(ggufFile([{ dimensions: new Array<number>(65).fill(1) }]), /65 dimensions/);
  await refuses(
    ggufFile([], [pair('k', 8, text('')), pair('k', 8, text(''))]),
    /"k" is there twice/,
  );
  await refuses(ggufFile([], [pair('k', 13)]), /13 is no type of a value/);
});

test('a type that nobody knows yet is listed, and its values are refused', async () => {
  const { tensors } = await openBytes('a.gguf', ggufFile([{ type: 99, dimensions: [8, 2] }]));
  const tensor = tensors.get('t')!;
  assert.deepEqual([tensor.dtype, tensor.shape], ['GGML type 99', [2, 8]]);
  await assert.rejects(readFloat32(tensor), /the element type GGML type 99 is not known/);
});

test('a header cut at any byte is refused, and one that never ends takes no memory', async () => {
  const bytes = ggufFile([{}], [pair('k', 8, text('value'))]);
  for (let length = 1; length < bytes.length - 32; length++) {
    await refuses(bytes.slice(0, length), /^a\.gguf: /);
  }
  const start = concat(utf8('GGUF'), u32(3), u64(1), u64(1), pair('k', 8, u64(2 ** 39)));
  const source = sparseSource('a.gguf', 2 ** 40, start);
  await assert.rejects(
    openCheckpoint(source, memoryFolder({}), platform),
    /the header goes beyond 134217728 bytes/,
  );
  assert.ok(source.bytesRead < 1 << 20);
});
