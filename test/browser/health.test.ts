import { after, before, test } from 'node:test';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
before(async () => {
  workbench = await openWorkbench('test/fixtures/gpt2');
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('all weights are checked on demand, and a finding leads to its tensor', async () => {
  await workbench.openFile('plain/model.safetensors');
  const view = workbench.webview();
  await view.getByRole('tab', { name: 'Health' }).click();
  await view.getByRole('button', { name: 'Check All Weights' }).click();
  await view.getByText(/^\d+ findings? in \d+ tensors\.$|nothing to report/).waitFor();
  await view.getByRole('img', { name: /over 2 blocks/ }).waitFor();
  await view.getByRole('button', { name: 'attn.c_attn.weight' }).click();
  await view.getByRole('button', { name: /^block 1: / }).click();
  await view.getByRole('tab', { name: 'Tensors', selected: true }).waitFor();
});
