import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
before(async () => (workbench = await openWorkbench('samples')));
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a story is written in the words that the model knows, and answered', async () => {
  const { page } = workbench;
  await workbench.chooseInExplorer('memn2n/model.safetensors', 'Open in Mnemoscope');
  view = workbench.webview();
  await view.getByRole('button', { name: 'Input', exact: true }).click();
  await view.getByRole('button', { name: 'Edit the example' }).click();
  const story = view.getByRole('textbox', { name: 'story' });
  assert.equal((await story.inputValue()).split('\n')[0], 'sandra went to the garden');
  await story.fill('john took the milk\njohn went to the gardn');
  await view.getByText('“gardn” in line 2 is none of the model’s words.').waitFor();
  await view.getByRole('button', { name: 'Put “garden”' }).click();
  await story.press('Control+End');
  await page.keyboard.type('\njohn went to the of');
  await view.getByRole('option', { name: 'office' }).waitFor();
  await page.keyboard.press('Tab');
  assert.match(await story.inputValue(), /garden\njohn went to the office $/);
  await page.keyboard.press('Escape');
  await view.getByRole('button', { name: 'Run', exact: true }).first().click();
  await view.getByText(/answer office/).waitFor();
  await view.getByRole('row', { name: /john went to the office.*read last/ }).waitFor();
  await workbench.setTheme('light');
  await workbench.screenshot('story light');
});
