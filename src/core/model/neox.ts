/** GPT-NeoX (Black et al. 2022), Pythia: parallel attention and MLP, rotary positions on a part of each head. */
import type { Config, Family, Match, Tensors } from './architecture';
import { assembled, evenHeads, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf } from './block';
import { causal } from './masks';
import { activate, chain, layerNorm, linear } from './parts';
import { activationOf, agree, flag, layersOf, modelReading, number, stageOf } from './reading';
import { rotaryOf, rotarySettings } from './rotary';

const family = 'GPT-NeoX';
const anchor = /^((?:.*\.)?)layers\.0\.attention\.query_key_value\.weight$/;

export const neox: Family = {
  name: family,
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined && tensors.has(`${prefix}embed_in.weight`)) {
        return read(tensors, prefix, config);
      }
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const words = reading.need('embed_in.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const layers = reading.count('layers');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  const heads = evenHeads(reading, config, width, 'num_attention_heads');
  const size = width / heads;
  const inner = reading.lengthOf('layers.0.mlp.dense_h_to_4h.weight', 0);
  const epsilon = number(config, 'layer_norm_eps') ?? 1e-5;
  const activation = activationOf(reading, config, ['hidden_act'], 'gelu', family);
  const settings = rotarySettings(config);
  const part = number(settings, 'partial_rotary_factor') ?? number(config, 'rotary_pct') ?? 0.25;
  const turned = Math.floor(size * part);
  const rotary = rotaryOf(reading, config, turned, settings);
  const bias = reading.has('layers.0.attention.query_key_value.bias');
  const map = (name: string, from: number, to: number, biased = true) =>
    linear(name, from, to, { bias: biased });
  const norm = (name: string) => layerNorm(name, width, epsilon);
  const equations = blockOf(
    [
      {
        before: norm('input_layernorm'),
        of: attention({
          access: 'self',
          width,
          heads,
          size,
          projections: { kind: 'joined', name: 'attention.query_key_value', bias, byHead: true },
          output: map('attention.dense', width, width, bias),
          scale: 1 / Math.sqrt(size),
          rotary: { frequencies: 'frequencies', pairs: turned / 2, factor: rotary.factor },
          bias: causal,
        }),
      },
      {
        before: norm('post_attention_layernorm'),
        of: chain(
          map('mlp.dense_h_to_4h', width, inner),
          activate(activation),
          map('mlp.dense_4h_to_h', inner, width),
        ),
      },
    ],
    { parallel: flag(config, 'use_parallel_residual') !== false },
  );
  const blocks = layersOf(reading, 'layers', layers, equations.weights);
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${size}`],
      ['MLP width', `${inner}`],
      ['Rotary positions', `${turned} of ${size} dimensions`],
      ['Activation', activation.title],
    ],
    stacks: [
      {
        accesses: equations.accesses,
        causal: true,
        layers,
        heads,
        keyHeads: heads,
        width,
        context: number(config, 'max_position_embeddings') ?? 2048,
        embedding: { kind: 'tokens', tables: [{ tensor: words.name, by: 'token', offset: 0 }] },
        layer: (index) => ({
          weights: blocks[index]!,
          numbers: { frequencies: rotary.frequencies },
        }),
        block: equations.block,
        finish: stageOf(reading, '', norm('final_layer_norm'), width, width),
      },
    ],
    output: vocabularyOutput(reading, config, 'embed_out', {
      tied: words.name,
      isTied: false,
      vocabulary,
      width,
      predicts: 'next',
    }),
  });
}
