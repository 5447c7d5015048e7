/** R of a tall matrix that comes in blocks of rows: AᵀA = RᵀR without squaring the condition number. */
import { householder, type Square } from './bidiagonal';

export interface Triangle {
  /** Takes `rows` more rows, row-major [rows × size]; yields the share that is done. */
  take(block: ArrayLike<number>, rows: number): Generator<number, void>;
  /** R so far, upper triangular, column-major. */
  readonly matrix: Square;
}

/**
 * Householder QR of R stacked on each block in turn (Golub & Van Loan 2013, section 5.2.2; Demmel et al. 2012 for
 * blocks). 2·rows·size² operations a block; holds R and one block.
 */
export function createTriangle(size: number): Triangle {
  const matrix = { size, data: new Float64Array(size * size) };
  const r = matrix.data;
  return {
    matrix,
    *take(block, rows) {
      // Each column with the value of R that it is to be reflected onto before it.
      const length = rows + 1;
      const columns = new Float64Array(size * length);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < size; j++) columns[j * length + 1 + i] = block[i * size + j]!;
      }
      for (let k = 0; k < size; k++) {
        const vector = columns.subarray(k * length, (k + 1) * length);
        vector[0] = r[k * size + k]!;
        const { head, scale } = householder(vector, 0, length);
        r[k * size + k] = head;
        if (scale !== 0) {
          for (let j = k + 1; j < size; j++) {
            const other = columns.subarray(j * length, (j + 1) * length);
            const above = r[j * size + k]!;
            let sum = above;
            for (let i = 1; i < length; i++) sum += vector[i]! * other[i]!;
            sum *= scale;
            r[j * size + k] = above - sum;
            for (let i = 1; i < length; i++) other[i] = other[i]! - sum * vector[i]!;
          }
        }
        yield 1 - (1 - (k + 1) / size) ** 2;
      }
    },
  };
}
