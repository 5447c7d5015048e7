/** The logit lens beside a head, and a head left out, of the sample; the lens of a made model of many layers. */
import path from 'node:path';
import type { Page } from 'playwright-core';
import { engineHost, type MakeHandlers } from './engineHost';
import { madeHost } from './madeHost';
import type { Setting } from './page';

interface LensPicture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act: (page: Page) => Promise<void>;
}

const lens = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /By layer|逐层/ }).click();
  await page.waitForTimeout(600);
};
const head = async (page: Page): Promise<void> => {
  await page.focus('.overview canvas');
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(400);
  await page.focus('canvas.map');
  for (let i = 0; i < 11; i++) await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(400);
};
const sample = async (page: Page): Promise<void> => {
  await page.click('.sample');
  await page.waitForTimeout(1500);
};

export function lensPictures(): { readonly pictures: readonly LensPicture[]; stop(): void } {
  const { handlers, stop } = engineHost(path.resolve('samples/induction/model.safetensors'));
  const real = { host: handlers };
  const wide = { width: 1400, height: 860 } as const;
  const both = async (page: Page) => {
    await sample(page);
    await head(page);
    await lens(page);
  };
  const without = async (page: Page) => {
    await sample(page);
    await head(page);
    await page.getByRole('button', { name: /Leave out|去掉此头/ }).click();
    await page.waitForTimeout(1000);
  };
  const many = madeHost({ layers: 12, heads: 12, tokens: 64 });
  const pictures: LensPicture[] = [
    ...(['dark', 'light', 'contrast'] as const).map((theme) => ({
      ...real,
      ...wide,
      name: `lens-${theme}`,
      theme,
      act: both,
    })),
    { ...real, name: 'lens-narrow', theme: 'dark', width: 300, height: 820, act: both },
    { ...real, ...wide, name: 'lens-chinese', theme: 'light', language: 'zh-cn', act: both },
    ...(['dark', 'light', 'contrast'] as const).map((theme) => ({
      ...real,
      ...wide,
      name: `lens-without-${theme}`,
      theme,
      act: without,
    })),
    { ...real, name: 'lens-without-narrow', theme: 'dark', width: 300, height: 820, act: without },
    { ...real, ...wide, name: 'lens-without-zh', theme: 'dark', language: 'zh-cn', act: without },
    {
      ...wide,
      name: 'lens-overview',
      theme: 'dark',
      host: many,
      async act(page) {
        await page.fill('textarea', 'The cat sat');
        await page.press('textarea', 'Enter');
        await page.waitForTimeout(900);
        await lens(page);
      },
    },
  ];
  return { pictures, stop };
}
