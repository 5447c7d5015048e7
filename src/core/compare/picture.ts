/** The difference b − a of one pair as a picture: the largest change of every cell, with its sign. */
import { FormatError } from '../checkpoint/bytes';
import type { Tensor } from '../checkpoint/checkpoint';
import { elementCount } from '../checkpoint/dtype';
import { readFloat32 } from '../checkpoint/values';
import type { PlannedRow } from './compare';
import { rotaryRow, type Pause } from './stream';

/** A part of a tensor seen as a matrix: leading dimensions down, the last one across. */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export interface DifferencePicture {
  /** The whole matrix, in A's order. */
  readonly shape: readonly [rows: number, columns: number];
  readonly window: Window;
  /** Values down and across that one cell stands for. */
  readonly pool: readonly [rows: number, columns: number];
  /** Cells down and across. */
  readonly size: readonly [rows: number, columns: number];
  /** Row-major: of the values of a cell the one farthest from zero; NaN where one is not a number. */
  readonly data: Float32Array;
}

/** Cells along an edge, at most: a picture is 256 KiB. */
const edge = 256;
/** Elements that a transposed partner may hold in memory. */
const mostHeld = 1 << 26;
const pieceElements = 1 << 20;

export function matrixShape(shape: readonly number[]): readonly [rows: number, columns: number] {
  const columns = shape.at(-1) ?? 1;
  return [columns > 0 ? elementCount(shape) / columns : 0, columns];
}

export async function differencePicture(
  row: PlannedRow,
  wanted: Window | undefined,
  pause: Pause,
): Promise<DifferencePicture> {
  const { a, b } = row;
  if (!a || !b) throw new Error(`${row.name} is only in one of the two`);
  const shape = matrixShape(a.shape);
  const window = wanted
    ? inside(wanted, shape)
    : { row: 0, column: 0, rows: shape[0], columns: shape[1] };
  const pool = [Math.ceil(window.rows / edge) || 1, Math.ceil(window.columns / edge) || 1] as const;
  const size = [Math.ceil(window.rows / pool[0]), Math.ceil(window.columns / pool[1])] as const;
  const data = new Float32Array(size[0] * size[1]);
  const readB = await partner(row, a, b, shape);
  const [, width] = shape;
  const atOnce = Math.max(1, Math.floor(pieceElements / Math.max(1, width)));
  for (let first = 0; first < window.rows; first += atOnce) {
    const rows = Math.min(atOnce, window.rows - first);
    const top = window.row + first;
    const x = await readFloat32(a, undefined, { start: top * width, count: rows * width });
    const y = await readB(top, rows);
    for (let i = 0; i < rows; i++) {
      const cells = Math.floor((first + i) / pool[0]) * size[1];
      for (let j = 0; j < window.columns; j++) {
        const at = i * width + window.column + j;
        const cell = cells + Math.floor(j / pool[1]);
        data[cell] = farther(data[cell]!, x[at]!, y[at]!);
      }
    }
    await pause();
  }
  return { shape, window, pool, size, data };
}

function farther(held: number, a: number, b: number): number {
  const change = Object.is(a, b) ? 0 : b - a;
  return Math.abs(change) <= Math.abs(held) || Number.isNaN(held) ? held : change;
}

function inside(
  { row, column, rows, columns }: Window,
  [height, width]: readonly [number, number],
) {
  const fits = (at: number, count: number, length: number): boolean =>
    Number.isInteger(at) && Number.isInteger(count) && at >= 0 && count > 0 && at + count <= length;
  if (fits(row, rows, height) && fits(column, columns, width))
    return { row, column, rows, columns };
  throw new RangeError(
    `rows ${row}+${rows}, columns ${column}+${columns} are outside of ${height}×${width}`,
  );
}

type ReadRows = (first: number, rows: number) => Promise<Float32Array>;

/** Reads B's values in the order of A's rows. */
async function partner(
  { layout, heads }: PlannedRow,
  a: Tensor,
  b: Tensor,
  [height, width]: readonly [number, number],
): Promise<ReadRows> {
  if (layout === 'straight') {
    return (first, rows) =>
      readFloat32(b, undefined, { start: first * width, count: rows * width });
  }
  if (layout === 'rotary') {
    const size = height / heads;
    return async (first, rows) => {
      const values = new Float32Array(rows * width);
      for (let i = 0; i < rows; i++) {
        const at = first + i;
        const from = at - (at % size) + rotaryRow(a, size, at % size);
        const into = values.subarray(i * width, (i + 1) * width);
        await readFloat32(b, into, { start: from * width, count: width });
      }
      return values;
    };
  }
  if (height * width > mostHeld) {
    throw new FormatError(b.file, 'it is too large to be drawn transposed', { tensor: b.name });
  }
  const whole = await readFloat32(b);
  return async (first, rows) => {
    const values = new Float32Array(rows * width);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < width; j++) values[i * width + j] = whole[j * height + first + i]!;
    }
    return values;
  };
}
