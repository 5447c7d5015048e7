/** The singular values of a slice: all of them where that is affordable, else the largest by random projection. */
import { FormatError } from '../checkpoint/bytes';
import { singularValues } from './bidiagonal';
import { turned } from './pooled';
import { readRegion } from './region';
import type { View } from './slice';
import { createTriangle, type Triangle } from './triangle';

export interface Spectrum {
  /** Descending; all of them, or the largest. */
  readonly values: Float64Array;
  /** How many the matrix has. */
  readonly of: number;
  /** By Golub–Kahan, or by random projection. */
  readonly method: 'exact' | 'randomised';
  /** Square root of the sum of all squares. */
  readonly frobenius: number;
}

/** Shorter edge up to which every singular value is computed; beyond the first, when it takes few multiplications. */
const alwaysExact = 512;
const mostExact = 1024;
const fewOperations = 2 ** 31;
/** Half a minute, about. */
const mostOperations = 2 ** 35;
/** How many are found by random projection, and by how many directions more (Halko et al. 2011, section 4.2). */
export const largestFound = 64;
const oversampling = 16;
/** Times that AᵀA is applied (Halko et al. 2011, section 4.5). */
const iterations = 2;
/** Elements of a block of rows. */
const blockElements = 1 << 20;
const blockRows = 256;

/** A·X and Aᵀ(A·X) for a block A [rows × inner] and X [inner × width], all row-major. */
export type Multiply = (
  block: Float32Array,
  rows: number,
  directions: Float32Array,
  width: number,
) => Promise<{ readonly forth: Float32Array; readonly back: Float32Array }>;

/** Whether every singular value of a matrix of that shape is computed. */
export function isExact(rows: number, columns: number): boolean {
  const [short, long] = rows < columns ? [rows, columns] : [columns, rows];
  const operations = long * short * short;
  return short <= alwaysExact
    ? operations <= mostOperations
    : short <= mostExact && operations <= fewOperations;
}

/** Yields the share that is done. Throws FormatError when a value is NaN or infinite. */
export async function* spectrumOf(
  view: View,
  multiply: Multiply,
): AsyncGenerator<number, Spectrum> {
  if (isExact(view.rows, view.columns)) return yield* exact(view);
  return yield* randomised(view, multiply);
}

/** QR in blocks of rows, Golub–Kahan on R. */
async function* exact(of: View): AsyncGenerator<number, Spectrum> {
  // The triangle is as wide as the shorter edge.
  const view = of.columns > of.rows ? turned(of) : of;
  const size = view.columns;
  const triangle = createTriangle(size);
  // Golub–Kahan takes 4/3·size³ multiplications, the triangle rows·size².
  const share = view.rows / (view.rows + (4 / 3) * size);
  let squares = 0;
  for (let row = 0; row < view.rows; row += blockRows) {
    const rows = Math.min(blockRows, view.rows - row);
    const block = await readFinite(view, row, rows);
    squares += sumOfSquares(block);
    for (const part of triangle.take(block, rows)) yield (share * (row + rows * part)) / view.rows;
  }
  const values = yield* valuesOf(triangle, share);
  return { values, of: size, method: 'exact', frobenius: Math.sqrt(squares) };
}

function* valuesOf({ matrix }: Triangle, from: number): Generator<number, Float64Array> {
  const steps = singularValues(matrix);
  let step = steps.next();
  for (; !step.done; step = steps.next()) yield from + (1 - from) * step.value;
  return step.value;
}

/**
 * Randomised subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4): random directions, AᵀA applied
 * twice with orthonormalisation between, then the exact singular values of A·X.
 */
async function* randomised(of: View, multiply: Multiply): AsyncGenerator<number, Spectrum> {
  // Blocks of rows that lie together in the file.
  const view = of.across > of.down ? turned(of) : of;
  const { rows, columns } = view;
  const width = Math.min(largestFound + oversampling, rows, columns);
  const height = Math.max(1, Math.min(rows, Math.floor(blockElements / columns)));
  const passes = iterations + 1;
  let directions = normals(columns * width);
  let squares = 0;
  for (let pass = 0; pass < iterations; pass++) {
    const next = new Float64Array(columns * width);
    squares = 0;
    for (let row = 0; row < rows; row += height) {
      const count = Math.min(height, rows - row);
      const block = await readFinite(view, row, count);
      squares += sumOfSquares(block);
      const { back } = await multiply(block, count, directions, width);
      for (let i = 0; i < next.length; i++) next[i] = next[i]! + back[i]!;
      yield (pass + (row + count) / rows) / passes;
    }
    yield* orthonormalise(next, columns, width, (pass + 1) / passes);
    directions = Float32Array.from(next);
  }
  const triangle = createTriangle(width);
  for (let row = 0; row < rows; row += height) {
    const count = Math.min(height, rows - row);
    const { forth } = await multiply(await readFinite(view, row, count), count, directions, width);
    for (const part of triangle.take(forth, count)) {
      yield (iterations + (row + count * part) / rows) / passes;
    }
  }
  const values = yield* valuesOf(triangle, 1);
  return {
    values: values.slice(0, largestFound),
    of: Math.min(rows, columns),
    method: 'randomised',
    frobenius: Math.sqrt(squares),
  };
}

async function readFinite(view: View, row: number, rows: number): Promise<Float32Array> {
  const block = await readRegion(view, { row, column: 0, rows, columns: view.columns });
  for (const value of block) {
    if (value - value !== 0) {
      const { file, name } = view.flat;
      const problem = 'values that are NaN or infinite have no singular values';
      throw new FormatError(file, problem, { tensor: name });
    }
  }
  return block;
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** The columns of a row-major [rows × width] matrix, made orthonormal in place (Gram–Schmidt, twice); yields `progress` after each. */
export function* orthonormalise(
  matrix: Float64Array,
  rows: number,
  width: number,
  progress: number,
): Generator<number, void> {
  const turnedRound = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) turnedRound[j * rows + i] = matrix[i * width + j]!;
  }
  const column = (j: number): Float64Array => turnedRound.subarray(j * rows, (j + 1) * rows);
  for (let j = 0; j < width; j++) {
    const own = column(j);
    normalise(own);
    // A second round removes what rounding left of the first (Giraud et al. 2005: twice is enough).
    for (let round = 0; round < 2; round++) {
      for (let k = 0; k < j; k++) {
        const other = column(k);
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += own[i]! * other[i]!;
        for (let i = 0; i < rows; i++) own[i] = own[i]! - sum * other[i]!;
      }
      normalise(own);
    }
    yield progress;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) matrix[i * width + j] = turnedRound[j * rows + i]!;
  }
}

function normalise(vector: Float64Array): void {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (sum === 0) return;
  const scale = 1 / Math.sqrt(sum);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! * scale;
}

/** The same normally distributed numbers every time: mulberry32, then Box & Muller 1958. */
function normals(count: number): Float32Array {
  const out = new Float32Array(count);
  let seed = 0x9e3779b9;
  const uniform = (): number => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < count; i++) {
    out[i] = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }
  return out;
}

/** exp of the entropy of the values' shares (Roy & Vetterli 2007). Needs all of them. */
export function effectiveRank(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  if (!(sum > 0)) return 0;
  let entropy = 0;
  for (let i = 0; i < values.length; i++) {
    const share = values[i]! / sum;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}

/** ‖A‖²F / σ₁² (Rudelson & Vershynin 2007). */
export function stableRank(frobenius: number, largest: number): number {
  return largest > 0 ? (frobenius / largest) ** 2 : 0;
}
