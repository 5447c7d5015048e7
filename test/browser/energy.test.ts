import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { number } from '../../src/core/draw/text';
import { hopfield } from '../../src/core/memory/hopfield/hopfield';
import type { Inputs, Options } from '../../src/core/memory/memory';
import type { Config } from '../../src/core/model/architecture';
import { traceMark, traceVersion } from '../../src/core/trace/writeTrace';
import { array, arraysOf, runModel } from '../unit/core/memory/runFamily';
import { openWorkbench, type Workbench } from './workbench';

const golden = '../shared/fixtures/own/hopfield-64';
let workbench: Workbench;
let view: FrameLocator;
const press = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await workbench.page.keyboard.press(key);
};
const untilStatus = async (expected: string): Promise<void> => {
  const line = view.locator('footer.status output');
  await line
    .filter({ hasText: expected })
    .waitFor({ timeout: 5000 })
    .catch(async () => assert.equal(await line.innerText(), expected));
};
/** Three states of six units as anyone may write them. */
const descent = (): Buffer => {
  const energy = Float32Array.of(0, -1, -3);
  const state = Float32Array.from({ length: 18 }, (_, i) => (i % 5 === 0 ? -1 : 1));
  const tensors = [
    { name: 'energy.E', dtype: 'F32', shape: [3], data: energy },
    { name: 'energy.state', dtype: 'F32', shape: [3, 6], data: state },
    { name: 'energy.flipped', dtype: 'F32', shape: [2], data: Float32Array.of(2, 1) },
  ] as const;
  const parts = tensors.map(({ data }) => Buffer.from(data.buffer));
  return Buffer.concat([
    safetensorsHeader(tensors, new Map([[traceMark, traceVersion]])),
    ...parts,
  ]);
};
/** The letters, run as the panel runs them. */
const computed = async (options: Options = {}, inputs?: Inputs) => {
  const config = JSON.parse(readFileSync('samples/hopfield/config.json', 'utf8')) as Config;
  const arrays = await arraysOf('samples/hopfield/model.safetensors');
  return runModel(hopfield, arrays, options, inputs, config);
};

before(
  async () =>
    (workbench = await openWorkbench('samples', (folder) => {
      writeFileSync(join(folder, 'descent.safetensors'), descent());
      if (existsSync(golden)) cpSync(golden, join(folder, 'hopfield-64'), { recursive: true });
    })),
);
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('a Hopfield network runs when it is opened and says what it fell into', async () => {
  await workbench.openFile('hopfield/model.safetensors');
  view = workbench.webview();
  const { recording } = await computed();
  await view.getByText(recording.verdict!.text).waitFor();
});

test('the flip of a step is the one that the engine computed', async () => {
  const ran = await computed();
  const [units, flipped, energy] = await Promise.all(
    ['unit', 'flipped', 'E'].map((name) => ran.values(`energy.${name}`)),
  );
  const step = flipped!.indexOf(1) + 1;
  await view.getByRole('slider', { name: /^Energy after each step/ }).focus();
  await press('Home', ...Array<string>(step).fill('ArrowRight'));
  const [from, to] = [number(energy![step - 1]!), number(energy![step]!)];
  await untilStatus(`step ${step}: unit ${units![step - 1]} flips, E ${from} → ${to}`);
  await workbench.setTheme('dark');
  await workbench.screenshot('energy dark');
});

test('the state that is drawn is what the next run starts from', async () => {
  const example = await computed();
  const start = (await example.values('energy.state')).slice(0, 100);
  start[1] = -start[1]!;
  const drawn = await computed({}, new Map([['state', array([100], start)]]));
  await view.getByRole('application', { name: /^Start state of 100 units/ }).focus();
  await press('ArrowRight', 'ArrowRight', ' ');
  await view.locator('.energy-start > button').click();
  await view.getByText(drawn.recording.verdict!.text).waitFor();
  await view.getByRole('slider', { name: /^Energy after each step/ }).focus();
  await press('Home');
  await untilStatus(`start: E ${number((await drawn.values('energy.E'))[0]!)}`);
});

test('rules and orders are compared from that start, and the run in view goes on', async () => {
  await view.getByRole('button', { name: 'Compare' }).click();
  const cells = view.locator('.compare-cell');
  await view.getByRole('button', { name: 'Compare Again' }).waitFor();
  assert.equal(await cells.count(), 16);
  for (const text of await cells.allInnerTexts()) assert.match(text, /fell into|spurious|cycle/);
  await view.getByRole('slider', { name: /^Energy after each step/ }).focus();
  await press('End');
  await view.locator('.energy-patterns .is-now').waitFor();
  assert.equal(await view.locator('.banner.error').count(), 0);
  await workbench.setTheme('light');
  await workbench.screenshot('energy light');
});

test('a trace file with no more than energies and states is shown as far as it goes', async () => {
  await workbench.chooseInExplorer('descent.safetensors', 'Open in Mnemoscope');
  view = workbench.webview();
  await untilStatus('start: E 0');
  await view.getByRole('slider', { name: /^Energy after each step/ }).focus();
  await press('End');
  await untilStatus('step 2: 1 unit flips, E −1.000 → −3.000');
  assert.equal(await view.getByText('Start state').count(), 0);
  await view.getByText('Local fields').waitFor({ state: 'detached' });
});

test('given weights without patterns settle, whatever holds them', async (context) => {
  if (!existsSync(golden)) return context.skip(`${golden} is not there`);
  for (const file of ['hebb_W.npy', 'hopfield.npz', 'hopfield.pt']) {
    await workbench.chooseInExplorer(`hopfield-64/${file}`, 'Open in Mnemoscope');
    await workbench
      .webview()
      .getByText(/^(settled|fell into pattern \d+) after \d+ flips/)
      .waitFor();
  }
  await workbench.setTheme('high contrast');
  await workbench.screenshot('energy high contrast');
});
