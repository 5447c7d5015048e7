/** Two checkpoints side by side, and heads ranked from weights alone: every theme, wide and narrow. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import {
  type PlannedTensor,
  safetensorsHeader,
} from '../../../src/core/checkpoint/encodeSafetensors';
import { compareHost, engineHost, type MakeHandlers } from './engineHost';
import type { Setting } from './page';

export interface ComparePicture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act?: (page: Page) => Promise<void>;
}

const [rows, columns] = [1500, 2304];

/** `change` adds two directions, one wide stripe and a NaN to some of the blocks. */
function write(name: string, change: boolean): string {
  const tensors = Array.from({ length: 6 }, (_, block) => {
    const data = new Float32Array(rows * columns);
    let seed = block + 1;
    for (let i = 0; i < data.length; i++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const [r, c] = [Math.floor(i / columns), i % columns];
      const added = 0.004 * block * Math.sin(r / 90) * Math.cos(c / 60) + (c % 512 < 3 ? 0.01 : 0);
      data[i] = 0.02 * (seed / 2 ** 31 - 1) + (change && block > 1 ? added : 0);
    }
    if (change && block === 4) data[700 * columns + 900] = NaN;
    return { name: `model.layers.${block}.mlp.up_proj.weight`, data };
  });
  const plan = tensors.map((tensor): PlannedTensor => {
    return { name: tensor.name, dtype: 'F32', shape: [rows, columns] };
  });
  const path = `out/gallery/${name}.safetensors`;
  mkdirSync('out/gallery', { recursive: true });
  const parts = tensors.map(({ data }) => Buffer.from(data.buffer));
  writeFileSync(path, Buffer.concat([safetensorsHeader(plan, new Map()), ...parts]));
  return path;
}

const choose =
  (line: number, ...keys: readonly string[]) =>
  async (page: Page): Promise<void> => {
    await page.waitForSelector('.compare-bar .compare-progress:not(:has(progress))', {
      state: 'attached',
    });
    await page.click(`.compare-table [role=row][aria-rowindex="${line + 2}"]`);
    await page.waitForTimeout(1500);
    if (keys.length === 0) return;
    await page.focus('canvas.map');
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForTimeout(800);
  };

export function comparePictures(): {
  readonly pictures: readonly ComparePicture[];
  readonly stop: () => void;
} {
  const folder = 'test/fixtures/compare';
  const large = compareHost(write('compare-before', false), write('compare-after', true));
  const small = compareHost(`${folder}/before.safetensors`, `${folder}/after.safetensors`);
  const heads = engineHost(`${folder}/heads/model.safetensors`);
  const wide = { width: 1400, height: 860 } as const;
  const narrow = { width: 340, height: 1500 } as const;
  const page = 'compare';
  const toHeads = async (on: Page): Promise<void> => {
    await on.waitForTimeout(2500);
  };
  const themes = ['dark', 'light', 'contrast'] as const;
  const pictures = [
    ...themes.flatMap((theme): ComparePicture[] => [
      { name: `compare-${theme}`, host: large.handlers, theme, ...wide, page, act: choose(0) },
      {
        name: `compare-narrow-${theme}`,
        ...{ host: large.handlers, theme, ...narrow, page, act: choose(1) },
      },
      {
        name: `compare-triage-${theme}`,
        ...{ host: heads.handlers, theme, ...wide, state: { view: 'triage' }, act: toHeads },
      },
      {
        name: `compare-triage-narrow-${theme}`,
        ...{ host: heads.handlers, theme, ...narrow, state: { view: 'triage' }, act: toHeads },
      },
    ]),
    {
      name: 'compare-zoomed',
      ...{ host: large.handlers, theme: 'dark', ...wide, page },
      act: choose(0, 'ArrowDown', 'PageDown', ...Array.from({ length: 12 }, () => '+')),
    },
    {
      name: 'compare-small',
      ...{ host: small.handlers, theme: 'light', ...wide, page, language: 'zh-cn' },
      act: choose(0, 'ArrowDown', 'ArrowDown', 'ArrowRight'),
    },
  ] satisfies ComparePicture[];
  const stop = (): void => {
    for (const each of [large, small, heads]) each.stop();
  };
  return { pictures, stop };
}
