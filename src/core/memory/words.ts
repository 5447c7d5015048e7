/** Words of a model whose ids the config beside it names. */
import type { Config } from '../model/architecture';

export interface Words {
  /** The word of an id; the id itself where none is known. */
  word(id: number): string;
  /** Undefined for a word that is not in the vocabulary. */
  id(word: string): number | undefined;
  readonly known: boolean;
  readonly count: number;
  /** Whether every word is a single character; marks in brackets such as `<eos>` apart. */
  readonly letters: boolean;
}

/** Where configs keep the words of a model. */
export const vocabularyKeys = ['vocab', 'vocabulary', 'word_idx', 'word2idx'];

/** From a list of words, or an object from word to id, under one of `keys` of the config. */
export function wordsOf(config: Config | undefined, ...keys: readonly string[]): Words {
  const words = new Map<number, string>();
  for (const key of keys) {
    const value = config?.[key];
    if (words.size > 0 || typeof value !== 'object' || value === null) continue;
    const pairs = Array.isArray(value)
      ? value.map((word, id) => [word, id] as const)
      : Object.entries(value);
    for (const [word, id] of pairs) {
      if (typeof word === 'string' && typeof id === 'number') words.set(id, word);
    }
  }
  const ids = new Map([...words].map(([id, word]) => [word, id]));
  return {
    word: (id) => words.get(id) ?? String(id),
    id: (word) => ids.get(word),
    known: words.size > 0,
    count: words.size,
    letters:
      words.size > 0 &&
      [...ids.keys()].every((word) => [...word].length === 1 || /^<.*>$/.test(word)),
  };
}
