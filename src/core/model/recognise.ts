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
      const { family: name, sentence, facts, context, vocabulary } = match.architecture;
      const kind = 'runnable';
      return {
        recognition: { kind, family: name, sentence, facts, context, vocabulary },
        architecture: match.architecture,
      };
    }
  }
  return { recognition: { kind: 'unknown' } };
}
