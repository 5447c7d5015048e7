import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openImports } from '../../../../src/engine/shapes/imports';

const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-imports-'));
after(() => rmSync(root, { recursive: true }));
const put = (name: string, text: string): string => {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const onDisk = (): undefined => undefined;

test('files are found by the words of their imports, not by other words', async () => {
  const train = put('few/train.py', 'from net.model import Net\nlayers = 3\n');
  const inner = put('few/tools/run.py', 'def run():\n    import model\n');
  put('few/.venv/lib.py', 'import model\n');
  const imports = openImports(path.join(root, 'few'), true);
  assert.deepEqual(await imports.of('model', true, onDisk), [train, inner]);
  assert.deepEqual(await imports.of('layers', true, onDisk), []);
});

test('scripts are found by the last part of the path that they import', async () => {
  const main = put('scripts/main.ts', "import { Net } from '../net/model.js';\n");
  const other = put('scripts/other.js', "const { Net } = require('../model');\n");
  put('scripts/no.js', "import model from '../models';\n");
  const imports = openImports(path.join(root, 'scripts'), false);
  assert.deepEqual(await imports.of('model', true, onDisk), [main, other]);
});

test('what an editor holds counts, and a file that was made or deleted since', async () => {
  const folder = path.join(root, 'edited');
  const file = put('edited/a.py', 'import model\n');
  const imports = openImports(folder, true);
  assert.deepEqual(await imports.of('model', true, onDisk), [file]);
  imports.touch(file);
  assert.deepEqual(await imports.of('model', true, () => 'import other\n'), []);
  const made = put('edited/b.py', 'import model\n');
  imports.touch(made);
  assert.deepEqual(await imports.of('model', true, onDisk), [made]);
  rmSync(made);
  imports.touch(made);
  assert.deepEqual(await imports.of('model', true, onDisk), []);
  imports.touch(put('elsewhere/c.py', 'import model\n'));
  assert.deepEqual(await imports.of('model', true, onDisk), []);
});

test('a folder of many files is searched to the end only for those who wait', async () => {
  for (let index = 0; index < 240; index += 1) put(`many/f${index}.py`, 'import model\n');
  const imports = openImports(path.join(root, 'many'), true);
  assert.ok((await imports.of('model', false, onDisk)).length < 240);
  assert.equal((await imports.of('model', true, onDisk)).length, 240);
});
