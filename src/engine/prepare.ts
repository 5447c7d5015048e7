/** From what a person gave to the places of every stack; what a decoder is not given, the model says itself. */
import type { Folder } from '../core/checkpoint/bytes';
import type { Config } from '../core/model/architecture';
import { preprocessingOf } from '../core/model/pixels';
import type { ImageInput, TokenInput, Tokens } from '../protocol/engine';
import { readPreprocessing } from './config';
import type { Head, Memory } from './forward';
import type { Generated } from './generation';
import { prepareImage, prepareTokens, type Prepared, targetTokens, tokensOf } from './inputs';
import type { Tokenizer } from './tokenizer';
import type { Transformer } from './transformer';

/** Of a text that the model makes itself: as many tokens, and no more time. */
const mostMade = 48;
const longestMade = 4000;

/** What is beside the weights. */
export interface Beside {
  readonly config: Config;
  readonly folder: Folder;
}

/** Throws Error with one sentence. */
export async function prepared(
  model: Transformer,
  input: TokenInput | ImageInput,
  tokenizer: Tokenizer | undefined,
  beside: Beside,
): Promise<Prepared> {
  const without = input.without?.map((id) => headOf(model, id));
  return { ...(await placed(model, input, tokenizer, beside)), ...(without && { without }) };
}

/** The head that a block's id names. */
function headOf({ stacks }: Transformer, id: string): Head {
  const [, name, layer, head] = /^(\w+)\.(\d+)\.(\d+)$/.exec(id) ?? [];
  const place = { layer: Number(layer), head: Number(head) };
  for (const { stack } of stacks) {
    const access = stack.accesses.find((own) => own === name);
    if (access && place.layer < stack.layers && place.head < stack.heads) {
      return { access, ...place };
    }
  }
  throw new Error(`there is no head ${id} to leave out`);
}

async function placed(
  model: Transformer,
  input: TokenInput | ImageInput,
  tokenizer: Tokenizer | undefined,
  { config, folder }: Beside,
): Promise<Prepared> {
  const { architecture, stacks } = model;
  if ('image' in input) {
    return prepareImage(architecture, input, preprocessingOf(await readPreprocessing(folder)));
  }
  if (architecture.takes.kind === 'image') {
    throw new Error('this model takes an image, not text or token ids');
  }
  const tokens = tokensOf(input, tokenizer, limitsOf(model, 0));
  if (stacks.length === 1) {
    if (input.target) throw new Error('this model has no decoder: it takes no target');
    return prepareTokens(architecture, tokens);
  }
  const target = input.target
    ? targetTokens(input.target, tokenizer, { ...limitsOf(model, 1), ...marksOf(model, config) })
    : await said(model, tokens, tokenizer, config);
  return prepareTokens(architecture, tokens, target);
}

/**
 * The tokens of a text that is gone on with, and those that the model finds likeliest after them; the end of a text ends
 * it. A decoder goes on with its target, or starts one.
 */
export async function continued(
  model: Transformer,
  input: TokenInput,
  tokenizer: Tokenizer | undefined,
  config: Config,
  signal: AbortSignal,
): Promise<{ readonly tokens: Tokens; readonly steps: AsyncGenerator<Generated> }> {
  const { takes, output } = model.architecture;
  if (takes.kind === 'image' || output?.predicts !== 'next') {
    throw new Error('this model does not predict a next token');
  }
  const { ends, start } = marksOf(model, config);
  const tokens = tokensOf(input, tokenizer, limitsOf(model, 0));
  const isPair = model.stacks.length > 1;
  const target = input.target ?? { ids: [start] };
  const before = isPair
    ? targetTokens(target, tokenizer, { ...limitsOf(model, 1), start, ends })
    : tokens;
  const steps = async function* () {
    const memory = isPair ? await memoryOf(model, tokens, signal) : undefined;
    for await (const step of model.generate(before.ids, signal, memory)) {
      yield step;
      if (ends.has(step.id)) return;
    }
  };
  return { tokens: before, steps: steps() };
}

/** What the decoder says by itself, as what it is given. */
async function said(
  model: Transformer,
  tokens: Tokens,
  tokenizer: Tokenizer | undefined,
  config: Config,
): Promise<Tokens> {
  const { start, ends } = marksOf(model, config);
  const { signal } = new AbortController();
  const until = performance.now() + longestMade;
  const ids = [start];
  const memory = await memoryOf(model, tokens, signal);
  for await (const { id } of model.generate([start], signal, memory)) {
    if (ends.has(id)) break;
    ids.push(id);
    if (ids.length > mostMade || performance.now() > until) break;
  }
  return tokensOf({ ids }, tokenizer, limitsOf(model, 1));
}

/** The encoder's last hidden state. */
async function memoryOf(
  { stacks }: Transformer,
  { ids, segments }: Tokens,
  signal: AbortSignal,
): Promise<Memory> {
  const encoder = stacks[0]!;
  const embedded = encoder.embed({ ids, segments });
  let last = embedded;
  for await (const { hidden } of encoder.forward({ places: ids.length, embedded }, signal)) {
    last = Promise.resolve(hidden);
  }
  return { places: ids.length, values: last.then((hidden) => encoder.finish(hidden)) };
}

function limitsOf({ architecture, stacks }: Transformer, index: number) {
  const { context } = stacks[index]!.stack;
  return { context, vocabulary: architecture.vocabulary };
}

/** The ids that begin a decoder's text, and those that end one: `eos_token_id` is one, or several. */
function marksOf({ architecture }: Transformer, { eos_token_id: ends }: Config) {
  return {
    start: architecture.start ?? 0,
    ends: new Set<unknown>(Array.isArray(ends) ? ends : [ends]),
  };
}
