import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followsCopy, headStatistics } from '../../../../src/core/trace/headStatistics';

const close = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-6, `${found} instead of ${expected}`);

/** n × n weights from a rule. */
function weights(n: number, value: (query: number, key: number) => number): Float32Array {
  return Float32Array.from({ length: n * n }, (_, at) => value(Math.floor(at / n), at % n));
}

test('a head that looks back one place scores 1 as previous-token head, over the rows that have one', () => {
  const found = headStatistics(
    weights(5, (i, j) => Number(j === Math.max(0, i - 1))),
    5,
    5,
  );
  close(found.previous, 1);
  close(found.entropy, 0);
  close(found.diagonal, 1 / 5);
  close(found.first, 2 / 5);
});

test('a causal uniform head has the mean of log(i + 1) as entropy', () => {
  const found = headStatistics(
    weights(4, (i, j) => (j <= i ? 1 / (i + 1) : 0)),
    4,
    4,
  );
  close(found.entropy, (Math.log(2) + Math.log(3) + Math.log(4)) / 4);
  close(found.first, (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4);
  close(found.diagonal, (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4);
});

test('a place follows a copy when the place before it holds the same token, up to the query itself', () => {
  const follows = followsCopy(['a', 'b', 'a', 'b', 'b']);
  const places = [...follows.keys()].filter((at) => follows[at] === 1);
  assert.deepEqual(
    places.map((at) => [Math.floor(at / 5), at % 5]),
    [
      [2, 1],
      [3, 2],
      [4, 2],
      [4, 4],
    ],
  );
});

test('an induction head scores 1 over the queries that repeat a token', () => {
  const tokens = [5, 7, 9, 5, 7, 9];
  const found = headStatistics(
    weights(6, (i, j) => Number(j === (i < 3 ? 0 : i - 2))),
    6,
    6,
    followsCopy(tokens),
  );
  close(found.induction, 1);
});

test('what no row has is NaN: induction without a repeat, previous in a single row', () => {
  const once = headStatistics(
    weights(3, (i, j) => Number(i === j)),
    3,
    3,
    followsCopy([1, 2, 3]),
  );
  assert.ok(Number.isNaN(once.induction));
  assert.ok(Number.isNaN(headStatistics(Float32Array.of(1), 1, 1).previous));
});

test('a weighting that is not square uses the rows whose place it has', () => {
  const wide = Float32Array.of(0.5, 0.25, 0.25, 0, 1, 0);
  const found = headStatistics(wide, 2, 3);
  close(found.diagonal, (0.5 + 1) / 2);
  close(found.previous, 0);
  close(found.first, 0.25);
});

test('a NaN in a weighting is not hidden by its statistics', () => {
  const broken = headStatistics(Float32Array.of(1, 0, NaN, NaN), 2, 2);
  assert.ok(Number.isNaN(broken.entropy) && Number.isNaN(broken.diagonal));
});
