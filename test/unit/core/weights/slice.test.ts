import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pooledCells, samplingOf } from '../../../../src/core/weights/pooled';
import { readRegion, readRegionBytes } from '../../../../src/core/weights/region';
import {
  firstSlice,
  indexOf,
  pythonLine,
  type Slice,
  viewOf,
} from '../../../../src/core/weights/slice';
import { golden, madeValues, tensorOf } from './made';

const whole = ({ rows, columns }: { rows: number; columns: number }) => ({
  row: 0,
  column: 0,
  rows,
  columns,
});
const cut: Slice = { rows: 0, columns: 2, at: [0, 2, 0] };

test('a cut through three axes is the one that NumPy makes', async () => {
  const view = viewOf(tensorOf([5, 6, 7], madeValues(210)).tensor, cut);
  const values = await readRegion(view, whole(view));
  assert.deepEqual([...values], golden.cut);
  const bytes = await readRegionBytes(view, whole(view));
  assert.deepEqual([...new Float32Array(bytes.buffer)], golden.cut);
});

test('turned round it is the transpose, of a strided tensor too', async () => {
  const turned = viewOf(tensorOf([5, 6, 7], madeValues(210)).tensor, {
    ...cut,
    rows: 2,
    columns: 0,
  });
  const values = await readRegion(turned, whole(turned));
  for (let r = 0; r < 7; r++) {
    for (let c = 0; c < 5; c++) assert.equal(values[r * 5 + c], golden.cut[c * 7 + r]);
  }
  // The same memory, seen with its first and last axis exchanged.
  const strided = tensorOf([7, 6, 5], madeValues(210), [1, 7, 42]).tensor;
  const view = viewOf(strided, cut);
  assert.deepEqual(await readRegion(view, whole(view)), values);
});

test('a rectangle with steps reads every so many row and column', async () => {
  const view = viewOf(tensorOf([20, 30], madeValues(600)).tensor, firstSlice([20, 30]));
  const part = { row: 3, column: 4, rows: 4, columns: 3, rowStep: 5, columnStep: 7 };
  const values = await readRegion(view, part);
  const all = madeValues(600);
  const expected = [3, 8, 13, 18].flatMap((r) => [4, 11, 18].map((c) => all[r * 30 + c]));
  assert.deepEqual([...values], expected);
});

test('the two longest axes are shown first, and the full index names every axis', () => {
  assert.deepEqual(firstSlice([96, 48, 3, 3]), { rows: 0, columns: 1, at: [0, 0, 0, 0] });
  assert.deepEqual(firstSlice([768, 12, 64]), { rows: 0, columns: 2, at: [0, 0, 0] });
  assert.deepEqual(firstSlice([9]), { columns: 0, at: [0] });
  assert.deepEqual(firstSlice([]), { at: [] });
  assert.deepEqual(indexOf(cut, 4, 6), [4, 2, 6]);
});

test('the line of Python escapes every name', () => {
  assert.equal(pythonLine('h.0', cut), 'state_dict["h.0"][:, 2, :]');
  assert.equal(
    pythonLine('a"b\\\n\u0085层', firstSlice([2])),
    'state_dict["a\\"b\\\\\\n\\u0085层"]',
  );
  assert.equal(
    pythonLine('__proto__', { rows: 1, columns: 0, at: [0, 0] }),
    'state_dict["__proto__"].T',
  );
  assert.equal(pythonLine('x', { at: [] }), 'state_dict["x"]');
});

test('a slice that does not fit is refused in one sentence', () => {
  const { tensor } = tensorOf([5, 6, 7], madeValues(210));
  assert.throws(
    () => viewOf(tensor, { ...cut, at: [0, 6, 0] }),
    /index 6 is outside of dimension 1/,
  );
  assert.throws(() => viewOf(tensor, { ...cut, rows: 2 }), /axis 2 is taken twice/);
  assert.throws(() => viewOf(tensor, { ...cut, columns: 3 }), /axis 3 of a tensor of 3/);
  assert.throws(() => viewOf(tensor, { rows: 0, columns: 2, at: [0] }), /1 indices for the 3/);
});

test('a pooled cell is the value farthest from zero with its sign, and NaN is never lost', async () => {
  const values = Float32Array.of(1, -3, 2, 0, 0.5, 2, -0.25, NaN, 1, -1, 7, -7);
  const view = viewOf(tensorOf([3, 4], values).tensor, firstSlice([3, 4]));
  const cells = { level: 1, row: 0, column: 0, rows: 2, columns: 2 };
  assert.deepEqual([...(await pooledCells(view, cells)).data], [-3, NaN, 1, 7]);
  const turned = viewOf(tensorOf([3, 4], values).tensor, { rows: 1, columns: 0, at: [0, 0] });
  assert.deepEqual([...(await pooledCells(turned, cells)).data], [-3, 1, NaN, 7]);
});

test('of a large slice one line in so many is read, never more than asked', async () => {
  const [rows, columns] = [512, 1024];
  const { tensor, reads } = tensorOf([rows, columns], madeValues(rows * columns));
  const view = viewOf(tensor, firstSlice([rows, columns]));
  const cells = { level: 4, row: 0, column: 0, rows: 32, columns: 64 };
  const every = samplingOf(view, cells, (rows * columns) / 8);
  assert.equal(every, 8);
  const grid = await pooledCells(view, cells, every);
  assert.equal(grid.data.length, 32 * 64);
  // Rows that lie near each other are read in one go: what counts is that most were left out.
  assert.ok(reads.bytes <= (4 * rows * columns) / 7, `${reads.bytes} bytes`);
  const exact = await pooledCells(view, cells);
  assert.ok(grid.data.every((value, i) => Math.abs(value) <= Math.abs(exact.data[i]!)));
});
