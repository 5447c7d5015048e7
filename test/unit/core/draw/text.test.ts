import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytes,
  columnsOf,
  compact,
  integer,
  middle,
  number,
  share,
  thinned,
  tick,
  visible,
} from '../../../../src/core/draw/text';

test('numbers have four significant digits, a real minus sign, and words for what is no number', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0.83124, '0.8312'],
    [0.5, '0.5000'],
    [-2, '−2.000'],
    [123456, '123500'],
    [0.00000123456, '1.235e−6'],
    [1.5e9, '1.500e9'],
    [0, '0'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+∞'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ];
  for (const [value, text] of cases) assert.equal(number(value), text);
  assert.deepEqual([0, 0.5, 1, 0.001].map(tick), ['0', '0.5', '1', '0.001']);
  assert.deepEqual([0.925, Number.NaN].map(share), ['0.93', 'NaN']);
});

test('counts and bytes are short and have their units', () => {
  assert.equal(integer(1234567), '1,234,567');
  assert.deepEqual([0, 1023, 1536, 497774208].map(bytes), ['0 B', '1,023 B', '1.5 KiB', '475 MiB']);
  assert.deepEqual([768, 38597376, 8.03e9].map(compact), ['768', '38.6M', '8.03B']);
});

test('white space and control characters of a token are seen', () => {
  assert.equal(visible(' cat\n\t\u0007'), '·cat↵⇥\\x07');
  assert.equal(visible(''), '∅');
});

test('a long label loses its middle, and wide characters count as two columns', () => {
  assert.equal(middle('internationalisation', 14), 'interna…sation');
  assert.equal(middle('short', 14), 'short');
  assert.equal(columnsOf('注意力a'), 7);
  for (const label of ['注意力机制的可视化', '👩‍🔬👩‍🔬👩‍🔬👩‍🔬', 'a注b意c力d机e制']) {
    for (let most = 1; most < 12; most++) assert.ok(columnsOf(middle(label, most)) <= most);
  }
});

test('labels on an axis never lie nearer than asked, and the first place keeps its label', () => {
  for (const size of [0.05, 0.4, 1, 3.3, 7, 30]) {
    const places = thinned(0, 4000, size, 12);
    assert.equal(places[0], 0);
    assert.ok(places.every((at, i) => i === 0 || (at - places[i - 1]!) * size >= 12 - 1e-9));
    // No sparser than a factor that round numbers cost.
    assert.ok(places.length < 2 || (places[1]! - places[0]!) * size <= Math.max(24, 2 * size));
  }
});
