/**
 * A Hopfield network and its energy. Sign convention: h = W x + b, E = −½ xᵀ W x − bᵀ x, so that a bias pulls
 * a unit up; written with thresholds θ = −b the last term is + θᵀ x. A unit whose local field is 0 keeps its state.
 */
import { affine, dot } from '../vector';

export interface Network {
  readonly n: number;
  /** [N, N], row i holds what unit i hears. */
  readonly w: ArrayLike<number>;
  /** [N]. */
  readonly b: ArrayLike<number>;
}

/** h = W x + b, [N]. */
export function fieldsOf({ n, w, b }: Network, x: ArrayLike<number>): Float64Array {
  return affine(w, n, x, b);
}

/** E from a state and its local fields h: −½ xᵀ(h − b) − bᵀx. */
export function energyOf(net: Network, x: ArrayLike<number>, h: ArrayLike<number>): number {
  return -(dot(x, h, 0, 0, net.n) + dot(x, net.b, 0, 0, net.n)) / 2;
}

export function signOf(field: number, state: number): number {
  return field > 0 ? 1 : field < 0 ? -1 : state;
}

/** x[i] ← −x[i]; the fields follow in O(N). Returns how much the energy changed. */
export function flip(net: Network, x: Int8Array, h: Float64Array, i: number): number {
  const { n, w, b } = net;
  const before = x[i]!;
  const change = -2 * before;
  const diagonal = w[i * n + i]!;
  let column = 0;
  for (let k = 0; k < n; k++) {
    const into = w[k * n + i]!;
    column += into * x[k]!;
    h[k]! += into * change;
  }
  x[i] = -before;
  // −½ of what row i and column i of xᵀWx change by; both count the diagonal, which does not change.
  const row = h[i]! - diagonal * change - b[i]!;
  return -0.5 * change * (row + column - 2 * diagonal * before) - b[i]! * change;
}
