/** Four layers as large as those of Llama 3 8B, as a GPT-2 in bfloat16: 1.7 GB, and an embedding that takes no room. */
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { plannedBytes, safetensorsHeader } from '../../src/core/checkpoint/encodeSafetensors';
import { gpt2Plan } from './gpt2Plan';

/** 218.1 million weights a layer, as there: what that model saves at keys and values is in the inner width here. */
export const shape = {
  layers: 4,
  heads: 32,
  width: 4096,
  inner: 18432,
  vocabulary: 128256,
  context: 8192,
};

/** Path of `model.safetensors` in `folder`, with its `config.json`. */
export function writeLarge(folder: string): string {
  const { layers, heads, width, vocabulary, context } = shape;
  const config = { model_type: 'gpt2', n_embd: width, n_head: heads, n_layer: layers };
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const file = path.join(folder, 'model.safetensors');
  const tensors = gpt2Plan(shape, 'BF16');
  const header = safetensorsHeader(tensors, new Map());
  const target = openSync(file, 'w');
  writeSync(target, header);
  let at = header.length + 2 * (vocabulary + context) * width;
  for (const tensor of tensors.slice(2)) {
    const bytes = plannedBytes(tensor);
    for (let done = 0; done < bytes; done += pattern.length) {
      writeSync(target, pattern, 0, Math.min(pattern.length, bytes - done), at + done);
    }
    at += bytes;
  }
  ftruncateSync(target, at);
  closeSync(target);
  return file;
}

/** Values of ±0.01 … ±0.03, of which every matrix is made. */
const pattern = new Uint8Array(
  Uint16Array.from({ length: 1 << 22 }, (_, i) => {
    const mixed = Math.imul(i + 1, 0x9e3779b1) >>> 16;
    return 0x3c23 + (mixed % 0xd0) + (mixed & 0x8000);
  }).buffer,
);
