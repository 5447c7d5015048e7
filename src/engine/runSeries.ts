/** What a run leaves behind at every token besides its weightings: hidden states and logits. */
import type { PixelImage } from '../core/model/pixels';
import type { Axis, Series } from '../core/trace/trace';

/** Rows of logits computed at once when they are read one after another. */
const logitRows = 32;

/** `hidden.{layer}`, [places, width]: 0 is the embeddings; the last one is what `finish` (the final norm) makes of it. */
export function hiddenSeries(
  name: string,
  steps: Axis,
  hidden: Float32Array,
  finish?: () => Promise<Float32Array>,
): Series {
  const width = hidden.length / steps.length;
  let finished: Promise<Float32Array> | undefined;
  return {
    name,
    steps,
    shape: [width],
    async at(step) {
      finished ??= finish?.();
      const all = (await finished) ?? hidden;
      return all.slice(step * width, (step + 1) * width);
    },
  };
}

/** `output.logits`, [places, size]; `logits` gives the rows from … to - 1. */
export function logitsSeries(
  steps: Axis,
  size: number,
  logits: (from: number, to: number) => Promise<Float32Array>,
): Series {
  let block: { readonly from: number; readonly values: Promise<Float32Array> } | undefined;
  return {
    name: 'output.logits',
    steps,
    shape: [size],
    async at(step) {
      const from = step - (step % logitRows);
      if (block?.from !== from) {
        block = { from, values: logits(from, Math.min(steps.length, from + logitRows)) };
      }
      const values = await block.values;
      return values.slice((step - from) * size, (step - from + 1) * size);
    },
  };
}

/** `output.logits`, [labels]: of the whole input. */
export function labelsSeries(labels: Axis, logits: () => Promise<Float32Array>): Series {
  let values: Promise<Float32Array> | undefined;
  return {
    name: 'output.logits',
    steps: labels,
    shape: [],
    async at(step) {
      values ??= logits();
      return (await values).slice(step, step + 1);
    },
  };
}

/** `input.image`, [lines, width, 3]: colours from 0 to 1. */
export function imageSeries({ width, height, data }: PixelImage): Series {
  const steps: Axis = {
    id: 'lines',
    kind: 'step',
    length: height,
    label: (index) => String(index),
  };
  return {
    name: 'input.image',
    steps,
    shape: [width, 3],
    at: (line) =>
      Promise.resolve(
        Float32Array.from({ length: 3 * width }, (_, i) => {
          const [x, channel] = [Math.floor(i / 3), i % 3];
          return data[(channel * height + line) * width + x]!;
        }),
      ),
  };
}
