/** What one call of attention makes: its weights, and the keys and values that a cache keeps. */
import { dtypeBits, isKnownDType } from '../checkpoint/dtype';
import type { Machine } from './machine';
import { constant, product, type Poly } from './poly';

export interface Attention {
  /** Weights of all heads of all sequences: batch × heads × queries × keys. */
  readonly weights: Poly;
  /** Bytes of the keys and values; undefined while their element type is not known. */
  readonly cache?: Poly;
}

/** Notes it for the call that runs. `kept`: elements of keys and of values. */
export function noteAttention(
  m: Machine,
  weights: readonly Poly[],
  kept: readonly Poly[],
  dtype: string | undefined,
): void {
  const bytes = dtype !== undefined && isKnownDType(dtype) ? dtypeBits[dtype] / 8 : 0;
  const cache =
    Number.isInteger(bytes) && bytes > 0 ? product([constant(bytes), ...kept]) : undefined;
  m.attention = { weights: product(weights), ...(cache ? { cache } : {}) };
}

/** What the call noted, for itself only. */
export function takeAttention(m: Machine): Attention | undefined {
  const { attention } = m;
  m.attention = undefined;
  return attention;
}
