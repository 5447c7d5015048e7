/** Measures what the panel promises: frames of a 4096 × 4096 map, elements, opening 10,000 and 300,000 tensors. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { engineHost } from './engineHost';
import { madeHost } from './madeHost';
import { measureTensors } from './measureTensors';
import { openPanel } from './page';

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN;

const frames = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { frames: number[] }).frames.splice(0));

/** `memory` measures the memory view alone, `tensors` the list of tensors. */
const isMemoryOnly = process.argv.includes('memory');
const isTensorsOnly = process.argv.includes('tensors');

async function main(): Promise<void> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
  const say = (what: string, values: readonly number[]): void => {
    const figures = [0.5, 0.95, 1].map((q) => quantile(values, q).toFixed(2)).join(' / ');
    process.stdout.write(
      `${what.padEnd(44)} ${values.length} frames, p50 / p95 / max ms: ${figures}\n`,
    );
  };
  if (isTensorsOnly) {
    await measureTensors(browser);
    await browser.close();
    return;
  }
  if (isMemoryOnly) {
    await scrub(browser, say);
    await browser.close();
    return;
  }
  const setting = { width: 1400, height: 860, theme: 'dark' } as const;
  const { page } = await openPanel(
    browser,
    madeHost({ layers: 1, heads: 2, tokens: 4096 }),
    setting,
  );
  await page.fill('textarea', 'measure');
  await page.press('textarea', 'Enter');
  await page.waitForTimeout(6000);
  await page.focus('.overview canvas');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(6000);
  const box = await page.locator('canvas.map').boundingBox();
  if (!box) throw new Error('there is no map');
  const [x, y] = [box.x + box.width * 0.4, box.y + box.height * 0.6];
  await page.mouse.move(x, y);
  for (const [name, steps] of [
    ['fitted', 0],
    ['zoomed to about a pixel per weight', 6],
    ['zoomed far in', 14],
  ] as const) {
    for (let i = 0; i < steps; i++) await page.mouse.wheel(0, -120);
    await page.waitForTimeout(2500);
    await frames(page);
    await page.mouse.down();
    for (let i = 0; i < 60; i++) await page.mouse.move(x + 3 * i - 90, y + 2 * Math.sin(i) * 20);
    await page.mouse.up();
    say(`pan 4096², ${name}`, await frames(page));
    for (let i = 0; i < 10; i++) await page.mouse.wheel(0, i < 5 ? 60 : -60);
    say(`zoom 4096², ${name}`, await frames(page));
    await page.waitForTimeout(1500);
    say(`come to rest 4096², ${name}`, await frames(page));
  }
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  process.stdout.write(`elements with a 4096-token head open: ${nodes}\n`);
  await page.context().close();
  await measureTensors(browser);
  await scrub(browser, say);
  await browser.close();
}

/** A Turing machine over as many steps as its copy task takes: scrubbing both ways. */
async function scrub(
  browser: Browser,
  say: (what: string, values: readonly number[]) => void,
): Promise<void> {
  const file = ['../shared/fixtures/third-party/pytorch-ntm-copy-1/copy-task-1-batch-40000.model']
    .concat('test/fixtures/memory/ntm_a.safetensors')
    .find((one) => existsSync(one))!;
  for (const length of [500, 5000]) {
    const { handlers, stop } = engineHost(file);
    const state = { kept: { 'run.settings': { length: String(length) } } };
    const setting = { width: 1400, height: 860, theme: 'dark', state } as const;
    const { page } = await openPanel(browser, handlers, setting);
    const started = performance.now();
    await page.click('.arrays-bar button.primary');
    await page.waitForSelector('.strips-cursor');
    const opened = performance.now() - started;
    await page.waitForTimeout(6000);
    say(`${2 * length + 1} steps, opening and all strips`, await frames(page));
    const box = await page.locator('.strips-cursor').boundingBox();
    if (!box) throw new Error('there are no strips');
    for (const way of [1, -1]) {
      for (let i = 0; i <= 100; i++) {
        const share = way > 0 ? i / 100 : 1 - i / 100;
        await page.mouse.move(box.x + 4 + share * (box.width - 8), box.y + 200);
        if (i === 0) await page.mouse.down();
      }
      await page.mouse.up();
      say(`${2 * length + 1} steps, scrub ${way > 0 ? 'on' : 'back'}`, await frames(page));
    }
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    process.stdout.write(`run and first frame ${opened.toFixed(0)} ms, ${nodes} elements\n`);
    await page.context().close();
    stop();
  }
}

void main();
