/** The health view: a model with every kind of finding, a healthy one, and a check under way. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import {
  type PlannedTensor,
  safetensorsHeader,
} from '../../../src/core/checkpoint/encodeSafetensors';
import { engineHost, type MakeHandlers } from './engineHost';
import { gpt2Tensors, madeHost } from './madeHost';
import { idleSweep } from './madeStatistics';
import type { Setting } from './page';

const file = 'out/gallery/unwell.safetensors';
const width = 48;
const blocks = 12;

/** Eight blocks as GPT-2 names them; what is wrong with some of them is made below. */
function write(): void {
  let seed = 3;
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const add = (name: string, shape: readonly number[], scale: number, mean = 0): void => {
    const length = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, { shape, data: Float32Array.from({ length }, () => mean + scale * noise()) });
  };
  add('wte.weight', [256, width], 0.2);
  for (let block = 0; block < blocks; block++) {
    const at = `h.${block}`;
    add(`${at}.ln_1.weight`, [width], 0.1, 0.3 + 0.05 * block);
    add(`${at}.attn.c_attn.weight`, [width, 3 * width], 0.2 + 0.02 * block);
    add(`${at}.attn.c_attn.bias`, [3 * width], 0.05);
    add(`${at}.attn.c_proj.weight`, [width, width], 0.1 / Math.sqrt(block + 1));
    add(`${at}.mlp.c_fc.weight`, [width, 4 * width], 0.15 + 0.01 * (block % 3));
    add(`${at}.mlp.c_proj.weight`, [4 * width, width], 0.08 + 0.04 * block);
  }
  const data = (name: string): Float32Array => tensors.get(name)!.data;
  data('h.3.attn.c_attn.weight').set([NaN, NaN, NaN], 100);
  data('h.7.mlp.c_proj.weight').set([Infinity, -Infinity], 1000);
  data('h.5.attn.c_attn.bias').fill(0);
  data('h.0.ln_1.weight').fill(1);
  data('h.9.attn.c_proj.weight').set(data('h.8.attn.c_proj.weight'));
  for (const row of [3, 17, 40]) data('wte.weight').fill(0, row * width, (row + 1) * width);
  for (let row = 0; row < width; row++) data('h.2.mlp.c_fc.weight')[row * 4 * width + 11]! *= 20;
  const all = [...tensors];
  const plan = all.map(([name, { shape }]): PlannedTensor => ({ name, dtype: 'F32', shape }));
  mkdirSync('out/gallery', { recursive: true });
  writeFileSync(
    file,
    Buffer.concat([
      safetensorsHeader(plan, new Map()),
      ...all.map(([, tensor]) => Buffer.from(tensor.data.buffer)),
    ]),
  );
}

export interface HealthPicture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act?: (page: Page) => Promise<void>;
}

export function healthPictures(): {
  readonly pictures: readonly HealthPicture[];
  readonly stop: () => void;
} {
  write();
  const { handlers, stop } = engineHost(file);
  const wide = { width: 1400, height: 860 } as const;
  const narrow = { width: 320, height: 820 } as const;
  const state = { view: 'health' };
  const check = async (page: Page): Promise<void> => {
    const start = page.locator('.health button.primary');
    if (await start.isVisible()) await start.click();
    await page.waitForTimeout(1200);
  };
  const made = (sweep: Partial<typeof idleSweep>): MakeHandlers => {
    const host = madeHost({ layers: 12, heads: 12, tokens: 8, tensors: gpt2Tensors(12) });
    return (server) => ({ ...host(server), sweep: () => ({ ...idleSweep, ...sweep }) });
  };
  const bytesTotal = 16.1e9;
  return {
    pictures: [
      ...(['dark', 'light', 'contrast'] as const).flatMap((theme): HealthPicture[] => [
        { name: `health-${theme}`, host: handlers, theme, ...wide, state, act: check },
        { name: `health-narrow-${theme}`, host: handlers, theme, ...narrow, state, act: check },
      ]),
      {
        name: 'health-role',
        ...{ host: handlers, theme: 'dark', ...wide, state, language: 'zh-cn' },
        async act(page) {
          await check(page);
          await page.locator('.health-roles button').nth(2).click();
          await page.locator('.health-blocks').scrollIntoViewIfNeeded();
        },
      },
      { name: 'health-idle', host: made({}), theme: 'dark', ...wide, state },
      {
        name: 'health-running',
        host: made({ state: 'running', bytesDone: 4.2e9, bytesTotal, rate: 9.8e8 }),
        ...{ theme: 'light', ...wide, state },
      },
      {
        name: 'health-cancelled',
        host: made({ state: 'cancelled', bytesDone: 4.2e9, bytesTotal }),
        ...{ theme: 'dark', ...narrow, state },
      },
      {
        name: 'health-failed',
        host: made({ state: 'failed', problem: 'model.safetensors was replaced.' }),
        ...{ theme: 'dark', ...wide, state },
      },
    ],
    stop,
  };
}
