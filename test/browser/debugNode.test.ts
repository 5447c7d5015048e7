import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { marked } from './marking';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
const program = '${workspaceFolder}/ring.mjs';
const launch = {
  version: '0.2.0',
  configurations: [{ type: 'node', name: 'Ring', request: 'launch', program }],
};

before(async () => {
  workbench = await openWorkbench('test/fixtures/debug/node', (folder) => {
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
  });
  await workbench.page.setViewportSize({ width: 1720, height: 960 });
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

const lines = { write: 35, print: 42 } as const;
const row = (text: string): Locator =>
  workbench.page.locator('.monaco-list-row').filter({ hasText: text });
/** Waits for the person's own line on top of the call stack, below what the helper has there. */
const stoppedAt = (name: string, line: number): Promise<void> =>
  workbench.page
    .locator('.debug-call-stack .stack-frame')
    .filter({ hasText: new RegExp(`^${name}.*${line}:`) })
    .first()
    .waitFor();
async function answer(title: string, text: string): Promise<void> {
  const input = workbench.page.locator('.quick-input-widget input[type=text]');
  await workbench.page.locator('.quick-input-title').getByText(title).waitFor();
  await input.fill(text);
  await input.press('Enter');
}

test('a Node program that was never stopped before stops where its memory is written to a slot', async () => {
  const { page, openFile, setTheme, runCommand } = workbench;
  workbench.setSettings({
    'debug.internalConsoleOptions': 'neverOpen',
    'editor.minimap.enabled': false,
  });
  await setTheme('dark');
  await openFile('ring.mjs');
  await page.locator('.view-line').filter({ hasText: 'A ring of slots' }).first().click();
  await runCommand('View: Show Run and Debug');
  await page.getByRole('button', { name: 'Memory Events Section' }).click();
  await page.getByText('Add Memory Event', { exact: true }).click();
  await answer('Memory Event', 'write weight > 0.9 at slot 17');
  await row('write weight > 0.9 at slot 17').waitFor();
  await page.keyboard.press('F5');
  await stoppedAt('step', lines.write);
  await runCommand('Mnemoscope: Show Debug Session');
  view = workbench.webview();
  await view.locator('.session-place').getByText('write weight > 0.9 at slot 17').waitFor();
  const stopped = view.locator('.operation').filter({ hasText: 'stopped here' });
  await stopped.getByText(`ring.mjs:${lines.write}`).waitFor();
  assert.equal(await stopped.locator('.figure').innerText(), '34');
  await view.getByRole('button', { name: 'ring.memory', exact: true }).waitFor();
  // Its own code is on top of the call stack, without what stopped it.
  const frames = page.locator('.debug-call-stack .stack-frame');
  await frames.filter({ hasText: '<anonymous>' }).first().waitFor();
  assert.match(await frames.first().innerText(), /^step/);
  for (const theme of ['light', 'high contrast', 'dark'] as const) {
    await setTheme(theme);
    await workbench.screenshot(`node stopped ${theme}`);
  }
});

test('the steps back from there show the old memory and mark their lines', async () => {
  const { page } = workbench;
  await view.getByRole('tab', { name: 'Memory' }).click();
  const said = view.locator('footer.status output');
  await said.filter({ hasText: /write → slot 17/ }).waitFor();
  for (const theme of ['light', 'high contrast', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.screenshot(`node memory ${theme}`);
  }
  await view.locator('.strips-cursor').focus();
  await page.keyboard.press(',');
  await said.filter({ hasText: /read → slot 15/ }).waitFor();
  await marked(page, 'Ring read, operation 33');
  await page.keyboard.press(',');
  await said.filter({ hasText: /write → slot 16/ }).waitFor();
  await marked(page, 'Ring write, operation 32');
  // The program stands where it stood.
  await stoppedAt('step', lines.write);
  await view.getByRole('tab', { name: 'Frame' }).click();
});

test('a variable is shown, and a probe of the line menu counts its passes without a stop', async () => {
  const { page } = workbench;
  const variables = page.locator('.debug-variables .monaco-list-row');
  const variable = variables.filter({ hasText: /^\s*from/ }).first();
  await variable.click({ button: 'right' });
  await page.locator('.monaco-menu .action-item').filter({ hasText: 'Show in Mnemoscope' }).hover();
  await page.keyboard.press('Enter');
  await view.locator('.tensor-detail').getByText('from', { exact: true }).waitFor();
  await view.getByRole('tab', { name: 'Histogram' }).click();
  await view.locator('.bar-chart').waitFor();
  await workbench.screenshot('node variable dark');
  await view.getByRole('button', { name: 'All tensors' }).click();
  await page.getByRole('button', { name: 'Tensor Probes Section' }).click();
  await page.locator('.line-numbers').getByText('36', { exact: true }).click({ button: 'right' });
  await page.locator('.monaco-menu .action-item').filter({ hasText: 'Add Tensor Probe' }).hover();
  await page.keyboard.press('Enter');
  await answer('Add Tensor Probe', 'add');
  await row('ring.mjs:36').waitFor();
  await page
    .locator('.line-numbers')
    .getByText(String(lines.print), { exact: true })
    .click({ button: 'right' });
  await page
    .locator('.monaco-menu .action-item')
    .filter({ hasText: /^Add Breakpoint/ })
    .hover();
  await page.keyboard.press('Enter');
  await page
    .locator('.debug-breakpoints .monaco-list-row')
    .filter({ hasText: `${lines.print}` })
    .waitFor();
  // It is gone from the list once the program knows.
  const event = row('write weight > 0.9 at slot 17');
  await event.hover();
  await event.getByRole('button', { name: 'Remove Memory Event' }).click();
  await event.waitFor({ state: 'hidden' });
  await page.keyboard.press('F5');
  await stoppedAt('<anonymous>', lines.print);
  await row('483 hits').waitFor();
  // Beside the line of the loop, and nowhere in the functions above.
  const inline = page.locator('.view-line').filter({ hasText: 'found: float32 [12]' });
  await inline.filter({ hasText: 'step(ring, time)' }).waitFor();
  assert.equal(await inline.filter({ hasText: 'return' }).count(), 0);
  await workbench.screenshot('node probes dark');
});
