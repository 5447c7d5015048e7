/** The weights view over a file that is made for it: every kind of tensor, in every theme and width. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import {
  type PlannedTensor,
  safetensorsHeader,
} from '../../../src/core/checkpoint/encodeSafetensors';
import { engineHost } from './engineHost';
import type { Setting } from './page';

const file = 'out/gallery/weights.safetensors';

/** Rank-8 structure under noise, one large channel, as trained weights have. */
function values(rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  let seed = 7;
  const noise = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) {
      const wave = Math.sin(r / 17) * Math.cos(c / 23) + Math.sin((r + c) / 41);
      const channel = c % 97 === 3 ? 2.5 : 1;
      out[i] = 0.02 * channel * (wave + noise() + noise());
    }
  }
  return out;
}

function write(): void {
  const broken = values(1, 300);
  broken.set([NaN, Infinity, -Infinity], 40);
  const patched = values(48, 64);
  patched.set([NaN, NaN, Infinity, -Infinity], 64 * 10 + 20);
  const tensors: readonly (readonly [name: string, shape: readonly number[], Float32Array])[] = [
    ['h.0.attn.c_attn.weight', [768, 2304], values(768, 2304)],
    ['h.0.attn.c_attn.bias', [2304], values(1, 2304)],
    ['h.0.conv.weight', [96, 48, 3, 3], values(96, 48 * 9)],
    ['h.0.mlp.small', [6, 9], values(6, 9)],
    ['broken.matrix', [48, 64], patched],
    ['broken.vector', [300], broken],
    ['scale', [], Float32Array.of(0.1)],
    ['nothing', [0, 4], new Float32Array()],
    ['__proto__', [4, 4], values(4, 4)],
    ['层/权重\nline two', [32, 32], values(32, 32)],
  ];
  const plan = tensors.map(([name, shape]): PlannedTensor => ({ name, dtype: 'F32', shape }));
  const parts = tensors.map(([, , data]) => Buffer.from(data.buffer));
  mkdirSync('out/gallery', { recursive: true });
  writeFileSync(file, Buffer.concat([safetensorsHeader(plan, new Map()), ...parts]));
}

export interface WeightsPicture extends Setting {
  readonly name: string;
  readonly host: ReturnType<typeof engineHost>['handlers'];
  readonly act?: (page: Page) => Promise<void>;
}

/** Made only when one of them is wanted: a file is written and an engine started. */
export function weightsPictures(): {
  readonly pictures: readonly WeightsPicture[];
  readonly stop: () => void;
} {
  write();
  const { handlers, stop } = engineHost(file);
  const wide = { width: 1400, height: 860 } as const;
  const narrow = { width: 340, height: 820 } as const;
  const at = (tensor: string, tab = 'statistics', kept: object = {}) => ({
    view: 'tensors',
    kept: { looked: { tensor }, 'weights.tab': tab, ...kept },
  });
  const move = async (page: Page, ...keys: readonly string[]): Promise<void> => {
    await page.waitForTimeout(800);
    await page.focus('canvas.map');
    for (const key of keys) await page.keyboard.press(key);
    await page.waitForTimeout(500);
  };
  const picture = (
    name: string,
    setting: Omit<Setting, 'theme'> & Partial<Setting>,
    act = (page: Page) => move(page, 'ArrowDown', 'ArrowRight'),
  ): WeightsPicture => ({
    name: `weights-${name}`,
    host: handlers,
    theme: 'dark',
    ...setting,
    act,
  });
  const still = (page: Page): Promise<void> => page.waitForTimeout(1200);
  const attention = 'h.0.attn.c_attn.weight';
  const pictures = [
    ...(['dark', 'light', 'contrast'] as const).flatMap((theme) => [
      picture(`map-${theme}`, { theme, ...wide, state: at(attention) }),
      picture(`narrow-${theme}`, { theme, ...narrow, state: at(attention) }),
      picture(`histogram-${theme}`, { theme, ...wide, state: at('broken.matrix', 'histogram') }),
    ]),
    picture('none', { ...wide, state: { view: 'tensors' } }, still),
    picture('logarithmic', {
      ...wide,
      state: at(attention, 'histogram', { 'weights.logarithmic': true, 'weights.clip': '99' }),
    }),
    picture('spectrum', { ...wide, state: at('h.0.conv.weight', 'spectrum') }, still),
    picture('spectrum-idle', { ...wide, state: at(attention, 'spectrum') }, still),
    picture(
      'spectrum-running',
      { ...wide, theme: 'light', state: at(attention, 'spectrum') },
      async (page) => {
        await still(page);
        await page.click('.tensor-panel button');
        await still(page);
      },
    ),
    picture('values', { ...wide, state: at(attention, 'values') }, (page) =>
      move(page, 'ArrowDown', ...Array<string>(7).fill('PageDown'), 'End'),
    ),
    picture('conv', { ...wide, theme: 'light', state: at('h.0.conv.weight') }),
    picture('small', { ...wide, state: at('h.0.mlp.small') }),
    picture('line', { ...wide, state: at('h.0.attn.c_attn.bias') }),
    picture('line-broken', { ...wide, theme: 'light', state: at('broken.vector') }),
    picture('scalar', { ...wide, state: at('scale') }, still),
    picture('nothing', { ...wide, state: at('nothing') }, still),
    picture('gone', { ...wide, state: at('no such tensor') }, still),
    picture('proto', { ...wide, state: at('__proto__') }),
    picture('name', { ...wide, state: at('层/权重\nline two', 'values'), language: 'zh-cn' }),
    picture('middle', {
      width: 900,
      height: 820,
      theme: 'light',
      state: at(attention, 'histogram'),
    }),
    picture('zoomed', { ...wide, state: at(attention) }, (page) =>
      move(page, 'ArrowDown', 'PageDown', ...Array<string>(12).fill('+')),
    ),
  ];
  return { pictures, stop };
}
