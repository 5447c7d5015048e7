/**
 * One row of attention read as the update of a modern Hopfield network (Ramsauer et al. 2021): the query is the state,
 * the keys are the stored patterns, ξ ← Xᵀ softmax(β X ξ) with β = 1/√d is what the head does. What follows from the
 * weights alone is exact; the energy needs the scores.
 */
import { type FixedPoint, fixedPointOf } from '../memory/hopfield/modern';

export interface HeadRetrieval {
  /** Keys that the query may see: those up to the last weight that is not 0. */
  readonly keys: number;
  /** Of the weights, as the fixed points of section 2 are told apart; one update is not yet a fixed point. */
  readonly kind: FixedPoint;
  /** −Σ p ln p, in nats. */
  readonly entropy: number;
  /** exp(entropy): over how many keys the weights would be even. */
  readonly effective: number;
  /**
   * How much larger the best key's q·k is than the second's, ln(p₁ / p₂) / β; the separation that decides how well the
   * best one is retrieved. Undefined without β or a second key.
   */
  readonly separation?: number;
  /** −lse(β, q·k) = −β⁻¹ ln Σ exp(β q·k), the part of the energy that depends on the keys; known with the scores alone. */
  readonly energy?: number;
}

/**
 * `weights` [keys], one row of a softmax; `beta` = 1/√d where the width d of a head is known; `scaled` [keys], β q·k of
 * the same row.
 */
export function headRetrieval(
  weights: ArrayLike<number>,
  beta?: number,
  scaled?: ArrayLike<number>,
): HeadRetrieval {
  const row = Array.from(weights);
  const keys = row.findLastIndex((weight) => weight > 0) + 1;
  const visible = row.slice(0, keys);
  let entropy = 0;
  for (const weight of visible) if (weight > 0) entropy -= weight * Math.log(weight);
  const [best = 0, second = 0] = [...visible].sort((a, b) => b - a);
  const isKnown = beta !== undefined && beta > 0;
  return {
    keys,
    kind: fixedPointOf(visible),
    entropy,
    effective: Math.exp(entropy),
    ...(isKnown && second > 0 ? { separation: Math.log(best / second) / beta } : {}),
    ...(isKnown && scaled ? { energy: -logSum(Array.from(scaled).slice(0, keys)) / beta } : {}),
  };
}

function logSum(values: readonly number[]): number {
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
