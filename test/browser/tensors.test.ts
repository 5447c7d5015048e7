import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { openWorkbench, type Workbench } from './workbench';

/** Names that other programs stumble over. */
const names = ['__proto__', 'a/b', '中文', 'line\nbreak'];

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
    writeFileSync(path.join(folder, 'growing.safetensors'), checkpoint(['first']));
  });
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a checkpoint without tensors says so and shows its metadata', async () => {
  await workbench.chooseInExplorer('none.safetensors', 'Open in Mnemoscope');
  const view = workbench.webview();
  await view.getByText('This checkpoint holds no tensors').first().waitFor();
  await view.getByRole('tab', { name: 'Model' }).click();
  await view.getByRole('row', { name: 'note kept' }).waitFor();
});

test('tensors with any name are listed and give their values', async () => {
  await workbench.openFile('names.safetensors');
  const view = workbench.webview();
  await view.getByRole('tab', { name: 'Tensors' }).click();
  const tree = view.getByRole('tree');
  await tree.getByText('__proto__').waitFor();
  await workbench.screenshot('tensor names');
  const labels = await tree.locator('.label').allTextContents();
  assert.deepEqual(labels.toSorted(), names.toSorted());
  await tree.getByText('__proto__').dblclick();
  await view.getByText('__proto__').first().waitFor();
});

test('a file that grows while it is open is said, and is read again when asked', async () => {
  await workbench.openFile('growing.safetensors');
  const view = workbench.webview();
  await view.getByRole('tab', { name: 'Tensors' }).click();
  await view.getByRole('tree').getByText('first').waitFor();
  writeFileSync(
    path.join(workbench.folder, 'growing.safetensors'),
    checkpoint(['first', 'second']),
  );
  await view.getByRole('button', { name: 'Reload' }).click();
  await view.getByRole('tree').getByText('second').waitFor();
});
