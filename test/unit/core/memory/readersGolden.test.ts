import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { MemoryFamily } from '../../../../src/core/memory/memory';
import { hierarchical } from '../../../../src/core/memory/recurrent/hierarchical';
import { pointer } from '../../../../src/core/memory/recurrent/pointer';
import { attentiveReader } from '../../../../src/core/memory/recurrent/reader';
import { structured } from '../../../../src/core/memory/recurrent/structured';
import { array, arraysOf, difference, fixtures, runModel, skip } from './runFamily';

/** Folder, family, and what each recorded tensor is called in the golden. */
const rows: readonly (readonly [
  string,
  MemoryFamily,
  readonly string[],
  Record<string, string>,
])[] = [
  [
    'pointer-sort',
    pointer,
    ['input'],
    {
      'attention.pointer.0': 'alphas',
      'pointer.score': 'scores',
      'state.h': 'dec_hidden',
      'encoder.h': 'enc_out',
      'output.ids': 'pointers',
    },
  ],
  [
    'attentive-reader',
    attentiveReader,
    ['doc_ids', 'query_ids'],
    {
      'attention.reader.0': 's',
      'reader.score': 'scores',
      'reader.m': 'm',
      'reader.u': 'u',
      'reader.r': 'r',
      'reader.g': 'g',
      'encoder.h': 'y_d',
      'output.logits': 'logits',
    },
  ],
  [
    'structured-attention-crf',
    structured,
    ['ids'],
    {
      'attention.structured.0': 'attention',
      'structured.unary': 'unary',
      'structured.marginals': 'marginals',
      'structured.pairs': 'pairwise_marginals',
      'structured.forward': 'log_alpha',
      'structured.backward': 'log_beta',
      'structured.log_z': 'log_z',
      'structured.best': 'viterbi',
      'structured.context': 'context',
      'output.logits': 'logits',
    },
  ],
  [
    'han-topics',
    hierarchical,
    ['doc'],
    {
      'attention.sentence.0': 'sent_alphas',
      'sentence.score': 'sent_scores',
      'sentence.vector': 'sentence_vectors',
      'sentence.h': 'sent_hidden',
      'document.vector': 'doc_vector',
      'output.logits': 'logits',
    },
  ],
];

for (const [name, family, inputs, names] of rows) {
  test(`${name}: what it reads and answers is that of the golden`, { skip }, async () => {
    const folder = path.join(fixtures, 'own', name);
    const arrays = await arraysOf(path.join(folder, 'model.pt'));
    const golden = await arraysOf(path.join(folder, 'model.golden.safetensors'));
    const given = inputs.map((input) => [input, golden.get(`ex0.${input}`)!] as const);
    const ran = runModel(family, arrays, {}, new Map(given));
    for (const [found, expected] of Object.entries(names)) {
      const { data } = golden.get(`ex0.${expected}`)!;
      assert.ok(difference(await ran.values(found), data) < 1e-4, found);
    }
  });
}

test('the words of each sentence are weighted as in the golden', { skip }, async () => {
  const folder = path.join(fixtures, 'own/han-topics');
  const arrays = await arraysOf(path.join(folder, 'model.pt'));
  const golden = await arraysOf(path.join(folder, 'model.golden.safetensors'));
  const doc = golden.get('ex0.doc')!;
  const ran = runModel(hierarchical, arrays, {}, new Map([['doc', doc]]));
  const [sentences = 0, words = 0] = doc.shape;
  const expected = golden.get('ex0.word_alphas')!.data;
  for (let s = 0; s < sentences; s++) {
    const found = await ran.values(`attention.word.${s}`);
    assert.ok(difference(found, expected.slice(s * words, s * words + found.length)) < 1e-5);
  }
  // Zeros at the end of a sentence are no words.
  const padded = array([1, words + 2], [...doc.data.slice(0, words), 0, 0]);
  const short = runModel(hierarchical, arrays, {}, new Map([['doc', padded]]));
  const alone = await short.values('attention.word.0');
  assert.ok(difference(alone, await ran.values('attention.word.0')) < 1e-6);
});
