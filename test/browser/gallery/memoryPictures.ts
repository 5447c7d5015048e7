/** The memory view over models that really ran: those of the project, and published ones where they are at hand. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { engineHost, type MakeHandlers, saved } from './engineHost';
import type { Setting } from './page';

export interface MemoryPicture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act?: (page: Page) => Promise<void>;
}

const fixtures = path.resolve('../shared/fixtures');
const modelIn = (folder: string): string | undefined => {
  const all = existsSync(path.join(fixtures, folder))
    ? readdirSync(path.join(fixtures, folder))
    : [];
  const file = all.find((name) => /\.(model|pt|safetensors)$/.test(name) && !/golden/.test(name));
  return file && path.join(fixtures, folder, file);
};

/** Runs what is in the top bar. */
const run = async (page: Page): Promise<void> => {
  await page.click('.arrays-bar button.primary');
  await page.waitForTimeout(1800);
};
const keys = async (page: Page, ...names: readonly string[]): Promise<void> => {
  await page.focus('.strips-cursor');
  for (const name of names) await page.keyboard.press(name);
  await page.waitForTimeout(500);
};

export function memoryPictures(): {
  readonly pictures: readonly MemoryPicture[];
  readonly stop: () => void;
} {
  const stops: (() => void)[] = [];
  const hostOf = (file: string): MakeHandlers => {
    const { handlers, stop } = engineHost(file);
    stops.push(stop);
    return handlers;
  };
  const ntm = modelIn('third-party/pytorch-ntm-copy-1') ?? 'test/fixtures/memory/ntm_a.safetensors';
  const wide = { width: 1400, height: 860 } as const;
  const copy = (name: string, theme: Setting['theme'], more: Partial<MemoryPicture> = {}) => ({
    name: `memory-${name}`,
    host: hostOf(ntm),
    theme,
    ...wide,
    act: async (page: Page) => {
      await run(page);
      await keys(page, ...Array<string>(12).fill('.'), 'ArrowDown', 'ArrowDown');
    },
    ...more,
  });
  const other = (
    name: string,
    folder: string,
    theme: Setting['theme'] = 'dark',
  ): MemoryPicture[] => {
    const file = modelIn(folder);
    return file ? [{ name: `memory-${name}`, host: hostOf(file), theme, ...wide, act: run }] : [];
  };
  const pictures: MemoryPicture[] = [
    copy('empty', 'dark', { act: () => Promise.resolve() }),
    copy('dark', 'dark'),
    copy('light', 'light'),
    copy('contrast', 'contrast'),
    copy('narrow', 'dark', { width: 300, height: 820 }),
    copy('zh', 'light', { language: 'zh-cn', width: 900, height: 700 }),
    copy('wrong', 'dark', {
      act: async (page) => {
        await page.click('.arrays-part .popover button');
        await page.waitForTimeout(800);
        await page.selectOption('.setting select', 'V2');
        await page.keyboard.press('Escape');
        await run(page);
      },
    }),
    copy('settings', 'light', {
      act: async (page) => {
        await page.click('.arrays-part .popover button');
        await page.waitForTimeout(1200);
      },
    }),
    copy('input', 'dark', {
      act: async (page) => {
        await page.click('.arrays-bar > .popover button');
        await page.click('.input-kinds button:nth-child(2)');
        await page.waitForTimeout(800);
      },
    }),
    copy('what-if', 'dark', {
      act: async (page) => {
        await run(page);
        await keys(page, ...Array<string>(26).fill('.'), '{');
        const box = await page.locator('.turn').nth(1).boundingBox();
        if (box) await page.mouse.click(box.x + box.width * 0.8, box.y + 6);
        await page.waitForTimeout(400);
      },
    }),
    ...(['dark', 'light'] as const).map((theme) =>
      copy(`program-${theme}`, theme, {
        act: async (page) => {
          await run(page);
          await keys(page, ...Array<string>(12).fill('.'));
          await page.click('.addressing .switch:first-child button:nth-child(2)');
          await page.waitForTimeout(500);
        },
      }),
    ),
    copy('exported', 'light', {
      act: async (page) => {
        await run(page);
        for (const item of [1, 2]) {
          await page.click('.transport .popover:last-of-type button');
          await page.click(`.popover-panel button:nth-child(${item})`);
          await page.waitForTimeout(600);
        }
        await page.goto('about:blank');
        await page.setContent(saved.get('memory.svg') ?? 'no drawing was saved');
      },
    }),
    copy('long', 'dark', {
      act: async (page) => {
        await page.click('.arrays-part .popover button');
        await page.waitForTimeout(800);
        await page.fill('.setting:nth-child(3) input', '4999');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Escape');
        await run(page);
        await page.waitForTimeout(4000);
      },
    }),
    ...other('dnc', 'third-party/dnc-random'),
    ...(['dark', 'light', 'contrast'] as const).map((theme): MemoryPicture => ({
      name: `memory-links-${theme}`,
      host: hostOf('test/fixtures/memory/dnc_joined.safetensors'),
      theme,
      ...wide,
      act: async (page) => {
        await run(page);
        await keys(page, ...Array<string>(9).fill('.'));
        await page.click('.matrix-pane [role=tab]:last-child');
        await page.waitForTimeout(300);
      },
    })),
    ...other('associative', 'third-party/vlgiitr-ntm-associative', 'light'),
    {
      name: 'memory-story',
      host: hostOf('samples/memn2n/model.safetensors'),
      theme: 'dark',
      ...wide,
      act: run,
    },
    ...(['en', 'zh-cn'] as const).map((language): MemoryPicture => ({
      name: `memory-story-edited-${language}`,
      host: hostOf('samples/memn2n/model.safetensors'),
      theme: language === 'en' ? 'light' : 'dark',
      ...wide,
      language,
      act: async (page) => {
        await page.click('.arrays-bar > .popover button');
        await page.click('.input-kinds button:nth-child(2)');
        await page.waitForTimeout(800);
        await page.fill(
          '#story-text',
          'sandra went to the gardn\nMary took the milk.\nmary went to the ',
        );
        await page.focus('#story-text');
        await page.keyboard.press('Control+End');
        await page.keyboard.type('ba');
        await page.waitForTimeout(300);
      },
    })),
    ...other('hops', 'own/memn2n-adjacent-3hop', 'light'),
    ...other('lstm', 'own/cell-lstm-2layer-bi'),
    ...other('gru', 'own/cell-gru', 'light'),
    ...other('translator', 'own/bahdanau-reverse'),
    ...other('fast', 'own/fast-weights'),
    ...other('pointer', 'own/pointer-sort', 'light'),
    ...other('reader', 'own/attentive-reader'),
    ...other('glimpses', 'own/ram-glyph32', 'light'),
    ...other('captions', 'own/show-attend-tell-28'),
    ...other('seq2seq', 'own/seq2seq-noattention'),
  ];
  return { pictures, stop: () => stops.forEach((stop) => stop()) };
}
