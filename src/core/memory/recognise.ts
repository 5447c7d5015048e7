/** From tensor names and shapes to a model that is run in plain arrays. */
import type { Config, Recognition, Tensors } from '../model/architecture';
import { memoryFamilies } from './families';
import type { MemoryMatch } from './memory';

export interface RecognisedMemory {
  readonly recognition: Recognition;
  /** There when it can be run. */
  readonly match?: MemoryMatch;
}

/** Models in plain arrays have tens of tensors; asking every family about more than this takes long. */
const mostTensors = 20_000;

/** Only families that are `wanted` are asked. The first family that can run it; else what the first that knows the names finds missing. */
export function recogniseMemory(
  tensors: Tensors,
  config?: Config,
  metadata: ReadonlyMap<string, string> = new Map(),
  wanted: (family: string) => boolean = () => true,
): RecognisedMemory {
  let incomplete: Recognition | undefined;
  if (tensors.size > mostTensors) return { recognition: { kind: 'unknown' } };
  for (const family of memoryFamilies) {
    if (!wanted(family.name)) continue;
    const match = family.recognise(tensors, config, metadata);
    if (match?.kind === 'arrays') {
      const { kind, family: name, sentence, facts, inputs, options } = match;
      return { recognition: { kind, family: name, sentence, facts, inputs, options }, match };
    }
    incomplete ??= match;
    if (match && family.distinct) break;
  }
  return { recognition: incomplete ?? { kind: 'unknown' } };
}
