import assert from 'node:assert/strict';
import test from 'node:test';
import {
  completions,
  nearest,
  unknownIn,
  vocabularyOf,
  wordBefore,
} from '../../../webview/inputs/text';

const words = vocabularyOf(['<nil>', 'mary', 'milk', 'went', 'to', 'the', 'kitchen', 'garden']);

test('each unknown word is named once, with the line where it is first', () => {
  const lines = ['mary went to the gardn', '', 'jon took the gardn'];
  assert.deepEqual(unknownIn(lines, words), [
    { word: 'gardn', line: 1 },
    { word: 'jon', line: 3 },
    { word: 'took', line: 3 },
  ]);
});

test('capitals and the stop at the end of a sentence are no other word', () => {
  assert.deepEqual(unknownIn(['Mary went to the kitchen.'], words), []);
});

test('letters are not parted by spaces where every word is one', () => {
  const letters = vocabularyOf(['<eos>', 'a', 'b']);
  assert.deepEqual(unknownIn(['abca'], letters), [{ word: 'c', line: 1 }]);
  assert.deepEqual(completions('a', letters, 8), []);
});

test('words that begin so are offered until one is there', () => {
  assert.deepEqual(completions('m', words, 8), ['mary', 'milk']);
  assert.deepEqual(completions('M', words, 1), ['mary']);
  for (const part of ['', 'milk', 'x', '<'])
    assert.deepEqual(completions(part, words, 8), [], part);
});

test('the word before the caret ends at the caret', () => {
  assert.deepEqual(wordBefore('mary we to', 7), { from: 5, part: 'we' });
  assert.deepEqual(wordBefore('mary ', 5), { from: 5, part: '' });
});

test('the nearest known word is at most two letters away', () => {
  assert.equal(nearest('gardn', words), 'garden');
  assert.equal(nearest('Kitchn.', words), 'kitchen');
  assert.equal(nearest('football', words), undefined);
  assert.equal(nearest('x', words), undefined);
});
