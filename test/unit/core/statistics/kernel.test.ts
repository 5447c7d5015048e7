import assert from 'node:assert/strict';
import { test } from 'node:test';
import { widen } from '../../../../src/core/checkpoint/widen';
import { createKernel, kernelElements } from '../../../../src/core/statistics/kernel';
import { type Moments, momentsOf, noMoments } from '../../../../src/core/statistics/moments';

const kernel = createKernel();

/** As textbooks write it: the mean first, then the squared differences from it. */
function expected(values: ArrayLike<number>): Moments {
  const all = Array.from(values);
  const finite = all.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return {
    finite: finite.length,
    min: finite.reduce((a, b) => Math.min(a, b), Infinity),
    max: finite.reduce((a, b) => Math.max(a, b), -Infinity),
    mean: finite.length > 0 ? mean : 0,
    squares: finite.reduce((sum, value) => sum + (value - mean) ** 2, 0),
    zeros: finite.filter((value) => value === 0).length,
    nan: all.filter(Number.isNaN).length,
    positiveInfinities: all.filter((value) => value === Infinity).length,
    negativeInfinities: all.filter((value) => value === -Infinity).length,
  };
}

function assertNear(found: Moments, wanted: Moments, scale = 1): void {
  const { mean, squares, ...exact } = found;
  const { mean: wantedMean, squares: wantedSquares, ...wantedExact } = wanted;
  assert.deepEqual(exact, wantedExact);
  assert.ok(Math.abs(mean - wantedMean) <= 1e-12 * scale, `mean ${mean}, not ${wantedMean}`);
  const error = Math.abs(squares - wantedSquares);
  assert.ok(error <= 1e-9 * Math.max(wantedSquares, 1e-300), `${squares}, not ${wantedSquares}`);
}

function ofKernel(values: readonly number[]): Moments {
  kernel.values.set(values);
  return kernel.moments(values.length, 'float32');
}

const wave = (length: number, mean: number, size: number): number[] =>
  Array.from({ length }, (_, i) => Math.fround(mean + size * Math.sin(i * 12.9898)));

test('counts that fill no whole turn of the loop are summed like any other', () => {
  for (const length of [1, 2, 3, 7, 8, 9, 1000, 1001]) {
    const values = wave(length, 0.1, 1);
    assertNear(ofKernel(values), expected(values));
  }
});

test('a block that fills the memory is read to its end and no further', () => {
  const values = wave(kernelElements, 0, 1);
  values[kernelElements - 1] = 5;
  assert.equal(ofKernel(values).max, 5);
  values[kernelElements - 1] = 0;
  kernel.values.set(values);
  assert.equal(kernel.moments(kernelElements - 1, 'float32').zeros, expected(values).zeros - 1);
});

test('a large mean does not eat the digits of a small spread', () => {
  const values = wave(50_000, 1e4, 1e-2);
  assertNear(ofKernel(values), expected(values), 1e4);
});

test('tiny and huge values have their squares', () => {
  for (const size of [1e-30, 1e30]) {
    const values = wave(1000, 0, size);
    assertNear(ofKernel(values), expected(values), size);
  }
});

test('both zeros count as zeros, also as the first value that fills the last turn', () => {
  assert.equal(ofKernel([0, -0, 1]).zeros, 2);
});

test('NaN and infinities are counted and leave the rest as it is', () => {
  const values = [NaN, 1, Infinity, 2, -Infinity, -Infinity, 0];
  assertNear(ofKernel(values), expected(values));
  assert.deepEqual(ofKernel([NaN, NaN]), { ...noMoments, nan: 2 });
});

test('every float16 and bfloat16 is widened as the reader widens it', () => {
  const codes = Uint16Array.from({ length: 1 << 16 }, (_, code) => code);
  for (const type of ['float16', 'bfloat16'] as const) {
    kernel.words.set(codes);
    kernel.widen(type, codes.length);
    const wanted = new Float32Array(codes.length);
    widen(type, new Uint8Array(codes.buffer), wanted);
    assert.deepEqual(kernel.values.slice(0, codes.length), wanted);
  }
});

test('16-bit values are summed as they lie', () => {
  // Positive codes up to 2: no NaN among them.
  for (const [type, last] of [
    ['float16', 0x4000],
    ['bfloat16', 0x4000],
  ] as const) {
    const codes = Uint16Array.from({ length: 1003 }, (_, i) => (i * 7919) % last);
    const values = new Float32Array(codes.length);
    widen(type, new Uint8Array(codes.buffer), values);
    kernel.words.set(codes);
    assertNear(kernel.moments(codes.length, type), expected(values));
  }
});

test('16-bit values that are not finite are counted', () => {
  kernel.words.set([0x7c00, 0xfc00, 0x7e00, 0x3c00]);
  const found = kernel.moments(4, 'float16');
  assert.deepEqual(found, {
    ...noMoments,
    ...{ finite: 1, min: 1, max: 1, mean: 1, nan: 1 },
    ...{ positiveInfinities: 1, negativeInfinities: 1 },
  });
});

test('sums of columns do not run into the next row', () => {
  const [rows, columns] = [5, 7];
  kernel.values.set(Array.from({ length: rows * columns }, (_, i) => (i % 2 ? -i : i)));
  kernel.clearColumns();
  kernel.addColumns(rows, columns);
  const wanted = Array.from({ length: columns }, (_, c) => 5 * c + 7 * (0 + 1 + 2 + 3 + 4));
  assert.deepEqual([...kernel.columns.subarray(0, columns)], wanted);
});

test('the loop without WebAssembly says the same', () => {
  const values = Float64Array.from([3, NaN, -1, 0, Infinity, 1e4]);
  assertNear(momentsOf(values), expected(values), 1e4);
});
