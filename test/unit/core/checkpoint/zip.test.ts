import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, memorySource, readBytes } from '../../../../src/core/checkpoint/bytes';
import { openZip } from '../../../../src/core/checkpoint/zip';
import { platform } from '../../../../src/engine/files';
import { concat, sparseSource, u16, u32, u64, utf8, zipFile } from './support';

const open = (bytes: Uint8Array) => openZip(memorySource('a.zip', bytes), platform);
const refuses = (bytes: Uint8Array, problem: RegExp) =>
  assert.rejects(open(bytes), (error: unknown) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, problem);
    return true;
  });
const text = utf8('hello, hello, hello, hello');

async function read(bytes: Uint8Array, name: string): Promise<string> {
  const file = (await open(bytes)).open(name);
  return new TextDecoder().decode(await readBytes(file, 0, file.size, name));
}

/** The archive again, its end record replaced by zip64 records that claim what is given. */
function zip64(
  archive: Uint8Array,
  claims: { offset?: bigint; size?: bigint; count?: bigint; place?: bigint },
) {
  const body = archive.subarray(0, archive.length - 22);
  const end = new DataView(archive.buffer, archive.length - 22);
  const offset = BigInt(end.getUint32(16, true));
  const size = BigInt(end.getUint32(12, true));
  const count = BigInt(end.getUint16(10, true));
  const record = concat(
    concat(utf8('PK\x06\x06'), u64(44), u16(45), u16(45), u32(0), u32(0), u64(count)),
    concat(u64(claims.count ?? count), u64(claims.size ?? size), u64(claims.offset ?? offset)),
  );
  const locator = concat(utf8('PK\x06\x07'), u32(0), u64(claims.place ?? body.length), u32(1));
  const last = concat(
    utf8('PK\x05\x06'),
    u32(0),
    u32(0xffffffff),
    u32(0xffffffff),
    u32(0xffffffff),
    u16(0),
  );
  return concat(body, record, locator, last);
}

test('stored and deflated members are read as files', async () => {
  const archive = zipFile([
    { name: 'a', bytes: text },
    { name: 'b', bytes: text, deflate: true },
  ]);
  assert.equal(await read(archive, 'a'), 'hello, hello, hello, hello');
  assert.equal(await read(archive, 'b'), 'hello, hello, hello, hello');
  const opened = await open(archive);
  assert.equal(opened.open('a'), opened.open('a'));
  assert.throws(() => opened.open('c'), /no member "c"/);
});

test('zip64 records are followed, and each of their claims is bounded', async () => {
  const archive = zipFile([{ name: 'a', bytes: text }]);
  assert.equal(await read(zip64(archive, {}), 'a'), 'hello, hello, hello, hello');
  for (const lie of [-1n, 2n ** 31n, 2n ** 53n, 2n ** 63n]) {
    await refuses(zip64(archive, { offset: lie }), /directory ends at/);
    await refuses(zip64(archive, { size: lie }), /directory ends at/);
    await refuses(zip64(archive, { count: lie }), /members are announced/);
    await refuses(zip64(archive, { place: lie }), /after the file/);
  }
  await refuses(zip64(archive, { place: 0n }), /no zip64 end record/);
});

test('an archive cut at any byte is refused', async () => {
  const archive = zipFile([{ name: 'a', bytes: text }]);
  for (let length = 0; length < archive.length; length++) {
    await refuses(archive.slice(0, length), /^a\.zip: /);
  }
});

test('a member that claims more than the archive has is refused', async () => {
  await refuses(zipFile([{ name: 'a', bytes: text, claim: 0x7fffffff }]), /claims|two sizes/);
});

test('a member that inflates to more than it says stops there', async () => {
  const bomb = zipFile([{ name: 'b', bytes: new Uint8Array(1 << 24), deflate: true, claim: 100 }]);
  await assert.rejects(read(bomb, 'b'), /does not inflate to 100 bytes/);
  const huge = zipFile([{ name: 'b', bytes: text, deflate: true, claim: 0x7fffffff }]);
  const file = (await open(huge)).open('b');
  await assert.rejects(
    readBytes(file, 0, 1, 'b'),
    /11 bytes of member "b" would unpack to 2147483647/,
  );
});

test('names that leave the folder or are there twice are only keys, and never two', async () => {
  assert.equal(
    await read(zipFile([{ name: '../../x', bytes: text }]), '../../x'),
    'hello, hello, hello, hello',
  );
  await refuses(
    zipFile([
      { name: 'a', bytes: text },
      { name: 'a', bytes: text },
    ]),
    /is there twice/,
  );
});

test('a local header that is somewhere else is refused when its member is read', async () => {
  const archive = zipFile([{ name: 'a', bytes: text }]);
  archive.set(utf8('XX'), 0);
  await assert.rejects(read(archive, 'a'), /has no header/);
  const long = zipFile([{ name: 'a', bytes: text }]);
  long.set(u16(60_000), 28);
  await assert.rejects(read(long, 'a'), /ends after its archive/);
});

test('listing a large archive reads its end and its directory', async () => {
  const archive = zipFile([{ name: 'a', bytes: text }]);
  const source = sparseSource('big.zip', archive.length, archive);
  await openZip(source, platform);
  assert.ok(source.bytesRead < 2 * archive.length + 100);
});
