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
  const ids = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
  return ids.slice(0, Math.max(0, count)).map((id) => ({
    id,
    label: label(id),
    probability: Math.exp(logits[id]! - most) / sum,
  }));
}
