/** From exact values to what a screen shows: transforms, maximum pooling, tiles. A NaN survives pooling, so that it is seen. */
import { plain, thumbnailEdge, tileEdge, type Tile, type Transform } from '../trace/trace';

/** Row-major values of a [rows, columns] matrix. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface Pyramid {
  /** Level n pools 2^n × 2^n; the tile starts at cell (256·row, 256·column) of that level. */
  tile(level: number, row: number, column: number): Tile;
  /** All cells of a level; level 0 is the transformed matrix itself. */
  grid(level: number): Grid;
  /** Number of levels; the last one is a single cell. */
  readonly levels: number;
  /** Bytes that the levels built so far take. */
  readonly bytes: number;
}

/** The values as a transform shows them. A row of which nothing is left stays zero. Returns `grid` itself when plain. */
export function transformRows(grid: Grid, { hideFirst, perRow }: Transform): Grid {
  if (!hideFirst && !perRow) return grid;
  const { rows, columns } = grid;
  const data = grid.data.slice(0, rows * columns);
  for (let r = 0; r < rows; r++) {
    const row = data.subarray(r * columns, (r + 1) * columns);
    if (hideFirst && columns > 0) {
      row[0] = row[0]! * 0;
      divide(
        row,
        row.reduce((sum, value) => sum + value, 0),
      );
    }
    if (perRow) divide(row, row.reduce(larger, -Infinity));
  }
  return { rows, columns, data };
}

/** At most 64 × 64: the maximum over k × k values, k = ceil(longest edge / 64). */
export function thumbnail(grid: Grid, transform: Transform = plain): Tile {
  const { rows, columns } = grid;
  const pool = Math.max(1, Math.ceil(Math.max(rows, columns) / thumbnailEdge));
  return { ...maxPool(transformRows(grid, transform), pool), pool };
}

/** What stands for many values: the largest, or the one of the largest magnitude with its sign. */
export type Pooling = 'maximum' | 'magnitude';

/** Levels are built when a tile of them is asked for, each from the one below. */
export function createPyramid(
  grid: Grid,
  transform: Transform = plain,
  pooling: Pooling = 'maximum',
): Pyramid {
  const { rows, columns } = grid;
  const built: Grid[] = [transformRows(grid, transform)];
  const levels = 1 + Math.ceil(Math.log2(Math.max(1, rows, columns)));
  const level = (of: number): Grid => {
    if (!Number.isInteger(of) || of < 0 || of >= levels) {
      throw new RangeError(`level ${of} of a matrix ${rows} × ${columns} that has ${levels}`);
    }
    while (built.length <= of) built.push(maxPool(built[built.length - 1]!, 2, pooling));
    return built[of]!;
  };
  return {
    levels,
    get bytes() {
      return built.reduce((sum, { data }) => sum + data.byteLength, 0);
    },
    grid: level,
    tile: (of, row, column) => cut(level(of), of, row, column),
  };
}

/** The maximum over pool × pool cells, or over `down` × pool; windows at the end may be partial. */
export function maxPool(
  grid: Grid,
  pool: number,
  pooling: Pooling = 'maximum',
  down: number = pool,
): Grid {
  if (pool === 1 && down === 1) return grid;
  const { rows, columns, data } = grid;
  const pooled = { rows: Math.ceil(rows / down), columns: Math.ceil(columns / pool) };
  const target = new Float32Array(pooled.rows * pooled.columns);
  const stronger = pooling === 'maximum' ? larger : farther;
  if (pooling === 'maximum') target.fill(-Infinity);
  for (let r = 0; r < rows; r++) {
    const to = Math.floor(r / down) * pooled.columns;
    const from = r * columns;
    for (let cell = 0, c = 0; cell < pooled.columns; cell++) {
      const end = Math.min(c + pool, columns);
      let most = target[to + cell]!;
      for (; c < end; c++) most = stronger(most, data[from + c]!);
      target[to + cell] = most;
    }
  }
  return { ...pooled, data: target };
}

function cut({ rows, columns, data }: Grid, level: number, row: number, column: number): Tile {
  const top = row * tileEdge;
  const left = column * tileEdge;
  if (!(row >= 0 && column >= 0 && top < Math.max(1, rows) && left < Math.max(1, columns))) {
    throw new RangeError(`tile ${row}, ${column} lies outside ${rows} × ${columns} cells`);
  }
  const height = Math.min(tileEdge, rows - top);
  const width = Math.min(tileEdge, columns - left);
  const tile = new Float32Array(height * width);
  for (let r = 0; r < height; r++) {
    const start = (top + r) * columns + left;
    tile.set(data.subarray(start, start + width), r * width);
  }
  return { rows: height, columns: width, pool: 2 ** level, data: tile };
}

/** The larger of two; NaN wins over every number. */
function larger(a: number, b: number): number {
  return a > b || a !== a ? a : b;
}

/** The one farther from 0; NaN wins over every number. */
export function farther(a: number, b: number): number {
  return Math.abs(a) >= Math.abs(b) || a !== a ? a : b;
}

function divide(row: Float32Array, by: number): void {
  if (!(by > 0)) return;
  for (let i = 0; i < row.length; i++) row[i] = row[i]! / by;
}
