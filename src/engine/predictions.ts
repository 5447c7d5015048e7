/** The likeliest next tokens. */
import type { Prediction } from '../protocol/engine';

/** Softmax over one row of logits; the `count` largest, the likeliest first. */
export function predictions(
  logits: Float32Array,
  count: number,
  label: (id: number) => string,
): readonly Prediction[] {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return largest(logits, count).map((id) => ({
    id,
    label: label(id),
    probability: Math.exp(logits[id]! - most) / sum,
  }));
}

/** Indices of the largest values, the largest first; NaN is none. */
function largest(values: Float32Array, count: number): readonly number[] {
  const best: number[] = [];
  for (const [index, value] of values.entries()) {
    if (best.length >= count && !(value > values[best[best.length - 1] ?? 0]!)) continue;
    if (Number.isNaN(value)) continue;
    const place = best.findIndex((other) => value > values[other]!);
    best.splice(place < 0 ? best.length : place, 0, index);
    if (best.length > count) best.pop();
  }
  return best;
}
