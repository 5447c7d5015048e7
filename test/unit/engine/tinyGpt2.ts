/** A tiny random GPT-2, written to a folder for temporary files, and its forward pass in plain loops. */
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  safetensorsHeader,
  type PlannedTensor,
} from '../../../src/core/checkpoint/encodeSafetensors';

export interface Tiny {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly layout: 'huggingface' | 'nanogpt';
  readonly bias: boolean;
  readonly dtype: 'F32' | 'F16' | 'BF16';
  readonly prefix: string;
}

export const tiny: Tiny = {
  layers: 2,
  heads: 2,
  width: 8,
  vocabulary: 11,
  context: 150,
  layout: 'huggingface',
  bias: true,
  dtype: 'F32',
  prefix: 'transformer.',
};

export type Weights = Map<string, { readonly shape: number[]; readonly data: number[] }>;

export interface Forward {
  /** [layer][head] of [tokens, tokens]. */
  readonly attentions: number[][][][];
  /** [layers + 1] of [tokens, width]; the last one after the final norm. */
  readonly hidden: number[][][];
  readonly logits: number[][];
}

/** Weights by the names without prefix; large enough that heads differ and softmax is not flat. */
export function tinyWeights(model: Tiny, seed = 7): Weights {
  const { layers, width, vocabulary, context } = model;
  const weights: Weights = new Map();
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const add = (name: string, shape: number[], scale: number, around = 0) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = Array.from({ length: count }, () => rounded(around + scale * random(), model));
    weights.set(name, { shape, data });
  };
  const linear = (name: string, from: number, to: number) => {
    add(`${name}.weight`, model.layout === 'nanogpt' ? [to, from] : [from, to], 1.5);
    if (model.bias) add(`${name}.bias`, [to], 0.5);
  };
  const norm = (name: string) => {
    add(`${name}.weight`, [width], 0.5, 1);
    if (model.bias) add(`${name}.bias`, [width], 0.5);
  };
  add('wte.weight', [vocabulary, width], 2);
  add('wpe.weight', [context, width], 1);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, width, 3 * width);
    linear(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, width, 4 * width);
    linear(`h.${layer}.mlp.c_proj`, 4 * width, width);
  }
  norm('ln_f');
  return weights;
}

export function tinyConfig(model: Tiny): Record<string, unknown> {
  return { model_type: 'gpt2', n_head: model.heads, n_layer: model.layers };
}

/** Writes the checkpoint with its config; gives the path of `model.safetensors`. */
export async function writeTiny(model: Tiny, weights = tinyWeights(model)): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(tinyConfig(model)));
  const file = path.join(folder, 'model.safetensors');
  await writeFile(file, tinyBytes(model, weights));
  return file;
}

const temporary: string[] = [];
process.on('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone when the process ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mnemoscope-tiny-'));
  temporary.push(folder);
  return folder;
}

export function tinyBytes(model: Tiny, weights: Weights): Uint8Array {
  const planned: PlannedTensor[] = [...weights].map(([name, { shape }]) => {
    return { name: model.prefix + name, dtype: model.dtype, shape };
  });
  const data = [...weights.values()].map((tensor) => encoded(tensor.data, model.dtype));
  return Buffer.concat([safetensorsHeader(planned, new Map([['format', 'pt']])), ...data]);
}

/** The value that the file can hold. */
function rounded(value: number, { dtype }: Tiny): number {
  if (dtype === 'F32') return Math.fround(value);
  // Eight (bfloat16) and eleven (float16) significant bits, for values well inside the normal range.
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - (dtype === 'BF16' ? 7 : 10));
  return value === 0 ? 0 : Math.max(-4, Math.min(4, Math.round(value / step) * step));
}

function encoded(data: readonly number[], dtype: Tiny['dtype']): Uint8Array {
  const floats = Float32Array.from(data);
  if (dtype === 'F32') return new Uint8Array(floats.buffer);
  const bits = new Uint32Array(floats.buffer);
  return new Uint8Array(Uint16Array.from(bits, dtype === 'BF16' ? (b) => b >>> 16 : half).buffer);
}

/** binary32 bits → binary16 bits (IEEE 754-2008, 3.6), for values that binary16 can hold exactly. */
function half(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  if (exponent < -14) {
    const significand = (bits & 0x7fffff) | 0x800000;
    return exponent < -24 ? sign : sign | (significand >>> (-exponent - 1));
  }
  return sign | ((exponent + 15) << 10) | ((bits >>> 13) & 0x3ff);
}

/** The equations of GPT-2, one number at a time. */
export function plainForward(model: Tiny, weights: Weights, ids: readonly number[]): Forward {
  const { layers, heads, width } = model;
  const size = width / heads;
  const get = (name: string) => weights.get(name);
  const linear = (x: number[][], name: string): number[][] => {
    const { shape, data } = get(`${name}.weight`)!;
    const bias = get(`${name}.bias`)?.data;
    const [inputs, outputs] = model.layout === 'nanogpt' ? [shape[1]!, shape[0]!] : shape;
    const at = (i: number, o: number) =>
      model.layout === 'nanogpt' ? data[o * inputs! + i]! : data[i * outputs! + o]!;
    return x.map((row) =>
      Array.from({ length: outputs! }, (_, o) =>
        row.reduce((sum, value, i) => sum + value * at(i, o), bias?.[o] ?? 0),
      ),
    );
  };
  const norm = (x: number[][], name: string): number[][] =>
    x.map((row) => {
      const mean = row.reduce((a, b) => a + b, 0) / width;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
      const scale = get(`${name}.weight`)!.data;
      const bias = get(`${name}.bias`)?.data;
      return row.map(
        (v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * scale[i]! + (bias?.[i] ?? 0),
      );
    });
  const gelu = (x: number) =>
    model.layout === 'nanogpt'
      ? 0.5 * x * (1 + erf(x / Math.SQRT2))
      : 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  const plus = (a: number[][], b: number[][]) =>
    a.map((row, i) => row.map((v, j) => v + b[i]![j]!));
  const row = (table: string, index: number) =>
    get(table)!.data.slice(index * width, (index + 1) * width);

  let x = plus(
    ids.map((id) => row('wte.weight', id)),
    ids.map((_, place) => row('wpe.weight', place)),
  );
  const hidden = [x];
  const attentions: number[][][][] = [];
  for (let layer = 0; layer < layers; layer++) {
    const qkv = linear(norm(x, `h.${layer}.ln_1`), `h.${layer}.attn.c_attn`);
    const part = (which: number, head: number) =>
      qkv.map((values) => values.slice(which * width + head * size).slice(0, size));
    const mixed = x.map(() => [] as number[]);
    const perHead: number[][][] = [];
    for (let head = 0; head < heads; head++) {
      const [query, key, value] = [part(0, head), part(1, head), part(2, head)];
      const weighting = query.map((q, i) =>
        softmax(key.map((k, j) => (j > i ? -Infinity : dot(q, k) / Math.sqrt(size)))),
      );
      perHead.push(weighting);
      weighting.forEach((weights, i) => {
        for (let d = 0; d < size; d++) {
          mixed[i]!.push(weights.reduce((sum, w, j) => sum + w * value[j]![d]!, 0));
        }
      });
    }
    attentions.push(perHead);
    x = plus(x, linear(mixed, `h.${layer}.attn.c_proj`));
    const inner = linear(norm(x, `h.${layer}.ln_2`), `h.${layer}.mlp.c_fc`);
    x = plus(
      x,
      linear(
        inner.map((r) => r.map(gelu)),
        `h.${layer}.mlp.c_proj`,
      ),
    );
    hidden.push(x);
  }
  const finished = norm(x, 'ln_f');
  hidden[layers] = finished;
  const logits = finished.map((state) =>
    Array.from({ length: model.vocabulary }, (_, id) => dot(state, row('wte.weight', id))),
  );
  return { attentions, hidden, logits };
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const exps = scores.map((score) => Math.exp(score - most));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Abramowitz & Stegun 7.1.26, error below 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** Largest absolute difference; NaN on both sides counts as none, on one side as infinite. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`lengths ${a.length} and ${b.length}`);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) && Number.isNaN(b[i])) continue;
    const d = Math.abs(a[i]! - b[i]!);
    most = Number.isNaN(d) ? Infinity : Math.max(most, d);
  }
  return most;
}
