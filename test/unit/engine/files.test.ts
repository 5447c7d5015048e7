import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { FormatError } from '../../../src/core/checkpoint/bytes';
import { readTensor } from '../../../src/core/checkpoint/values';
import { openPath } from '../../../src/engine/files';
import { safetensorsFile, utf8 } from '../core/checkpoint/support';

const weights = safetensorsFile(
  { w: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } },
  new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
);

/** Runs with a folder of files that is removed afterwards. */
async function inFolder(
  files: Readonly<Record<string, Uint8Array>>,
  use: (root: string) => Promise<void>,
) {
  const root = mkdtempSync(join(tmpdir(), 'mnemoscope files 测试 '));
  try {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), bytes);
    }
    await use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('a file is opened, read and closed, whatever its name', () =>
  inFolder({ '测试 模型.safetensors': weights }, async (root) => {
    const opened = await openPath(join(root, '测试 模型.safetensors'));
    const bytes = await readTensor(opened.checkpoint.tensors.get('w')!);
    assert.deepEqual(new Float32Array(bytes.buffer), Float32Array.of(1, 2, 3, 4));
    assert.equal(await opened.changed(), undefined);
    await opened.close();
    await assert.rejects(readTensor(opened.checkpoint.tensors.get('w')!));
  }));

test('a sibling is a plain relative name inside the real folder', () =>
  inFolder(
    { 'model/w.safetensors': weights, 'model/sub/x': utf8('x'), secret: utf8('s') },
    async (root) => {
      symlinkSync(join(root, 'secret'), join(root, 'model/link'));
      symlinkSync(root, join(root, 'model/up'));
      symlinkSync('w.safetensors', join(root, 'model/alias'));
      symlinkSync('circle', join(root, 'model/circle'));
      const { folder, close } = await openPath(join(root, 'model/w.safetensors'));
      for (const name of [
        '../secret',
        join(root, 'secret'),
        'sub/../../secret',
        './w.safetensors',
        '',
        'a\\b',
        'c:x',
        'a\0b',
        'sub//x',
      ]) {
        await assert.rejects(folder.open(name), /is not a plain relative name/, name);
      }
      for (const name of ['link', 'up/secret']) {
        await assert.rejects(folder.open(name), /leads out of the folder/, name);
      }
      await assert.rejects(folder.open('gone'), /gone: there is no such file/);
      await assert.rejects(folder.open('circle'), /leads in a circle/);
      await assert.rejects(folder.open('sub'), /not a regular file|this is a folder/);
      assert.equal((await folder.open('alias')).size, weights.length);
      assert.equal((await folder.open('sub/x')).size, 1);
      await close();
    },
  ));

test('the links of the Hugging Face cache lead to the blobs of the same model only', () =>
  inFolder(
    {
      'models--a--b/blobs/1234': weights,
      'models--a--b/refs/main': utf8('rev'),
      'models--a--c/blobs/5678': weights,
    },
    async (root) => {
      const snapshot = join(root, 'models--a--b/snapshots/rev');
      mkdirSync(snapshot, { recursive: true });
      symlinkSync('../../blobs/1234', join(snapshot, 'model.safetensors'));
      symlinkSync('../../../models--a--c/blobs/5678', join(snapshot, 'other'));
      symlinkSync('../../refs/main', join(snapshot, 'ref'));
      const { checkpoint, folder, close } = await openPath(snapshot);
      assert.deepEqual([...checkpoint.tensors.keys()], ['w']);
      await assert.rejects(folder.open('other'), /leads out of the folder/);
      await assert.rejects(folder.open('ref'), /leads out of the folder/);
      await close();
    },
  ));

test('a file that is cut, changed, replaced or removed is noticed', () =>
  inFolder({ 'a.safetensors': weights }, async (root) => {
    const path = join(root, 'a.safetensors');
    const { checkpoint, changed, close } = await openPath(path);
    utimesSync(path, 1, 1);
    assert.equal(await changed(), 'a.safetensors was changed.');
    truncateSync(path, weights.length - 4);
    assert.match((await changed()) ?? '', /had \d+ bytes and now has \d+/);
    await assert.rejects(
      readTensor(checkpoint.tensors.get('w')!),
      new RegExp(`shorter than when it was opened \\(at byte ${weights.length - 4}\\)`),
    );
    rmSync(path);
    assert.equal(await changed(), 'a.safetensors is gone.');
    writeFileSync(path, weights);
    assert.match((await changed()) ?? '', /was (replaced|changed)/);
    await close();
  }));

test('what cannot be opened is one line with its name', () =>
  inFolder({ 'empty/x': utf8('') }, async (root) => {
    for (const [path, problem] of [
      ['gone.pt', /^FormatError: gone\.pt: there is no such file$/],
      ['empty', /no checkpoint in the folder/],
      ['empty/x', /x: the file is empty/],
    ] as const) {
      await assert.rejects(openPath(join(root, path)), problem);
    }
  }));

test(
  'a pipe is refused instead of waited for',
  { skip: process.platform === 'win32' && 'no pipes' },
  () =>
    inFolder({}, async (root) => {
      const pipe = join(root, 'model.safetensors');
      execFileSync('mkfifo', [pipe]);
      await assert.rejects(openPath(pipe), FormatError);
    }),
);
