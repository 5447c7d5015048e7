/**
 * Settings that no checkpoint tells, found by trying: every setting does every task that fits the widths, and the
 * one with the fewest wrong bits is taken when it is far better than guessing.
 */
import type { NamedArray } from './memory';
import { seeded } from './random';
import type { Task } from './tasks';
import { score } from './verdict';

export interface Setting<V extends string> {
  readonly variant: V;
  /** The task that it does; undefined when it does none. */
  readonly task?: Task;
  /** Whether the self-test decided for the variant. */
  readonly decided: boolean;
  /** `V0 0 of 160 bits wrong, V1 60, V2 53` */
  readonly scores: string;
}

/** A trained machine has fewer wrong bits than this; guessing has half of them wrong. */
const trained = 0.2;
const seeds = [11, 12];
/** Items or rows of a self-test: what a trained machine has met, and quick. */
const usual = 10;
/** Settings besides the best one whose scores are told. */
const mostTold = 3;

/**
 * The first of `choices` is kept unless another is better. `run` gives the outputs [T, outputs] of an input.
 * Undefined when no task fits.
 */
export function findSetting<V extends string>(
  choices: readonly V[],
  tasks: readonly Task[],
  outputs: number,
  run: (variant: V, x: NamedArray) => Float32Array,
): Setting<V> | undefined {
  const [standard] = choices;
  if (standard === undefined || tasks.length === 0) return undefined;
  const tried = choices.flatMap((variant) =>
    tasks.map((task) => ({ variant, task, ...errors(task, outputs, (x) => run(variant, x)) })),
  );
  const share = ({ wrong, bits }: { wrong: number; bits: number }) => wrong / bits;
  const best = tried.reduce((a, b) => (share(b) < share(a) ? b : a));
  const good = share(best) < trained;
  const task = good ? best.task : tasks[0]!;
  const variant = good ? best.variant : standard;
  const [first, ...others] = tried
    .filter((one) => one.task === task)
    .sort((a, b) => share(a) - share(b));
  const scores = [
    `${choices.length > 1 ? `${first!.variant} ` : ''}${first!.wrong} of ${first!.bits} bits wrong`,
    ...others.slice(0, mostTold).map((one) => `${one.variant} ${one.wrong}`),
  ].join(', ');
  return { variant, decided: good, scores, ...(good ? { task } : {}) };
}

function errors(
  task: Task,
  outputs: number,
  run: (x: NamedArray) => Float32Array,
): { readonly wrong: number; readonly bits: number } {
  let wrong = 0;
  let bits = 0;
  for (const seed of seeds) {
    const { x, answer } = task.make(outputs, Math.min(usual, task.lengths[1]), seeded(seed));
    const found = score(run(x), answer);
    wrong += found.wrong;
    bits += found.bits;
  }
  return { wrong, bits };
}
