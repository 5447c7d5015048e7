import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddingParameters, flowOf, type FlowTensor } from '../../../../src/core/summary/flow';
import { keyValueCache } from '../../../../src/core/summary/memory';
import { tokenizerFacts } from '../../../../src/core/summary/tokenizerFacts';

const tensor = (name: string, ...shape: readonly number[]): FlowTensor => ({ name, shape });
const block = (i: number, prefix = 'h'): readonly FlowTensor[] => [
  tensor(`${prefix}.${i}.attn.c_attn.bias`, 24),
  tensor(`${prefix}.${i}.attn.c_attn.weight`, 8, 24),
  tensor(`${prefix}.${i}.ln_1.bias`, 8),
  tensor(`${prefix}.${i}.ln_1.weight`, 8),
];
const gpt2 = [
  ...[0, 1, 2].flatMap((i) => block(i)),
  { ...tensor('lm_head.weight', 50, 8), sharedWith: 'wte.weight' },
  tensor('ln_f.bias', 8),
  tensor('ln_f.weight', 8),
  tensor('wpe.weight', 16, 8),
  tensor('wte.weight', 50, 8),
];

test('a model flows from its embeddings through equal blocks and the last norm to its head', () => {
  const flow = flowOf(gpt2);
  assert.deepEqual(
    flow.map((step) =>
      step.kind === 'blocks' ? `${step.name} ×${step.count}` : `${step.name} ${step.role}`,
    ),
    ['wpe embedding', 'wte embedding', 'h ×3', 'ln_f norm', 'lm_head linear'],
  );
  assert.equal(embeddingParameters(flow), 66 * 8);
  assert.ok(
    flow.at(-1)!.kind === 'part' && 'tied' in flow.at(-1)! && flow.at(-1)!.parameters === 0,
  );
});

test('a linear layer is read as [out, in], unless its bias says the other way round', () => {
  const [turned, plain] = flowOf([
    tensor('a.weight', 8, 24),
    tensor('a.bias', 24),
    tensor('b.weight', 24, 8),
    tensor('b.bias', 24),
  ]);
  for (const step of [turned!, plain!]) {
    assert.ok(step.kind === 'part');
    assert.deepEqual([step.role, step.from, step.to], ['linear', 8, 24]);
  }
});

test('blocks fold only while their structure is the same and their numbers follow', () => {
  const flow = flowOf([...block(0), ...block(1), tensor('h.2.other', 3), ...block(4)]);
  assert.deepEqual(
    flow.map((step) => step.kind === 'blocks' && [step.first, step.count]),
    [
      [0, 2],
      [2, 1],
      [4, 1],
    ],
  );
});

test('what no name and shape prove has no role', () => {
  const flow = flowOf([
    tensor('thing', 4, 4),
    tensor('scale.weight', 4),
    tensor('conv.weight', 8, 3, 5, 5),
  ]);
  assert.deepEqual(
    flow.map((step) => step.kind === 'part' && [step.role, step.shape]),
    [
      ['other', [4, 4]],
      ['other', [4]],
      ['convolution', [5, 5]],
    ],
  );
});

test('the cache of keys and values counts the heads that have their own', () => {
  const llama = [
    ['num_hidden_layers', '32'],
    ['num_attention_heads', '32'],
    ['num_key_value_heads', '8'],
    ['hidden_size', '4096'],
  ] as const;
  // Llama 3 8B: 131 kB a token.
  assert.deepEqual(keyValueCache(llama, [], []), {
    layers: 32,
    heads: 8,
    headWidth: 128,
    width: 1024,
    bytes: 2 * 32 * 8 * 128 * 2 * 1000,
  });
  const gguf = [
    ['llama.block_count', '2'],
    ['llama.attention.head_count', '4'],
    ['llama.embedding_length', '64'],
  ] as const;
  assert.equal(keyValueCache([], gguf, [])?.bytes, 2 * 2 * 64 * 2 * 1000);
  assert.deepEqual(keyValueCache([], [], flowOf(gpt2)), { layers: 3, width: 8, bytes: 96_000 });
  assert.equal(keyValueCache([['kv_lora_rank', '512'], ...llama], [], []), undefined);
  assert.equal(keyValueCache([], [], []), undefined);
});

test('a tokenizer tells its type, its vocabulary and its special tokens', () => {
  const added = [
    { content: '<s>', special: true },
    { content: 'b', special: false },
  ];
  assert.deepEqual(
    tokenizerFacts({ model: { type: 'BPE', vocab: { a: 0, b: 1 } }, added_tokens: added }),
    {
      type: 'BPE',
      vocabulary: 3,
      special: ['<s>'],
    },
  );
  assert.equal(tokenizerFacts({ model: { type: 'Unigram', vocab: [['x', -1]] } }).vocabulary, 1);
  assert.deepEqual(tokenizerFacts([]), { special: [] });
});
