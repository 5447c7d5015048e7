import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAttention } from '../../../../src/core/triage/layout';

type Shapes = Readonly<Record<string, readonly number[]>>;
const find = (shapes: Shapes, config: Readonly<Record<string, unknown>> = {}, metadata = {}) =>
  findAttention(
    new Map(Object.entries(shapes).map(([name, shape]) => [name, { name, shape }])),
    config,
    Object.entries<string>(metadata),
  );
/** Heads × size of query, key and output, and where they lie. */
const shown = (shapes: Shapes, config?: Readonly<Record<string, unknown>>, metadata = {}) =>
  find(shapes, config, metadata)?.layers.map(({ name, query, key, output }) =>
    [
      name,
      `${query.heads}×${query.size} ${query.along}`,
      `${key.heads}×${key.size} at ${key.first}`,
      `${output.along} of ${output.tensor}`,
    ].join(' | '),
  );

test('GPT-2 keeps heads in columns of one tensor, nanoGPT in rows', () => {
  const conv1D = { 'h.0.attn.c_attn.weight': [8, 24], 'h.0.attn.c_proj.weight': [8, 8] };
  assert.deepEqual(shown(conv1D, { n_head: 2 }), [
    'h.0.attn | 2×4 columns | 2×4 at 8 | rows of h.0.attn.c_proj.weight',
  ]);
  const linear = { 'h.0.attn.c_attn.weight': [24, 8], 'h.0.attn.c_proj.weight': [8, 8] };
  assert.deepEqual(shown(linear, { n_head: 2 }), [
    'h.0.attn | 2×4 rows | 2×4 at 8 | columns of h.0.attn.c_proj.weight',
  ]);
});

test('grouped queries share key heads, and layers come in the order of their numbers', () => {
  const layer = (index: number): Shapes => {
    const at = `model.layers.${index}.self_attn.`;
    return {
      [`${at}q_proj.weight`]: [16, 12],
      [`${at}k_proj.weight`]: [8, 12],
      [`${at}v_proj.weight`]: [8, 12],
      [`${at}o_proj.weight`]: [12, 16],
    };
  };
  const config = { num_attention_heads: 4, num_key_value_heads: 2, rope_theta: 1e4 };
  const found = find({ ...layer(10), ...layer(2) }, config);
  assert.deepEqual(
    found?.layers.map(({ name, query, key }) => [name, query.heads, key.heads, key.size]),
    [
      ['model.layers.2.self_attn', 4, 2, 4],
      ['model.layers.10.self_attn', 4, 2, 4],
    ],
  );
  assert.equal(found?.rotary, true);
});

test('BERT, nn.MultiheadAttention and GGUF names are recognised', () => {
  const bert = 'bert.encoder.layer.0.attention.';
  assert.deepEqual(
    shown(
      {
        [`${bert}self.query.weight`]: [8, 8],
        [`${bert}self.key.weight`]: [8, 8],
        [`${bert}self.value.weight`]: [8, 8],
        [`${bert}output.dense.weight`]: [8, 8],
      },
      { num_attention_heads: '2' },
    ),
    [
      `bert.encoder.layer.0.attention | 2×4 rows | 2×4 at 0 | columns of ${bert}output.dense.weight`,
    ],
  );
  assert.deepEqual(
    shown({ 'attn.in_proj_weight': [24, 8], 'attn.out_proj.weight': [8, 8] }, { num_heads: 4 }),
    ['attn | 4×2 rows | 4×2 at 8 | columns of attn.out_proj.weight'],
  );
  const gguf = ['q', 'k', 'v', 'output'].map((part) => [`blk.0.attn_${part}.weight`, [8, 8]]);
  assert.deepEqual(
    shown(Object.fromEntries(gguf) as Shapes, {}, { 'llama.attention.head_count': '2' }),
    ['blk.0 | 2×4 rows | 2×4 at 0 | columns of blk.0.attn_output.weight'],
  );
});

test('without a config heads are 64 wide and it is said; numbers that do not fit give nothing', () => {
  const wide = { 'c_attn.weight': [384, 128], 'c_proj.weight': [128, 128] };
  assert.equal(find(wide)?.assumed, '2 × 64');
  assert.equal(find({ 'c_attn.weight': [24, 8], 'c_proj.weight': [8, 8] }), undefined);
  assert.equal(find(wide, { n_head: 3 }), undefined);
  assert.equal(find({ 'fc.weight': [8, 8] }, { n_head: 2 }), undefined);
});
