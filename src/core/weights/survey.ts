/** One pass over a slice, a step at a time: pooled cells, norms of rows and columns, extremes, what is no number. */
import { type Grid, maxPool } from '../draw/pyramid';
import { transpose, turned } from './pooled';
import { readRegion } from './region';
import type { View } from './slice';

/** Cells that a finished survey holds at most; a larger slice is kept pooled. */
const mostCells = 1 << 22;
/** Where values lie farther apart than so many elements, each is a read of its own. */
const sparse = 1 << 12;

export interface Found {
  /** Level of the pooled cells: 0 when every value is held. */
  readonly level: number;
  readonly cells: Grid;
  /** Euclidean norm of each row and each column. NaN and infinities go through. */
  readonly rowNorms: Float64Array;
  readonly columnNorms: Float64Array;
  /** Least and largest finite value; NaN where there is none. */
  readonly least: number;
  readonly largest: number;
  /** How many are NaN, +∞ and −∞. */
  readonly nan: number;
  readonly positive: number;
  readonly negative: number;
}

export interface Survey {
  /** Elements read so far. */
  readonly done: number;
  readonly total: number;
  /** What was found, once everything is read. */
  readonly found: Found | undefined;
  /** Reads the next lines. Calls are not to overlap. */
  advance(): Promise<void>;
  /** Bytes held. */
  readonly bytes: number;
}

/** The lowest level of which a slice has at most 2^22 cells. */
export function heldLevel(rows: number, columns: number): number {
  let level = 0;
  while (Math.ceil(rows / 2 ** level) * Math.ceil(columns / 2 ** level) > mostCells) level++;
  return level;
}

export function createSurvey(of: View): Survey {
  // Lines that lie together in the file are read together.
  const isTurned = of.across > of.down;
  const view = isTurned ? turned(of) : of;
  const { rows, columns } = view;
  const stepElements = Math.min(view.down, view.across) > sparse ? sparse : 1 << 20;
  const level = heldLevel(rows, columns);
  const edge = 2 ** level;
  const shape = { rows: Math.ceil(rows / edge), columns: Math.ceil(columns / edge) };
  const cells = { ...shape, data: new Float32Array(shape.rows * shape.columns) };
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  const tally = { least: Infinity, largest: -Infinity, nan: 0, positive: 0, negative: 0 };
  // Long lines are read in parts, on the borders of cells.
  const width = Math.min(columns, Math.max(edge, Math.floor(stepElements / edge / edge) * edge));
  const lines = Math.max(1, Math.floor(stepElements / Math.max(1, width) / edge)) * edge;
  let row = 0;
  let column = 0;
  let done = 0;
  let found: Found | undefined;
  const finish = (): Found => ({
    level,
    cells: isTurned ? transpose(cells) : cells,
    rowNorms: (isTurned ? columnSums : rowSums).map(Math.sqrt),
    columnNorms: (isTurned ? rowSums : columnSums).map(Math.sqrt),
    ...tally,
    ...(tally.least > tally.largest && { least: Number.NaN, largest: Number.NaN }),
  });
  const take = (data: Float32Array, height: number, across: number): void => {
    addUp(data, across, rowSums.subarray(row, row + height), columnSums.subarray(column), tally);
    const band = maxPool({ rows: height, columns: across, data }, edge, 'magnitude');
    for (let r = 0; r < band.rows; r++) {
      cells.data.set(
        band.data.subarray(r * band.columns, (r + 1) * band.columns),
        (row / edge + r) * cells.columns + column / edge,
      );
    }
  };
  if (rows * columns === 0) found = finish();
  return {
    total: rows * columns,
    bytes: cells.data.byteLength + rowSums.byteLength + columnSums.byteLength,
    get done() {
      return done;
    },
    get found() {
      return found;
    },
    async advance() {
      if (found) return;
      const height = Math.min(lines, rows - row);
      const across = Math.min(width, columns - column);
      const region = { row, column, rows: height, columns: across };
      take(await readRegion(view, region), height, across);
      done += height * across;
      column += across;
      if (column < columns) return;
      column = 0;
      row += height;
      if (row === rows) found = finish();
    },
  };
}

interface Tally {
  least: number;
  largest: number;
  nan: number;
  positive: number;
  negative: number;
}

/** Adds the squares of a band to the sums of its rows and columns, and counts what is no number. */
function addUp(
  data: Float32Array,
  across: number,
  rowSums: Float64Array,
  columnSums: Float64Array,
  tally: Tally,
): void {
  let { least, largest } = tally;
  for (let r = 0, i = 0; r < rowSums.length; r++) {
    let sum = rowSums[r]!;
    for (let c = 0; c < across; c++, i++) {
      const value = data[i]!;
      const square = value * value;
      sum += square;
      columnSums[c] = columnSums[c]! + square;
      if (value - value !== 0) {
        if (value !== value) tally.nan++;
        else if (value > 0) tally.positive++;
        else tally.negative++;
      } else {
        if (value < least) least = value;
        if (value > largest) largest = value;
      }
    }
    rowSums[r] = sum;
  }
  tally.least = least;
  tally.largest = largest;
}
