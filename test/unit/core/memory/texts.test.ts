import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InputSpec } from '../../../../src/core/memory/memory';
import { decodeTexts, encodeTexts } from '../../../../src/core/memory/texts';

const text = { vocabulary: ['vocab'], padded: true } as const;
const specs: readonly InputSpec[] = [
  { name: 'story', shape: ['M', 'J'], meaning: '', text: { ...text, newestFirst: true } },
  { name: 'query', shape: ['J'], meaning: '', text },
  { name: 'answer', shape: [], meaning: '', text },
  { name: 'x', shape: ['T'], meaning: '' },
];
const vocab = ['<nil>', 'mary', 'went', 'home', 'where', 'is', 'john', 'out'];
const story = ['mary went home', 'john went out'];
const given = new Map([
  ['story', story],
  ['query', ['Where is Mary?']],
  ['answer', ['home']],
]);

test('sentences become rows of ids, the newest first, all as long as the longest', () => {
  const { story: rows, query, answer } = Object.fromEntries(encodeTexts(given, specs, { vocab }));
  assert.deepEqual(
    [rows!.shape, [...rows!.data]],
    [
      [2, 3],
      [6, 2, 7, 1, 2, 3],
    ],
  );
  assert.deepEqual([query!.shape, [...query!.data]], [[3], [4, 5, 1]]);
  assert.deepEqual([answer!.shape, [...answer!.data]], [[], [3]]);
  const { story: padded } = Object.fromEntries(
    encodeTexts(given, specs, { vocab, sentence_size: 5 }),
  );
  assert.deepEqual(padded!.shape, [2, 5]);
});

test('ids become the sentences again that they were made of', () => {
  const config = { vocab, sentence_size: 6 };
  const back = decodeTexts(encodeTexts(given, specs, config), specs, config);
  assert.deepEqual(back.get('story'), story);
  assert.deepEqual(back.get('query'), ['where is mary']);
});

test('words that tell the age of a sentence are added at its end, and not shown', () => {
  const config = { vocab: [...vocab, 'time1', 'time2'], sentence_size: 5 };
  const inputs = encodeTexts(new Map([['story', ['mary went', 'john went out']]]), specs, config);
  assert.deepEqual([...inputs.get('story')!.data], [6, 2, 7, 0, 8, 1, 2, 0, 0, 9]);
  assert.deepEqual(decodeTexts(inputs, specs, config).get('story'), ['mary went', 'john went out']);
});

test('a vocabulary of letters takes a word letter by letter', () => {
  const letters: InputSpec = { ...specs[3]!, text: { vocabulary: ['vocab'] } };
  const config = { vocab: ['a', 'b', '?'] };
  const inputs = encodeTexts(new Map([['x', ['ba?a']]]), [letters], config);
  assert.deepEqual([...inputs.get('x')!.data], [1, 0, 2, 0]);
  assert.deepEqual(decodeTexts(inputs, [letters], config).get('x'), ['ba?a']);
});

test('an unknown word is named with its line, an input without words is refused', () => {
  const encode = (name: string, lines: string[], config: object = { vocab }) =>
    encodeTexts(new Map([[name, lines]]), specs, { ...config });
  assert.throws(
    () => encode('story', ['mary went', 'a hamster went']),
    /^Error: “a” in line 2 of story is none of the 8 words of the model$/,
  );
  assert.throws(() => encode('query', ['   ']), /the input query has no words/);
  assert.throws(() => encode('answer', ['mary went']), /the input answer is one word/);
  assert.throws(() => encode('x', ['mary']), /the input x is not given as text/);
  assert.throws(() => encode('query', ['mary'], {}), /the words of query are not known/);
});
