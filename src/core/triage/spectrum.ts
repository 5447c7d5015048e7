/**
 * Singular values of a product of two thin matrices, without the product: QR of each factor, then the
 * singular values of the small core (Golub & Van Loan 2013, sections 5.2 and 8.6).
 */
import { householder, singularValues } from '../weights/bidiagonal';

/** A row-major matrix. */
export interface Small {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** R of the QR decomposition of [d, n] given as n columns of length d, [min(d, n), n]. The columns are overwritten. */
export function triangularFactor(columns: readonly Float64Array[]): Small {
  const n = columns.length;
  const d = columns[0]?.length ?? 0;
  const rank = Math.min(d, n);
  const data = new Float64Array(rank * n);
  for (let k = 0; k < rank; k++) {
    const v = columns[k]!;
    const { head, scale } = householder(v, k, d);
    data[k * n + k] = head;
    for (let j = k + 1; j < n; j++) {
      const x = columns[j]!;
      if (scale !== 0) {
        let sum = 0;
        for (let i = k; i < d; i++) sum += v[i]! * x[i]!;
        sum *= scale;
        for (let i = k; i < d; i++) x[i] = x[i]! - sum * v[i]!;
      }
      data[k * n + j] = x[k]!;
    }
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

/** Singular values of a small matrix, largest first. */
export function smallSingularValues({ rows, columns, data }: Small): Float64Array {
  // Rows or columns of zeros make it square, and add nothing but zeros.
  const size = Math.max(rows, columns);
  const square = new Float64Array(size * size);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) square[j * size + i] = data[i * columns + j]!;
  }
  const work = singularValues({ size, data: square });
  for (;;) {
    const step = work.next();
    if (step.done) return step.value.subarray(0, Math.min(rows, columns));
  }
}

/** Frobenius norm from singular values. */
export function normOf(values: ArrayLike<number>): number {
  return Math.hypot(...Array.from(values));
}
