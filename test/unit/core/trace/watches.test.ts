import assert from 'node:assert/strict';
import test from 'node:test';
import { parseWatch, watchText } from '../../../../src/core/trace/watches';

test('a condition comes back in the words in which it is kept', () => {
  for (const text of [
    'any',
    'read nan',
    'write weight > 0.9 at slot 3',
    'attention entropy < 0.1',
    'attention weight > 0.7 at token 4',
    'energy rises',
    'probe nan',
  ]) {
    assert.equal(watchText(parseWatch(text)), text);
  }
});

test('tokens of attention are slots, and case and spaces do not matter', () => {
  const wanted = { what: 'attention', condition: 'weight', above: 0.5, slot: 12 };
  assert.deepEqual(parseWatch('  Attention  weight>.5 at token 12 '), wanted);
});

test('attention to a token is more weight on it than on all others together', () => {
  const wanted = { what: 'attention', condition: 'weight', above: 0.5, slot: 3 };
  assert.deepEqual(parseWatch('attention to token 3'), wanted);
  assert.deepEqual(parseWatch('attention to token 3 > 0.9'), { ...wanted, above: 0.9 });
});

test('only an energy rises', () => {
  assert.throws(() => parseWatch('read rises'), /“rises” is none of: nan/);
});

test('what is not understood is said with what is expected', () => {
  assert.throws(
    () => parseWatch('gate opens'),
    /does not start with any, read, write, address, attention, gates, probe or energy/,
  );
  assert.throws(() => parseWatch('write weight > high'), /none of: nan, weight > 0.9 at slot 3/);
  assert.throws(() => parseWatch(''), /does not start with/);
});
