/** The attention view over an encoder and a decoder, a text pair and an image; of the shared fixtures, where they are. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { engineHost, type MakeHandlers } from './engineHost';
import type { Setting } from './page';

interface FamilyPicture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act?: (page: Page) => Promise<void>;
}

const own = path.resolve('../shared/fixtures/own');
const wide = { width: 1400, height: 860 } as const;
const narrow = { width: 300, height: 820 } as const;
const rgb = path.resolve('test/fixtures/images/rgb.png');

const head = async (page: Page, down: number): Promise<void> => {
  await page.focus('.overview canvas');
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(400);
  await page.focus('canvas.map');
  for (let i = 0; i <= down; i++) await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(500);
};
const copy = async (page: Page): Promise<void> => {
  await page.fill('textarea', 'mu ge me so du <eos>');
  await page.press('textarea', 'Enter');
  await page.waitForTimeout(1500);
  await page.getByRole('tab', { name: /cross|交叉/ }).click();
  await head(page, 2);
};
const pair = async (page: Page): Promise<void> => {
  await page.fill('textarea', 'the pointer picks one of the [MASK]');
  await page.fill('.second', 'where is mary ? mary went to the kitchen');
  await page.press('.second', 'Enter');
  await page.waitForTimeout(1500);
  await head(page, 2);
};
const look = async (page: Page): Promise<void> => {
  await page.setInputFiles('input[type=file]', rgb);
  await page.waitForTimeout(1500);
  await head(page, 0);
};

export function familyPictures(): {
  readonly pictures: readonly FamilyPicture[];
  readonly stop: () => void;
} {
  if (!existsSync(own)) return { pictures: [], stop: () => undefined };
  const [t5, bert, vit] = ['t5-copy-tiny', 'bert-tiny', 'vit-tiny'].map((name) =>
    engineHost(path.join(own, name)),
  );
  const themes = ['dark', 'light', 'contrast'] as const;
  const shown = [
    { name: 'family-pair-of-stacks', host: t5!.handlers, act: copy },
    { name: 'family-text-pair', host: bert!.handlers, act: pair },
    { name: 'family-image', host: vit!.handlers, act: look },
  ];
  const pictures = shown.flatMap(({ name, ...picture }) => [
    ...themes.map((theme) => ({ name: `${name}-${theme}`, theme, ...wide, ...picture })),
    { name: `${name}-narrow`, theme: 'dark' as const, ...narrow, ...picture },
    { name: `${name}-chinese`, theme: 'light' as const, ...wide, language: 'zh-cn', ...picture },
  ]);
  return { pictures, stop: () => [t5, bert, vit].forEach((host) => host!.stop()) };
}
