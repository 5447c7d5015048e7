/** Inputs of word ids as a person writes them: sentences in the order in which they happened, and back. */
import type { Config } from '../model/architecture';
import { number } from '../model/reading';
import type { Inputs, InputSpec, NamedArray } from './memory';
import { rowsOf } from './rows';
import { type Words, wordsOf } from './words';

/** Lines by the name of the input. */
export type Texts = ReadonlyMap<string, readonly string[]>;

/** Under these keys a config tells how many words a sentence is padded to; encodings by position depend on it. */
const lengthKeys = ['sentence_size', 'sentence_len'];

/** The words of an input by their ids, as far as the config tells them. */
export function wordsOfInput({ text }: InputSpec, config: Config): Words {
  return wordsOf(config, ...(text?.vocabulary ?? []));
}

/**
 * Ids of the words, 0 where a sentence is shorter than the longest. Throws Error with one sentence for an input that
 * takes no text and for a word that is not in the vocabulary.
 */
export function encodeTexts(texts: Texts, specs: readonly InputSpec[], config: Config): Inputs {
  const isPadded = specs.some(({ shape }) => shape.length > 1);
  const least = isPadded ? Math.max(...lengthKeys.map((key) => number(config, key) ?? 0)) : 0;
  const coded = [...texts].map(([name, lines]) => {
    const spec = specs.find((one) => one.name === name);
    if (!spec?.text) throw new Error(`the input ${name} is not given as text`);
    return { spec, rows: idsOf(spec, lines, wordsOfInput(spec, config), least) };
  });
  // A letter stands for the same length in every input.
  const lengths = new Map<string, number>();
  for (const { spec, rows } of coded) {
    const longest = Math.max(least, ...rows.map((row) => row.length));
    lengths.set(lengthOf(spec), Math.max(longest, lengths.get(lengthOf(spec)) ?? 0));
  }
  return new Map(
    coded.map(({ spec, rows }) => [spec.name, arrayOf(spec, rows, lengths.get(lengthOf(spec))!)]),
  );
}

const lengthOf = ({ shape }: InputSpec): string => String(shape.at(-1));

/** The lines of those inputs that hold ids of known words. */
export function decodeTexts(inputs: Inputs, specs: readonly InputSpec[], config: Config): Texts {
  const texts = new Map<string, readonly string[]>();
  for (const spec of specs) {
    const words = wordsOfInput(spec, config);
    const array = inputs.get(spec.name);
    if (!array || !words.known) continue;
    const aged = new Set(ages(spec, words, array.shape[0] ?? 0));
    const lines = rowsOf(array.data, array.shape.at(-1) ?? 1).map((row) =>
      [...row]
        .filter((id) => !aged.has(id) && (id !== 0 || !isFiller(spec)))
        .map(words.word)
        .join(words.letters ? '' : ' '),
    );
    texts.set(spec.name, spec.text?.newestFirst ? lines.toReversed() : lines);
  }
  return texts;
}

/** Where sentences are padded, 0 is no word. */
const isFiller = ({ text }: InputSpec): boolean => text?.padded === true;

/** `least`: columns that a row has at least. */
function idsOf(spec: InputSpec, lines: readonly string[], words: Words, least: number): number[][] {
  if (!words.known) throw new Error(`the words of ${spec.name} are not known: give word ids`);
  const sentences = lines.filter((line) => line.trim() !== '');
  if (sentences.length === 0) throw new Error(`the input ${spec.name} has no words`);
  const rows = sentences.map((line, index) =>
    wordsOfLine(line, words).map((word) => {
      const id = words.id(word) ?? words.id(plainWord(word));
      if (id !== undefined) return id;
      const place = sentences.length > 1 ? `line ${index + 1} of ${spec.name}` : spec.name;
      throw new Error(`“${word}” in ${place} is none of the ${words.count} words of the model`);
    }),
  );
  if (spec.shape.length < 2) return [rows.flat()];
  const ordered = spec.text?.newestFirst ? rows.toReversed() : rows;
  const last = ages(spec, words, rows.length);
  const longest = Math.max(least - 1, ...rows.map((row) => row.length));
  return last.length === 0
    ? ordered
    : ordered.map((row, slot) => [...row, ...zeros(longest - row.length), last[slot] ?? 0]);
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

/** Some codes end each sentence with a word that tells its age, `time1` the newest; ids of them, empty where none are. */
function ages({ text }: InputSpec, words: Words, count: number): number[] {
  if (!text?.newestFirst) return [];
  return Array.from({ length: count }, (_, slot) => words.id(`time${slot + 1}`) ?? []).flat();
}

/** Parted by spaces; letters where every word is one. */
function wordsOfLine(line: string, words: Words): string[] {
  const text = line.trim();
  return words.letters && !/\s/.test(text) ? [...text] : text.split(/\s+/);
}

const plainWord = (word: string): string => word.toLowerCase().replace(/[.,;:!?]+$/, '');

function arrayOf(
  { shape, name }: InputSpec,
  rows: readonly number[][],
  length: number,
): NamedArray {
  if (shape.length === 0) {
    const [first, ...more] = rows[0]!;
    if (more.length > 0) throw new Error(`the input ${name} is one word`);
    return { shape: [], data: Float32Array.of(first!) };
  }
  const data = new Float32Array(rows.length * length);
  rows.forEach((row, index) => data.set(row, index * length));
  return { shape: shape.length === 1 ? [length] : [rows.length, length], data };
}
