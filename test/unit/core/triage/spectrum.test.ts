import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  smallSingularValues,
  timesTransposed,
  triangularFactor,
} from '../../../../src/core/triage/spectrum';

/** Columns of length `d` with a spread of sizes, the same every time. */
function columns(n: number, d: number, seed: number): Float64Array[] {
  return Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: d }, (_, i) => Math.sin(seed + 3.7 * i + 1.3 * j * j) / (1 + j)),
  );
}
const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);

test('R has the inner products of the columns that it came from', () => {
  const original = columns(5, 12, 1);
  const { rows, columns: n, data } = triangularFactor(columns(5, 12, 1));
  assert.deepEqual([rows, n], [5, 5]);
  const column = (j: number) => Array.from({ length: rows }, (_, i) => data[i * n + j]!);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const expected = dot(original[i]!, original[j]!);
      assert.ok(Math.abs(dot(column(i), column(j)) - expected) < 1e-12 * (1 + Math.abs(expected)));
    }
    for (let below = i + 1; below < rows; below++) assert.equal(data[below * n + i], 0);
  }
});

test('more columns than rows, zero columns and no rows at all are no trouble', () => {
  assert.deepEqual(triangularFactor(columns(6, 3, 2)).rows, 3);
  const zero = triangularFactor([new Float64Array(4), new Float64Array(4)]);
  assert.deepEqual([...smallSingularValues(zero)], [0, 0]);
  assert.equal(smallSingularValues({ rows: 0, columns: 0, data: new Float64Array(0) }).length, 0);
});

test('singular values of a matrix that is known', () => {
  // diag(3, 2) turned by 30° on one side and 50° on the other, and a row of zeros.
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const [e, f] = [Math.cos(0.87), Math.sin(0.87)];
  const data = Float64Array.of(
    3 * c * e + 2 * s * f,
    3 * c * f - 2 * s * e,
    3 * s * e - 2 * c * f,
    3 * s * f + 2 * c * e,
    0,
    0,
  );
  const found = smallSingularValues({ rows: 3, columns: 2, data });
  assert.ok(Math.abs(found[0]! - 3) < 1e-12 && Math.abs(found[1]! - 2) < 1e-12, String(found));
});

test('the singular values of a product of thin factors come without the product', () => {
  const [x, y] = [columns(3, 9, 4), columns(3, 7, 5)];
  const product = new Float64Array(63);
  for (let i = 0; i < 9; i++) {
    for (let j = 0; j < 7; j++) {
      product[i * 7 + j] = x.reduce((sum, column, k) => sum + column[i]! * y[k]![j]!, 0);
    }
  }
  const whole = smallSingularValues({ rows: 9, columns: 7, data: product });
  const core = smallSingularValues(timesTransposed(triangularFactor(x), triangularFactor(y)));
  core.forEach((value, i) => assert.ok(Math.abs(value - whole[i]!) < 1e-12, `${value}`));
});
