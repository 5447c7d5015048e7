/** Names and shapes of a GPT-2's tensors, in the order of its file. */
import type { PlannedTensor } from '../../src/core/checkpoint/encodeSafetensors';

export interface Gpt2Shape {
  readonly layers: number;
  readonly width: number;
  /** Units between the two matrices of a block's feed-forward part. */
  readonly inner: number;
  readonly vocabulary: number;
  readonly context: number;
}

export function gpt2Plan(shape: Gpt2Shape, dtype: PlannedTensor['dtype']): PlannedTensor[] {
  const { layers, width, inner, vocabulary, context } = shape;
  const tensors: PlannedTensor[] = [];
  const add = (name: string, ...dimensions: number[]) =>
    tensors.push({ name: `transformer.${name}`, dtype, shape: dimensions });
  const linear = (name: string, from: number, to: number) => {
    add(`${name}.weight`, from, to);
    add(`${name}.bias`, to);
  };
  const norm = (name: string) => {
    add(`${name}.weight`, width);
    add(`${name}.bias`, width);
  };
  add('wte.weight', vocabulary, width);
  add('wpe.weight', context, width);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, width, 3 * width);
    linear(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, width, inner);
    linear(`h.${layer}.mlp.c_proj`, inner, width);
  }
  norm('ln_f');
  return tensors;
}
