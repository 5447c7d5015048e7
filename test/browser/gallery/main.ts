/** Takes the gallery's pictures and says what the pages complained about. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { engineHost, type MakeHandlers, saved } from './engineHost';
import { gpt2Tensors, madeHost } from './madeHost';
import { openPanel, setTheme, type Setting } from './page';
import { comparePictures } from './comparePictures';
import { energyPictures } from './energyPictures';
import { healthPictures } from './healthPictures';
import { familyPictures } from './familyPictures';
import { lensPictures } from './lensPictures';
import { memoryPictures } from './memoryPictures';
import { weightsPictures } from './weightsPictures';

interface Picture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act?: (page: Page) => Promise<void>;
}

interface PictureSet {
  readonly pictures: readonly Picture[];
  stop(): void;
}

const filter = process.argv[2] ?? '';
const sampleModel = path.resolve('samples/induction/model.safetensors');
const real = existsSync(sampleModel) ? engineHost(sampleModel) : undefined;

const type = async (page: Page, text: string): Promise<void> => {
  await page.fill('textarea', text);
  await page.press('textarea', 'Enter');
  await page.waitForTimeout(900);
};
const head = async (page: Page, steps = 1): Promise<void> => {
  await page.focus('.overview canvas');
  for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(400);
};
const cell = async (page: Page, down: number, right: number): Promise<void> => {
  await page.focus('canvas.map');
  await page.keyboard.press('ArrowDown');
  for (let i = 0; i < down; i++) await page.keyboard.press('ArrowDown');
  for (let i = 0; i < right; i++) await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(400);
};
const wide = { width: 1400, height: 860 } as const;
const narrow = { width: 300, height: 820 } as const;
const sample = 'The cat sat';
const twelve = madeHost({ layers: 12, heads: 12, tokens: 64, tensors: gpt2Tensors(12) });

const pictures: readonly Picture[] = [
  ...(['dark', 'light', 'contrast'] as const).flatMap((theme): Picture[] => [
    { name: `empty-${theme}`, host: twelve, theme, ...wide },
    { name: `overview-${theme}`, host: twelve, theme, ...wide, act: (page) => type(page, sample) },
    {
      name: `head-${theme}`,
      host: twelve,
      theme,
      ...wide,
      act: async (page) => {
        await type(page, sample);
        await head(page, 2);
        await cell(page, 20, 6);
      },
    },
    { name: `tensors-${theme}`, host: twelve, theme, ...wide, state: { view: 'tensors' } },
    { name: `model-${theme}`, host: twelve, theme, ...wide, state: { view: 'model' } },
  ]),
  ...[4, 1024].map((tokens): Picture => ({
    name: `tokens-${tokens}`,
    host: madeHost({ layers: 2, heads: 5, tokens }),
    theme: 'dark',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await head(page, 3);
      await cell(page, 2, 1);
      await page.waitForTimeout(800);
    },
  })),
  {
    name: 'arcs',
    host: twelve,
    theme: 'dark',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await head(page, 4);
      await page.click('.head-bar [role=tab]:nth-child(2)');
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'table',
    host: twelve,
    theme: 'light',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await head(page, 4);
      await cell(page, 12, 0);
      await page.keyboard.press('t');
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'options-sorted',
    host: twelve,
    theme: 'light',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await page.click('.breadcrumb .popover button');
      await page.selectOption('.popover-panel select >> nth=0', 'induction');
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'large-model',
    host: madeHost({ layers: 32, heads: 32, tokens: 32 }),
    theme: 'dark',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await page.waitForTimeout(1500);
    },
  },
  {
    name: 'nan',
    host: madeHost({ layers: 2, heads: 4, tokens: 13, broken: 'self.0.1' }),
    theme: 'dark',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await head(page, 2);
    },
  },
  {
    name: 'cancelled',
    host: madeHost({ layers: 12, heads: 12, tokens: 64, arrive: 5, end: 'cancelled' }),
    theme: 'dark',
    ...wide,
    act: (page) => type(page, sample),
  },
  {
    name: 'running',
    host: madeHost({ layers: 12, heads: 12, tokens: 64, arrive: 5, end: 'running' }),
    theme: 'light',
    ...wide,
    act: (page) => type(page, sample),
  },
  {
    name: 'failed',
    host: madeHost({ layers: 12, heads: 12, tokens: 64, arrive: 3, end: 'failed' }),
    theme: 'dark',
    ...wide,
    act: (page) => type(page, sample),
  },
  {
    name: 'died',
    host: (server) => ({
      ...madeHost({ layers: 12, heads: 12, tokens: 64 })(server),
      tile: () =>
        new Promise(() =>
          server().notify('engineDied', {
            message: 'The engine that runs models ended (signal SIGKILL).',
          }),
        ),
    }),
    theme: 'dark',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await head(page, 2);
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'changed',
    host: (server) => {
      setTimeout(
        () =>
          server().notify('fileChanged', {
            checkpoint: 1,
            message: 'model.safetensors changed on disk.',
          }),
        1000,
      );
      return madeHost({ layers: 12, heads: 12, tokens: 64 })(server);
    },
    theme: 'light',
    ...wide,
    act: (page) => type(page, sample),
  },
  {
    name: 'help',
    host: twelve,
    theme: 'dark',
    ...wide,
    act: async (page) => {
      await type(page, sample);
      await page.focus('.overview canvas');
      await page.keyboard.press('?');
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'unopened',
    host: madeHost({
      layers: 1,
      heads: 1,
      tokens: 1,
      openError:
        'model.safetensors: the header ends at byte 8123456789, the file at byte 12 (at byte 0)',
    }),
    theme: 'dark',
    ...wide,
  },
  {
    name: 'no-tensors',
    host: madeHost({
      layers: 1,
      heads: 1,
      tokens: 1,
      summary: { tensors: [], parameters: 0, recognition: { kind: 'unknown' } },
    }),
    theme: 'light',
    ...wide,
  },
  {
    name: 'incomplete',
    host: madeHost({
      layers: 1,
      heads: 1,
      tokens: 1,
      tensors: gpt2Tensors(2),
      summary: {
        recognition: {
          kind: 'incomplete',
          family: 'GPT-2',
          problems: [
            'h.1.attn.c_attn.weight has shape [768, 768], expected [768, 2304]',
            'wpe.weight is missing',
          ],
        },
      },
    }),
    theme: 'dark',
    ...wide,
    state: { view: 'attention' },
  },
  {
    name: 'narrow',
    host: twelve,
    theme: 'dark',
    ...narrow,
    act: async (page) => {
      await type(page, sample);
      await head(page, 2);
      await cell(page, 3, 3);
    },
  },
  { name: 'narrow-tensors', host: twelve, theme: 'light', ...narrow, state: { view: 'tensors' } },
  { name: 'narrow-model', host: twelve, theme: 'light', ...narrow, state: { view: 'model' } },
  {
    name: 'chinese',
    host: twelve,
    theme: 'light',
    ...wide,
    language: 'zh-cn',
    act: async (page) => {
      await type(page, sample);
      await head(page, 2);
    },
  },
  {
    name: 'ratio-2',
    host: twelve,
    theme: 'dark',
    width: 900,
    height: 640,
    ratio: 2,
    act: async (page) => {
      await type(page, sample);
      await head(page, 2);
      await cell(page, 3, 3);
    },
  },
  ...(real
    ? [
        {
          name: 'real',
          host: real.handlers,
          theme: 'dark',
          ...wide,
          act: async (page: Page) => {
            await page.click('.sample');
            await page.waitForTimeout(1500);
            await head(page, 6);
            await cell(page, 7, 2);
          },
        } satisfies Picture,
        {
          name: 'real-theme-changed',
          host: real.handlers,
          theme: 'dark',
          ...wide,
          state: {
            input: 'the red fox finds a small lamp , the red fox finds a small',
            options: {
              scale: 'sqrt',
              map: 'cividis',
              hideFirst: true,
              sort: 'position',
              display: 'map',
              perRow: false,
              auto: false,
            },
          },
          act: async (page: Page) => {
            await page.press('textarea', 'Enter');
            await page.waitForTimeout(1500);
            await head(page, 6);
            await setTheme(page, 'light');
            await page.waitForTimeout(300);
          },
        } satisfies Picture,
        {
          name: 'real-exported',
          host: real.handlers,
          theme: 'dark',
          ...wide,
          act: async (page: Page) => {
            await page.click('.sample');
            await page.waitForTimeout(1500);
            await head(page, 6);
            for (const item of [1, 2, 3]) {
              await page.click('.top-bar .popover button');
              await page.click(`.popover-panel button:nth-child(${item})`);
              await page.waitForTimeout(500);
            }
            const svg = saved.get('attention-self.1.1.svg') ?? 'no drawing was saved';
            const [head0 = ''] = (saved.get('attention-self.1.1.csv') ?? 'no table').split('\r\n');
            process.stdout.write(`saved ${[...saved.keys()].join(', ')}; ${head0}\n`);
            await page.goto('about:blank');
            await page.setContent(svg);
          },
        } satisfies Picture,
      ]
    : []),
];

/** Pictures over engines of their own, by the word that their names begin with. */
const others: Readonly<Record<string, () => PictureSet>> = {
  compare: comparePictures,
  energy: energyPictures,
  family: familyPictures,
  health: healthPictures,
  lens: lensPictures,
  memory: memoryPictures,
  weights: weightsPictures,
};

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
  const sets = Object.entries(others)
    .filter(([word]) => word.startsWith(filter) || filter.startsWith(word))
    .map(([, make]) => make());
  const all = [...pictures, ...sets.flatMap((set) => set.pictures)];
  for (const { name, host, act, ...setting } of all) {
    if (!name.includes(filter)) continue;
    const { page, problems } = await openPanel(browser, host, setting);
    await page.waitForTimeout(400);
    try {
      await act?.(page);
    } catch (error) {
      problems.push(String(error));
    }
    await page.screenshot({ path: `out/gallery/${name}.png` });
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    process.stdout.write(`${name.padEnd(20)} ${nodes} elements ${problems.join(' | ')}\n`);
    await page.context().close();
  }
  await browser.close();
  for (const one of [real, ...sets]) one?.stop();
}

void main();
