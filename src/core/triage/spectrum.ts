/**
 * Singular values of a product of two thin matrices, without the product: QR of each factor, then the
 * singular values of the small core (Golub & Van Loan, Matrix Computations, 4th ed., sections 5.2 and 8.6.3).
 */

/** A row-major matrix. */
export interface Small {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * R of the QR decomposition of [d, n] given as n columns of length d, [min(d, n), n]. Householder reflections;
 * the columns are overwritten.
 */
export function triangularFactor(columns: readonly Float64Array[]): Small {
  const n = columns.length;
  const d = columns[0]?.length ?? 0;
  const rank = Math.min(d, n);
  const diagonal = new Float64Array(rank);
  for (let k = 0; k < rank; k++) {
    const v = columns[k]!;
    let square = 0;
    for (let i = k; i < d; i++) square += v[i]! * v[i]!;
    const norm = Math.sqrt(square);
    // The sign that does not cancel.
    const head = v[k]! > 0 ? -norm : norm;
    diagonal[k] = head;
    if (norm === 0) continue;
    v[k] = v[k]! - head;
    const scale = -1 / (head * v[k]!);
    for (let j = k + 1; j < n; j++) {
      const x = columns[j]!;
      let dot = 0;
      for (let i = k; i < d; i++) dot += v[i]! * x[i]!;
      const factor = dot * scale;
      for (let i = k; i < d; i++) x[i] = x[i]! - factor * v[i]!;
    }
  }
  const data = new Float64Array(rank * n);
  for (let i = 0; i < rank; i++) {
    data[i * n + i] = diagonal[i]!;
    for (let j = i + 1; j < n; j++) data[i * n + j] = columns[j]![i]!;
  }
  return { rows: rank, columns: n, data };
}

/** x · yᵀ; both have the same number of columns. */
export function timesTransposed(x: Small, y: Small): Small {
  const n = x.columns;
  const data = new Float64Array(x.rows * y.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < y.rows; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += x.data[i * n + k]! * y.data[j * n + k]!;
      data[i * y.rows + j] = sum;
    }
  }
  return { rows: x.rows, columns: y.rows, data };
}

/** Sweeps after which one-sided Jacobi has converged on every matrix that occurs; it takes six to ten. */
const mostSweeps = 40;
/** Columns whose cosine is below this count as orthogonal. */
const orthogonal = 1e-14;

/** Singular values of a small matrix, largest first, by one-sided Jacobi rotations. */
export function smallSingularValues({ rows, columns, data }: Small): Float64Array {
  const across = columns <= rows;
  const vectors = Array.from({ length: across ? columns : rows }, (_, j) =>
    Float64Array.from({ length: across ? rows : columns }, (_, i) =>
      across ? data[i * columns + j]! : data[j * columns + i]!,
    ),
  );
  for (let sweep = 0, rotated = true; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let i = 0; i < vectors.length; i++) {
      for (let j = i + 1; j < vectors.length; j++) {
        if (rotate(vectors[i]!, vectors[j]!)) rotated = true;
      }
    }
  }
  return Float64Array.from(vectors, (v) => Math.sqrt(dotOf(v, v)))
    .sort()
    .reverse();
}

/** Makes the two orthogonal; false when they already are. */
function rotate(x: Float64Array, y: Float64Array): boolean {
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  if (!(Math.abs(xy) > orthogonal * Math.sqrt(xx * yy))) return false;
  const zeta = (yy - xx) / (2 * xy);
  const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + tangent * tangent);
  const s = c * tangent;
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!];
    x[i] = c * a - s * b;
    y[i] = s * a + c * b;
  }
  return true;
}

function dotOf(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** exp of the entropy of the singular values as shares of their sum (Roy & Vetterli 2007); 0 for zero. */
export function effectiveRank(singularValues: ArrayLike<number>): number {
  const values = Array.from(singularValues);
  const sum = values.reduce((total, value) => total + value, 0);
  if (!(sum > 0)) return 0;
  const entropy = values.reduce((total, value) => {
    const share = value / sum;
    return share > 0 ? total - share * Math.log(share) : total;
  }, 0);
  return Math.exp(entropy);
}

/** Frobenius norm from singular values. */
export function normOf(singularValues: ArrayLike<number>): number {
  return Math.hypot(...Array.from(singularValues));
}
