/** Matrices over exact values that lie in memory, for as long as their owner holds them there. */
import { createPyramid, type Grid, type Pyramid, thumbnail } from '../draw/pyramid';
import { type Matrix, plain, type Transform } from './trace';

/** Exact values with the pyramids that somebody has looked at. */
export interface HeldGrid {
  readonly grid: Grid;
  pyramid(transform: Transform): Pyramid;
  /** Bytes that values and pyramids take, for whoever keeps a budget. */
  readonly bytes: number;
}

export function holdGrid(grid: Grid): HeldGrid {
  const pyramids = new Map<string, Pyramid>();
  return {
    grid,
    pyramid(transform) {
      const key = `${transform.hideFirst} ${transform.perRow}`;
      const known = pyramids.get(key) ?? createPyramid(grid, transform);
      pyramids.set(key, known);
      return known;
    },
    get bytes() {
      let bytes = grid.data.byteLength;
      for (const pyramid of pyramids.values()) bytes += pyramid.bytes;
      return bytes;
    },
  };
}

/** A matrix whose values `held` loads, or finds where it keeps them. Throws RangeError for a row outside. */
export function heldMatrix(
  shape: readonly [rows: number, columns: number],
  held: () => Promise<HeldGrid>,
): Matrix {
  const [rows, columns] = shape;
  return {
    shape,
    thumbnail: async (transform = plain) => thumbnail((await held()).grid, transform),
    tile: async (level, row, column, transform = plain) =>
      (await held()).pyramid(transform).tile(level, row, column),
    async row(index) {
      if (!Number.isInteger(index) || index < 0 || index >= rows) {
        throw new RangeError(`row ${index} of ${rows}`);
      }
      return (await held()).grid.data.slice(index * columns, (index + 1) * columns);
    },
    async received() {
      const { data } = (await held()).grid;
      const sums = new Float64Array(columns);
      for (let at = 0; at < data.length; at++) sums[at % columns]! += data[at]!;
      return Float32Array.from(sums);
    },
    values: async () => (await held()).grid.data,
  };
}
