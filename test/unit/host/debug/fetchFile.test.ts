import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fetchFile } from '../../../../src/host/debug/fetchFile';
import { createHelperFolder, removeLeftFolders } from '../../../../src/host/debug/helperFolder';

type Session = Parameters<typeof fetchFile>[0];
type Language = Parameters<typeof fetchFile>[1];

const content = Uint8Array.from({ length: 1_300_000 }, (_, index) => index % 251);
/** A program on another machine: it reads its files out in parts, and removes them. */
const elsewhere = () => {
  const asked: number[] = [];
  const removed: string[] = [];
  const language = {
    readFile: (_session: Session, _path: string, start: number, count: number) => {
      asked.push(count);
      return Promise.resolve(content.subarray(start, start + count));
    },
    removeFile: (_session: Session, file: string) => Promise.resolve(void removed.push(file)),
  } as unknown as Language;
  return { asked, removed, language };
};
const session = {} as Session;

void test('a file that we do not see comes in parts through the debugger, and goes there', async () => {
  const { asked, removed, language } = elsewhere();
  const file = '/another/machine/mnemoscope-1.safetensors';
  const found = await fetchFile(session, language, { path: file, bytes: content.length }, '/ours');
  assert.deepEqual(Buffer.from(found), Buffer.from(content));
  assert.deepEqual(asked, [524_288, 524_288, 251_424]);
  assert.deepEqual(removed, [file]);
});

void test('a file of a debugger that breaks off in the middle is asked to go', async () => {
  const { removed, language } = elsewhere();
  const breaking = { ...language, readFile: () => Promise.reject(new Error('it has ended')) };
  const saved = { path: '/another/machine/mnemoscope-2.safetensors', bytes: 10 };
  await assert.rejects(fetchFile(session, breaking, saved, '/ours'), /it has ended/);
  assert.deepEqual(removed, [saved.path]);
});

void test('what is too large for a debugger is not asked for', async () => {
  const { asked, language } = elsewhere();
  const saved = { path: '/another/machine/mnemoscope-3.safetensors', bytes: 2 ** 30 };
  await assert.rejects(fetchFile(session, language, saved, '/ours'), /too many to fetch/);
  assert.deepEqual(asked, []);
});

void test('a file in the folder of the session is read from the disk and removed, and no other', async () => {
  const { asked, language } = elsewhere();
  const folder = mkdtempSync(path.join(tmpdir(), 'fetch-'));
  try {
    const file = path.join(folder, 'mnemoscope-4.safetensors');
    writeFileSync(file, content);
    const saved = { path: file, bytes: content.length };
    // What a program elsewhere names may be anything here: it is neither read nor removed.
    await fetchFile(session, language, saved, path.join(folder, 'ours'));
    assert.deepEqual([asked.splice(0).length, existsSync(file)], [3, true]);
    const found = await fetchFile(session, language, saved, folder);
    assert.equal(found.length, content.length);
    assert.deepEqual([asked, existsSync(file)], [[], false]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

void test('the folder of a session hands over what was left last, and goes with all that is in it', async () => {
  const folder = await createHelperFolder();
  assert.equal(await folder.last(), undefined);
  writeFileSync(path.join(folder.path, 'last-3'), 'left');
  writeFileSync(path.join(folder.path, 'mnemoscope-half.safetensors'), 'half');
  const last = await folder.last();
  assert.deepEqual([Buffer.from(last!.data).toString(), last?.dropped], ['left', 3]);
  await folder.remove();
  assert.equal(existsSync(folder.path), false);
});

void test('folders whose owner was killed go with the next session; those of a living one stay', async () => {
  const own = await createHelperFolder();
  await own.remove();
  const parent = mkdtempSync(path.join(tmpdir(), 'mnemoscope-folders-'));
  const living = path.basename(own.path);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const left = living.replace(`-${process.pid}-`, `-${pid}-`);
  const elsewhere = left.replace(/live-\w+/, 'live-00000000');
  const stay = [living, elsewhere, 'mnemoscope-live-abc', 'other'].sort();
  try {
    for (const name of [left, ...stay]) {
      mkdirSync(path.join(parent, name));
      writeFileSync(path.join(parent, name, 'mark'), '');
    }
    await removeLeftFolders(parent);
    assert.notEqual(left, living);
    assert.deepEqual(readdirSync(parent).sort(), stay);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
