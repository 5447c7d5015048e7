/** Whether an output is the right answer, counted in bits and said in words. */
import { held, type Recorded } from '../trace/recording';
import { verdict } from '../trace/toldEnglish';
import type { Verdict } from '../trace/trace';
import { type Answer, type Feed, type TaskName, tasksOf } from './tasks';

export interface Score {
  readonly wrong: number;
  readonly bits: number;
  /** Rows without a wrong bit. */
  readonly right: number;
  readonly rows: number;
}

/** 1 where a bit of the last rows of `y` is not that of the answer, [rows, outputs]. A NaN is wrong. */
function wrongBits(y: Float32Array, { target }: Answer, threshold: number): Float32Array {
  const first = y.length - target.length;
  return target.map((bit, place) => {
    const value = y[first + place]!;
    const isRight = bit > 0.5 ? value > threshold : value <= threshold;
    return isRight ? 0 : 1;
  });
}

/** `output.target` and `output.wrong`, [rows, outputs]: both are about the last rows of the output. */
export function answerTensors(
  y: Float32Array,
  answer: Answer | undefined,
  threshold = 0.5,
): readonly (readonly [name: string, tensor: Recorded])[] {
  if (!answer) return [];
  const shape = [answer.rows, answer.target.length / answer.rows];
  return [
    ['output.target', held(shape, answer.target)],
    ['output.wrong', held(shape, wrongBits(y, answer, threshold))],
  ];
}

/** `y` [T, outputs]: its last rows against the answer, 1 above `threshold`. A NaN is a wrong bit. */
export function score(y: Float32Array, answer: Answer, threshold = 0.5): Score {
  const { target, rows } = answer;
  const outputs = target.length / rows;
  const bits = wrongBits(y, answer, threshold);
  let wrong = 0;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    let here = 0;
    for (let place = row * outputs; place < (row + 1) * outputs; place++) here += bits[place]!;
    wrong += here;
    if (here === 0) right++;
  }
  return { wrong, bits: target.length, right, rows };
}

/** `copied 20 of 20 vectors, 0 bit errors`, `copied 12 of 40 vectors, 160 of 320 bits wrong`. */
export function verdictOf(y: Float32Array, answer: Answer, threshold = 0.5): Verdict {
  const found = score(y, answer, threshold);
  const did = verbs.get(answer.task) ?? 'matched';
  return verdict(found.wrong === 0, { kind: 'rows', did, ...found });
}

const feeds: readonly Feed[] = ['marker', 'brackets'];
const verbs: ReadonlyMap<TaskName | 'given', string> = new Map(
  feeds.flatMap((feed) => tasksOf(feed).map(({ name, verb }) => [name, verb] as const)),
);
