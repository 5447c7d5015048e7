import type { Tile } from '../trace/trace';
import { colors } from './colormap';
import { indexedPng } from './png';
import { indexer, type Paint } from './raster';

/** 255 colours are enough to leave one index of the palette for what is no number. */
const noNumber = 255;

/** A tile as PNG, each cell a square of `cell` pixels; NaN is transparent. */
export function tilePng({ rows, columns, data }: Tile, paint: Paint, cell = 1): Uint8Array {
  const index = indexer(paint);
  const [width, height] = [columns * cell, rows * cell];
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell) * columns;
    for (let x = 0; x < width; x++) {
      const at = index(data[row + Math.floor(x / cell)] ?? Number.NaN);
      pixels[y * width + x] = at < 0 ? noNumber : Math.min(noNumber - 1, at);
    }
  }
  return indexedPng(pixels, width, height, colors(paint.map), noNumber);
}
