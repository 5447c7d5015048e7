import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
const skip = process.env['MNEMOSCOPE_PYTHON'] ? false : 'no Python with debugpy and torch';
const launch = {
  version: '0.2.0',
  configurations: [
    {
      type: 'debugpy',
      name: 'memory.py',
      request: 'launch',
      program: '${workspaceFolder}/memory.py',
    },
  ],
};

before(async () => {
  if (skip) return;
  workbench = await openWorkbench('test/fixtures/debug', (folder) => {
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
  });
});
after(async () => {
  if (skip) return;
  workbench.assertNoErrors();
  await workbench.close();
});

test(
  'a debugged program shows its tensors and memory operations beside the code',
  { skip },
  async () => {
    const { page, openFile, runCommand, webview, screenshot, setTheme } = workbench;
    await page.setViewportSize({ width: 1720, height: 960 });
    workbench.setSettings({ 'debug.internalConsoleOptions': 'neverOpen' });
    await setTheme('dark');
    await openFile('memory.py');
    await page.locator('.view-line').filter({ hasText: 'import' }).first().click();
    await page.keyboard.press('Control+g');
    await page.keyboard.type('42');
    await page.keyboard.press('Enter');
    await page.getByText('Ln 42').waitFor();
    // The key does nothing before the workbench knows that there is a debugger for Python.
    const breakpoint = page.locator('.codicon-debug-breakpoint').first();
    for (let tries = 0; tries < 20 && !(await breakpoint.isVisible()); tries++) {
      await page.keyboard.press('F9');
      await breakpoint.waitFor({ timeout: 4000 }).catch(() => undefined);
    }
    await runCommand('Debug: Start Debugging');
    await page.locator('.debug-toolbar').waitFor();
    await page.getByText('Paused on breakpoint').first().waitFor();
    await runCommand('Mnemoscope: Show Debug Session');
    const frame = webview();
    await frame.getByText('attended').first().waitFor();
    assert.equal(
      await frame
        .locator('tr:has(th button:text-is("x"))')
        .locator('td.figure')
        .first()
        .innerText(),
      '1 × 2 × 6 × 4',
    );
    assert.equal(await frame.locator('.operation').count(), 9);
    await frame.locator('.operation').nth(2).click();
    // Our own decoration on the line of that write.
    await page.locator('.view-overlays .cdr[class*="ced-"]').first().waitFor();
    await screenshot('debug-frame-dark');
    await frame.locator('input[name=pin]').fill('attended * 2');
    await frame.locator('input[name=pin]').press('Enter');
    await frame.getByRole('button', { name: 'Unpin: attended * 2' }).waitFor();
    await frame.getByRole('button', { name: 'x', exact: true }).click();
    await frame.locator('.index-bar input').nth(1).fill('1');
    await frame.getByRole('tab', { name: 'Histogram' }).click();
    await frame.locator('.bar-chart').waitFor();
    await screenshot('debug-tensor-dark');
    await setTheme('light');
    await screenshot('debug-tensor-light');
    await setTheme('high contrast');
    await screenshot('debug-tensor-hc');
    await setTheme('dark');
    await frame.getByRole('button', { name: 'All tensors' }).click();
    await setTheme('light');
    await screenshot('debug-frame-light');
    await setTheme('high contrast');
    await screenshot('debug-frame-hc');
    await setTheme('dark');
    await frame.getByRole('tab', { name: 'Attention' }).click();
    await screenshot('debug-attention-dark');
  },
);
