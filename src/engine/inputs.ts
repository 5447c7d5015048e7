/** From what a person typed to token ids that the model takes. Every refusal names the numbers. */
import type { Inputs, InputSpec } from '../core/memory/memory';
import { encodeTexts } from '../core/memory/texts';
import type { Architecture, Config } from '../core/model/architecture';
import { patchesOf, type PixelImage, type Preprocessing, preprocessed } from '../core/model/pixels';
import type { AxisKind, Origin } from '../core/trace/trace';
import type { ArraysInput, ImageInput, TextOrIds, TokenInput, Tokens } from '../protocol/engine';
import type { Head } from './forward';
import type { Tokenizer } from './tokenizer';

/** What the first hidden state of a stack is made from. */
export type Given =
  | { readonly ids: readonly number[]; readonly segments?: readonly number[] | undefined }
  /** Flattened patches of an image. */
  | { readonly patches: Float32Array };

/** The places of a stack. */
export interface PlacesGiven {
  readonly kind: AxisKind;
  readonly given: Given;
  readonly labels: readonly string[];
  readonly origins?: readonly (Origin | undefined)[];
}

/** What a run is started with: places for every stack. */
export interface Prepared {
  readonly stacks: readonly PlacesGiven[];
  /** The first masked token. */
  readonly masked?: number;
  /** What is looked at, as colours. */
  readonly image?: PixelImage;
  /** Heads that are ablated. */
  readonly without?: readonly Head[];
}

/** What stands for a token that is to be guessed. */
const maskLabel = /^ ?(\[MASK\]|<mask>)$/i;

/** `target`: the tokens of the decoder of a model that has one. Throws Error with one sentence. */
export function prepareTokens(
  architecture: Architecture,
  tokens: Tokens,
  target?: Tokens,
): Prepared {
  const masked = tokens.labels.findIndex((label) => maskLabel.test(label));
  const all = target ? [tokens, target] : [tokens];
  if (all.length !== architecture.stacks.length) {
    throw new Error('this model takes two sequences of tokens');
  }
  const stacks = all.map(({ ids, labels, origins, segments }) => ({
    kind: 'token' as const,
    given: { ids, segments },
    labels,
    origins,
  }));
  return { stacks, ...(masked >= 0 && { masked }) };
}

/** Throws Error with one sentence. */
export function prepareImage(
  { takes }: Architecture,
  { image }: ImageInput,
  preprocessing: Preprocessing,
): Prepared {
  if (takes.kind !== 'image') throw new Error('this model takes tokens, not an image');
  const { pixels, shown } = preprocessed(image, takes.image, preprocessing);
  const { patch, width, height, before } = takes.image;
  const [down, across] = [height / patch, width / patch];
  const labels = Array.from(
    { length: down * across },
    (_, i) => `${Math.floor(i / across)},${i % across}`,
  );
  return {
    stacks: [
      {
        kind: 'patch',
        given: { patches: patchesOf(pixels, takes.image) },
        labels: [...before, ...labels],
      },
    ],
    image: shown,
  };
}

/** The tokens of a decoder that is to say a text: what it is given starts with its own mark, and the last token is only said. */
export function targetTokens(
  target: TextOrIds,
  tokenizer: Tokenizer | undefined,
  {
    start,
    ends,
    ...limits
  }: Limits & { readonly start: number; readonly ends: ReadonlySet<unknown> },
): Tokens {
  if ('ids' in target) return tokensOf(target, tokenizer, limits);
  const { ids, labels } = encode(target.text, tokenizer);
  const length = ends.has(ids.at(-1)) ? ids.length - 1 : ids.length;
  const shifted = [start, ...ids.slice(0, length)];
  check(shifted, limits);
  const first = labelled([start], tokenizer).labels;
  return {
    ids: shifted,
    labels: [...first, ...labels.slice(0, length)],
    origins: shifted.map(() => undefined),
  };
}

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
    const { ids, segments } = input;
    check(ids, limits);
    if (segments && segments.length !== ids.length) {
      throw new Error(`there are ${ids.length} tokens, but ${segments.length} segments`);
    }
    return { ...labelled(ids, tokenizer), ...(segments && { segments }) };
  }
  const tokens = encode(input.text, tokenizer, input.pair);
  check(tokens.ids, limits);
  return tokens;
}

function encode(text: string, tokenizer: Tokenizer | undefined, pair?: string): Tokens {
  if (!tokenizer) {
    throw new Error('there is no tokenizer beside the checkpoint: give token ids instead of text');
  }
  return tokenizer.encode(text, pair);
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
