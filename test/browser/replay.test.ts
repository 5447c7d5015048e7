import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FrameLocator, Locator } from 'playwright-core';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
before(async () => {
  workbench = await openWorkbench('samples');
  await workbench.page.setViewportSize({ width: 1600, height: 960 });
});
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

/** Clicks a button of the debug toolbar. */
const tool = (name: RegExp): Promise<void> =>
  workbench.page.locator('.debug-toolbar').getByRole('button', { name }).click();
/** Waits for the line on which the debugger stands, as the view tells it. */
const untilLine = (text: string | RegExp): Promise<void> =>
  view.locator('.replay-line').filter({ hasText: text }).waitFor();
/** Waits for the step of the view. */
const untilStep = (step: number): Promise<void> =>
  view
    .locator('.transport-step')
    .filter({ hasText: new RegExp(`^step ${step} `) })
    .waitFor();
/** The memory that is shown: before the step's writing, or after it. */
const untilMemory = (kind: 'Before' | 'After'): Promise<void> =>
  view.getByRole('tab', { name: kind, selected: true }).waitFor();
const topFrame = (text: string): Promise<void> =>
  workbench.page
    .locator('.debug-call-stack .stack-frame')
    .first()
    .filter({ hasText: text })
    .waitFor();
/** The first row of the Variables view that starts with this. */
const variable = (start: string): Locator =>
  workbench.page.locator('.debug-variables .monaco-list-row').filter({ hasText: start }).first();

test('stepping in the debugger begins at the step in view, and the view goes with it', async () => {
  await workbench.chooseInExplorer('ntm-copy/model.safetensors', 'Open in Mnemoscope');
  view = workbench.webview();
  await view.locator('.message').getByRole('button', { name: 'Run' }).click();
  // Not before the workbench watches its settings.
  workbench.setSettings({ 'debug.internalConsoleOptions': 'neverOpen' });
  await workbench.setTheme('dark');
  await view.locator('.strips-cursor').focus();
  for (const key of ['.', '.', '.', '.']) await workbench.page.keyboard.press(key);
  await view.getByRole('button', { name: 'Step in Debugger' }).click();
  await workbench.page.locator('.debug-toolbar').waitFor();
  // Its badge lies over it.
  const debugView = workbench.page.locator('.activitybar [aria-label^="Run and Debug"]').first();
  await debugView.click({ force: true });
  await topFrame('t = 4');
  await untilLine('h, c = controller(x[t], read[t-1])');
  await untilMemory('Before');
  for (let times = 0; times < 6; times++) await tool(/^Step Over/);
  await untilLine('line 13');
  // The addressing of the head that the line is about, at its stage.
  await view.locator('.addressing [role=tab][aria-selected=true]:text-is("write")').waitFor();
  await view.locator('.stage.current').filter({ hasText: 'content' }).waitFor();
  await workbench.screenshot('replay dark');
  for (let times = 0; times < 5; times++) await tool(/^Step Over/);
  await untilLine('M = M + outer(w, add)');
  await untilMemory('After');
});

test('stepping back shows the memory before it was written, and the step before', async () => {
  await tool(/^Step Back/);
  await untilLine('M = M * (1 - outer(w, erase))');
  await untilMemory('Before');
  await untilStep(4);
  await tool(/^Reverse/);
  await untilStep(0);
  await topFrame('t = 0');
});

test('the scrubber of the view moves the debugger and what its Variables show', async () => {
  let earlier = '';
  for (const step of [3, 12]) {
    await view.getByRole('slider', { name: 'Step', exact: true }).focus();
    await workbench.page.keyboard.press('Home');
    for (let times = 0; times < step; times++) await workbench.page.keyboard.press('.');
    await topFrame(`t = ${step}`);
    await untilStep(step);
    await workbench.page.getByText('Memory and state').first().waitFor();
    if (step === 3) await workbench.page.getByText('Memory and state').first().click();
    // The list is drawn anew a moment after the call stack.
    let value = '';
    for (let tries = 0; tries < 40 && (value === '' || value === earlier); tries++) {
      await workbench.page.waitForTimeout(50);
      value = await variable('h =').innerText();
    }
    assert.notEqual(value, earlier);
    earlier = value;
  }
});

test('it stops where a slot of the memory changes that is watched in the Variables view', async () => {
  const { page } = workbench;
  await tool(/^Restart/);
  await topFrame('t = 0');
  // The list is drawn anew once the values of the new place are there.
  for (let tries = 0; tries < 10 && !(await variable('M[1]').isVisible()); tries++) {
    await variable('M =').locator('.monaco-tl-twistie').click();
    await variable('M[1]')
      .waitFor({ timeout: 1000 })
      .catch(() => undefined);
  }
  // The sample's own example writes from slot 8 down.
  await variable('M[1]').click({ button: 'right' });
  await page
    .locator('.monaco-menu .action-item')
    .filter({ hasText: 'Break on Value Change' })
    .hover();
  await page.keyboard.press('Enter');
  await page.locator('.debug-breakpoints').getByText('memory slot 1 changes').waitFor();
  await tool(/^Continue/);
  await page.getByText('Paused on data breakpoint').first().waitFor();
  await untilLine('M = M + outer(w, add)');
  await untilStep(8);
  await workbench.setTheme('light');
  await workbench.screenshot('replay light');
});

test('when the debugger stops the view says so and keeps its step', async () => {
  const said = await view.locator('.transport-step').innerText();
  await tool(/^Stop/);
  await view.getByText('Debugger stopped').waitFor();
  await view.getByRole('button', { name: 'Step in Debugger' }).waitFor();
  assert.equal(await view.locator('.transport-step').innerText(), said);
  assert.equal(await view.locator('.replay-line, .stage.current').count(), 0);
  await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  // The program goes with the debugger.
  await workbench.page
    .locator('.tab')
    .filter({ hasText: '.equations' })
    .waitFor({ state: 'hidden' });
  await view.locator('.strips-cursor').focus();
  await workbench.page.keyboard.press('.');
  await view.getByText('Debugger stopped').waitFor({ state: 'hidden' });
});
