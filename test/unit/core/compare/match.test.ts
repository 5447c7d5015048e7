import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchTensors, type Named } from '../../../../src/core/compare/match';
import { ggufName, withoutPrefix } from '../../../../src/core/compare/names';

const tensors = (shapes: Readonly<Record<string, readonly number[]>>): readonly Named[] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
const shown = (pairs: ReturnType<typeof matchTensors>): readonly string[] =>
  pairs.map(({ a, b, layout }) => `${a?.name ?? '–'} | ${b?.name ?? '–'} | ${layout}`);

test('names match exactly first, then without what wrappers put before them', () => {
  const pairs = matchTensors(
    tensors({ 'model.fc.weight': [2], 'fc.weight': [2], 'a.bias': [1] }),
    tensors({ 'fc.weight': [2], '_orig_mod.module.a.bias': [1], 'module.fc.weight': [2] }),
  );
  assert.deepEqual(shown(pairs), [
    'model.fc.weight | module.fc.weight | straight',
    'fc.weight | fc.weight | straight',
    'a.bias | _orig_mod.module.a.bias | straight',
  ]);
});

test('a name that two tensors share without their prefixes matches none of them', () => {
  const pairs = matchTensors(
    tensors({ 'model.fc.weight': [2], 'net.fc.weight': [2] }),
    tensors({ 'module.fc.weight': [2] }),
  );
  assert.deepEqual(shown(pairs), [
    'model.fc.weight | – | straight',
    'net.fc.weight | – | straight',
    '– | module.fc.weight | straight',
  ]);
});

test('Hugging Face and GGUF names of llama-like models and of GPT-2 are the same tensors', () => {
  assert.equal(withoutPrefix('_orig_mod.transformer.h.0.ln_1.weight'), 'h.0.ln_1.weight');
  assert.equal(ggufName('model.layers.12.self_attn.q_proj.weight'), 'blk.12.attn_q.weight');
  assert.equal(ggufName('transformer.h.3.attn.c_attn.bias'), 'blk.3.attn_qkv.bias');
  assert.equal(ggufName('lm_head.weight'), 'output.weight');
  assert.equal(ggufName('model.layers.0.mlp.experts.0.w1.weight'), undefined);
});

test('a square projection is transposed when the others of its checkpoint are', () => {
  const conv1D = tensors({ 'h.0.attn.c_attn.weight': [4, 12], 'h.0.attn.c_proj.weight': [4, 4] });
  const linear = tensors({ 'h.0.attn.c_attn.weight': [12, 4], 'h.0.attn.c_proj.weight': [4, 4] });
  const layouts = (a: readonly Named[], b: readonly Named[]) =>
    matchTensors(a, b).map(({ layout }) => layout);
  assert.deepEqual(layouts(conv1D, linear), ['transposed', 'transposed']);
  assert.deepEqual(layouts(conv1D, conv1D), ['straight', 'straight']);
});

test('query and key rows of a converted llama are known to lie in another order', () => {
  const pairs = matchTensors(
    tensors({ 'model.layers.0.self_attn.k_proj.weight': [4, 8], 'lm_head.weight': [9, 8] }),
    tensors({ 'blk.0.attn_k.weight': [4, 8], 'output.weight': [9, 8] }),
    { side: 'b', query: 4, key: 2 },
  );
  assert.deepEqual(
    pairs.map(({ layout, heads }) => [layout, heads]),
    [
      ['rotary', 2],
      ['straight', undefined],
    ],
  );
});
