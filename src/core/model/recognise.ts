/** From tensor names and shapes to a model that can run. */
import type { Architecture, Config, Recognition, Tensors } from './architecture';
import { families } from './families';

export interface Recognised {
  readonly recognition: Recognition;
  /** There when it is runnable. */
  readonly architecture?: Architecture;
}

export function recognise(tensors: Tensors, config?: Config): Recognised {
  for (const family of families) {
    const match = family.recognise(tensors, config);
    if (match?.kind === 'incomplete') return { recognition: match };
    if (match) {
      return { recognition: runnable(match.architecture), architecture: match.architecture };
    }
  }
  return { recognition: { kind: 'unknown' } };
}

function runnable(architecture: Architecture): Recognition {
  const { family, sentence, facts, vocabulary, takes, stacks, output } = architecture;
  const context = Math.min(...stacks.map((stack) => stack.context));
  const predicts = output && { predicts: output.predicts };
  return { kind: 'runnable', family, sentence, facts, context, vocabulary, takes, ...predicts };
}
