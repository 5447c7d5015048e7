/** From what a person typed to token ids that the model takes. Every refusal names the numbers. */
import type { Inputs, InputSpec } from '../core/memory/memory';
import { encodeTexts } from '../core/memory/texts';
import type { Config } from '../core/model/architecture';
import type { ArraysInput, TokenInput, Tokens } from '../protocol/engine';
import type { Tokenizer } from './tokenizer';

export interface Limits {
  /** Longest input in tokens. */
  readonly context: number;
  readonly vocabulary: number;
}

export function tokensOf(
  input: TokenInput,
  tokenizer: Tokenizer | undefined,
  limits: Limits,
): Tokens {
  if ('ids' in input) {
    check(input.ids, limits);
    return labelled(input.ids, tokenizer);
  }
  const tokens = encode(input.text, tokenizer);
  check(tokens.ids, limits);
  return tokens;
}

function encode(text: string, tokenizer: Tokenizer | undefined): Tokens {
  if (!tokenizer) {
    throw new Error('there is no tokenizer beside the checkpoint: give token ids instead of text');
  }
  return tokenizer.encode(text);
}

function labelled(ids: readonly number[], tokenizer: Tokenizer | undefined): Tokens {
  const label = (id: number) => tokenizer?.label(id) ?? String(id);
  return { ids, labels: ids.map(label), origins: ids.map(() => undefined) };
}

function check(ids: readonly number[], { context, vocabulary }: Limits): void {
  if (ids.length === 0) throw new Error('the input is empty: at least one token is needed');
  if (ids.length > context) {
    throw new Error(`the input has ${ids.length} tokens, the model takes at most ${context}`);
  }
  const place = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
  if (place >= 0) {
    throw new Error(
      `token id ${ids[place]} at place ${place} is outside the vocabulary 0…${vocabulary - 1}`,
    );
  }
}

/** Arrays by name, texts as ids; undefined when the model's own example is to be run. Throws Error with one sentence. */
export function arraysOf(
  { inputs, texts }: ArraysInput,
  specs: readonly InputSpec[],
  config: Config,
): Inputs | undefined {
  if (!inputs && !texts) return undefined;
  const given = (inputs ?? []).map(({ name, shape, data }) => [name, { shape, data }] as const);
  const lines = new Map((texts ?? []).map((text) => [text.name, text.lines]));
  return new Map([...given, ...encodeTexts(lines, specs, config)]);
}
