import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourRange, imageAxes, toColours } from '../../../../src/core/weights/colours';

test('an image has its colours first or last, and other shapes are none', () => {
  assert.deepEqual(imageAxes([3, 32, 48]), { colours: 0, rows: 1, columns: 2 });
  assert.deepEqual(imageAxes([8, 3, 32, 48]), { colours: 1, rows: 2, columns: 3 });
  assert.deepEqual(imageAxes([32, 48, 4]), { colours: 2, rows: 0, columns: 1 });
  for (const shape of [[], [3], [32, 48], [8, 32, 48], [3, 4, 4], [3, 3, 3]]) {
    assert.equal(imageAxes(shape), undefined, shape.join());
  }
});

test('shares and bytes keep their own black and white; other values span the colours', () => {
  assert.deepEqual(colourRange([Float32Array.of(0.25, NaN), Float32Array.of(0.5)]), [0, 1]);
  assert.deepEqual(colourRange([Float32Array.of(0, 200)]), [0, 255]);
  assert.deepEqual(colourRange([Float32Array.of(-2, Infinity), Float32Array.of(3)]), [-2, 3]);
  assert.deepEqual(colourRange([Float32Array.of(NaN)]), [0, 1]);
});

test('a pixel has the share of each colour, and none where one of them is no number', () => {
  const channels = [
    [0, NaN],
    [1, 1],
    [0.2, 0],
  ].map((values) => Float32Array.from(values));
  const [red, green, blue, opacity, , , , hidden] = toColours(channels, [0, 1]);
  assert.deepEqual([red, green, blue, opacity, hidden], [0, 255, 51, 255, 0]);
});
