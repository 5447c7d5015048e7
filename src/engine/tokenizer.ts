/** Text to token ids and back, with the tokenizer that lies beside a checkpoint. */
import type { Tokenizer as Encoder } from '@huggingface/tokenizers';
import { type Folder, FormatError } from '../core/checkpoint/bytes';
import type { Origin } from '../core/trace/trace';
import { tokenizerFacts, type TokenizerFacts } from '../core/summary/tokenizerFacts';
import type { Tokens } from '../protocol/engine';

export interface Tokenizer {
  /** The files it was read from, as shown: `tokenizer.json`. */
  readonly source: string;
  readonly facts: TokenizerFacts;
  /** With a `pair`, both texts as the model takes two. */
  encode(text: string, pair?: string): Tokens;
  /** What a person reads for a token: its text, or the token's own name when it is no whole text. */
  label(id: number): string;
  /** The text that `more` tokens add to those before. */
  continued(before: readonly number[], more: readonly number[]): string;
}

/** Vocabularies of large models take about 20 MB; more than this is no tokenizer. */
const largestFile = 256 * 1024 * 1024;

/** Reads `tokenizer.json`, else `vocab.json` + `merges.txt`; undefined when the folder has neither. */
export async function loadTokenizer(folder: Folder): Promise<Tokenizer | undefined> {
  const names = new Set(await folder.list());
  if (names.has('tokenizer.json')) {
    const config = names.has('tokenizer_config.json')
      ? await readJson(folder, 'tokenizer_config.json')
      : {};
    return wrap(folder, 'tokenizer.json', await readJson(folder, 'tokenizer.json'), config);
  }
  if (names.has('vocab.json') && names.has('merges.txt')) {
    const vocab = await readJson(folder, 'vocab.json');
    const merges = mergeRules(await readText(folder, 'merges.txt'));
    return wrap(folder, 'vocab.json', byteLevelBpe(vocab, merges), {});
  }
  return undefined;
}

async function wrap(
  folder: Folder,
  source: string,
  json: object,
  config: object,
): Promise<Tokenizer> {
  // Evaluating the library takes milliseconds of a start, and most folders have no tokenizer.
  const library = await import('@huggingface/tokenizers');
  let encoder: Encoder;
  try {
    encoder = new library.Tokenizer(json, { ...unknownToken(json), ...config });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(
      `${folder.name}/${source}`,
      `not a tokenizer that can be used: ${reason}`,
    );
  }
  const decode = (ids: readonly number[]): string =>
    encoder.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  const label = (id: number): string => {
    const token = encoder.id_to_token(id);
    if (token === undefined) return `#${id}`;
    const text = decode([id]);
    // A token that holds part of a character decodes to U+FFFD: its own name says more.
    if (text === '' || text.includes('\uFFFD')) return token;
    // Decoders drop the space that SentencePiece writes before a word.
    return token.startsWith('\u2581') && !text.startsWith(' ') ? ` ${text}` : text;
  };
  return {
    source,
    facts: tokenizerFacts(json),
    label,
    continued(before, more) {
      // Decoded with what stands before: alone, the first one could lose its space, or be part of a character.
      const start = decode(before);
      const whole = decode([...before, ...more]);
      return whole.startsWith(start) ? whole.slice(start.length) : decode(more);
    },
    encode(text, pair) {
      const { ids, tokens, token_type_ids } = encoder.encode(text, {
        return_token_type_ids: true,
        ...(pair !== undefined && { text_pair: pair }),
      });
      const missing = ids.findIndex((id) => id === undefined);
      if (missing >= 0) {
        const word = JSON.stringify(tokens[missing]);
        throw new Error(
          `${word} is not in the vocabulary of ${source}, and it has no unknown token`,
        );
      }
      const labels = ids.map(label);
      // A second text stands behind the first, on a line of its own.
      const origins = locate(pair === undefined ? text : `${text}\n${pair}`, labels);
      return { ids, labels, origins, ...(pair !== undefined && { segments: token_type_ids }) };
    },
  };
}

/** Word-level models name their unknown token beside the vocabulary; the library looks for it in the config. */
function unknownToken(json: object): object {
  const model: unknown = 'model' in json ? json.model : undefined;
  const named = typeof model === 'object' && model !== null && 'unk_token' in model;
  return named && typeof model.unk_token === 'string' ? { unk_token: model.unk_token } : {};
}

/** Finds each label in the text from left to right; undefined where the tokenizer changed or added text. */
function locate(text: string, labels: readonly string[]): (Origin | undefined)[] {
  const lower = text.toLowerCase();
  let from = 0;
  return labels.map((label) => {
    const piece = label.trim().toLowerCase();
    const start = piece === '' ? -1 : lower.indexOf(piece, from);
    // Only white space may lie between two tokens; anything else is another place.
    if (start < 0 || lower.slice(from, start).trim() !== '') return undefined;
    from = start + piece.length;
    return { kind: 'text', start, end: from };
  });
}

/** The settings of GPT-2's byte-level BPE (Radford et al. 2019, section 2.2), which these two files imply. */
function byteLevelBpe(vocab: object, merges: readonly string[]): object {
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, vocab, merges },
  };
}

function mergeRules(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
}

async function readText(folder: Folder, name: string): Promise<string> {
  const source = await folder.open(name);
  if (source.size > largestFile) {
    throw new FormatError(
      `${folder.name}/${name}`,
      `${source.size} bytes are too many for a tokenizer`,
    );
  }
  const bytes = new Uint8Array(source.size);
  await source.read(0, bytes);
  return new TextDecoder().decode(bytes);
}

async function readJson(folder: Folder, name: string): Promise<object> {
  let json: unknown;
  try {
    json = JSON.parse(await readText(folder, name));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`${folder.name}/${name}`, `not JSON: ${String(error)}`);
  }
  if (typeof json !== 'object' || json === null) {
    throw new FormatError(`${folder.name}/${name}`, 'expected a JSON object');
  }
  return json;
}
