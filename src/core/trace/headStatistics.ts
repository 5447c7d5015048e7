/** Averages over the rows of one weighting, from exact values. The engine computes the same in a graph; this is its oracle. */
import type { HeadStatistics } from './trace';

/**
 * Where a column follows an earlier copy of the row's token: [n, n] of 0 and 1, at (i, j) 1 when
 * token j - 1 equals token i and j ≤ i (Olsson et al. 2022, prefix matching). Places without tokens repeat nothing.
 */
export function followsCopy(
  tokens: readonly (number | string)[],
  n: number = tokens.length,
): Float32Array {
  const follows = new Float32Array(n * n);
  for (let i = 0; i < tokens.length; i++) {
    for (let j = 1; j <= i; j++) if (tokens[j - 1] === tokens[i]) follows[i * n + j] = 1;
  }
  return follows;
}

/**
 * Statistics of a weighting [rows, columns]: entropy in nats, and mean weights in 0…1 over the rows that have
 * such a place; NaN where none has. `follows` is `followsCopy` of the tokens, for a square weighting.
 */
export function headStatistics(
  weighting: Float32Array,
  rows: number,
  columns: number,
  follows?: Float32Array,
): HeadStatistics {
  let entropy = 0;
  let previous = 0;
  let first = 0;
  let diagonal = 0;
  let induction = 0;
  let repeats = 0;
  for (let i = 0; i < rows; i++) {
    const row = weighting.subarray(i * columns, (i + 1) * columns);
    for (const p of row) if (p !== 0) entropy -= p * Math.log(p);
    first += row[0] ?? NaN;
    if (i < columns) diagonal += row[i]!;
    if (i >= 1 && i <= columns) previous += row[i - 1]!;
    if (!follows) continue;
    let matched = 0;
    let any = false;
    for (let j = 0; j < columns; j++) {
      if (follows[i * columns + j] !== 1) continue;
      any = true;
      matched += row[j]!;
    }
    induction += matched;
    if (any) repeats++;
  }
  return {
    entropy: entropy / rows,
    previous: previous / (Math.min(rows, columns + 1) - 1),
    first: first / rows,
    diagonal: diagonal / Math.min(rows, columns),
    induction: induction / repeats,
  };
}
