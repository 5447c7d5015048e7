/** What one call of attention makes: its weights, and the keys and values that a cache keeps. */
import { dtypeBits, isKnownDType } from '../checkpoint/dtype';
import { dimsOf, dtypeOf, type Machine } from './machine';
import { add, constant, multiply, product, type Poly } from './poly';
import type { Tensor } from './values';

export interface Attention {
  /** Weights of all heads of all sequences: batch × heads × queries × keys. */
  readonly weights: Poly;
  /** Bytes of the keys and values; undefined while their element type is not known. */
  readonly cache?: Poly;
}

/** Notes it for the call that runs. `kept`: elements of keys and of values; none where no cache keeps them. */
export function noteAttention(
  m: Machine,
  weights: readonly Poly[],
  kept: readonly Poly[],
  dtype: string | undefined,
): void {
  const bytes = widthOf(dtype);
  const cache = bytes && kept.length > 0 ? product([bytes, ...kept]) : undefined;
  m.attention = { weights: product(weights), ...(cache ? { cache } : {}) };
}

/** Bytes of an element; undefined where they are not known, or no whole number. */
function widthOf(dtype: string | undefined): Poly | undefined {
  const bytes = dtype !== undefined && isKnownDType(dtype) ? dtypeBits[dtype] / 8 : 0;
  return Number.isInteger(bytes) && bytes > 0 ? constant(bytes) : undefined;
}

/** Bytes of tensors; undefined where one is not known. */
export function bytesOf(m: Machine, all: readonly (Tensor | undefined)[]): Poly | undefined {
  const each = all.map((t) => {
    const [dims, width] = [t && dimsOf(m, t), t && widthOf(dtypeOf(m, t))];
    return dims && width ? multiply(width, product(dims)) : undefined;
  });
  const found = each.filter((one) => one !== undefined);
  return found.length > 0 && found.length === all.length ? found.reduce(add) : undefined;
}

/** What the call noted, for itself only. */
export function takeAttention(m: Machine): Attention | undefined {
  const { attention } = m;
  m.attention = undefined;
  return attention;
}
