import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { marked } from './marking';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
const skip = process.env['MNEMOSCOPE_PYTHON'] ? false : 'no Python with debugpy and torch';
const launch = {
  version: '0.2.0',
  configurations: [
    {
      type: 'debugpy',
      name: 'Copy',
      request: 'launch',
      program: '${workspaceFolder}/ntm.py',
      cwd: '${workspaceFolder}',
    },
  ],
};

before(async () => {
  if (skip) return;
  workbench = await openWorkbench('test/fixtures/debug/ntm-copy', (folder) => {
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
    cpSync('samples/ntm-copy/model.safetensors', join(folder, 'model.safetensors'));
  });
  await workbench.page.setViewportSize({ width: 1720, height: 960 });
});
after(async () => {
  if (skip) return;
  workbench.assertNoErrors();
  await workbench.close();
});

const lines = { write: 61, read: 57, model: 87, print: 89 } as const;
/** The operations of the panel that stopped the program. */
const stops = (): Locator => view.locator('.operation').filter({ hasText: 'stopped here' });
/** Waits for the user's own line on top of the call stack. */
const stoppedAt = (name: string, line: number): Promise<void> =>
  workbench.page
    .locator('.debug-call-stack .stack-frame')
    .first()
    .filter({ hasText: new RegExp(`^${name}.*${line}:`) })
    .waitFor();
const event = (condition: string): Locator =>
  workbench.page.locator('.monaco-list-row').filter({ hasText: condition });
/** Types a condition into the box that asks for one. */
async function answer(condition: string): Promise<void> {
  const input = workbench.page.locator('.quick-input-widget input[type=text]');
  await workbench.page.locator('.quick-input-title').getByText('Memory Event').waitFor();
  await input.fill(condition);
  await input.press('Enter');
  // What is listed holds.
  await event(condition).waitFor();
}

test(
  'a memory event that is set in the panel stops the program on the person’s own line',
  { skip },
  async () => {
    const { page, openFile, setTheme, runCommand } = workbench;
    workbench.setSettings({
      'debug.internalConsoleOptions': 'neverOpen',
      'editor.minimap.enabled': false,
    });
    await setTheme('dark');
    await openFile('ntm.py');
    await page.locator('.view-line').filter({ hasText: 'import' }).first().click();
    await page.keyboard.press('Control+g');
    await page.keyboard.type(String(lines.model));
    await page.keyboard.press('Enter');
    const breakpoint = page.locator('.codicon-debug-breakpoint').first();
    // The key does nothing before the workbench knows that there is a debugger for Python.
    for (let tries = 0; tries < 20 && !(await breakpoint.isVisible()); tries++) {
      await page.keyboard.press('F9');
      await breakpoint.waitFor({ timeout: 4000 }).catch(() => undefined);
    }
    await page.keyboard.press('F5');
    await stoppedAt('<module>', lines.model);
    await runCommand('Mnemoscope: Show Debug Session');
    view = workbench.webview();
    await view.getByText('Nothing recorded yet').waitFor();
    await page.getByRole('button', { name: 'Memory Events Section' }).click();
    await workbench.screenshot('live empty dark');
    await view.getByRole('button', { name: 'Stop at a memory event…' }).click();
    await answer('write weight > 0.9 at slot 3');
    await page.keyboard.press('F5');
    await stoppedAt('forward', lines.write);
    await stops().waitFor();
    assert.equal(
      await view.locator('.operation[aria-selected=true]').innerText(),
      await stops().innerText(),
    );
    await view.locator('.session-place').getByText('write weight > 0.9 at slot 3').waitFor();
    await workbench.screenshot('live stopped dark');
  },
);

test('the steps back from there show the old memory and mark their lines', { skip }, async () => {
  const { page } = workbench;
  await view.getByRole('tab', { name: 'Memory' }).click();
  const said = view.locator('footer.status output');
  await said.filter({ hasText: 'write → slot 3 0.999' }).waitFor();
  await view.getByText('slot 3 has most, 0.9999').waitFor();
  await workbench.screenshot('live memory dark');
  await view.locator('.strips-cursor').focus();
  await page.keyboard.press(',');
  await said.filter({ hasText: /^step 12 .*read → slot 8/ }).waitFor();
  await marked(page, `Memory read, operation 32`);
  await page.keyboard.press(',');
  await said.filter({ hasText: /^step 11 .*write → slot 4/ }).waitFor();
  await marked(page, `Memory write, operation 29`);
  // The program stands where it stood, and the panel has kept the keyboard.
  await stoppedAt('forward', lines.write);
  await page.keyboard.press('.');
  await marked(page, `Memory read, operation 32`);
});

test(
  'the program goes on to its next operation, and a changed condition holds',
  { skip },
  async () => {
    const { page } = workbench;
    await view.getByRole('tab', { name: 'Frame' }).click();
    await view.getByRole('button', { name: 'Continue to the next memory operation' }).click();
    await stoppedAt('forward', lines.read - 1);
    const listed = event('write weight > 0.9 at slot 3');
    await listed.hover();
    await listed.getByRole('button', { name: 'Edit Memory Event…' }).click();
    await answer('write weight > 0.9 at slot 28');
    await page.keyboard.press('F5');
    await stoppedAt('forward', lines.write);
    await view.locator('.session-place').getByText('write weight > 0.9 at slot 28').waitFor();
    await stops().last().waitFor();
    await view.getByRole('tab', { name: 'Memory' }).click();
    await view.getByText('slot 28 has most').waitFor();
    await page.mouse.move(150, 850);
    for (const theme of ['light', 'high contrast', 'dark'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`live memory ${theme}`);
    }
    await view.getByRole('tab', { name: 'Frame' }).click();
  },
);

test(
  'a module of the frame opens as a checkpoint and compares with its file',
  { skip },
  async () => {
    const { page, chooseInExplorer } = workbench;
    const variable = page
      .locator('.debug-variables .monaco-list-row')
      .filter({ hasText: 'self =' });
    await variable.first().click({ button: 'right' });
    await page.locator('.monaco-menu .action-item').filter({ hasText: 'Open Weights' }).hover();
    await page.keyboard.press('Enter');
    const tab = page.locator('.tab[data-resource-name="self.safetensors"]');
    await tab.waitFor();
    await workbench.webview().getByRole('tab', { name: 'Tensors' }).waitFor();
    await page.locator('.activitybar [aria-label^="Explorer"]').first().click();
    await chooseInExplorer('model.safetensors', 'Select for Mnemoscope Compare');
    await tab.click({ button: 'right' });
    const compare = page
      .locator('.monaco-menu .action-item')
      .filter({ hasText: 'Compare with Selected' });
    await compare.hover();
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'model.safetensors ↔ self.safetensors' }).waitFor();

    await workbench.webview().getByRole('heading', { name: 'same tensors, same values' }).waitFor();
    await workbench.screenshot('live compared dark');
  },
);

test(
  'what was recorded can be saved, stepped through after the end, and opened without the program',
  { skip },
  async () => {
    const { page, openFile } = workbench;
    await page.keyboard.press('Control+w');
    await page.locator('.tab[data-resource-name="self.safetensors"]').hover();
    await page.keyboard.press('Control+w');
    view = workbench.webview();
    await view.getByRole('tab', { name: 'Memory' }).click();
    // A page that has only just come back does not hand its keys to the workbench yet.
    await page
      .locator('.debug-toolbar')
      .getByRole('button', { name: /^Continue \(/ })
      .click();
    await view.locator('.transport-step').filter({ hasText: ' of 49' }).waitFor();
    await view.getByRole('button', { name: 'Step in Debugger' }).click();
    const toolbar = page.locator('.debug-toolbar');
    await toolbar.waitFor();
    await view.locator('.replay-line').waitFor();
    await toolbar.getByRole('button', { name: /^Reverse/ }).click();
    await view.locator('.transport-step').filter({ hasText: 'step 0 of 49' }).waitFor();
    await toolbar.getByRole('button', { name: /^Stop/ }).click();
    await toolbar.waitFor({ state: 'hidden' });
    await view.getByRole('tab', { name: 'Frame' }).click();
    await view.getByRole('button', { name: 'Save the recording as a trace file' }).click();
    const input = page.locator('.quick-input-widget input[type=text]');
    await page.waitForFunction(() =>
      [...document.querySelectorAll('input')].some(({ value }) => /[\\/]session/.test(value)),
    );
    await input.press('Enter');
    await workbench.explorerItem('session.safetensors');
    // Without the panel of the session, whichever side has the focus.
    await page.locator('.tab').filter({ hasText: 'Mnemoscope: Copy' }).click();
    await page.keyboard.press('Control+w');
    await openFile('session.safetensors');
    const saved = workbench.webview();
    await saved.locator('.transport-step').filter({ hasText: ' of 49' }).waitFor();
    await saved.locator('.strips-cursor').focus();
    await page.keyboard.press('End');
    await saved
      .locator('footer.status output')
      .filter({ hasText: /^step 49 .*write → slot 17 0\.82/ })
      .waitFor();
    await workbench.screenshot('live saved dark');
  },
);
