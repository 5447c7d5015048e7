import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FormatError } from '../../../../src/core/checkpoint/bytes';
import { openCheckpoint } from '../../../../src/core/checkpoint/formats';
import { readTensor } from '../../../../src/core/checkpoint/values';
import { platform } from '../../../../src/engine/files';
import { fixtures, testAgainstOracle } from './oracle';
import { concat, memoryFolder, openBytes, sparseSource, u16, u32, utf8, zipFile } from './support';

testAgainstOracle('numpy', 'NumPy');

/** A .npy whose header is any text. */
function npyFile(header: string, data = new Uint8Array(0), version = 1) {
  const text = utf8(header);
  const length = version === 1 ? u16(text.length) : u32(text.length);
  return concat(Uint8Array.of(0x93), utf8('NUMPY'), Uint8Array.of(version, 0), length, text, data);
}
const headerOf = (descr: string, shape: string) =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(openBytes('a.npy', bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    return true;
  });

test('a header of Python 2, with long integers and other spacing, is read', async () => {
  const header = `{ "fortran_order":False,'shape':(2L,\t3L) , 'descr' : '|u1' }`;
  const { tensors } = await openBytes('a.npy', npyFile(header, Uint8Array.of(1, 2, 3, 4, 5, 6)));
  assert.deepEqual(tensors.get('a')!.shape, [2, 3]);
});

test('a header that is an expression, not a literal, is refused', async () => {
  for (const shape of [
    '(1 + 1,)',
    '(__import__("os").system("id"),)',
    '[x for x in y]',
    '(2.5,)',
  ]) {
    await refuses(
      npyFile(headerOf("'<f4'", shape), new Uint8Array(64)),
      /^a\.npy: .*(expected|shape)/,
    );
  }
  await refuses(npyFile(`${headerOf("'<f4'", '()')}, 1`), /expected the end/);
  await refuses(npyFile("{'descr': '<f4', 'shape': ()}"), /expected a dictionary of descr/);
  await refuses(npyFile("{'shape': (), 'shape': ()}"), /"shape" is there twice/);
});

test('shapes and types that are none are refused by name', async () => {
  await refuses(npyFile(headerOf("'<f4'", '(-1,)')), /shape \[-1\] is no tuple of sizes/);
  await refuses(npyFile(headerOf("'<f4'", '(True,)')), /is no tuple of sizes/);
  await refuses(npyFile(headerOf("'<q4'", '(1,)')), /"?<q4"? is no NumPy type/);
  await refuses(npyFile(headerOf("[('a',)]", '(1,)')), /is no NumPy type/);
  await refuses(npyFile(headerOf("'<f4'", `(${'1,'.repeat(65)})`)), /65 dimensions/);
  await refuses(npyFile(headerOf("'<f4'", '(4294967296, 4294967296)')), /too large/);
  await refuses(npyFile(headerOf("'<f4'", '(18446744073709551616,)')), /number .* is too large/);
  await refuses(npyFile(headerOf("'<f4'", '(3,)'), new Uint8Array(11)), /takes 12 bytes, .* 11/);
  const deep = `${'['.repeat(60_000)}`;
  await refuses(npyFile(headerOf(deep, '()'), undefined, 2), /nests deeper than 32/);
});

test('a header length that is a lie takes no memory', async () => {
  for (const claim of [1 << 21, 0x7fffffff, -1]) {
    const start = concat(Uint8Array.of(0x93), utf8('NUMPY'), Uint8Array.of(2, 0), u32(claim));
    const source = sparseSource('a.npy', 2 ** 40, start);
    await assert.rejects(
      openCheckpoint(source, memoryFolder({}), platform),
      /^FormatError: a\.npy: a header of \d+ bytes, at most 1048576 are read/,
    );
    assert.ok(source.bytesRead < 1000);
  }
});

test('a file cut at any byte is refused', async () => {
  const whole = npyFile(headerOf("'<f4'", '(2,)'), new Uint8Array(8));
  for (let length = 1; length < whole.length; length++) {
    await refuses(whole.slice(0, length), /^a\.npy: /);
  }
});

test('what follows the array is told', async () => {
  const { warnings } = await openBytes(
    'a.npy',
    npyFile(headerOf("'<f4'", '()'), new Uint8Array(9)),
  );
  assert.deepEqual(warnings, ['5 bytes after the array are not read.']);
});

test('listing an .npz unpacks only the start of what is packed large', async () => {
  const bytes = readFileSync(join(fixtures, 'numpy/compressed.npz'));
  const unpacked: number[] = [];
  const inflate = (deflated: Uint8Array, size: number) => {
    unpacked.push(size);
    return platform.inflate(deflated, size);
  };
  const source = sparseSource('c.npz', bytes.length, bytes);
  const { tensors } = await openCheckpoint(source, memoryFolder({}), { ...platform, inflate });
  const random = 128 + 50 * 30 * 4;
  assert.ok(!unpacked.includes(random));
  assert.equal((await readTensor(tensors.get('random')!)).length, random - 128);
  assert.ok(unpacked.includes(random));
});

test('a member that is no array is told, and one that breaks off is refused', async () => {
  const array = npyFile(headerOf("'|u1'", '(1,)'), Uint8Array.of(7));
  const members = [
    { name: 'a.npy', bytes: array },
    { name: 'readme.txt', bytes: utf8('x') },
  ];
  const { tensors, warnings } = await openBytes('x.npz', zipFile(members));
  assert.deepEqual([...tensors.keys()], ['a']);
  assert.deepEqual(warnings, ['Member "readme.txt" is no array.']);
  const broken = zipFile([{ name: 'a.npy', bytes: array.slice(0, -1) }]);
  await assert.rejects(openBytes('x.npz', broken), /^FormatError: x\.npz: .*\(in tensor "a"\)$/);
});
