/** Levels of a slice without holding it: read in bands, each pooled to the value farthest from 0 and dropped. */
import type { Grid } from '../draw/pyramid';
import { maxPool } from '../draw/pyramid';
import { readRegion } from './region';
import type { View } from './slice';

/** Cells of a level: level n pools 2^n × 2^n values. */
export interface Cells {
  readonly level: number;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Elements read at a time. */
const bandElements = 1 << 20;

/** Rows become columns. */
export function turned(view: View): View {
  return {
    ...view,
    rows: view.columns,
    columns: view.rows,
    down: view.across,
    across: view.down,
  };
}

/**
 * Which lines have to be left out so that the cells take at most `most` elements: one in so many is read, a power
 * of two, at least one per cell. 1 reads everything.
 */
export function samplingOf(view: View, cells: Cells, most: number): number {
  const edge = 2 ** cells.level;
  const across = Math.min(cells.columns * edge, view.columns - cells.column * edge);
  const down = Math.min(cells.rows * edge, view.rows - cells.row * edge);
  let every = 1;
  while (every < edge && (across * down) / every > most) every *= 2;
  return every;
}

/** The value farthest from 0 for each cell, NaN before all; one line in `every` is read. */
export async function pooledCells(view: View, cells: Cells, every = 1): Promise<Grid> {
  // Lines that lie together in the file run across.
  if (view.across > view.down) {
    const { row, column, rows, columns, level } = cells;
    const mirrored = { level, row: column, column: row, rows: columns, columns: rows };
    return transpose(await byRows(turned(view), mirrored, every));
  }
  return byRows(view, cells, every);
}

async function byRows(view: View, cells: Cells, every: number): Promise<Grid> {
  const edge = 2 ** cells.level;
  const firstRow = cells.row * edge;
  const firstColumn = cells.column * edge;
  const endRow = Math.min(view.rows, firstRow + cells.rows * edge);
  const width = Math.min(view.columns, firstColumn + cells.columns * edge) - firstColumn;
  const lines = edge / every;
  const target = {
    rows: Math.ceil((endRow - firstRow) / edge),
    columns: Math.ceil(width / edge),
  };
  const data = new Float32Array(target.rows * target.columns);
  // Whole rows of cells at a time; a single one may still be too much for one band.
  const rowsAtOnce = Math.max(1, Math.floor(bandElements / Math.max(1, width * lines)));
  for (let at = 0; at < target.rows; at += rowsAtOnce) {
    const row = firstRow + at * edge;
    const span = Math.min(endRow, row + rowsAtOnce * edge) - row;
    const rows = Math.ceil(span / every);
    const region = { row, column: firstColumn, rows, columns: width, rowStep: every };
    const band = { rows, columns: width, data: await readRegion(view, region) };
    data.set(maxPool(band, edge, 'magnitude', lines).data, at * target.columns);
  }
  return { ...target, data };
}

export function transpose({ rows, columns, data }: Grid): Grid {
  const out = new Float32Array(data.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c]!;
  }
  return { rows: columns, columns: rows, data: out };
}
