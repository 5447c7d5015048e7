import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createPyramid,
  maxPool,
  thumbnail,
  transformRows,
  type Grid,
} from '../../../../src/core/draw/pyramid';
import { plain } from '../../../../src/core/trace/trace';

function grid(rows: number, columns: number, value: (row: number, column: number) => number): Grid {
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) data[r * columns + c] = value(r, c);
  return { rows, columns, data };
}

/** The maximum over a rectangle, by looking at every cell. */
function most({ rows, columns, data }: Grid, pool: number, row: number, column: number): number {
  const values: number[] = [];
  for (let r = row * pool; r < Math.min(rows, (row + 1) * pool); r++) {
    for (let c = column * pool; c < Math.min(columns, (column + 1) * pool); c++) {
      values.push(data[r * columns + c]!);
    }
  }
  return values.some(Number.isNaN) ? NaN : Math.max(...values);
}

const spread = (r: number, c: number) => Math.fround(Math.sin(r * 12.9898 + c * 78.233));

test('each cell of each level is the maximum of its square, whatever the shape', () => {
  for (const [rows, columns] of [
    [1, 1],
    [7, 5],
    [300, 41],
    [3, 600],
  ] as const) {
    const exact = grid(rows, columns, spread);
    const pyramid = createPyramid(exact);
    for (let level = 0; level < pyramid.levels; level++) {
      const cells = pyramid.grid(level);
      const pool = 2 ** level;
      assert.deepEqual(
        [cells.rows, cells.columns],
        [Math.ceil(rows / pool), Math.ceil(columns / pool)],
      );
      for (let r = 0; r < cells.rows; r++) {
        for (let c = 0; c < cells.columns; c++) {
          assert.equal(cells.data[r * cells.columns + c], most(exact, pool, r, c));
        }
      }
    }
    const last = pyramid.grid(pyramid.levels - 1);
    assert.deepEqual([last.rows, last.columns], [1, 1]);
  }
});

test('a single peak is never lost, at any level and in the thumbnail', () => {
  const exact = grid(1000, 700, (r, c) => (r === 613 && c === 697 ? 1 : 0.001));
  const pyramid = createPyramid(exact);
  for (let level = 0; level < pyramid.levels; level++) {
    assert.equal(Math.max(...maxPool(pyramid.grid(level), 4).data), 1);
  }
  const small = thumbnail(exact);
  assert.deepEqual([small.rows, small.columns, small.pool], [63, 44, 16]);
  assert.equal(small.data[Math.floor(613 / 16) * 44 + Math.floor(697 / 16)], 1);
});

test('NaN survives pooling and is not spread', () => {
  const exact = grid(300, 300, (r, c) => (r === 17 && c === 200 ? NaN : 0.5));
  const pyramid = createPyramid(exact);
  for (let level = 0; level < pyramid.levels; level++) {
    const count = pyramid.grid(level).data.filter(Number.isNaN).length;
    assert.equal(count, 1);
  }
  assert.equal(thumbnail(exact).data.filter(Number.isNaN).length, 1);
});

test('negative values pool to their maximum, not to zero', () => {
  assert.deepEqual(
    [
      ...maxPool(
        grid(2, 3, (r, c) => -1 - r - c),
        2,
      ).data,
    ],
    [-1, -3],
  );
});

test('tiles cover a level without overlap, the last ones smaller', () => {
  const exact = grid(520, 300, spread);
  const pyramid = createPyramid(exact);
  const tile = pyramid.tile(0, 2, 1);
  assert.deepEqual([tile.rows, tile.columns, tile.pool], [8, 44, 1]);
  assert.equal(tile.data[44 * 3 + 5], exact.data[(512 + 3) * 300 + 256 + 5]);
  assert.throws(() => pyramid.tile(0, 3, 0), /tile 3, 0 lies outside 520 × 300 cells/);
  assert.throws(() => pyramid.tile(0, 0, -1), /outside/);
  assert.throws(() => pyramid.tile(pyramid.levels, 0, 0), /level \d+ of a matrix 520 × 300/);
  assert.throws(() => pyramid.tile(0.5, 0, 0), /level 0.5/);
});

test('a plain transform copies nothing', () => {
  const exact = grid(4, 4, spread);
  assert.equal(transformRows(exact, plain), exact);
});

test('hiding the first slot leaves rows that sum to 1 again, or nothing', () => {
  const exact = grid(3, 4, (r, c) => (r === 0 ? Number(c === 0) : [0.5, 0.25, 0.25, 0][c]!));
  const shown = transformRows(exact, { hideFirst: true, perRow: false });
  assert.deepEqual([...shown.data.slice(0, 4)], [0, 0, 0, 0]);
  assert.deepEqual([...shown.data.slice(4, 8)], [0, 0.5, 0.5, 0]);
  assert.equal(exact.data[4], 0.5);
});

test('per row, the largest value becomes 1; a broken row stays NaN', () => {
  const exact = grid(2, 4, (r, c) => (r === 0 ? [0.1, 0.4, 0.2, 0.3][c]! : NaN));
  const shown = transformRows(exact, { hideFirst: false, perRow: true });
  assert.deepEqual(
    [...shown.data.slice(0, 4)].map((value) => value.toFixed(3)),
    ['0.250', '1.000', '0.500', '0.750'],
  );
  assert.ok(shown.data.slice(4).every(Number.isNaN));
});

test('the transform comes before pooling', () => {
  // Unpooled, row 1 has the larger share of slot 2 although row 0 has the larger weight there.
  const exact = grid(128, 128, (r, c) =>
    c === 0 ? (r === 1 ? 0.98 : 0.1) : c === 2 ? 0.02 : 0.01,
  );
  const shown = thumbnail(exact, { hideFirst: true, perRow: true });
  assert.equal(shown.data[1], 1);
});
