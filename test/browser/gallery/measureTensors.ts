/** How long a list of 10,000 and of 300,000 tensors takes to show, from the page's first question to a new engine on. `--profile` writes what the page did. */
import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { safetensorsHeader } from '../../../src/core/checkpoint/encodeSafetensors';
import { engineHost, type MakeHandlers } from './engineHost';
import { gpt2Tensors } from './madeHost';
import { openPanel } from './page';

const times = 5;
const setting = { width: 1400, height: 860, theme: 'dark', state: { view: 'model' } } as const;

export async function measureTensors(browser: Browser): Promise<void> {
  const flat = (count: number): string[] => Array.from({ length: count }, (_, i) => `layer_${i}.w`);
  const nested = (blocks: number): string[] => gpt2Tensors(blocks, 1).map(({ name }) => name);
  for (const names of [nested(833), flat(10_000), nested(25_000), flat(300_000)]) {
    const path = writeList(names);
    const spent = { model: [], tree: [], table: [] } as Record<string, number[]>;
    for (let i = 0; i < times; i++) {
      const { handlers, stop } = engineHost(path);
      let asked = 0;
      const timed: MakeHandlers = (server) => {
        const made = handlers(server);
        const ready: (typeof made)['ready'] = (...params) => {
          asked = performance.now();
          return made.ready!(...params);
        };
        return { ...made, ready };
      };
      const { page } = await openPanel(browser, timed, setting);
      await page.waitForSelector('.model', { timeout: 60_000 });
      spent['model']!.push(performance.now() - asked);
      const profile = process.argv.includes('--profile') ? await profiler(page) : undefined;
      spent['tree']!.push(await click(page, '.top-bar .switch button:nth-child(2)'));
      spent['table']!.push(await click(page, '.tensors-bar .switch button:nth-child(2)'));
      await profile?.(`out/gallery/${names.length}-${names[0]}.cpuprofile`);
      await page.context().close();
      stop();
    }
    for (const [what, all] of Object.entries(spent)) {
      const [least, middle] = [0, times >> 1].map((at) => all.toSorted((a, b) => a - b)[at]!);
      const figures = `least ${least!.toFixed(0)}, median ${middle!.toFixed(0)} ms`;
      process.stdout.write(`${names.length} tensors (${names[0]} …), ${what}: ${figures}\n`);
    }
  }
}

function writeList(names: readonly string[]): string {
  const path = `out/gallery/list-${names.length}.safetensors`;
  const plan = names.map((name) => ({ name, dtype: 'F32' as const, shape: [2] }));
  const header = safetensorsHeader(plan, new Map());
  writeFileSync(path, Buffer.concat([header, Buffer.alloc(8 * names.length)]));
  return path;
}

/** Milliseconds from a click to the end of the first frame after it. */
function click(page: Page, selector: string): Promise<number> {
  return page.evaluate(async (what) => {
    const start = performance.now();
    document.querySelector<HTMLElement>(what)?.click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - start;
  }, selector);
}

async function profiler(page: Page): Promise<(file: string) => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.start');
  return async (file) => {
    const { profile } = await session.send('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
  };
}
