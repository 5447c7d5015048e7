/** A matrix over exact values that are computed or read when somebody looks. */
import { type Pyramid, thumbnail } from '../draw/pyramid';
import { type Matrix, plain, type Tile, type Transform } from './trace';

export interface MatrixSource {
  readonly shape: readonly [rows: number, columns: number];
  /** Levels of the values as a transform shows them; level 0 of the plain one is exact. */
  pyramid(transform: Transform): Promise<Pyramid>;
  /** A picture that is there sooner than the exact values. */
  thumbnail?(transform: Transform): Promise<Tile>;
}

export function createMatrix(source: MatrixSource): Matrix {
  const [, columns] = source.shape;
  const values = async () => (await source.pyramid(plain)).grid(0).data;
  return {
    shape: source.shape,
    async thumbnail(transform = plain) {
      if (source.thumbnail) return source.thumbnail(transform);
      return thumbnail((await source.pyramid(transform)).grid(0));
    },
    tile: async (level, row, column, transform = plain) =>
      (await source.pyramid(transform)).tile(level, row, column),
    async row(index) {
      const [rows] = source.shape;
      if (!(Number.isInteger(index) && index >= 0 && index < rows)) {
        throw new RangeError(`row ${index} of a matrix of ${rows} rows`);
      }
      return (await values()).slice(index * columns, (index + 1) * columns);
    },
    async received() {
      const sums = new Float32Array(columns);
      const all = await values();
      for (let i = 0; i < all.length; i += columns) {
        for (let j = 0; j < columns; j++) sums[j] = sums[j]! + all[i + j]!;
      }
      return sums;
    },
    values,
  };
}
