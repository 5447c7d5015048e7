/**
 * Modern (dense) Hopfield network with continuous states (Ramsauer et al. 2021, equations 2 and 3):
 * E = −lse(β, X ξ) + ½ ξᵀξ + β⁻¹ ln P + ½ max‖x‖², update ξ ← Xᵀ softmax(β X ξ), patterns are the rows of X.
 * One update is attention with scale β.
 */
import type { Progress } from '../memory';
import { argmax, dot, logSumExp, mix, softmax } from '../vector';

export interface Retrieval {
  readonly steps: number;
  /** [steps + 1, N] */
  readonly states: readonly Float64Array[];
  /** [steps + 1] */
  readonly energy: readonly number[];
  /** softmax(β X ξ) of each update, [steps, P]; rows sum to 1. */
  readonly weightings: readonly Float64Array[];
  /** How far the state moved at each update, [steps]. */
  readonly moved: readonly number[];
}

/** An update that moves less than this is the last, where no number of steps is asked for. */
const still = 1e-6;
const patience = 100;

export function* retrieve(
  patterns: ArrayLike<number>,
  start: ArrayLike<number>,
  beta: number,
  steps?: number,
): Generator<Progress, Retrieval, void> {
  const n = start.length;
  const most = steps ?? patience;
  const states: Float64Array[] = [Float64Array.from(start)];
  const weightings: Float64Array[] = [];
  const moved: number[] = [];
  for (let step = 0; step < most; step++) {
    yield { done: step, total: most };
    const state = states[step]!;
    const weighting = softmax(scores(patterns, state, beta));
    const next = mix(patterns, n, weighting);
    weightings.push(weighting);
    states.push(next);
    moved.push(Math.hypot(...next.map((value, i) => value - state[i]!)));
    if (steps === undefined && moved[step]! < still) break;
  }
  const largest = largestNorm(patterns, n);
  const energy = states.map((state) => modernEnergy(patterns, state, beta, largest));
  return { steps: moved.length, states, energy, weightings, moved };
}

function scores(patterns: ArrayLike<number>, state: Float64Array, beta: number): Float64Array {
  const n = state.length;
  return Float64Array.from(
    { length: patterns.length / n },
    (_, p) => beta * dot(patterns, state, p * n, 0, n),
  );
}

function largestNorm(patterns: ArrayLike<number>, n: number): number {
  let largest = 0;
  for (let at = 0; at < patterns.length; at += n) {
    largest = Math.max(largest, dot(patterns, patterns, at, at, n));
  }
  return largest;
}

function modernEnergy(
  patterns: ArrayLike<number>,
  state: Float64Array,
  beta: number,
  largest: number,
): number {
  const count = patterns.length / state.length;
  const pull = logSumExp(scores(patterns, state, beta)) / beta;
  return -pull + dot(state, state) / 2 + Math.log(count) / beta + largest / 2;
}

/** E of every pattern as a state, [P]. */
export function patternEnergies(
  patterns: ArrayLike<number>,
  n: number,
  beta: number,
): Float32Array {
  const largest = largestNorm(patterns, n);
  return Float32Array.from({ length: patterns.length / n }, (_, p) => {
    const x = Float64Array.from({ length: n }, (_, i) => patterns[p * n + i]!);
    return modernEnergy(patterns, x, beta, largest);
  });
}

/** Cosine between the state and each pattern, [P]; 0 for a pattern or state of zeros. */
export function cosinesOf(patterns: ArrayLike<number>, state: ArrayLike<number>): Float64Array {
  const n = state.length;
  const length = Math.sqrt(dot(state, state));
  return Float64Array.from({ length: patterns.length / n }, (_, p) => {
    const norm = Math.sqrt(dot(patterns, patterns, p * n, p * n, n)) * length;
    return norm > 0 ? dot(patterns, state, p * n, 0, n) / norm : 0;
  });
}

export type FixedPoint =
  | { readonly kind: 'single'; readonly pattern: number; readonly weight: number }
  | { readonly kind: 'metastable'; readonly patterns: readonly number[] }
  | { readonly kind: 'global' };

/**
 * The kinds of Ramsauer et al. 2021, section 2, told by the last weighting p: one pattern has at least 0.9 of it;
 * the global mean when p is within 0.1 (total variation) of even; else a metastable state of the fewest patterns
 * that have 0.9 together, the measure of their section 3.
 */
export function fixedPointOf(weighting: ArrayLike<number>): FixedPoint {
  const count = weighting.length;
  const pattern = argmax(weighting);
  if (weighting[pattern]! >= 0.9) return { kind: 'single', pattern, weight: weighting[pattern]! };
  let apart = 0;
  for (let p = 0; p < count; p++) apart += Math.abs(weighting[p]! - 1 / count) / 2;
  if (apart <= 0.1) return { kind: 'global' };
  const order = Array.from({ length: count }, (_, p) => p).sort(
    (a, b) => weighting[b]! - weighting[a]!,
  );
  let sum = 0;
  const patterns = order.slice(0, order.findIndex((p) => (sum += weighting[p]!) >= 0.9) + 1);
  return { kind: 'metastable', patterns };
}
