import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPath } from '../../../src/engine/files';
import { sidecarsOf } from '../../../src/engine/sidecars';
import { safetensorsFile } from '../core/checkpoint/support';

test('files beside a checkpoint are listed with their sizes, and may change without a word', async () => {
  const root = await mkdtemp(join(tmpdir(), 'mnemoscope-'));
  await writeFile(join(root, 'm.safetensors'), safetensorsFile({}, new Uint8Array(0)));
  await writeFile(join(root, 'README.md'), 'hello');
  await writeFile(join(root, 'generation_config.json'), '{}');
  await writeFile(join(root, 'notes.py'), '');
  const { folder, changed, close } = await openPath(join(root, 'm.safetensors'));
  assert.deepEqual(await sidecarsOf(folder), [
    { name: 'README.md', size: 5 },
    { name: 'generation_config.json', size: 2 },
  ]);
  await writeFile(join(root, 'README.md'), 'hello again');
  assert.equal(await changed(), undefined);
  await close();
  await rm(root, { recursive: true });
});
