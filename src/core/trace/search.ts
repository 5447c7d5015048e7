/** Moments of a head that a person looks for. A condition is asked of one step's weighting, [slots]. */

export type Condition =
  | {
      readonly kind: 'weight';
      /** At least this much … */
      readonly least: number;
      /** … on this slot; on any without it. */
      readonly slot?: number;
    }
  /** Entropy of the weighting, in nats, below this: the head looks at few slots. */
  | { readonly kind: 'entropy'; readonly below: number }
  /** NaN or an infinity. */
  | { readonly kind: 'notFinite' };

export function holds(weights: Float32Array, condition: Condition): boolean {
  switch (condition.kind) {
    case 'weight':
      if (condition.slot !== undefined) return (weights[condition.slot] ?? 0) >= condition.least;
      return weights.some((weight) => weight >= condition.least);
    case 'entropy':
      return entropy(weights) < condition.below;
    case 'notFinite':
      return weights.some((weight) => !Number.isFinite(weight));
  }
}

/** Shannon entropy of a weighting, in nats; of one that sums to less than 1 that of its shares. NaN for an empty one. */
export function entropy(weights: Float32Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  if (!(sum > 0)) return Number.NaN;
  let total = 0;
  for (const weight of weights) {
    const share = weight / sum;
    if (share > 0) total -= share * Math.log(share);
  }
  return total;
}
