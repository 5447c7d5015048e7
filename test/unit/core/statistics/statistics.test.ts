import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlierColumns } from '../../../../src/core/statistics/columns';
import { overDepth } from '../../../../src/core/statistics/depth';
import {
  addCounts,
  countValues,
  histogramOf,
  noCounts,
} from '../../../../src/core/statistics/histogram';
import {
  mergeMoments,
  momentsOf,
  noMoments,
  statisticsFrom,
} from '../../../../src/core/statistics/moments';
import {
  packStatistics,
  rootMeanSquare,
  unpackStatistics,
} from '../../../../src/core/statistics/statistics';

const histogram = (values: readonly number[], low: number, high: number) => {
  const counts = noCounts();
  countValues(counts, Float64Array.from(values), low, high);
  return histogramOf(counts, low, high);
};

test('moments of parts merge to those of the whole, in any cut', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => 1e4 + Math.sin(i * 78.233));
  const whole = momentsOf(values);
  for (const cut of [0, 1, 499, 1000]) {
    const merged = mergeMoments(momentsOf(values.slice(0, cut)), momentsOf(values.slice(cut)));
    assert.equal(merged.finite, 1000);
    assert.ok(Math.abs(merged.mean - whole.mean) < 1e-10);
    assert.ok(Math.abs(merged.squares - whole.squares) < 1e-9 * whole.squares);
  }
});

test('a tensor without finite values has no mean, and NaN survives the packing', () => {
  const none = statisticsFrom('w', 2, { ...noMoments, nan: 2 });
  const { name, min, nan, count } = unpackStatistics('w', packStatistics(none));
  assert.deepEqual({ name, min, nan, count }, { name: 'w', min: NaN, nan: 2, count: 2 });
});

test('the root mean square is the Frobenius norm over √elements', () => {
  const values = Float64Array.of(3, -4, 12);
  const of = statisticsFrom('w', 3, momentsOf(values));
  assert.ok(Math.abs(rootMeanSquare(of) - Math.hypot(3, 4, 12) / Math.sqrt(3)) < 1e-12);
});

test('bins are equally wide and the last one holds the maximum', () => {
  const { counts } = histogram([0, 0.999, 1, 127, 128], 0, 128).linear;
  assert.deepEqual([counts[0], counts[1], counts[127]], [2, 1, 2]);
});

test('a range wider than any number still has bins', () => {
  const { counts } = histogram([-1.7e308, 0, 1.7e308], -1.7e308, 1.7e308).linear;
  assert.deepEqual([counts[0], counts[64], counts[127]], [1, 1, 1]);
});

test('magnitudes fall into half octaves by sign, zeros into none', () => {
  const { first, negative, positive } = histogram([1, 1.4, 1.42, 2, -4, 0], -4, 2).logarithmic;
  assert.equal(first, 0);
  assert.deepEqual([...positive], [2, 1, 1, 0, 0]);
  assert.deepEqual([...negative], [0, 0, 0, 0, 1]);
});

test('counts of two parts add up', () => {
  const [a, b] = [noCounts(), noCounts()];
  countValues(a, Float32Array.of(1, 2), 0, 4);
  countValues(b, Float32Array.of(2, NaN, 3), 0, 4);
  addCounts(a, b);
  const { linear, logarithmic } = histogramOf(a, 0, 4);
  assert.equal(
    linear.counts.reduce((x, y) => x + y),
    4,
  );
  assert.deepEqual([...logarithmic.positive], [1, 0, 2, 1]);
});

test('a column far above the others is an outlier, the largest first', () => {
  const sums = Float64Array.from({ length: 64 }, (_, i) => 100 + Math.sin(i));
  sums[7] = 150;
  sums[9] = 200;
  assert.deepEqual(outlierColumns(sums), { count: 2, of: 64, places: [9, 7] });
});

test('equal columns, few columns and columns that are not finite have no outliers', () => {
  const equal = new Float64Array(64).fill(1);
  equal[3] = 100;
  assert.equal(outlierColumns(equal), undefined);
  assert.equal(outlierColumns(Float64Array.of(1, 2, 3, 1000)), undefined);
  const broken = Float64Array.from({ length: 64 }, (_, i) => (i === 5 ? NaN : 100 + Math.sin(i)));
  assert.equal(outlierColumns(broken)?.count, 0);
});

test('tensors line up by their block, whatever separates the parts of a name', () => {
  const names = ['wte', 'h.0.w', 'h.10.w', 'h.2.w', 'h.0.b'];
  const [line, ...others] = overDepth(names, [9, 1, 3, 2, 7]);
  assert.deepEqual(line, {
    ...{ role: 'w', blocks: [0, 2, 10], values: [1, 2, 3] },
    names: ['h.0.w', 'h.2.w', 'h.10.w'],
  });
  assert.deepEqual(others, []);
  assert.equal(overDepth(['m/layers_0/w', 'm/layers_1/w'], [1, 2])[0]?.role, 'w');
});

test('roles of an encoder and a decoder stay apart', () => {
  const names = ['encoder.0.w', 'encoder.1.w', 'decoder.0.w', 'decoder.1.w'];
  const roles = overDepth(names, [1, 2, 3, 4]).map(({ role }) => role);
  assert.deepEqual(roles, ['encoder: w', 'decoder: w']);
});

test('a value that is not known makes a gap, and one block makes no line', () => {
  assert.deepEqual(overDepth(['h.0.w', 'h.1.w'], [1, NaN]), []);
});
