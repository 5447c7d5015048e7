import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { readFloat32 } from '../../src/core/checkpoint/values';
import { openPath } from '../../src/engine/files';
import { openWorkbench, type Workbench } from './workbench';

let workbench: Workbench;
let view: FrameLocator;
const press = (...keys: string[]) =>
  keys.reduce(
    (before, key) => before.then(() => workbench.page.keyboard.press(key)),
    Promise.resolve(),
  );
const times = (count: number, key: string) => Array<string>(count).fill(key);
/** Waits until the line that screen readers hear and everybody sees says so. */
const untilStatus = async (pattern: RegExp, timeout = 5000): Promise<string> => {
  const line = view.locator('footer.status output');
  await line
    .filter({ hasText: pattern })
    .waitFor({ timeout })
    .catch(async () => assert.match(await line.innerText(), pattern));
  return line.innerText();
};

before(async () => (workbench = await openWorkbench()));
after(async () => {
  workbench.assertNoErrors();
  await workbench.close();
});

test('right-click on a checkpoint opens it beside the model code', async () => {
  await workbench.chooseInExplorer('induction/model.safetensors', 'Open in Mnemoscope');
  view = workbench.webview();
  await view.getByText('Where does each token look?').waitFor();
  await workbench.page.locator('.tab[data-resource-name="model.py"]').waitFor();
  await workbench.page.getByText('class GPT(nn.Module):').first().waitFor();
});

test('the sample sentence runs, and the next word is guessed', async () => {
  await view.getByRole('button', { name: /the red fox finds/ }).click();
  await view.getByText('14 of 64 tokens').waitFor();
  await view.locator('.predictions li').getByText('lamp', { exact: true }).waitFor();
  const [first] = await view.locator('.predictions li').allInnerTexts();
  assert.match(first ?? '', /^lamp\s+0\.9/);
  await workbench.setTheme('dark');
  await workbench.screenshot('overview dark');
});

test('sorted by induction, the first head looks from the second fox to what followed the first', async () => {
  await view.getByRole('button', { name: 'View Options' }).click();
  await view.getByLabel(/Sort/).selectOption({ label: 'induction' });
  await press('Escape');
  await view.locator('.overview canvas').focus();
  await press('ArrowDown');
  await untilStatus(/^layer 1, head \d .*induction (0\.9|1\.0)/);
  await press('Enter');
  // The first arrow puts the cursor on the first cell.
  await press('ArrowDown', ...times(10, 'ArrowDown'), ...times(3, 'ArrowRight'));
  const said = await untilStatus(/query 10 “fox” → key 3 “finds” · \d/);
  const weight = Number(/· (\d\.\d+) ·/.exec(said)?.[1]);
  assert.ok(weight > 0.9, said);
  assert.match(said, /rank 1 of/);
});

test('g goes to the line that computes this attention', async () => {
  await press('g');
  const line = workbench.page
    .locator('.view-line')
    .filter({ hasText: 'scaled_dot_product_attention' });
  await line.waitFor();
  await workbench.page.locator('.statusbar-item').filter({ hasText: 'Ln 32' }).waitFor();
});

test('the panel repaints in every theme, wide and narrow', async () => {
  for (const theme of ['dark', 'light', 'high contrast'] as const) {
    await workbench.setTheme(theme);
    for (const [width, name] of [
      [1600, 'wide'],
      [1000, 'narrow'],
    ] as const) {
      await workbench.page.setViewportSize({ width, height: 900 });
      // Two frames: one to lay out, one to paint.
      await workbench.page.waitForTimeout(500);
      await workbench.screenshot(`attention ${theme} ${name}`);
    }
  }
  await workbench.page.setViewportSize({ width: 1280, height: 800 });
});

test('the exact weights under the cursor are the ones that transformers computes', async () => {
  const other = await openWorkbench('test/fixtures/gpt2');
  const { checkpoint, close } = await openPath('test/fixtures/gpt2/golden.safetensors');
  const golden = await readFloat32(checkpoint.tensors.get('attention.self.0')!);
  await close();
  const saved = { workbench, view };
  workbench = other;
  try {
    await other.chooseInExplorer('plain/model.safetensors', 'Open in Mnemoscope');
    view = other.webview();
    await view.getByRole('textbox', { name: /ids/i }).fill('3, 1, 4, 1, 5, 9, 2, 6, 3, 1, 4, 1');
    await press('Enter');
    await view.locator('.predictions li').first().waitFor();
    await view.locator('.overview canvas').focus();
    await press('ArrowDown', 'ArrowRight');
    await untilStatus(/^layer 0, head 1/);
    await press('Enter', 'ArrowDown', ...times(11, 'ArrowDown'));
    for (let key = 0; key < 12; key++) {
      const expected = golden[144 + 11 * 12 + key] ?? NaN;
      const said = await untilStatus(new RegExp(`query 11 .* → key ${key} .* · rank`));
      const shown = Number(/· (\S+) · rank/.exec(said)?.[1]?.replace('−', '-'));
      assert.ok(Math.abs(shown - expected) <= 5e-4 * expected, `${said}, expected ${expected}`);
      await press('ArrowRight');
    }
    other.assertNoErrors();
  } finally {
    ({ workbench, view } = saved);
    await other.close();
  }
});

test('after a reload of the window the run, the head and the cursor are there again', async () => {
  await workbench.page.reload();
  view = workbench.webview();
  await untilStatus(/query 10 “fox” → key 3 “finds” · 0\.9/, 60_000);
});

test('the text goes on with the likeliest tokens, and the longer one is run', async () => {
  const next = view.locator('.predictions');
  const [likeliest] = await next.locator('li').allInnerTexts();
  await next.getByRole('button', { name: 'Continue by 16' }).click();
  await view.getByText('30 of 64 tokens').waitFor();
  const text = await view.getByRole('textbox', { name: /text/i }).inputValue();
  assert.equal(text.split(' ').length, 30, text);
  assert.equal(text.split(' ')[14], likeliest?.split(/\s/)[0]);
  await untilStatus(/query 10 “fox” → key 3 “finds” · 0\.9/);
  await view.getByText('This head has not arrived yet.').waitFor({ state: 'detached' });
  await workbench.screenshot('continued text');
});

test('what each layer would predict after the chosen token stands under the next tokens', async () => {
  const next = view.locator('.predictions');
  await next.getByRole('button', { name: 'By layer' }).click();
  await next.getByText('after 10 “fox”').waitFor();
  const layers = next.locator('.lens li');
  assert.equal(await layers.count(), 4);
  assert.match((await layers.last().innerText()).replaceAll(/\s+/g, ' '), /^2 finds 0\.\d+/);
  await workbench.screenshot('logit lens');
  await next.getByRole('button', { name: 'By layer' }).click();
});

test('a head is left out and put back, and what is predicted stands beside what was', async () => {
  const next = view.locator('.predictions');
  const lines = async (): Promise<string> => (await next.locator('li').allInnerTexts()).join('\n');
  const whole = await lines();
  await view.getByRole('button', { name: 'Leave out' }).click();
  await view.getByText(/^Run without layer 1, head \d\./).waitFor();
  await next.locator('.compared li').first().waitFor();
  const rows = (await lines()).matchAll(/(\S+)\s+(\d\S+)\s+(\d\S+)$/gm);
  const [[, label = '', was = '', now = '']] = [...rows].slice(1) as [RegExpMatchArray];
  assert.notEqual(was, now);
  assert.match(whole.replaceAll(/\s+/g, ' '), new RegExp(`${label} ${was}`));
  await workbench.screenshot('head left out');
  await view.getByRole('button', { name: 'With all heads' }).click();
  await next.getByRole('button', { name: 'Continue by 16' }).waitFor();
});

test('the rollout of all layers is one click away, and the heads one click back', async () => {
  await view.getByRole('tab', { name: 'Rollout' }).click();
  await view.getByText('3 layers').waitFor();
  await view.getByText(/Abnar & Zuidema 2020/).waitFor();
  await untilStatus(/query 10 “fox” → key 3 “finds” · 0\.\d+/);
  await workbench.screenshot('rollout');
  await view.getByRole('tab', { name: 'Weights' }).click();
  await view.getByText('12 heads').waitFor();
  await untilStatus(/query 10 “fox” → key 3 “finds” · \d/);
});
