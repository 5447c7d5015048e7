/**
 * Weights of a Hopfield network from its patterns. `patterns` [P, N] of ±1, row-major; returns W [N, N]
 * with a zero diagonal.
 */
export const rules = ['hebb', 'storkey', 'pseudo-inverse'] as const;
export type Rule = (typeof rules)[number];

export function weightsOf(rule: Rule, patterns: ArrayLike<number>, n: number): Float64Array {
  switch (rule) {
    case 'hebb':
      return hebb(patterns, n);
    case 'storkey':
      return storkey(patterns, n);
    case 'pseudo-inverse':
      return pseudoInverse(patterns, n);
  }
}

/** W = XᵀX / N (Hopfield 1982; the scale is that of Hertz, Krogh and Palmer 1991). */
function hebb(patterns: ArrayLike<number>, n: number): Float64Array {
  const w = new Float64Array(n * n);
  const count = patterns.length / n;
  for (let p = 0; p < count; p++) {
    for (let i = 0; i < n; i++) {
      const x = patterns[p * n + i]! / n;
      for (let j = 0; j < n; j++) w[i * n + j]! += x * patterns[p * n + j]!;
    }
  }
  return withoutDiagonal(w, n);
}

/** Δw_ij = (x_i x_j − x_i h_ji − h_ij x_j) / N, h_ij = Σ_{k≠i,j} w_ik x_k (Storkey 1997). */
function storkey(patterns: ArrayLike<number>, n: number): Float64Array {
  let w = new Float64Array(n * n);
  const count = patterns.length / n;
  for (let p = 0; p < count; p++) {
    const x = Float64Array.from({ length: n }, (_, i) => patterns[p * n + i]!);
    const field = Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < n; k++) if (k !== i) sum += w[i * n + k]! * x[k]!;
      return sum;
    });
    const next = Float64Array.from(w);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const ij = field[i]! - w[i * n + j]! * x[j]!;
        const ji = field[j]! - w[j * n + i]! * x[i]!;
        next[i * n + j]! += (x[i]! * x[j]! - x[i]! * ji - ij * x[j]!) / n;
      }
    }
    w = next;
  }
  return withoutDiagonal(w, n);
}

/**
 * W = Xᵀ (X Xᵀ)⁻¹ X, the projection onto the patterns (Personnaz, Guyon and Dreyfus 1985), its diagonal
 * taken away as Kanter and Sompolinsky (1987) do: independent patterns stay fixed points, basins grow.
 * Patterns that depend on others add nothing.
 */
function pseudoInverse(patterns: ArrayLike<number>, n: number): Float64Array {
  const w = new Float64Array(n * n);
  const count = patterns.length / n;
  const basis: Float64Array[] = [];
  for (let p = 0; p < count; p++) {
    const rest = Float64Array.from({ length: n }, (_, i) => patterns[p * n + i]!);
    // Twice, since one pass of Gram and Schmidt loses digits where patterns are close.
    for (let pass = 0; pass < 2; pass++) for (const q of basis) subtract(rest, q);
    const length = Math.hypot(...rest);
    if (length > 1e-6 * Math.sqrt(n)) basis.push(rest.map((value) => value / length));
  }
  for (const q of basis) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) w[i * n + j]! += q[i]! * q[j]!;
  }
  return withoutDiagonal(w, n);
}

/** Takes from x its part along q, which has length 1. */
function subtract(x: Float64Array, q: Float64Array): void {
  let along = 0;
  for (let i = 0; i < q.length; i++) along += x[i]! * q[i]!;
  for (let i = 0; i < q.length; i++) x[i]! -= along * q[i]!;
}

function withoutDiagonal(w: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) w[i * n + i] = 0;
  return w;
}

/** max |W − Wᵀ|: where it is not 0 the energy may rise. */
export function asymmetry(w: ArrayLike<number>, n: number): number {
  let most = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) most = Math.max(most, Math.abs(w[i * n + j]! - w[j * n + i]!));
  }
  return most;
}
