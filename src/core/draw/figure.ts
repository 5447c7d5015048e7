/** A small picture of maps and lines as PNG: what the drawings show, without their words. */
import { colors } from './colormap';
import { indexedPng } from './png';
import { indexer, type Paint } from './raster';

/** A matrix that is drawn on pixels, row-major. */
export interface FigureTile {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Ink = keyof typeof inks;

export interface Figure {
  fill(box: Box, ink: Ink): void;
  /** The edge of a box, one pixel inside of it. */
  frame(box: Box, ink: Ink): void;
  map(tile: FigureTile, paint: Paint, box: Box): void;
  /** From point to point; a point that is no number parts the line. */
  line(points: readonly (readonly [x: number, y: number])[], ink: Ink): void;
  png(): Uint8Array;
}

const inks = {
  white: [255, 255, 255],
  black: [0, 0, 0],
  grey: [204, 204, 204],
  // Cells that are no number; no colour map holds it.
  nan: [255, 0, 255],
  first: [31, 119, 180],
  second: [217, 119, 6],
  third: [46, 139, 87],
  fourth: [132, 87, 184],
  fifth: [209, 57, 59],
  sixth: [138, 109, 0],
} as const;
const names = Object.keys(inks) as Ink[];
/** One palette holds the inks and two colour maps, each in this many steps. */
const steps = 120;
const mapStart = { viridis: 16, cividis: 16, signed: 16 + steps } as const;

/** All white at first. A figure holds `viridis` or `cividis`, whichever `sequential` says, and `signed`. */
export function createFigure(
  width: number,
  height: number,
  sequential: 'viridis' | 'cividis' = 'viridis',
): Figure {
  const pixels = new Uint8Array(width * height);
  const indexOf = (ink: Ink) => names.indexOf(ink);
  const set = (x: number, y: number, index: number) => {
    if (x >= 0 && x < width && y >= 0 && y < height) pixels[y * width + x] = index;
  };
  const fill: Figure['fill'] = (box, ink) => {
    const index = indexOf(ink);
    for (let y = Math.max(0, box.y); y < Math.min(height, box.y + box.height); y++) {
      pixels.fill(
        index,
        y * width + Math.max(0, box.x),
        y * width + Math.min(width, box.x + box.width),
      );
    }
  };
  return {
    fill,
    frame({ x, y, width: wide, height: high }, ink) {
      fill({ x, y, width: wide, height: 1 }, ink);
      fill({ x, y: y + high - 1, width: wide, height: 1 }, ink);
      fill({ x, y, width: 1, height: high }, ink);
      fill({ x: x + wide - 1, y, width: 1, height: high }, ink);
    },
    map({ rows, columns, data }, paint, { x, y, width: wide, height: high }) {
      const index = indexer(paint);
      const start = mapStart[paint.map];
      for (let v = 0; v < high; v++) {
        const row = Math.floor((v / high) * rows) * columns;
        for (let u = 0; u < wide; u++) {
          const at = index(data[row + Math.floor((u / wide) * columns)] ?? Number.NaN);
          const shade = start + Math.round((at / 255) * (steps - 1));
          set(x + u, y + v, at < 0 ? indexOf('nan') : shade);
        }
      }
    },
    line(points, ink) {
      const index = indexOf(ink);
      points.forEach(([x1, y1], i) => {
        const [x0, y0] = points[i - 1] ?? [x1, y1];
        const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
        if (!Number.isFinite(length)) return;
        for (let step = 0; step <= length; step++) {
          const share = length === 0 ? 0 : step / length;
          const [x, y] = [Math.round(x0 + share * (x1 - x0)), Math.round(y0 + share * (y1 - y0))];
          set(x, y, index);
        }
      });
    },
    png: () => indexedPng(pixels, width, height, palette(sequential)),
  };
}

function palette(sequential: 'viridis' | 'cividis'): Uint8Array {
  const table = new Uint8Array(3 * 256);
  names.forEach((name, i) => table.set(inks[name], 3 * i));
  for (const map of [sequential, 'signed'] as const) {
    const all = colors(map);
    for (let step = 0; step < steps; step++) {
      const at = 3 * Math.round((step / (steps - 1)) * 255);
      table.set(all.subarray(at, at + 3), 3 * (mapStart[map] + step));
    }
  }
  return table;
}
