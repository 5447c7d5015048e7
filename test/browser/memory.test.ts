import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { ntm } from '../../src/core/memory/ntm';
import { arraysOf, runModel } from '../unit/core/memory/runFamily';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await workbench.page.keyboard.press(key);
};
/** Waits until the line that says what happens at the step says so. */
const untilStatus = async (pattern: RegExp): Promise<string> => {
  const line = view.locator('footer.status output');
  await line
    .filter({ hasText: pattern })
    .waitFor({ timeout: 5000 })
    .catch(async () => assert.match(await line.innerText(), pattern));
  return line.innerText();
};

before(async () => (workbench = await openWorkbench('test/fixtures/memory')));
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a Turing machine runs its own example, and says what was found about it', async () => {
  await workbench.chooseInExplorer('ntm_a.safetensors', 'Open in Mnemoscope');
  view = workbench.webview();
  await view.getByText('What does it write, and where does it read?').waitFor();
  await view.locator('.message').getByRole('button', { name: 'Run' }).click();
  await view.getByText(/^Activations: /).waitFor();
  await view.locator('.strips-cursor').focus();
  await workbench.setTheme('dark');
  await workbench.screenshot('memory dark');
});

test('the weight under the cursor is the one that the engine computed', async () => {
  const ran = runModel(ntm, await arraysOf('test/fixtures/memory/ntm_a.safetensors'));
  const write = [...ran.recording.tensors.keys()].find((name) => name.endsWith('.add'))!;
  const name = write.replace('.add', '.w');
  const w = await ran.values(name);
  const [, slots = 1] = ran.recording.tensors.get(name)!.shape;
  await view.locator('.strips-cursor').focus();
  await press('Home', '.', '.', '.', ',');
  const row = w.subarray(2 * slots, 3 * slots);
  const slot = row.indexOf(Math.max(...row));
  const said = await untilStatus(/^step 2 · .*write 0 → slot \d+ [\d.e-]+/);
  const [, at, weight] = /write 0 → slot (\d+) ([\d.e-]+)/.exec(said) ?? [];
  assert.equal(Number(at), slot, said);
  assert.equal(Math.fround(Number(weight)), row[slot], said);
});

test('keys step, jump to the ends and to events, and choose a slot', async () => {
  const scrubber = view.getByRole('slider', { name: 'Step', exact: true });
  const last = await scrubber.getAttribute('max');
  await press('End');
  await untilStatus(new RegExp(`^step ${last} `));
  await press('Home', 'n');
  const atEvent = await untilStatus(/strongest write/);
  assert.doesNotMatch(atEvent, /^step 0 /);
  await press('Home', 'ArrowDown', 'ArrowDown');
  const chosen = await untilStatus(/^step 0 · /);
  const slots = [...chosen.matchAll(/slot (\d+)/g)].map(([, slot]) => slot);
  assert.equal(new Set(slots).size, 1, chosen);
});

test('another key strength would address something else, and can be put back', async () => {
  const turn = view.getByRole('slider', { name: 'What if g were another' });
  await turn.focus();
  await press('End');
  await view.getByText(/^would (still )?address slot \d+/).waitFor();
  await view.getByRole('button', { name: 'Put back' }).click();
  await view.getByText(/^slot \d+ has most/).waitFor();
});

test('step, slot and settings are there again after a reload', async () => {
  await view.locator('.strips-cursor').focus();
  await press('Home', '.', '.', '.', '.');
  const before = await untilStatus(/^step 4 /);
  await workbench.runCommand('Developer: Reload Webviews');
  view = workbench.webview();
  await untilStatus(/^step 4 .*slot/);
  assert.equal(await untilStatus(/^step 4 .*write 1 → slot/), before);
  await workbench.setTheme('light');
  await workbench.screenshot('memory light');
});
