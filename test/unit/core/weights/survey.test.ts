import assert from 'node:assert/strict';
import { test } from 'node:test';
import { glanceAt } from '../../../../src/core/weights/glance';
import { lineOf } from '../../../../src/core/weights/line';
import { firstSlice, viewOf } from '../../../../src/core/weights/slice';
import { createSurvey, heldLevel, type Survey } from '../../../../src/core/weights/survey';
import { golden, madeValues, near, tensorOf } from './made';

async function finished(survey: Survey) {
  while (!survey.found) await survey.advance();
  assert.equal(survey.done, survey.total);
  return survey.found;
}

test('norms of rows and columns are those of NumPy, whichever way the slice is turned', async () => {
  const { tensor } = tensorOf([5, 6, 7], madeValues(210));
  const found = await finished(
    createSurvey(viewOf(tensor, { rows: 0, columns: 2, at: [0, 2, 0] })),
  );
  assert.ok(near(found.rowNorms, golden.rowNorms, 1e-14));
  assert.ok(near(found.columnNorms, golden.columnNorms, 1e-14));
  assert.deepEqual([...found.cells.data], golden.cut);
  assert.equal(found.level, 0);
  const turned = viewOf(tensor, { rows: 2, columns: 0, at: [0, 2, 0] });
  const other = await finished(createSurvey(turned));
  assert.ok(near(other.rowNorms, golden.columnNorms, 1e-14));
  assert.deepEqual([...other.cells.data.subarray(0, 2)], [golden.cut[0], golden.cut[7]]);
});

test('what is no number is counted, and extremes are of finite values', async () => {
  const values = Float32Array.of(NaN, 2, Infinity, -5, -Infinity, NaN);
  const found = await finished(
    createSurvey(viewOf(tensorOf([2, 3], values).tensor, firstSlice([2, 3]))),
  );
  const { nan, positive, negative, least, largest } = found;
  assert.deepEqual(
    { nan, positive, negative, least, largest },
    { nan: 2, positive: 1, negative: 1, least: -5, largest: 2 },
  );
  assert.deepEqual([...found.columnNorms], [NaN, Infinity, NaN]);
});

test('a slice of more than four million values is held pooled, and no peak is lost', async () => {
  const [rows, columns] = [2100, 2050];
  const values = new Float32Array(rows * columns);
  values[2099 * columns + 2049] = -9;
  values[1234 * columns + 567] = 8;
  assert.equal(heldLevel(rows, columns), 1);
  const found = await finished(
    createSurvey(viewOf(tensorOf([rows, columns], values).tensor, firstSlice([rows, columns]))),
  );
  assert.equal(found.cells.data.length, 1050 * 1025);
  assert.equal(found.cells.data[1049 * 1025 + 1024], -9);
  assert.equal(found.cells.data[617 * 1025 + 283], 8);
  assert.equal(found.rowNorms[1234], 8);
  assert.equal(found.columnNorms[2049], 9);
});

test('a glance reads a bounded part and says how much', async () => {
  const [rows, columns] = [1024, 1024];
  const { tensor, reads } = tensorOf([rows, columns], madeValues(rows * columns));
  const { magnitudes, sampled } = await glanceAt(
    viewOf(tensor, firstSlice([rows, columns])),
    [0.5, 1],
  );
  assert.equal(sampled, 16);
  assert.equal(reads.bytes, (4 * rows * columns) / 16);
  assert.ok(Math.abs(magnitudes[0]! - 0.25) < 0.01 && Math.abs(magnitudes[1]! - 0.5) < 0.002);
});

test('a line has the least and the largest value of every bin', async () => {
  const values = madeValues(1000);
  values[501] = NaN;
  const view = viewOf(tensorOf([1000], values).tensor, firstSlice([1000]));
  const { low, high, pool, sampled } = await lineOf(view, 0, 1000, 10);
  assert.deepEqual([pool, sampled], [100, 1]);
  for (let bin = 0; bin < 10; bin++) {
    const part = [...values.subarray(100 * bin, 100 * bin + 100)];
    assert.equal(low[bin], Math.min(...part));
    assert.equal(high[bin], Math.max(...part));
  }
});
