import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterFacts } from '../../../../src/core/summary/adapter';

const pair = (down: string, up: string, rank: number) => [
  { name: down, shape: [rank, 64] },
  { name: up, shape: [48, rank] },
];

test('a PEFT adapter is told by its ranks, modules and base', () => {
  const tensors = [0, 1].flatMap((layer) =>
    ['q_proj', 'v_proj'].flatMap((name) => {
      const module = `base_model.model.model.layers.${layer}.self_attn.${name}`;
      return pair(`${module}.lora_A.weight`, `${module}.lora_B.weight`, 8);
    }),
  );
  assert.deepEqual(adapterFacts(tensors, [['base_model_name_or_path', 'owner/base']], []), {
    kind: 'PEFT',
    ranks: [8, 8],
    modules: ['q_proj', 'v_proj'],
    count: 4,
    base: 'owner/base',
  });
});

test('a kohya adapter names its base in its metadata; ranks may differ', () => {
  const block = 'lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to';
  const tensors = [
    ...pair(`${block}_q.lora_down.weight`, `${block}_q.lora_up.weight`, 4),
    ...pair(`${block}_k.lora_down.weight`, `${block}_k.lora_up.weight`, 16),
    { name: `${block}_q.alpha`, shape: [] },
  ];
  const facts = adapterFacts(tensors, [], [['ss_sd_model_name', 'base.safetensors']]);
  assert.deepEqual(facts?.ranks, [4, 16]);
  assert.deepEqual(facts?.modules, ['attn1_to_q', 'attn1_to_k']);
  assert.equal(facts?.base, 'base.safetensors');
});

test('a model without factors is no adapter', () => {
  assert.equal(adapterFacts([{ name: 'w', shape: [2, 2] }], [], []), undefined);
});
