/** Sentences of words that a model knows, as a person types them. */

/** What a model knows; `isKnown` takes a word as it is typed. */
export interface Vocabulary {
  readonly words: readonly string[];
  /** Every word is one letter: they are not parted by spaces. */
  readonly letters: boolean;
  isKnown(word: string): boolean;
}

/** A word and where it is: the line 1-based. */
export interface Unknown {
  readonly word: string;
  readonly line: number;
}

export function vocabularyOf(words: readonly string[]): Vocabulary {
  const known = new Set(words);
  return {
    words,
    letters:
      words.length > 0 && words.every((word) => [...word].length === 1 || /^<.*>$/.test(word)),
    isKnown: (word) => known.has(word) || known.has(plain(word)),
  };
}

/** What the engine looks for where the word as it stands is not there. */
const plain = (word: string): string => word.toLowerCase().replace(/[.,;:!?]+$/, '');

/** Each unknown word once, where it is first. */
export function unknownIn(
  lines: readonly string[],
  { letters, isKnown }: Vocabulary,
): readonly Unknown[] {
  const found = new Map<string, Unknown>();
  lines.forEach((line, index) => {
    const text = line.trim();
    const words = letters && !/\s/.test(text) ? [...text] : text.split(/\s+/);
    for (const word of words) {
      if (word === '' || isKnown(word) || found.has(word)) continue;
      found.set(word, { word, line: index + 1 });
    }
  });
  return [...found.values()];
}

/** The part of the word before the caret, and where it starts; empty between words. */
export function wordBefore(
  text: string,
  caret: number,
): { readonly from: number; readonly part: string } {
  const [part = ''] = /\S*$/.exec(text.slice(0, caret)) ?? [];
  return { from: caret - part.length, part };
}

/** Words that begin so, those of the model's order; none for one that is there already. */
export function completions(
  part: string,
  { words, letters }: Vocabulary,
  most: number,
): readonly string[] {
  const start = part.toLowerCase();
  if (start === '' || letters) return [];
  const found = words.filter((word) => !isMark(word) && word.toLowerCase().startsWith(start));
  return found.includes(part) ? [] : found.slice(0, most);
}

/** The known word that takes the fewest changes, at most two of them. */
export function nearest(word: string, { words }: Vocabulary): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const known of words) {
    if (isMark(known) || Math.abs(known.length - word.length) >= least) continue;
    const away = distance(plain(word), known.toLowerCase());
    if (away < least && away < known.length) [best, least] = [known, away];
  }
  return best;
}

/** `<nil>` and other marks are no words that a person writes. */
const isMark = (word: string): boolean => /^<.*>$/.test(word);

/** Levenshtein 1966: letters that are put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change));
    }
    row = next;
  }
  return row[b.length]!;
}
