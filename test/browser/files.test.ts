import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
before(async () => {
  workbench = await openWorkbench('test/fixtures/gpt2', (folder) => {
    const trace = path.join(folder, 'trace.safetensors');
    const words = ['dist/cli.js', 'trace', path.join(folder, 'plain'), '--ids', '3,1,4,1,5'];
    execFileSync(process.execPath, [...words, '--out', trace]);
  });
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a double-click on a safetensors file opens its tensors, folded by module', async () => {
  await workbench.openFile('plain/model.safetensors');
  const view = workbench.webview();
  await view.getByRole('tab', { name: 'Tensors' }).click();
  const tree = view.getByRole('tree');
  await tree.getByText('×2').waitFor();
  await tree.getByText('wte').waitFor();
  await view.getByRole('tab', { name: 'Model' }).click();
  await view.getByRole('heading', { name: 'GPT-2, 2 blocks of 2 heads, width 8' }).waitFor();
});

test('a PyTorch checkpoint is opened from the Explorer and runs on token ids', async () => {
  await workbench.chooseInExplorer('zip/model.pt', 'Open in Mnemoscope');
  const view = workbench.webview();
  await view.locator('.model-name', { hasText: 'model.pt' }).waitFor();
  await view.getByRole('textbox', { name: /ids/i }).fill('3, 1, 4, 1, 5, 9');
  await view.getByRole('button', { name: 'Run' }).click();
  await view.locator('.predictions li').first().waitFor();
});

test('ids that the model does not know are refused while they are typed', async () => {
  const view = workbench.webview();
  const ids = view.getByRole('textbox', { name: /ids/i });
  await ids.fill('3, 11');
  await view.getByText('“11” is no token id from 0 to 10').waitFor();
  assert.equal(await view.getByRole('button', { name: 'Run' }).isDisabled(), true);
});

test('a model folder is opened as the checkpoint that it holds', async () => {
  await workbench.chooseInExplorer('shards', 'Open in Mnemoscope');
  const view = workbench.webview();
  await view.locator('.model-name', { hasText: 'index.json' }).waitFor();
  await view.getByRole('tab', { name: 'Model' }).click();
  await view.getByText('model-00002-of-00002.safetensors').first().waitFor();
});

test('a trace file opens as the run that it holds', async () => {
  await workbench.openFile('trace.safetensors');
  const view = workbench.webview();
  await view.getByText('4 heads').waitFor();
  await view.locator('.overview canvas').focus();
  await workbench.page.keyboard.press('ArrowDown');
  await view
    .locator('footer.status output')
    .filter({ hasText: /^layer 0, head 0 .*entropy/ })
    .waitFor();
  await workbench.screenshot('trace file');
});
