/** Units as cells: two tones for states of ±1, the signed colours for everything else. */
import { cssColor } from '../../src/core/draw/colormap';
import type { Theme } from '../theme';
import type { Grid } from '../../src/core/trace/energyGrid';

export interface UnitsPicture {
  readonly values: ArrayLike<number>;
  readonly grid: Grid;
  /** States of ±1: + is the colour of text, − the background. */
  readonly twoTone: boolean;
  /** Unit that is outlined. */
  readonly marked?: number | undefined;
}

/** Pixels along the edge of a cell below which no lines are drawn between cells. */
const ruled = 7;

export function paintUnits(
  context: CanvasRenderingContext2D,
  { values, grid, twoTone, marked }: UnitsPicture,
  { width, height }: { readonly width: number; readonly height: number },
  { background, foreground, separator, cursor, muted }: Theme,
): void {
  const { rows, columns } = grid;
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  const edges = (count: number, size: number) => (place: number) =>
    Math.round((place * size) / count);
  const [x, y] = [edges(columns, width), edges(rows, height)];
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  const gap = width / columns >= ruled ? 1 : 0;
  for (let i = 0; i < rows * columns; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const [left, top] = [x(column), y(row)];
    const box = [left, top, x(column + 1) - left - gap, y(row + 1) - top - gap] as const;
    const value = i < values.length ? values[i]! : undefined;
    if (value === undefined) {
      context.fillStyle = muted;
      context.fillRect(left + box[2] / 2 - 0.5, top + box[3] / 2 - 0.5, 1, 1);
    } else if (twoTone) {
      context.fillStyle = value > 0 ? foreground : background;
      context.fillRect(...box);
    } else {
      context.fillStyle = cssColor('signed', most > 0 ? 0.5 + value / (2 * most) : 0.5);
      context.fillRect(...box);
    }
  }
  if (twoTone && gap > 0) {
    context.fillStyle = separator;
    for (let column = 1; column < columns; column++) {
      context.fillRect(x(column) - 1, 0, 1, height);
    }
    for (let row = 1; row < rows; row++) context.fillRect(0, y(row) - 1, width, 1);
  }
  if (marked === undefined || marked < 0 || marked >= values.length) return;
  const [row, column] = [Math.floor(marked / columns), marked % columns];
  context.strokeStyle = cursor;
  context.lineWidth = 2;
  const [left, top] = [x(column), y(row)];
  context.strokeRect(
    left,
    top,
    Math.max(4, x(column + 1) - left - gap),
    Math.max(4, y(row + 1) - top - gap),
  );
}
