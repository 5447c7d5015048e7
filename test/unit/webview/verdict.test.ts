import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Told, toldOf } from '../../../src/core/trace/told';
import { verdict } from '../../../src/core/trace/toldEnglish';
import { eventWords } from '../../../webview/eventWords';
import { factWords } from '../../../webview/factWords';
import { verdictWords } from '../../../webview/verdictWords';

const ended = { kind: 'ended', flips: 3, steps: 40, settled: true } as const;
/** Every part that a verdict can have, and every way in which a descent ends. */
const all: readonly Told[] = [
  { kind: 'rows', did: 'copied', right: 7, rows: 9, wrong: 5, bits: 72 },
  { kind: 'answer', word: 'garden', share: 0.512, right: false, expected: 'office' },
  { kind: 'hops', slots: [2, 6], shares: [0.912, 0.5], sentence: 'mary went home' },
  { kind: 'recalled', step: 4, label: 'c' },
  { kind: 'queries', right: 3, count: 8 },
  { ...ended, place: 'pattern', names: ['A'] },
  { ...ended, place: 'reverse', names: ['A'] },
  { ...ended, place: 'mixture', names: ['A', '−B'] },
  { ...ended, place: 'other', names: ['A'], overlap: 0.25, settled: false },
  { ...ended, place: 'unknown', names: [], energy: -31.5 },
  { ...ended, place: 'cycle', names: [], cycle: 12 },
  { kind: 'strayed', name: 'C' },
  { kind: 'rose', by: 0.5, step: 6, why: 'asymmetric', difference: 1.2 },
  { kind: 'retrieved', place: 'single', names: ['A'], weight: 0.99, steps: 1, beta: 8, moved: 1 },
  { kind: 'retrieved', place: 'global', names: [], weight: 0, steps: 3, beta: 0.1, moved: 0 },
  { kind: 'associations', single: 4, metastable: 2, global: 1, beta: 0.5, updates: 3 },
  { kind: 'wrote', text: 'abc', count: 3, ended: true },
  { kind: 'caption', text: 'a red ball' },
  { kind: 'class', name: 'sport', share: 0.75 },
  { kind: 'place', place: 11, label: 'boat', share: 0.25 },
  { kind: 'sentence', index: 2, share: 0.9, text: 'it rained' },
  { kind: 'pointed', order: [2, 0, 1], ascending: true },
  { kind: 'looked', times: 4, answer: '7' },
  { kind: 'selected', words: ['b', 'e'], count: 2, total: 9, logZ: 3.25 },
];

test('every part of a verdict is said in both languages, with the same numbers', () => {
  for (const told of all) {
    const said = verdict(true, told);
    const chinese = verdictWords(said, true);
    assert.equal(verdictWords(said, false), said.text);
    const numbers = (text: string) => (text.match(/\d+(\.\d+)?/g) ?? []).sort();
    assert.deepEqual(numbers(chinese), numbers(said.text), said.text);
    assert.doesNotMatch(chinese, /undefined|NaN/);
    assert.match(chinese, /[一-鿿]/);
  }
  const two = verdict(false, all[1]!, all[2]!);
  assert.match(verdictWords(two, true), /^回答 garden（0\.512），应为 office；第 1 跳读取 2/);
  assert.match(two.text, /^answer garden \(0\.512\), expected office; hop 1 reads 2/);
});

test('a verdict of another program keeps its own words', () => {
  assert.equal(verdictWords({ good: true, text: 'recalled 5 of 5' }, true), 'recalled 5 of 5');
});

test('parts come back from a file, and one that is not as it should be is left out', () => {
  const written = JSON.parse(JSON.stringify(all)) as Record<string, unknown>[];
  assert.deepEqual(toldOf(written), all);
  for (const broken of [
    [{ kind: 'rows' }],
    [{ ...all[0], right: 'seven' }],
    [{ kind: 'toString' }],
    [null],
    'rows',
    [{ ...ended, place: 'pattern', names: [1] }],
  ]) {
    assert.equal(toldOf(broken), undefined);
  }
});

test('events are said in both languages, those of other programs in their own', () => {
  for (const what of ['strongest write, slot 12', 'unit 3 flips', '1 unit flips', 'settled']) {
    const chinese = eventWords(what, true);
    assert.equal(eventWords(what, false), what);
    assert.match(chinese, /[一-鿿]/);
    assert.deepEqual(chinese.match(/\d+/g), what.match(/\d+/g));
  }
  assert.equal(eventWords('step of my own', true), 'step of my own');
});

test('what was found about a model is said in both languages', () => {
  const found = 'V2: since March 2018 (by self-test: V2 0 of 160 bits wrong, V1 68)';
  assert.equal(factWords(found, false), found);
  assert.equal(factWords(found, true), 'V2：2018 年 3 月起 (自测：V2 160 位中 0 位错误, V1 68)');
  assert.equal(
    factWords('2 of 15 values are no numbers, the first is NaN at [2, 1]', true),
    '15 个值中有 2 个不是数，第一个是 NaN，位于 [2, 1]',
  );
  assert.equal(factWords('left out where the score is 0', true), '得分为 0 时略去');
  assert.equal(factWords('pytorch-ntm', true), 'pytorch-ntm');
});
