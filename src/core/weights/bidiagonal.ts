/** Singular values of a small dense matrix: Golub & Kahan 1965, then bisection. Work is yielded in small pieces. */

/** A square matrix, column by column. */
export interface Square {
  readonly size: number;
  /** [size × size], column-major. */
  readonly data: Float64Array;
}

/**
 * Descending singular values of a matrix, which is overwritten. Householder reflections bring it to upper
 * bidiagonal form (Golub & Van Loan 2013, algorithm 5.4.2); yields the share that is done.
 */
export function* singularValues(matrix: Square): Generator<number, Float64Array> {
  const { size } = matrix;
  const diagonal = new Float64Array(size);
  const above = new Float64Array(Math.max(0, size - 1));
  const sums = new Float64Array(size);
  const vector = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    diagonal[k] = reflectColumns(matrix, k);
    if (k + 1 < size) above[k] = reflectRows(matrix, k, vector, sums);
    // What is left shrinks with the cube.
    yield 1 - ((size - k - 1) / size) ** 3;
  }
  return bidiagonalValues(diagonal, above);
}

/** Makes column k zero below the diagonal; returns the diagonal value. */
function reflectColumns({ size, data }: Square, k: number): number {
  const column = data.subarray(k * size, (k + 1) * size);
  const made = householder(column, k, size);
  if (made.scale === 0) return made.head;
  for (let j = k + 1; j < size; j++) {
    const other = data.subarray(j * size, (j + 1) * size);
    let sum = 0;
    for (let i = k; i < size; i++) sum += column[i]! * other[i]!;
    sum *= made.scale;
    for (let i = k; i < size; i++) other[i] = other[i]! - sum * column[i]!;
  }
  return made.head;
}

/** Makes row k zero right of the value above the diagonal; returns that value. */
function reflectRows(
  { size, data }: Square,
  k: number,
  vector: Float64Array,
  sums: Float64Array,
): number {
  for (let j = k + 1; j < size; j++) vector[j] = data[j * size + k]!;
  const made = householder(vector, k + 1, size);
  if (made.scale === 0) return made.head;
  sums.fill(0, k + 1);
  for (let j = k + 1; j < size; j++) {
    const column = data.subarray(j * size, (j + 1) * size);
    const weight = vector[j]!;
    for (let i = k + 1; i < size; i++) sums[i] = sums[i]! + weight * column[i]!;
  }
  for (let j = k + 1; j < size; j++) {
    const column = data.subarray(j * size, (j + 1) * size);
    const weight = made.scale * vector[j]!;
    for (let i = k + 1; i < size; i++) column[i] = column[i]! - weight * sums[i]!;
  }
  return made.head;
}

export interface Reflection {
  /** What becomes of the first value; the others become 0. */
  readonly head: number;
  /** I − scale·v·vᵀ reflects, with v in place of the vector; 0: nothing is to be done. */
  readonly scale: number;
}

/** The reflection of `vector[from…end]` onto its first axis (Golub & Van Loan 2013, algorithm 5.1.1, unnormalised). */
export function householder(vector: Float64Array, from: number, end: number): Reflection {
  let largest = 0;
  for (let i = from; i < end; i++) largest = Math.max(largest, Math.abs(vector[i]!));
  const first = vector[from]!;
  if (largest === 0) return { head: first, scale: 0 };
  let sum = 0;
  for (let i = from; i < end; i++) sum += (vector[i]! / largest) ** 2;
  const norm = largest * Math.sqrt(sum);
  const head = first > 0 ? -norm : norm;
  // v is scaled so that its first value is 1: no square of a tiny number is needed.
  const pivot = first - head;
  vector[from] = 1;
  for (let i = from + 1; i < end; i++) vector[i] = vector[i]! / pivot;
  return { head, scale: -pivot / head };
}

/**
 * Descending singular values of an upper bidiagonal matrix, by bisection on the tridiagonal matrix of zero diagonal
 * whose eigenvalues are ±σ (Golub & Kahan 1965; counts: Demmel 1997, section 5.3.4). Small ones keep their digits.
 */
export function bidiagonalValues(diagonal: Float64Array, above: Float64Array): Float64Array {
  const size = diagonal.length;
  const values = new Float64Array(size);
  let largest = 0;
  for (const value of diagonal) largest = Math.max(largest, Math.abs(value));
  for (const value of above) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return values;
  const squares = new Float64Array(Math.max(0, 2 * size - 1));
  for (let i = 0; i < size; i++) {
    squares[2 * i] = (diagonal[i]! / largest) ** 2;
    if (i + 1 < size) squares[2 * i + 1] = (above[i]! / largest) ** 2;
  }
  /** How many singular values lie below x > 0. */
  const below = (x: number): number => {
    let negative = 1;
    let pivot = -x;
    for (let i = 0; i < squares.length; i++) {
      pivot = -x - squares[i]! / pivot;
      if (pivot === 0) pivot = -Number.MIN_VALUE * 2 ** 60;
      if (pivot < 0) negative++;
    }
    return negative - size;
  };
  // All lie in 0…2 (Gershgorin); those in one interval share the halvings above it.
  const split = (low: number, high: number, first: number, end: number): void => {
    if (first === end) return;
    const middle = (low + high) / 2;
    if (high - low <= 2 ** -52 * high || high < 1e-300 || middle === low || middle === high) {
      values.fill(middle * largest, size - end, size - first);
      return;
    }
    const cut = Math.min(end, Math.max(first, below(middle)));
    split(low, middle, first, cut);
    split(middle, high, cut, end);
  };
  split(0, 2.001, 0, size);
  return values;
}
