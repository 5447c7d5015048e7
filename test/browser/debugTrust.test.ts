import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
const program = '${workspaceFolder}/ring.mjs';
const launch = {
  version: '0.2.0',
  configurations: [{ type: 'node', name: 'Ring', request: 'launch', program }],
};

before(async () => {
  workbench = await openWorkbench(
    'test/fixtures/debug/node',
    (folder) => {
      mkdirSync(join(folder, '.vscode'));
      writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
      cpSync('samples/ntm-copy/model.safetensors', join(folder, 'model.safetensors'));
    },
    { asksForTrust: true },
  );
  await workbench.page.setViewportSize({ width: 1720, height: 960 });
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

const restricted = (): Locator =>
  workbench.page.getByText('Restricted Mode is intended for safe code browsing.');
const toolbar = (): Locator => workbench.page.locator('.debug-toolbar');
/** Ours, while a program is followed. */
const status = (): Locator =>
  workbench.page.locator('.statusbar-item').filter({ hasText: 'operations' });
/** What VS Code asks before it debugs anything here. */
const answer = async (name: string): Promise<void> => {
  const { page } = workbench;
  const dialog = page.locator('.monaco-dialog-box');
  await page.keyboard.press('F5');
  await dialog.getByText('Debugging executes build tasks and program code').waitFor();
  await dialog.getByRole('button', { name }).click();
  await dialog.waitFor({ state: 'hidden' });
};

test('in a folder that is not trusted a checkpoint opens and runs, and no program is followed', async () => {
  const { page, chooseInExplorer, runCommand, openFile } = workbench;
  await restricted().waitFor();
  await chooseInExplorer('model.safetensors', 'Open in Mnemoscope');
  const view = workbench.webview();
  await view.getByRole('button', { name: 'Run', exact: true }).first().click();
  await view.locator('.transport-step').waitFor();
  await runCommand('Mnemoscope: Show Debug Session');
  await runCommand('Notifications: Show Notifications');
  const notification = page.locator('.notification-list-item-message');
  await notification
    .filter({ hasText: 'This workspace is not trusted: Mnemoscope runs' })
    .waitFor();
  await runCommand('Notifications: Clear All Notifications');
  await openFile('ring.mjs');
  await page.locator('.view-line').filter({ hasText: 'A ring of slots' }).first().click();
  await answer('Cancel');
  assert.equal(await toolbar().isVisible(), false);
  assert.equal(await status().isVisible(), false);
});

test('as soon as it is trusted, a memory event stops its program', async () => {
  const { page, runCommand } = workbench;
  await runCommand('Mnemoscope: Add Memory Event');
  const input = page.locator('.quick-input-widget input[type=text]');
  await page.locator('.quick-input-title').getByText('Memory Event').waitFor();
  await input.fill('write weight > 0.9 at slot 17');
  await input.press('Enter');
  await page.locator('.view-line').filter({ hasText: 'A ring of slots' }).first().click();
  await answer('Trust Folder & Continue');
  await status().getByText('35 operations').waitFor();
  assert.equal(await restricted().isVisible(), false);
  await runCommand('Mnemoscope: Show Debug Session');
  const view = workbench.webview();
  await view.locator('.session-place').getByText('write weight > 0.9 at slot 17').waitFor();
  await view.getByRole('button', { name: 'ring.memory', exact: true }).waitFor();
  await workbench.screenshot('trusted stopped');
});
