/** The energy view: the letters of the sample, a modern network, a two-cycle, weights that are not symmetric. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import {
  type PlannedTensor,
  safetensorsHeader,
} from '../../../src/core/checkpoint/encodeSafetensors';
import { engineHost, type MakeHandlers } from './engineHost';
import type { Setting } from './page';

export interface EnergyPicture extends Setting {
  readonly name: string;
  readonly host: MakeHandlers;
  readonly act?: (page: Page) => Promise<void>;
}

type Made = readonly (readonly [name: string, shape: readonly number[], data: Float32Array])[];

function write(file: string, tensors: Made): string {
  const plan = tensors.map(([name, shape]): PlannedTensor => ({ name, dtype: 'F32', shape }));
  const parts = tensors.map(([, , data]) => Buffer.from(data.buffer));
  const path = `out/gallery/${file}`;
  mkdirSync('out/gallery', { recursive: true });
  writeFileSync(path, Buffer.concat([safetensorsHeader(plan, new Map()), ...parts]));
  return path;
}

function noise(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
}

/** Units of a chain that inhibit their neighbours: all at once they turn over for ever. */
function inhibiting(n: number): string {
  const w = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    w[i * n + ((i + 1) % n)] = -1;
    w[i * n + ((i + n - 1) % n)] = -1;
  }
  return write('inhibiting.safetensors', [['W', [n, n], w]]);
}

function lopsided(n: number): string {
  const random = noise(5);
  const w = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 0 : random()));
  return write('lopsided.safetensors', [['W', [n, n], w]]);
}

/** Twelve pictures of waves, as real numbers. */
function waves(): string {
  const [edge, count] = [16, 12];
  const data = Float32Array.from({ length: count * edge * edge }, (_, i) => {
    const [p, y, x] = [
      Math.floor(i / edge ** 2),
      Math.floor((i % edge ** 2) / edge),
      i % edge,
    ] as const;
    return Math.sin(((p % 4) + 1) * 0.3 * x + (Math.floor(p / 4) + 1) * 0.4 * y);
  });
  return write('waves.safetensors', [['patterns', [count, edge * edge], data]]);
}

function many(): string {
  const random = noise(9);
  const [n, count] = [1024, 40];
  const data = Float32Array.from({ length: count * n }, () => (random() > 0 ? 1 : -1));
  return write('many.safetensors', [['patterns', [count, n], data]]);
}

export function energyPictures(): {
  readonly pictures: readonly EnergyPicture[];
  readonly stop: () => void;
} {
  const hosts = [
    'samples/hopfield/model.safetensors',
    'samples/induction/model.safetensors',
    waves(),
    inhibiting(36),
    lopsided(64),
    many(),
  ].map(engineHost);
  const [letters, attention, modern, cycle, asymmetric, large] = hosts.map(
    ({ handlers }) => handlers,
  ) as [MakeHandlers, MakeHandlers, MakeHandlers, MakeHandlers, MakeHandlers, MakeHandlers];
  const wide = { width: 1400, height: 900 } as const;
  const kept = (settings: Readonly<Record<string, string>>, more: object = {}) => ({
    view: 'energy',
    kept: { 'run.settings': settings, ...more },
  });
  const noisy = kept({ noise: '0.25', pattern: '3', seed: '7' }, { 'steps.step': 40 });
  const settled = (page: Page): Promise<void> => page.waitForTimeout(1200);
  const pictures: EnergyPicture[] = [
    ...(['dark', 'light', 'contrast'] as const).flatMap((theme): EnergyPicture[] => [
      { name: `energy-${theme}`, host: letters, theme, ...wide, state: noisy, act: settled },
      {
        name: `energy-narrow-${theme}`,
        host: letters,
        theme,
        width: 300,
        height: 2400,
        state: noisy,
        act: settled,
      },
    ]),
    {
      name: 'energy-first',
      ...{ host: letters, theme: 'dark', width: 1000, height: 1400 },
      act: settled,
    },
    {
      name: 'energy-compare',
      ...{ host: letters, theme: 'light', width: 1400, height: 1300, state: noisy },
      async act(page) {
        await settled(page);
        await page.click('.energy-compare button');
        await page.waitForTimeout(2500);
      },
    },
    {
      name: 'energy-drawn',
      ...{ host: letters, theme: 'dark', ...wide, height: 1300, state: noisy, language: 'zh-cn' },
      async act(page) {
        await settled(page);
        const board = page.locator('canvas.board');
        const box = (await board.boundingBox())!;
        await page.mouse.move(box.x + 30, box.y + 30);
        await page.mouse.down();
        await page.mouse.move(box.x + 150, box.y + 34, { steps: 12 });
        await page.mouse.move(box.x + 150, box.y + 160, { steps: 12 });
        await page.mouse.up();
        await page.click('.energy-start > button');
        await settled(page);
      },
    },
    ...(['dark', 'light'] as const).map((theme): EnergyPicture => ({
      name: `energy-modern-${theme}`,
      ...{ host: modern, theme, width: 1400, height: 1100, act: settled },
      state: kept({ beta: '0.1', noise: '1' }, { 'steps.step': 2 }),
    })),
    {
      name: 'energy-metastable',
      ...{ host: letters, theme: 'light', ...wide, act: settled },
      state: kept({ update: 'modern', beta: '0.02' }, { 'steps.step': 3 }),
    },
    {
      name: 'energy-height',
      ...{ host: letters, theme: 'dark', ...wide, act: settled },
      state: kept(
        { noise: '0.45', seed: '4', order: 'greedy' },
        { 'steps.step': 99, 'energy.landscape': 'height', 'energy.picture': 'change' },
      ),
    },
    {
      name: 'energy-head',
      ...{ host: attention, theme: 'dark', ...wide },
      async act(page) {
        await page.click('.sample');
        await page.waitForTimeout(1500);
        await page.focus('.overview canvas');
        for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(400);
        await page.focus('canvas.map');
        for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowDown');
        await page.click('.status .popover button');
        await page.waitForTimeout(400);
      },
    },
    {
      name: 'energy-cycle',
      ...{ host: cycle, theme: 'dark', ...wide, act: settled },
      state: kept(
        { update: 'sync' },
        {
          'steps.step': 2,
          'run.given': {
            arrays: [{ name: 'state', shape: [36], values: Array.from({ length: 36 }, () => 1) }],
          },
        },
      ),
    },
    {
      name: 'energy-asymmetric',
      ...{ host: asymmetric, theme: 'light', ...wide, state: kept({}), act: settled },
    },
    {
      name: 'energy-large',
      ...{ host: large, theme: 'dark', ...wide, act: (page) => page.waitForTimeout(4000) },
      state: kept({ noise: '0.3' }, { 'steps.step': 700 }),
    },
  ];
  return { pictures, stop: () => hosts.forEach(({ stop }) => stop()) };
}
