/** Whether an output is the right answer, counted in bits and said in words. */
import type { Verdict } from '../trace/trace';
import { type Answer, type Feed, type TaskName, tasksOf } from './tasks';

export interface Score {
  readonly wrong: number;
  readonly bits: number;
  /** Rows without a wrong bit. */
  readonly right: number;
  readonly rows: number;
}

/** `y` [T, outputs]: its last rows against the answer, 1 above `threshold`. A NaN is a wrong bit. */
export function score(y: Float32Array, { target, rows }: Answer, threshold = 0.5): Score {
  const outputs = target.length / rows;
  const first = y.length - target.length;
  let wrong = 0;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    let here = 0;
    for (let column = 0; column < outputs; column++) {
      const place = row * outputs + column;
      const value = y[first + place]!;
      const isRight = target[place]! > 0.5 ? value > threshold : value <= threshold;
      if (!isRight) here++;
    }
    wrong += here;
    if (here === 0) right++;
  }
  return { wrong, bits: target.length, right, rows };
}

/** `copied 20 of 20 vectors, 0 bit errors`, `copied 12 of 40 vectors, 160 of 320 bits wrong`. */
export function verdictOf(y: Float32Array, answer: Answer, threshold = 0.5): Verdict {
  const { wrong, bits, right, rows } = score(y, answer, threshold);
  const verb = verbs.get(answer.task) ?? 'matched';
  const errors = wrong === 0 ? '0 bit errors' : `${wrong} of ${bits} bits wrong`;
  return { good: wrong === 0, text: `${verb} ${right} of ${rows} vectors, ${errors}` };
}

const feeds: readonly Feed[] = ['marker', 'brackets'];
const verbs: ReadonlyMap<TaskName | 'given', string> = new Map(
  feeds.flatMap((feed) => tasksOf(feed).map(({ name, verb }) => [name, verb] as const)),
);
