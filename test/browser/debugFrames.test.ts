import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
const skip = process.env['MNEMOSCOPE_PYTHON'] ? false : 'no Python with debugpy and torch';
const program = '${workspaceFolder}/frames.py';
const launch = {
  version: '0.2.0',
  configurations: [{ type: 'debugpy', name: 'Frames', request: 'launch', program }],
};
const quiet = { 'debug.internalConsoleOptions': 'neverOpen', 'editor.minimap.enabled': false };
/** Of the program: in its loop, after the image has moved. */
const line = 11;

before(async () => {
  if (skip) return;
  workbench = await openWorkbench('test/fixtures/debug/frames', (folder) => {
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode/launch.json'), JSON.stringify(launch));
  });
  await workbench.page.setViewportSize({ width: 1720, height: 960 });
});
after(async () => {
  if (skip) return;
  workbench.assertNoErrors();
  await workbench.close();
});

const pinned = (): Locator => view.getByRole('button', { name: 'Unpin: image.mean(0)' });
async function start(): Promise<void> {
  const { page } = workbench;
  // The key does nothing before the workbench knows that there is a debugger for Python.
  for (let tries = 0; tries < 20 && !(await page.locator('.debug-toolbar').isVisible()); tries++) {
    await page.keyboard.press('F5');
    await page
      .locator('.debug-toolbar')
      .waitFor({ timeout: 4000 })
      .catch(() => undefined);
  }
  await page.getByText('Paused on breakpoint').first().waitFor();
  await workbench.runCommand('Mnemoscope: Show Debug Session');
  view = workbench.webview();
}

test(
  'a stop keeps what is looked at: the slice, the picture in colours and the place in the list',
  { skip },
  async () => {
    const { page, openFile, runCommand, screenshot, setTheme } = workbench;
    workbench.setSettings(quiet);
    await setTheme('dark');
    await openFile('frames.py');
    await page.locator('.view-line').filter({ hasText: 'import' }).first().click();
    await page.keyboard.press('Control+g');
    await page.keyboard.type(String(line));
    await page.keyboard.press('Enter');
    await page.getByText(`Ln ${line}`).waitFor();
    // The key does nothing before the workbench knows that there is a debugger for Python.
    const breakpoint = page.locator('.codicon-debug-breakpoint').first();
    for (let tries = 0; tries < 20 && !(await breakpoint.isVisible()); tries++) {
      await page.keyboard.press('F9');
      await breakpoint.waitFor({ timeout: 4000 }).catch(() => undefined);
    }
    await start();
    await view.locator('input[name=pin]').fill('image.mean(0)');
    await view.locator('input[name=pin]').press('Enter');
    await pinned().waitFor();
    const list = view.locator('.frame-scroll');
    const place = (): Promise<number> => list.evaluate((element) => element.scrollTop);
    await list.evaluate((element) => element.scrollBy(0, 10_000));
    const end = await place();
    assert.ok(end > 0);
    await view.getByRole('button', { name: 'image', exact: true }).click();
    await view.locator('.index-bar input').first().fill('2');
    await view.getByRole('tab', { name: 'Image' }).click();
    const picture = view.locator('canvas.colours');
    await picture.waitFor();
    const topLeft = (): Promise<readonly number[]> =>
      picture.evaluate((canvas: HTMLCanvasElement) => [
        ...canvas.getContext('2d')!.getImageData(0, 0, 1, 1).data,
      ]);
    const first = await topLeft();
    await screenshot('debug image dark');
    await view.locator('canvas.map').evaluate((canvas) => (canvas.dataset['marked'] = 'yes'));
    await runCommand('Debug: Continue');
    for (let tries = 0; tries < 200 && String(await topLeft()) === String(first); tries++) {
      await page.waitForTimeout(50);
    }
    assert.notDeepEqual(await topLeft(), first);
    assert.equal(await view.locator('canvas.map[data-marked=yes]').count(), 1);
    assert.equal(await view.locator('.index-bar input').first().inputValue(), '2');
    await view.getByRole('button', { name: 'All tensors' }).click();
    await view.getByRole('button', { name: 'biases[15]', exact: true }).waitFor();
    assert.equal(await place(), end);
  },
);

test(
  'in a narrow panel the keyboard pins a tensor, opens it and comes back to the list',
  { skip },
  async () => {
    const { page } = workbench;
    await page.setViewportSize({ width: 1000, height: 760 });
    const name = view.getByRole('button', { name: 'layers[1]', exact: true });
    const focused = view.locator(':focus');
    await name.focus();
    await page.keyboard.press('Tab');
    assert.equal(await focused.getAttribute('aria-label'), 'Pin: show it at every stop: layers[1]');
    await page.keyboard.press('Enter');
    const unpin = view.getByRole('button', { name: 'Unpin: layers[1]' });
    await unpin.focus();
    await page.keyboard.press('Enter');
    await unpin.waitFor({ state: 'hidden' });
    await name.focus();
    await page.keyboard.press('Enter');
    await view.getByRole('button', { name: 'All tensors' }).and(focused).waitFor();
    await page.keyboard.press('Escape');
    await name.and(focused).waitFor();
    await page.setViewportSize({ width: 1720, height: 960 });
  },
);

test(
  'what is pinned is there in the next session and after VS Code has started anew',
  { skip },
  async () => {
    const { page, screenshot } = workbench;
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    workbench.setSettings({ 'mnemoscope.debug.frame': 'pinned' });
    await page.reload();
    await page.locator('.tab[data-resource-name="frames.py"]').waitFor();
    await page.locator('.view-line').filter({ hasText: 'import' }).first().click();
    await start();
    await screenshot('debug pinned dark');
    await pinned().waitFor();
    assert.equal(await view.locator('.frame-table tbody tr').count(), 1);
    await view.getByText('24 × 32').waitFor();
  },
);
