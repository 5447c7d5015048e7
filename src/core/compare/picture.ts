/** The difference b − a of one pair in tiles: the largest change of every cell, with its sign. */
import { FormatError } from '../checkpoint/bytes';
import type { Tensor } from '../checkpoint/checkpoint';
import { elementCount } from '../checkpoint/dtype';
import { readFloat32 } from '../checkpoint/values';
import { type Tile, tileEdge } from '../trace/trace';
import type { PlannedRow } from './compare';
import { rotaryRow, type Pause } from './stream';

/** Elements that a transposed partner may hold in memory. */
const mostHeld = 1 << 26;
const pieceElements = 1 << 20;

export function matrixShape(shape: readonly number[]): readonly [rows: number, columns: number] {
  const columns = shape.at(-1) ?? 1;
  return [columns > 0 ? elementCount(shape) / columns : 0, columns];
}

/** The difference of one pair as a matrix of tiles: leading dimensions down, the last one across, in A's order. */
export interface Difference {
  readonly shape: readonly [rows: number, columns: number];
  /** Of the values of a cell the one farthest from zero; NaN where one is not a number. */
  tile(at: TileAt, pause: Pause): Promise<Tile>;
}

export interface TileAt {
  /** A cell stands for 2^level × 2^level values. */
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

export function differenceOf(line: PlannedRow): Difference {
  const { a, b } = line;
  if (!a || !b) throw new Error(`${line.name} is only in one of the two`);
  const shape = matrixShape(a.shape);
  let partnerRows: Promise<ReadRows> | undefined;
  return {
    shape,
    async tile(at, pause) {
      const window = windowOf(at, shape);
      const [rows, columns] = [window.rows, window.columns].map((n) => Math.ceil(n / window.edge));
      const data = new Float32Array(rows! * columns!);
      const readB = await (partnerRows ??= partner(line, a, b, shape));
      const [, width] = shape;
      const atOnce = Math.max(1, Math.floor(pieceElements / Math.max(1, width)));
      for (let first = 0; first < window.rows; first += atOnce) {
        const count = Math.min(atOnce, window.rows - first);
        const top = window.row + first;
        const x = await readFloat32(a, undefined, { start: top * width, count: count * width });
        const y = await readB(top, count);
        for (let i = 0; i < count; i++) {
          const cells = Math.floor((first + i) / window.edge) * columns!;
          for (let j = 0; j < window.columns; j++) {
            const place = i * width + window.column + j;
            const cell = cells + Math.floor(j / window.edge);
            data[cell] = farther(data[cell]!, x[place]!, y[place]!);
          }
        }
        await pause();
      }
      return { rows: rows!, columns: columns!, pool: window.edge, data };
    },
  };
}

function farther(held: number, a: number, b: number): number {
  const change = Object.is(a, b) ? 0 : b - a;
  return Math.abs(change) <= Math.abs(held) || Number.isNaN(held) ? held : change;
}

/** The values that a tile stands for. Throws RangeError where there are none. */
function windowOf(
  { level, row, column }: TileAt,
  [height, width]: readonly [number, number],
): { row: number; column: number; rows: number; columns: number; edge: number } {
  const edge = 2 ** level;
  const span = tileEdge * edge;
  const isPlace = (at: number, length: number): boolean =>
    Number.isInteger(at) && at >= 0 && at * span < length;
  if (!(level >= 0 && level < 32 && isPlace(row, height) && isPlace(column, width))) {
    throw new RangeError(`there is no tile ${row}, ${column} at level ${level}`);
  }
  const along = (at: number, length: number): number => Math.min(span, length - at * span);
  return {
    row: row * span,
    column: column * span,
    rows: along(row, height),
    columns: along(column, width),
    edge,
  };
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
