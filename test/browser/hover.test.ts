import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { hovering } from './hovering';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;

before(async () => {
  workbench = await openWorkbench('samples', (folder) =>
    writeFileSync(
      join(folder, 'typing.py'),
      'import torch\n\n\ndef f():\n    a = torch.zeros(2, 3)\n    b = a.\n    return a.t()\n',
    ),
  );
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

const line = (text: string): Locator => hovering(workbench).line(text);
const hoverText = (text: string, word: string, nth = 0): Promise<string> =>
  hovering(workbench).hover(text, word, nth);

test('the hover over q after the view says its heads in the words of the code', async () => {
  await workbench.openFile('induction/model.py');
  await line('q = q.view').waitFor();
  const text = await hoverText('q = q.view', 'q');
  assert.match(text, /^q: float32 \[B, self\.n_head, T, C \/\/ self\.n_head\]/);
  assert.match(text, /B, T, C = x\.size\(\) · line 27/);
  assert.match(text, /self\.n_head = config\.n_head · line 22/);
  await workbench.screenshot('hover');
});

test('with sizes chosen the hover shows numbers and bytes, and the lines above the code follow', async () => {
  const { page } = workbench;
  workbench.setSettings({ 'mnemoscope.shapeLenses': true });
  const lens = (text: string): Locator =>
    page.locator('.codelens-decoration').filter({ hasText: text }).first();
  await lens('4·B·T²·C + 8·B·T·C² FLOPs').waitFor();
  await hoverText('q = q.view', 'q');
  await page.locator('.monaco-hover').getByText('Choose sizes…').first().click();
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.waitFor();
  assert.equal(await input.inputValue(), 'B=, T=, C=');
  await page.keyboard.type('2');
  assert.equal(await input.inputValue(), 'B=2, T=, C=');
  await input.fill('B=1, T=1024, C');
  await page.getByText('Write names and whole numbers').waitFor();
  await input.fill('B=1, T=1024, C=96');
  await page.keyboard.press('Enter');
  await input.waitFor({ state: 'hidden' });
  const text = await hoverText('q = q.view', 'q');
  // 1 × 4 × 1024 × 24 values of 4 bytes; 4 is the default of the configuration.
  assert.match(text, /\[1, 4, 1024, 24\] · 393 KB · B = 1, self\.n_head = 4, T = 1024, C = 96/);
  await lens('478 M FLOPs').waitFor();
  await workbench.screenshot('hover with sizes');
});

test('the hints of a file are shown and hidden by the command', async () => {
  const hint = line('scaled_dot_product').getByText(': [B, self.n_head, T, C // self.n_head]');
  assert.equal(await hint.count(), 0);
  await line('scaled_dot_product').click();
  await workbench.runCommand('Mnemoscope: Toggle Shape Hints in This File');
  await hint.waitFor();
  await workbench.screenshot('hints');
  await workbench.runCommand('Mnemoscope: Toggle Shape Hints in This File');
  await hint.waitFor({ state: 'detached' });
});

test('a line that is half typed has its hovers, and so have the others', async () => {
  await workbench.openFile('typing.py');
  await line('b = a.').waitFor();
  assert.match(await hoverText('b = a.', 'a'), /^a: float32 \[2, 3\]/);
  assert.match(await hoverText('return a', 't'), /^t\(…\): float32 \[3, 2\]/);
});
