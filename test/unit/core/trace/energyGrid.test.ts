import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridFor, gridsOf } from '../../../../src/core/trace/energyGrid';

test('units are seen as the rectangle nearest to a square', () => {
  assert.deepEqual(gridsOf(100)[0], { rows: 10, columns: 10 });
  assert.deepEqual(gridsOf(12)[0], { rows: 3, columns: 4 });
});

test('a number without such a rectangle gets a square with a last row that is not full', () => {
  assert.deepEqual(gridsOf(97)[0], { rows: 10, columns: 10 });
  assert.ok(gridsOf(97).some(({ rows, columns }) => rows === 1 && columns === 97));
});

test('every rectangle that is offered holds all units and no empty row', () => {
  for (const n of [1, 2, 7, 36, 97, 1024]) {
    for (const { rows, columns } of gridsOf(n)) {
      assert.ok(rows * columns >= n && (rows - 1) * columns < n, `${rows} × ${columns} for ${n}`);
    }
  }
});

test('columns that a person chose stay while they fit', () => {
  assert.deepEqual(gridFor(100, 20), { rows: 5, columns: 20 });
  assert.deepEqual(gridFor(64, 20), { rows: 8, columns: 8 });
});
