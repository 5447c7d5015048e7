import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPyramid, maxPool } from '../../../../src/core/draw/pyramid';
import { footprint } from '../../../../src/core/draw/raster';
import { position, valueAt } from '../../../../src/core/draw/scale';
import { plain } from '../../../../src/core/trace/trace';

test('the diverging scale has 0 in the middle whatever its ends are', () => {
  const domain = { low: -1, high: 4 };
  const at = (value: number) => position(value, domain, 'diverging');
  assert.deepEqual(
    [-9, -1, -0.5, 0, -0, 2, 4, Infinity].map(at),
    [0, 0, 0.25, 0.5, 0.5, 0.75, 1, 1],
  );
  assert.ok(Number.isNaN(at(NaN)));
  for (const share of [0, 0.2, 0.5, 0.9, 1]) {
    assert.ok(Math.abs(at(valueAt(share, domain, 'diverging')) - share) < 1e-12);
  }
});

test('pooling by magnitude keeps the sign of what is farthest from 0, in every picture', () => {
  const grid = { rows: 2, columns: 4, data: Float32Array.of(1, -5, 0, NaN, 2, 3, -1, 1) };
  assert.deepEqual([...maxPool(grid, 2, 'magnitude').data], [-5, NaN]);
  assert.deepEqual([...maxPool(grid, 4, 'magnitude', 1).data], [NaN, 3]);
  assert.deepEqual([...createPyramid(grid, plain, 'magnitude').tile(1, 0, 0).data], [-5, NaN]);
  const all = footprint(
    grid,
    { start: 0, step: 2, count: 1 },
    { start: 0, step: 2, count: 2 },
    'magnitude',
  );
  assert.deepEqual([...all], [-5, NaN]);
});
