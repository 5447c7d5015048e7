/**
 * T5 (Raffel et al. 2020): an encoder and a decoder over relative positions, without biases; gated in version 1.1 and mT5.
 * Scores are not scaled: the initialisation of the query does that.
 */
import type { Config, Family, Match, Stack, Stage, Tensors } from './architecture';
import { assembled, headCount, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf, type Sublayer } from './block';
import type { Activation } from './activations';
import { causal, relative, together } from './masks';
import { activate, chain, gated, linear, type Part, rmsNorm, scaled } from './parts';
import {
  activationOf,
  agree,
  flag,
  layersOf,
  modelReading,
  number,
  type Reading,
  stageOf,
  text,
} from './reading';

const anchor = /^((?:.*\.)?)encoder\.block\.0\.layer\.0\.SelfAttention\.q\.weight$/;
const titles: ReadonlyMap<string, string> = new Map([
  ['t5', 'T5'],
  ['mt5', 'mT5'],
]);
/** Places are relative, so that no table ends a text; the weightings of more would not fit. */
const longest = 4096;
const biasName = 'layer.0.SelfAttention.relative_attention_bias.weight';

export const t5: Family = {
  name: 'T5',
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined) return read(tensors, prefix, config);
    }
    return undefined;
  },
};

interface Shape {
  readonly width: number;
  readonly heads: number;
  readonly size: number;
  readonly inner: number;
  readonly epsilon: number;
  readonly activation: Activation;
  readonly isGated: boolean;
  readonly buckets: number;
  readonly furthest: number;
}

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const type = text(config, 'model_type') ?? 't5';
  const family = titles.get(type) ?? 'T5';
  if (!titles.has(type)) {
    reading.problem(`config says model_type "${type}", whose equations are not known here`);
  }
  const own = ['shared.weight', 'encoder.embed_tokens.weight'].find((name) => reading.has(name));
  const words = reading.need(own ?? 'shared.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const heads = headCount(reading, config, 'num_heads', 'num_attention_heads');
  const dense = 'encoder.block.0.layer.1.DenseReluDense';
  const isGated = reading.has(`${dense}.wi_0.weight`);
  const shape: Shape = {
    width,
    heads,
    size: reading.lengthOf('encoder.block.0.layer.0.SelfAttention.q.weight', 0) / heads,
    inner: reading.lengthOf(isGated ? `${dense}.wi_0.weight` : `${dense}.wi.weight`, 0),
    epsilon: number(config, 'layer_norm_epsilon') ?? 1e-6,
    activation: activationFor(reading, config, isGated),
    isGated,
    buckets: reading.lengthOf(`encoder.block.0.${biasName}`, 0),
    furthest: number(config, 'relative_attention_max_distance') ?? 128,
  };
  agree(reading, config, 'd_kv', shape.size, 'columns of the query for each head');
  const encoder = stackOf(reading, shape, 'encoder', words.name);
  agree(reading, config, 'num_layers', encoder.layers, 'blocks in the encoder');
  const hasDecoder = reading.has('decoder.block.0.layer.0.SelfAttention.q.weight');
  const stacks = hasDecoder ? [encoder, stackOf(reading, shape, 'decoder', words.name)] : [encoder];
  const isScaled =
    flag(config, 'scale_decoder_outputs') ?? flag(config, 'tie_word_embeddings') !== false;
  const stage: Stage = stageOf(reading, '', scaled(width ** -0.5), width, width);
  const start = number(config, 'decoder_start_token_id') ?? 0;
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${shape.size}`],
      ['MLP width', `${shape.inner}${isGated ? ', gated' : ''}`],
      ['Relative positions', `${shape.buckets} buckets up to ${shape.furthest} places away`],
      ['Activation', shape.activation.title],
    ],
    stacks,
    takes: { kind: 'tokens', ...(hasDecoder && { target: true }) },
    start,
    output: hasDecoder
      ? vocabularyOutput(reading, config, 'lm_head', {
          tied: words.name,
          isTied: true,
          vocabulary,
          width,
          predicts: 'next',
          ...(isScaled && family === 'T5' && { stage }),
        })
      : undefined,
  });
}

/** `relu`, `gated-gelu`, `gated-silu`. */
function activationFor(reading: Reading, config: Config, isGated: boolean): Activation {
  const told = text(config, 'feed_forward_proj');
  const name = told?.replace(/^gated-/, '');
  const known = name === 'gelu' && isGated ? 'gelu_new' : name;
  const all = known === undefined ? config : { ...config, dense_act_fn: known };
  return activationOf(reading, all, ['dense_act_fn'], isGated ? 'gelu_new' : 'relu', 'T5');
}

function stackOf(
  reading: Reading,
  shape: Shape,
  name: 'encoder' | 'decoder',
  words: string,
): Stack {
  const { width, heads, epsilon } = shape;
  const layers = reading.count(`${name}.block`);
  const equations = blockOf(sublayersOf(shape, name));
  // All blocks share the table of the first.
  const elsewhere = { [biasName]: `${name}.block.0.${biasName}` };
  const blocks = layersOf(reading, `${name}.block`, layers, equations.weights, elsewhere);
  return {
    accesses: equations.accesses,
    causal: name === 'decoder',
    layers,
    heads,
    keyHeads: heads,
    width,
    context: longest,
    embedding: { kind: 'tokens', tables: [{ tensor: words, by: 'token', offset: 0 }] },
    layer: (index) => ({ weights: blocks[index]!, numbers: {} }),
    block: equations.block,
    finish: stageOf(reading, `${name}.`, rmsNorm('final_layer_norm', width, epsilon), width, width),
  };
}

/** Pre-norm: attention over the own text, in the decoder over the source too, then the MLP. */
function sublayersOf(shape: Shape, name: 'encoder' | 'decoder'): readonly Sublayer[] {
  const { width, heads, size, epsilon, buckets, furthest } = shape;
  const isDecoder = name === 'decoder';
  const attend = (at: string, access: 'encoder' | 'decoder' | 'cross') =>
    attention({
      access,
      width,
      heads,
      size,
      projections: {
        kind: 'separate',
        query: `${at}.q`,
        key: `${at}.k`,
        value: `${at}.v`,
        bias: { query: false, key: false, value: false },
      },
      output: linear(`${at}.o`, heads * size, width, { bias: false }),
      scale: 1,
      ...(access === 'cross' ? { memory: width } : { bias: access === 'decoder' ? masked : own }),
    });
  const own = relative(biasName, heads, { buckets, furthest, bidirectional: !isDecoder });
  const masked = together(own, causal);
  const norm = (layer: number) => rmsNorm(`layer.${layer}.layer_norm`, width, epsilon);
  const last = isDecoder ? 2 : 1;
  return [
    { before: norm(0), of: attend('layer.0.SelfAttention', name) },
    ...(isDecoder ? [{ before: norm(1), of: attend('layer.1.EncDecAttention', 'cross') }] : []),
    { before: norm(last), of: mlpOf(shape, `layer.${last}.DenseReluDense`) },
  ];
}

function mlpOf({ width, inner, activation, isGated }: Shape, at: string): Part {
  const map = (name: string, from: number, to: number) =>
    linear(`${at}.${name}`, from, to, { bias: false });
  const down = map('wo', inner, width);
  return isGated
    ? gated(map('wi_0', width, inner), activation, map('wi_1', width, inner), down)
    : chain(map('wi', width, inner), activate(activation), down);
}
