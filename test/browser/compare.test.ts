import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
before(async () => {
  workbench = await openWorkbench('test/fixtures/compare');
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('two checkpoints selected in the Explorer are compared, changed tensors first', async () => {
  const [first, second] = ['before.safetensors', 'after.safetensors'];
  // Not before its editor is there: the Explorer then selects what is shown in it.
  await workbench.chooseInExplorer(first, 'Open in Mnemoscope');
  await workbench.webview().getByRole('tab', { name: 'Tensors' }).waitFor();
  await (await workbench.explorerItem(second)).click({ modifiers: ['ControlOrMeta'] });
  await workbench.chooseInExplorer(second, 'Compare with Mnemoscope');
  await workbench.page.getByRole('tab', { name: /↔/ }).waitFor();
  const view = workbench.webview();
  await view.getByRole('heading', { name: /1 added, 1 removed, 1 reshaped, 5 changed/ }).waitFor();
  const table = view.getByRole('table', { name: /changed ones first/ });
  await table.getByRole('row').nth(1).getByText('changed').waitFor();
});

test('the keyboard goes through the tensors; each shows where it changed', async () => {
  const view = workbench.webview();
  await view.getByRole('button', { name: /^changed/ }).click();
  await view.getByRole('table', { name: /changed ones first/ }).focus();
  const { keyboard } = workbench.page;
  await keyboard.press('Home');
  const picture = view.getByRole('application', { name: /rows and .* columns/ });
  await picture.focus();
  // The first arrow puts the cursor on the first cell.
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await view
    .getByRole('status')
    .filter({ hasText: /row 1, column 0 · [+−-]?\d/ })
    .waitFor();
  await workbench.screenshot('comparison');
  await picture.hover({ position: { x: 120, y: 120 } });
  await workbench.page.mouse.wheel(0, -400);
  await view
    .getByRole('status')
    .filter({ hasText: /row \d+, column \d+ · [+−-]?\d/ })
    .waitFor();
  await workbench.screenshot('comparison zoomed');
});

test('a comparison comes back when the window is loaded again', async () => {
  // Not by the page's own reload: the workbench writes down what is open when it closes the window itself.
  const loaded = workbench.page.waitForEvent('load');
  await workbench.runCommand('Developer: Reload Window');
  await loaded;
  const view = workbench.webview();
  await view.getByRole('heading', { name: /1 added, 1 removed, 1 reshaped, 5 changed/ }).waitFor();
});

test('one is selected for compare, the other compared with it', async () => {
  await workbench.chooseInExplorer('base.safetensors', 'Select for Mnemoscope Compare');
  await workbench.chooseInExplorer('kohya.safetensors', 'Compare with Selected in Mnemoscope');
  const view = workbench.webview();
  await view.getByRole('heading', { name: /^a kohya adapter of rank 4, alpha 2/ }).waitFor();
});

test('heads are read from the weights: the dead one and the two alike are named', async () => {
  await workbench.openFile('heads/model.safetensors');
  const view = workbench.webview();
  await view.getByRole('tab', { name: 'Heads' }).click();
  await view.getByRole('button', { name: /layer 1, head 1 writes/ }).click();
  await view.getByRole('heading', { name: /layer 1, head 1/ }).waitFor();
  const alike = view.getByRole('button', {
    name: /layer 1, head 0 and 3: cosine of W_Q·W_Kᵀ 0\.99/,
  });
  assert.equal(await alike.count(), 1);
  await view.getByRole('img', { name: /layers down, 4 heads across/ }).focus();
  await workbench.page.keyboard.press('ArrowUp');
  await view
    .getByRole('status')
    .filter({ hasText: /layer 0, head 1 · \d/ })
    .waitFor();
  await workbench.screenshot('heads from weights');
});
