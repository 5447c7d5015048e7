import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokensOf } from '../../../src/engine/inputs';
import type { Tokenizer } from '../../../src/engine/tokenizer';

const limits = { context: 3, vocabulary: 10 };
/** One token per character, its id the digit it is. */
const digits: Tokenizer = {
  source: 'digits',
  facts: { special: [] },
  encode: (text) => ({
    ids: [...text].map(Number),
    labels: [...text],
    origins: [...text].map((_, start) => ({ kind: 'text', start, end: start + 1 })),
  }),
  label: (id) => `<${id}>`,
  continued: (_, more) => more.join(''),
};

test('ids are labelled by the tokenizer, or by themselves', () => {
  assert.deepEqual(tokensOf({ ids: [4, 2] }, digits, limits).labels, ['<4>', '<2>']);
  assert.deepEqual(tokensOf({ ids: [4, 2] }, undefined, limits).labels, ['4', '2']);
});

test('text is encoded, with the characters that each token covers', () => {
  const { ids, origins } = tokensOf({ text: '12' }, digits, limits);
  assert.deepEqual(ids, [1, 2]);
  assert.deepEqual(origins[1], { kind: 'text', start: 1, end: 2 });
});

test('every refusal names its numbers', () => {
  const refused = (input: Parameters<typeof tokensOf>[0], message: RegExp) =>
    assert.throws(() => tokensOf(input, digits, limits), message);
  refused({ ids: [] }, /empty/);
  refused({ text: '' }, /empty/);
  refused({ text: '1234' }, /the input has 4 tokens, the model takes at most 3/);
  refused({ ids: [1, 10] }, /token id 10 at place 1 is outside the vocabulary 0…9/);
  refused({ ids: [-1] }, /token id -1 at place 0/);
  refused({ ids: [0.5] }, /token id 0.5 at place 0/);
  assert.throws(() => tokensOf({ text: '1' }, undefined, limits), /there is no tokenizer/);
});
