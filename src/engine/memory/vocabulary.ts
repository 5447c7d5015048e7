/** The words of a model by their ids, from files that people put beside a checkpoint. */
import { FormatError, readBytes, textOf, type Folder } from '../../core/checkpoint/bytes';
import type { InputSpec } from '../../core/memory/memory';
import { wordsOfInput } from '../../core/memory/texts';
import type { Config } from '../../core/model/architecture';

/** A vocabulary of a model that is run in arrays is small. */
const largest = 4 * 1024 * 1024;
const endings = ['json', 'txt'];
/** Other names of the file of `vocab`. */
const aliases = ['words', 'dictionary', 'word_index', 'word_to_idx'];

/** Vocabularies of those inputs whose words the config does not tell. Throws FormatError. */
export function vocabularyBeside(
  folder: Folder,
  inputs: readonly InputSpec[],
  config: Config,
): Promise<Config> {
  const unknown = inputs.filter((input) => input.text && !wordsOfInput(input, config).known);
  const keys = unknown.flatMap(({ text }) => text?.vocabulary ?? []);
  return readVocabularies(folder, [...new Set(keys)]);
}

/**
 * Each of `keys` whose file is there (`vocab.json`, `NAME.vocab.txt`), as a config would hold it. JSON: a list of words,
 * an object from word to id or from id to word; text: a word a line, its id after it or counted from 0. Throws FormatError.
 */
async function readVocabularies(folder: Folder, keys: readonly string[]): Promise<Config> {
  const names = await folder.list();
  const config: Record<string, unknown> = {};
  for (const key of keys) {
    const stems = key === 'vocab' ? [key, ...aliases] : [key];
    const ends = stems.flatMap((stem) => endings.map((ending) => `${stem}.${ending}`));
    const name = names.find((one) => ends.some((end) => one === end || one.endsWith(`.${end}`)));
    if (name !== undefined) config[key] = parse(name, await read(folder, name));
  }
  return config;
}

async function read(folder: Folder, name: string): Promise<string> {
  const source = await folder.open(name);
  if (source.size > largest) {
    throw new FormatError(name, `${source.size} bytes are too many for a vocabulary`);
  }
  return textOf(await readBytes(source, 0, source.size, 'the words'), source, 'the words');
}

function parse(name: string, text: string): unknown {
  return name.endsWith('.txt') ? parseLines(text) : parseJson(name, text);
}

function parseLines(text: string): unknown {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  const numbered = lines.map((line) => /^(\S+)\s+(\d+)$/.exec(line));
  return numbered.every((pair) => pair !== null)
    ? Object.fromEntries(numbered.map(([, word, id]) => [word, Number(id)]))
    : lines.map((line) => line.trim());
}

function parseJson(name: string, text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormatError(name, 'this is not JSON');
  }
  if (Array.isArray(json) && json.every((word) => typeof word === 'string')) return json;
  const pairs = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  if (pairs.length > 0 && pairs.every(([, id]) => Number.isInteger(id))) return json;
  if (
    pairs.length > 0 &&
    pairs.every(([id, word]) => /^\d+$/.test(id) && typeof word === 'string')
  ) {
    return Object.fromEntries(pairs.map(([id, word]) => [word as string, Number(id)]));
  }
  throw new FormatError(name, 'expected a JSON list of words, or an object from word to id');
}
