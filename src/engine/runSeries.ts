/** What a run leaves behind at every token besides its weightings: hidden states and logits. */
import type { Axis, Series } from '../core/trace/trace';

/** Rows of logits computed at once when they are read one after another. */
const logitRows = 32;

/** `hidden.{layer}`, [tokens, width]: 0 is the embeddings; the last one is what `finish` (the final norm) makes of it. */
export function hiddenSeries(
  steps: Axis,
  layer: number,
  hidden: Float32Array,
  finish?: (hidden: Float32Array) => Promise<Float32Array>,
): Series {
  const width = hidden.length / steps.length;
  let finished: Promise<Float32Array> | undefined;
  return {
    name: `hidden.${layer}`,
    steps,
    shape: [width],
    async at(step) {
      finished ??= finish?.(hidden);
      const all = (await finished) ?? hidden;
      return all.slice(step * width, (step + 1) * width);
    },
  };
}

/** `output.logits`, [tokens, vocabulary]; `logits` gives the rows from … to - 1. */
export function logitsSeries(
  steps: Axis,
  vocabulary: number,
  logits: (from: number, to: number) => Promise<Float32Array>,
): Series {
  let block: { readonly from: number; readonly values: Promise<Float32Array> } | undefined;
  return {
    name: 'output.logits',
    steps,
    shape: [vocabulary],
    async at(step) {
      const from = step - (step % logitRows);
      if (block?.from !== from) {
        block = { from, values: logits(from, Math.min(steps.length, from + logitRows)) };
      }
      const values = await block.values;
      return values.slice((step - from) * vocabulary, (step - from + 1) * vocabulary);
    },
  };
}
