import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlice, viewOf } from '../../../../src/core/weights/slice';
import {
  effectiveRank,
  isExact,
  type Multiply,
  type Spectrum,
  spectrumOf,
  stableRank,
} from '../../../../src/core/weights/spectrum';
import { golden, madeValues, near, tensorOf } from './made';

const never: Multiply = () => Promise.reject(new Error('not needed'));

/** Plain loops in place of the runtime. */
const multiply: Multiply = (block, rows, directions, width) => {
  const inner = block.length / rows;
  const forth = new Float32Array(rows * width);
  const back = new Float32Array(inner * width);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < inner; k++) {
      const value = block[r * inner + k]!;
      for (let c = 0; c < width; c++) forth[r * width + c]! += value * directions[k * width + c]!;
    }
    for (let k = 0; k < inner; k++) {
      const value = block[r * inner + k]!;
      for (let c = 0; c < width; c++) back[k * width + c]! += value * forth[r * width + c]!;
    }
  }
  return Promise.resolve({ forth, back });
};

async function spectrum(
  shape: readonly [number, number],
  values: Float32Array,
  by: Multiply = never,
): Promise<Spectrum> {
  const steps = spectrumOf(viewOf(tensorOf(shape, values).tensor, firstSlice(shape)), by);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
    assert.ok(step.value >= 0 && step.value <= 1);
  }
}

test('singular values, effective rank and stable rank are those of NumPy', async () => {
  const found = await spectrum([40, 130], madeValues(5200));
  assert.equal(found.method, 'exact');
  assert.ok(near(found.values, golden.singular, 1e-12), String(found.values));
  assert.ok(Math.abs(effectiveRank(found.values) - golden.effectiveRank) < 1e-9);
  assert.ok(Math.abs(stableRank(found.frobenius, found.values[0]!) - golden.stableRank) < 1e-9);
});

test('small singular values keep their digits', async () => {
  const values = new Float32Array(169);
  for (let i = 0; i < 13; i++) values[14 * i] = 10 ** -i;
  const found = await spectrum([13, 13], values);
  golden.graded.forEach((expected, i) => {
    assert.ok(Math.abs(found.values[i]! / expected - 1) < 1e-9, `σ${i + 1} = ${found.values[i]}`);
  });
});

test('a matrix of zeros, of one column, and one with equal columns have their ranks', async () => {
  const zero = await spectrum([3, 4], new Float32Array(12));
  assert.deepEqual([...zero.values], [0, 0, 0]);
  assert.equal(effectiveRank(zero.values), 0);
  const column = await spectrum([4, 1], Float32Array.of(1, 1, 1, 1));
  assert.ok(near(column.values, [2], 1e-14));
  const twins = await spectrum([2, 2], Float32Array.of(1, 1, 1, 1));
  assert.ok(near(twins.values, [2, 0], 1e-14));
});

test('random projection finds the largest singular values of a large matrix', async () => {
  const [rows, columns] = [1100, 1200];
  assert.equal(isExact(rows, columns), false);
  // Orthogonal waves: singular value k is its weight times the lengths of both waves.
  const values = new Float32Array(rows * columns);
  const weights = [50, 20, 7, 1];
  weights.forEach((weight, k) => {
    for (let r = 0; r < rows; r++) {
      const wave =
        (weight * Math.cos((Math.PI * (k + 1) * (r + 0.5)) / rows)) / Math.sqrt(rows / 2);
      for (let c = 0; c < columns; c++) {
        values[r * columns + c]! +=
          (wave * Math.cos((Math.PI * (k + 2) * (c + 0.5)) / columns)) / Math.sqrt(columns / 2);
      }
    }
  });
  const found = await spectrum([rows, columns], values, multiply);
  assert.equal(found.method, 'randomised');
  assert.deepEqual([found.values.length, found.of], [64, 1100]);
  assert.ok(near(found.values.subarray(0, 4), weights, 1e-4), String(found.values.subarray(0, 5)));
  assert.ok(found.values[4]! < 1e-3);
});

test('values that are not finite are refused by name', async () => {
  await assert.rejects(spectrum([2, 2], Float32Array.of(1, NaN, 0, 1)), {
    message: 'made: values that are NaN or infinite have no singular values (in tensor "x")',
  });
});
