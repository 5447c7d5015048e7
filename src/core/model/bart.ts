/** BART (Lewis et al. 2020) and Marian (Junczys-Dowmunt et al. 2018): encoder and decoder with post-norm blocks. */
import type { Activation } from './activations';
import type { Config, EmbeddingTable, Family, Match, Stack, Tensors } from './architecture';
import { assembled, evenHeads, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf, type Sublayer } from './block';
import { causal } from './masks';
import { activate, chain, layerNorm, linear } from './parts';
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

const anchor = /^((?:.*\.)?)decoder\.layers\.0\.encoder_attn\.q_proj\.weight$/;
/** What these names are called in a config, and how many rows of the table of places stand before the first. */
const kinds: ReadonlyMap<string, { readonly title: string; readonly offset: number }> = new Map([
  ['bart', { title: 'BART', offset: 2 }],
  ['marian', { title: 'Marian', offset: 0 }],
]);
/** The config does not say it. */
const epsilon = 1e-5;

export const bart: Family = {
  name: 'BART',
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined && tensors.has(`${prefix}encoder.layers.0.fc1.weight`)) {
        return read(tensors, prefix, config);
      }
    }
    return undefined;
  },
};

interface Shape {
  readonly width: number;
  readonly activation: Activation;
  readonly words: string;
  readonly scale: number;
  readonly offset: number;
}

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const type = text(config, 'model_type') ?? 'bart';
  const kind = kinds.get(type);
  if (!kind) {
    reading.problem(`config says model_type "${type}", whose equations are not known here`);
  }
  const { title: family, offset } = kind ?? { title: 'BART', offset: 2 };
  const own = ['shared.weight', 'encoder.embed_tokens.weight'].find((name) => reading.has(name));
  const words = reading.need(own ?? 'shared.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  if (flag(config, 'share_encoder_decoder_embeddings') === false) {
    reading.problem('encoder and decoder have words of their own, which is not run yet');
  }
  const keys = ['activation_function'];
  const activation = activationOf(reading, config, keys, 'gelu', family);
  const scale = flag(config, 'scale_embedding') ? Math.fround(Math.sqrt(width)) : 1;
  const shape: Shape = { width, activation, words: words.name, scale, offset };
  const stacks = (['encoder', 'decoder'] as const).map((name) =>
    stackOf(reading, config, shape, name),
  );
  return assembled(reading, {
    family,
    vocabulary,
    facts: [['Activation', activation.title]],
    stacks,
    takes: { kind: 'tokens', target: true },
    start: number(config, 'decoder_start_token_id') ?? 2,
    output: vocabularyOutput(reading, config, 'lm_head', {
      tied: words.name,
      isTied: true,
      vocabulary,
      width,
      predicts: 'next',
      bias: reading.full('final_logits_bias')?.name,
    }),
  });
}

function stackOf(
  reading: Reading,
  config: Config,
  shape: Shape,
  name: 'encoder' | 'decoder',
): Stack {
  const { width, words, scale, offset } = shape;
  const layers = reading.count(`${name}.layers`);
  agree(reading, config, `${name}_layers`, layers, `blocks in the ${name}`);
  const heads = evenHeads(reading, config, width, `${name}_attention_heads`);
  const inner = reading.lengthOf(`${name}.layers.0.fc1.weight`, 0);
  const equations = blockOf(sublayersOf(shape, name, heads, inner));
  const blocks = layersOf(reading, `${name}.layers`, layers, equations.weights);
  // Marian's places are sines that not every file holds.
  const hasTable = offset > 0 || reading.has(`${name}.embed_positions.weight`);
  const places = hasTable
    ? reading.need(`${name}.embed_positions.weight`, [undefined, width])
    : undefined;
  const context = places?.shape[0] ?? number(config, 'max_position_embeddings') ?? 1024;
  const norm = layerNorm('layernorm_embedding', width, epsilon);
  const tables: readonly EmbeddingTable[] = [
    { tensor: words, by: 'token', offset: 0, scale },
    { tensor: places?.name ?? ((place) => waves(place, width)), by: 'position', offset },
  ];
  return {
    accesses: equations.accesses,
    causal: name === 'decoder',
    layers,
    heads,
    keyHeads: heads,
    width,
    context: context - offset,
    embedding: {
      kind: 'tokens',
      tables,
      ...(reading.has(`${name}.layernorm_embedding.weight`) && {
        stage: stageOf(reading, `${name}.`, norm, width, width),
      }),
    },
    layer: (index) => ({ weights: blocks[index]!, numbers: {} }),
    block: equations.block,
  };
}

/** Sines, then cosines, of ever slower waves (Vaswani et al. 2017, section 3.5). */
function waves(place: number, width: number): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: width }, (_, i) => {
    const angle = place / 10000 ** ((2 * (i % half)) / width);
    return i < half ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Post-norm: attention over the own text, in the decoder over the source too, then the MLP. */
function sublayersOf(
  { width, activation }: Shape,
  name: 'encoder' | 'decoder',
  heads: number,
  inner: number,
): readonly Sublayer[] {
  const map = (path: string, from: number, to: number) => linear(path, from, to, { bias: true });
  const attend = (at: string, access: 'encoder' | 'decoder' | 'cross'): Sublayer => ({
    of: attention({
      access,
      width,
      heads,
      size: width / heads,
      projections: {
        kind: 'separate',
        query: `${at}.q_proj`,
        key: `${at}.k_proj`,
        value: `${at}.v_proj`,
        bias: { query: true, key: true, value: true },
      },
      output: map(`${at}.out_proj`, width, width),
      scale: 1 / Math.sqrt(width / heads),
      ...(access === 'decoder' && { bias: causal }),
      ...(access === 'cross' && { memory: width }),
    }),
    joined: layerNorm(`${at}_layer_norm`, width, epsilon),
  });
  return [
    attend('self_attn', name),
    ...(name === 'decoder' ? [attend('encoder_attn', 'cross')] : []),
    {
      of: chain(map('fc1', width, inner), activate(activation), map('fc2', inner, width)),
      joined: layerNorm('final_layer_norm', width, epsilon),
    },
  ];
}
