import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colorAt, colors, wantsBlackText } from '../../../../src/core/draw/colormap';
import { footprint, indexer, rasterize } from '../../../../src/core/draw/raster';
import { legendTicks, position, unit, valueAt } from '../../../../src/core/draw/scale';

test('viridis and cividis run from their published first to their published last colour', () => {
  // matplotlib 3: viridis(0), viridis(255), cividis(0), cividis(255).
  assert.deepEqual(colorAt('viridis', 0), [68, 1, 84]);
  assert.deepEqual(colorAt('viridis', 1), [253, 231, 37]);
  assert.deepEqual(colorAt('cividis', 0), [0, 34, 78]);
  assert.deepEqual(colorAt('cividis', 1), [254, 232, 56]);
  assert.deepEqual(colorAt('viridis', 7), colorAt('viridis', 1));
});

test('the weighting maps grow lighter all the way, so that they read without colour', () => {
  for (const map of ['viridis', 'cividis'] as const) {
    const table = colors(map);
    let before = -1;
    for (let i = 0; i < 256; i += 5) {
      const [red, green, blue] = [0, 1, 2].map((c) => table[3 * i + c]!);
      const light = 0.2126 * red! ** 2.2 + 0.7152 * green! ** 2.2 + 0.0722 * blue! ** 2.2;
      assert.ok(light > before, `${map} at ${i}`);
      before = light;
    }
  }
  assert.equal(wantsBlackText(colorAt('viridis', 1)), true);
  assert.equal(wantsBlackText(colorAt('viridis', 0)), false);
});

test('the signed map is lightest in its middle and blue below, red above', () => {
  const [low, middle, high] = [0, 0.5, 1].map((at) => colorAt('signed', at));
  assert.ok(low![2] > low![0] && high![0] > high![2]);
  assert.ok(middle!.every((byte) => byte > 240));
});

test('every scale is monotone, clamps, and is undone by valueAt', () => {
  for (const scale of ['linear', 'sqrt', 'log'] as const) {
    assert.equal(position(2, unit, scale), 1);
    assert.equal(position(-1, unit, scale), 0);
    assert.equal(position(Number.POSITIVE_INFINITY, unit, scale), 1);
    assert.ok(Number.isNaN(position(Number.NaN, unit, scale)));
    for (const share of [0.1, 0.5, 0.9]) {
      assert.ok(Math.abs(position(valueAt(share, unit, scale), unit, scale) - share) < 1e-12);
    }
  }
  assert.equal(position(0.25, unit, 'sqrt'), 0.5);
  assert.equal(position(0.01, unit, 'log'), 0.5);
  assert.deepEqual(
    legendTicks({ low: 0, high: 8 }, 'linear').map(({ value }) => value),
    [0, 4, 8],
  );
});

test('the tabulated index is the rounded position for every scale and domain', () => {
  for (const scale of ['linear', 'sqrt', 'log'] as const) {
    const paint = { map: 'viridis', scale, domain: { low: 0, high: 0.37 } } as const;
    const index = indexer(paint);
    for (let i = 0; i <= 1000; i++) {
      const value = (0.4 * i) / 1000;
      const exact = 255 * position(value, paint.domain, scale);
      // The square root is steep at zero, where a table step is several colours.
      if (value > 0.002) assert.ok(Math.abs(index(value) - exact) <= 1.01, `${scale} ${value}`);
    }
    assert.equal(index(Number.NaN), -1);
  }
});

test('cells become opaque pixels and NaN a transparent one', () => {
  const paint = { map: 'viridis', scale: 'linear', domain: unit } as const;
  const pixels = rasterize(new Float32Array([0, 1, Number.NaN]), paint);
  assert.deepEqual([...pixels], [68, 1, 84, 255, 253, 231, 37, 255, 0, 0, 0, 0]);
});

test('a pixel shows the maximum of every cell that it touches, and no peak is lost', () => {
  const [rows, columns] = [13, 17];
  const data = Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 101) / 101);
  const [width, height] = [5, 4];
  const [stepX, stepY] = [columns / width, rows / height];
  const out = footprint(
    { rows, columns, data },
    { start: 0, step: stepY, count: height },
    { start: 0, step: stepX, count: width },
  );
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let peak = -Infinity;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const touches =
            row < (y + 1) * stepY - 1e-9 &&
            row + 1 > y * stepY + 1e-9 &&
            column < (x + 1) * stepX - 1e-9 &&
            column + 1 > x * stepX + 1e-9;
          if (touches) peak = Math.max(peak, data[row * columns + column]!);
        }
      }
      assert.equal(out[y * width + x], peak);
    }
  }
});

test('a single NaN is seen however small the picture', () => {
  const data = new Float32Array(100).fill(0.5);
  data[37] = Number.NaN;
  const side = { start: 0, step: 5, count: 2 };
  const out = footprint({ rows: 10, columns: 10, data }, side, side);
  // Cell (3, 7) lies in the upper right quarter.
  assert.deepEqual([...out].map(Number.isNaN), [false, true, false, false]);
});
