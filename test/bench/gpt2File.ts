/** A random checkpoint of GPT-2 small's shape (124 M parameters, float32, 498 MB), written once to the folder for temporary files. */
import { mkdir, open, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  plannedBytes,
  safetensorsHeader,
  type PlannedTensor,
} from '../../src/core/checkpoint/encodeSafetensors';
import { gpt2Plan } from './gpt2Plan';

export const shape = {
  layers: 12,
  heads: 12,
  width: 768,
  inner: 3072,
  vocabulary: 50257,
  context: 1024,
};

export const config = {
  model_type: 'gpt2',
  architectures: ['GPT2LMHeadModel'],
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  n_embd: shape.width,
  n_head: shape.heads,
  n_layer: shape.layers,
  n_positions: shape.context,
  vocab_size: shape.vocabulary,
  bos_token_id: 0,
  eos_token_id: 0,
};

/** Path of `model.safetensors` in a folder with its `config.json`. */
export async function gpt2File(): Promise<string> {
  const folder = path.join(tmpdir(), 'mnemoscope-bench-gpt2-small');
  const file = path.join(folder, 'model.safetensors');
  if (await stat(file).catch(() => undefined)) return file;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  const part = `${file}.part`;
  const target = await open(part, 'w');
  const random = randomNumbers(20250101);
  const tensors = gpt2Plan(shape, 'F32');
  await target.write(safetensorsHeader(tensors, new Map([['format', 'pt']])));
  for (const tensor of tensors) await target.write(values(tensor, random));
  await target.close();
  await rename(part, file);
  return file;
}

/** As GPT-2 is initialised: standard deviation 0.02, norms 1, biases 0 (here the same uniform spread everywhere else). */
function values(tensor: PlannedTensor, random: () => number): Uint8Array {
  const data = new Float32Array(plannedBytes(tensor) / 4);
  const norm = /ln_\w\.weight$/.test(tensor.name);
  for (let i = 0; i < data.length; i++) data[i] = norm ? 1 : (random() - 0.5) * 0.07;
  return new Uint8Array(data.buffer);
}

/** mulberry32: small, seeded, good enough for weights. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
