import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { float32 } from '../../src/core/checkpoint/encodeCsv';
import { readFloat32, readTensor } from '../../src/core/checkpoint/values';
import { openPath } from '../../src/engine/files';
import { openWorkbench, type Workbench } from './workbench';

const name = 'transformer.h.0.attn.c_attn.weight';
let workbench: Workbench;
let view: FrameLocator;
const untilStatus = async (pattern: RegExp): Promise<string> => {
  const line = view.locator('footer.status output');
  await line
    .filter({ hasText: pattern })
    .waitFor({ timeout: 5000 })
    .catch(async () => assert.match(await line.innerText(), pattern));
  return line.innerText();
};
/** The tensor as the file has it. */
const stored = async () => {
  const { checkpoint, close } = await openPath('test/fixtures/gpt2/plain/model.safetensors');
  const tensor = checkpoint.tensors.get(name)!;
  const values = await readFloat32(tensor);
  const bytes = await readTensor(tensor);
  await close();
  return { shape: tensor.shape, values, bytes };
};

before(async () => (workbench = await openWorkbench('test/fixtures/gpt2')));
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a tensor chosen in the table is shown beside it', async () => {
  await workbench.chooseInExplorer('plain/model.safetensors', 'Open in Mnemoscope');
  view = workbench.webview();
  await view.getByRole('tab', { name: 'Tensors' }).click();
  await view.getByRole('tab', { name: 'Table' }).click();
  await view.getByRole('searchbox').fill('h.0.attn.c_attn.weight');
  await view.getByRole('row').filter({ hasText: name }).click();
  await view.getByRole('heading', { name }).waitFor();
});

test('the value under the cursor is the one that the file holds', async () => {
  const { shape, values } = await stored();
  const map = view.locator('canvas.map');
  await map.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'End', 'ArrowLeft']) {
    await workbench.page.keyboard.press(key);
  }
  const [row, column] = [2, shape[1]! - 2];
  const expected = float32(values[row * shape[1]! + column]!);
  const said = await untilStatus(new RegExp(`^\\[${row}, ${column}\\] = -?\\d`));
  assert.ok(said.startsWith(`[${row}, ${column}] = ${expected} `), `${said}, not ${expected}`);
});

test('turned round, the same place is named by the same index', async () => {
  await view.getByRole('button', { name: 'Turn rows and columns' }).click();
  await view.locator('canvas.map').focus();
  // Rows run across now.
  await workbench.page.keyboard.press('ArrowRight');
  const { shape, values } = await stored();
  const column = shape[1]! - 2;
  const said = await untilStatus(new RegExp(`^\\[3, ${column}\\] = -?\\d`));
  const expected = float32(values[3 * shape[1]! + column]!);
  assert.ok(said.startsWith(`[3, ${column}] = ${expected} `), said);
  await view.getByTitle(`Copy as Python: state_dict["${name}"].T`).waitFor();
  await view.getByRole('button', { name: 'Turn rows and columns' }).click();
});

test('statistics, histogram, spectrum and values are about this tensor', async () => {
  const { shape, values } = await stored();
  const count = values.length.toLocaleString('en');
  await view.getByRole('row', { name: `values ${count}`, exact: true }).waitFor();
  await view.getByRole('tab', { name: 'Histogram' }).click();
  await view.getByRole('img', { name: /^Histogram of the values/ }).waitFor();
  await view.getByRole('tab', { name: 'Spectrum' }).click();
  await view.getByText(`all ${Math.min(...shape)}, exact`).waitFor();
  await view.getByRole('tab', { name: 'Values' }).click();
  const cursor = float32(values[4 * shape[1]! - 2]!);
  await view.getByRole('gridcell', { name: cursor, exact: true, selected: true }).waitFor();
  await workbench.screenshot('weights');
});

test('the index is copied as Python', async () => {
  await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await view.getByRole('button', { name: 'Copy as Python' }).click();
  await view.getByText(`Copied state_dict["${name}"]`).waitFor({ state: 'attached' });
});

test('the exported .npy holds the bytes of the file', async () => {
  const { bytes } = await stored();
  await view.getByRole('button', { name: 'Export' }).click();
  await view.getByRole('menuitem', { name: 'Whole tensor (.npy)' }).click();
  // VS Code's own dialog in the browser: the name is offered beside the checkpoint.
  const offered = workbench.page.locator('.quick-input-widget input[type=text]');
  await offered.waitFor();
  await workbench.page.keyboard.press('Enter');
  const file = path.join(workbench.folder, 'plain', `${name}.npy`);
  for (let i = 0; i < 50 && !existsSync(file); i++) await workbench.page.waitForTimeout(100);
  const written = readFileSync(file);
  assert.equal(written.subarray(1, 6).toString(), 'NUMPY');
  assert.deepEqual(written.subarray(written.length - bytes.length), Buffer.from(bytes));
});

test('a view that was hidden has its tensor, cursor and tab again', async () => {
  await workbench.openFile('plain/config.json');
  await workbench.page.getByRole('tab', { name: /^model.safetensors/ }).click();
  view = workbench.webview();
  await view.getByRole('heading', { name }).waitFor();
  await untilStatus(/^\[3, \d+\] = -?\d/);
  const values = view.getByRole('tab', { name: 'Values' });
  assert.equal(await values.getAttribute('aria-selected'), 'true');
});
