/** The copy task as ixaxaar/pytorch-dnc feeds it: the last column of input and output is the marker's. */
import { type Answer, type Episode, type Rows, tasksOf } from './tasks';
import type { Random } from './random';

const [copy] = tasksOf('marker');

export const dncCopy = {
  /** `width` counts the marker. */
  make(width: number, length: number, random: Random): Episode {
    return copy!.make(width - 1, length, random);
  },
  /** The right answer [L, width], the marker's column empty; undefined where the widths differ or the input is another. */
  answer(x: Rows, outputs: number): Answer | undefined {
    const found = x.width === outputs ? copy!.answer(x, outputs - 1) : undefined;
    if (!found) return undefined;
    const { rows } = found;
    const target = new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      target.set(
        found.target.subarray(row * (outputs - 1), (row + 1) * (outputs - 1)),
        row * outputs,
      );
    }
    return { ...found, target };
  },
};
