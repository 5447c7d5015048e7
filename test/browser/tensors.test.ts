import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { openWorkbench, type Workbench } from './workbench';

/** Names that other programs stumble over. */
const names = ['__proto__', 'a/b', '中文', 'line\nbreak'];

/** What a block of a GPT-2 is made of. */
const block = ['attn.c_attn', 'attn.c_proj', 'ln_1', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'].flatMap(
  (module) => [`${module}.weight`, `${module}.bias`],
);
const many = Array.from({ length: 25_000 }, (_, i) => block.map((name) => `h.${i}.${name}`)).flat();

/** Each tensor holds its own number, twice. */
function checkpoint(tensors: readonly string[]): Buffer {
  const plan = tensors.map((name) => ({ name, dtype: 'F32' as const, shape: [2] }));
  const values = tensors.flatMap((_, i) => [i + 1, i + 1]);
  return Buffer.concat([
    safetensorsHeader(plan, new Map([['note', 'kept']])),
    Buffer.from(Float32Array.from(values).buffer),
  ]);
}

let workbench: Workbench;
before(async () => {
  workbench = await openWorkbench('test/fixtures/weights', (folder) => {
    writeFileSync(path.join(folder, 'none.safetensors'), checkpoint([]));
    writeFileSync(path.join(folder, 'names.safetensors'), checkpoint(names));
    writeFileSync(path.join(folder, 'many.safetensors'), checkpoint(many));
    writeFileSync(path.join(folder, 'growing.safetensors'), checkpoint(['first']));
  });
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

/** The page of a file; for a moment after the file is opened the one before it is still there. */
async function open(file: string): Promise<FrameLocator> {
  await workbench.openFile(file);
  const view = workbench.webview();
  await view.locator('.model-name').filter({ hasText: file }).waitFor();
  return view;
}

test('a checkpoint without tensors says so and shows its metadata', async () => {
  await workbench.chooseInExplorer('none.safetensors', 'Open in Mnemoscope');
  const view = workbench.webview();
  await view.getByText('This checkpoint holds no tensors').first().waitFor();
  await view.getByRole('tab', { name: 'Model' }).click();
  await view.getByRole('row', { name: 'note kept' }).waitFor();
});

test('tensors with any name are listed and give their values', async () => {
  const view = await open('names.safetensors');
  await view.getByRole('tab', { name: 'Tensors' }).click();
  const tree = view.getByRole('tree');
  await tree.getByText('__proto__').waitFor();
  await workbench.screenshot('tensor names');
  const labels = await tree.locator('.label').allTextContents();
  assert.deepEqual(labels.toSorted(), names.toSorted());
  for (const [i, name] of names.entries()) {
    await tree.locator('.label').getByText(name, { exact: true }).click();
    await view.getByText(new RegExp(`mean\\s*${i + 1}(\\.0+)?$`)).waitFor();
  }
  await workbench.screenshot('tensor with a line break in its name');
  await view.getByRole('tab', { name: 'Table' }).click();
  const rows = view.getByRole('table', { name: /all tensors/i }).getByRole('row');
  assert.equal(await rows.count(), 1 + names.length);
});

test('the tensors of the editor in front are a tree of the Explorer too', async () => {
  await workbench.runCommand('Explorer: Focus on Tensors View');
  const tree = workbench.page.getByRole('tree', { name: 'Tensors' });
  await tree.getByRole('treeitem', { name: '中文' }).click();
  await workbench
    .webview()
    .getByText(/mean\s*3(\.0+)?$/)
    .waitFor();
  await workbench.screenshot('tensors in the Explorer');
});

test('300,000 tensors are listed, searched and opened', async () => {
  const view = await open('many.safetensors');
  await view.getByRole('tab', { name: 'Tensors' }).click();
  await view.getByText('300,000 tensors').first().waitFor();
  await view.getByRole('treeitem', { name: /0…24999 ×25000/ }).waitFor();
  await view.getByRole('searchbox').fill('24999. attn bias');
  await view.getByText('2 of 300,000').waitFor();
  await view.getByRole('treeitem', { name: /c_proj/ }).waitFor();
  await workbench.screenshot('many tensors');
});

test('a file that grows while it is open is said, and is read again when asked', async () => {
  const view = await open('growing.safetensors');
  await view.getByRole('tab', { name: 'Tensors' }).click();
  await view.getByRole('tree').getByText('first').waitFor();
  writeFileSync(
    path.join(workbench.folder, 'growing.safetensors'),
    checkpoint(['first', 'second']),
  );
  await view.getByRole('button', { name: 'Reload' }).click();
  await view.getByRole('tree').getByText('second').waitFor();
});
