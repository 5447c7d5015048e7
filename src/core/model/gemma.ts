/**
 * Gemma 1 to 3, the text models (Gemma Team 2024, 2025): Llama's names, with norms whose scale is counted from 1, an embedding
 * times √width, from 2 on norms after each part too and every so many layers a window; caps in 2, head norms in 3.
 */
import type { Config, Family, Match, Tensors } from './architecture';
import { assembled, groupedHeads, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf, type Sublayer } from './block';
import { causal, slidingWindow } from './masks';
import { gated, linear, rmsNorm, scaled } from './parts';
import {
  activationOf,
  agree,
  layersOf,
  modelReading,
  number,
  type Reading,
  record,
  stageOf,
  text,
} from './reading';
import { type Rotary, rotaryOf, rotarySettings } from './rotary';
import { unlimited, windowsOf } from './windows';

const anchor = /^((?:.*\.)?)layers\.0\.self_attn\.q_proj\.weight$/;
const titles: ReadonlyMap<string, string> = new Map([
  ['gemma', 'Gemma'],
  ['gemma2', 'Gemma 2'],
  ['gemma3_text', 'Gemma 3'],
]);

export const gemma: Family = {
  name: 'Gemma',
  recognise(tensors, config = {}) {
    const family = titles.get(text(config, 'model_type') ?? '');
    if (family === undefined) return undefined;
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined) return read(tensors, prefix, config, family);
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config, family: string): Match {
  const reading = modelReading(tensors, prefix);
  const words = reading.need('embed_tokens.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const layers = reading.count('layers');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  const { heads, keyHeads, size } = groupedHeads(reading, config, width, 'layers.0.self_attn');
  const inner = reading.lengthOf('layers.0.mlp.gate_proj.weight', 0);
  const epsilon = number(config, 'rms_norm_eps') ?? 1e-6;
  const keys = ['hidden_activation'];
  const activation = activationOf(reading, config, keys, 'gelu_pytorch_tanh', family);
  const context = number(config, 'max_position_embeddings') ?? 8192;
  const every = number(config, 'sliding_window_pattern') ?? (family === 'Gemma 3' ? 6 : 2);
  const windows = windowsOf(
    config,
    layers,
    (layer) => family !== 'Gemma' && (layer + 1) % every !== 0,
  );
  const rotaries = rotariesOf(reading, config, size);
  const cap = number(config, 'attn_logit_softcapping');
  const norm = (name: string, of = width) => rmsNorm(name, of, epsilon, 1);
  const map = (name: string, from: number, to: number) =>
    linear(name, from, to, { bias: reading.has(`layers.0.${name}.bias`) });
  const bias = reading.has('layers.0.self_attn.q_proj.bias');
  const attn = attention({
    access: 'self',
    width,
    heads,
    keyHeads,
    size,
    projections: {
      kind: 'separate',
      query: 'self_attn.q_proj',
      key: 'self_attn.k_proj',
      value: 'self_attn.v_proj',
      bias: { query: bias, key: bias, value: bias },
    },
    output: map('self_attn.o_proj', heads * size, width),
    scale: 1 / Math.sqrt(number(config, 'query_pre_attn_scalar') ?? size),
    rotary: { frequencies: 'frequencies', pairs: size / 2, factor: rotaries.everywhere.factor },
    ...(reading.has('layers.0.self_attn.q_norm.weight') && {
      norms: { query: norm('self_attn.q_norm', size), key: norm('self_attn.k_norm', size) },
    }),
    bias: Math.min(...windows) < context ? slidingWindow('window') : causal,
    cap,
  });
  const mlp = gated(
    map('mlp.gate_proj', width, inner),
    activation,
    map('mlp.up_proj', width, inner),
    map('mlp.down_proj', inner, width),
  );
  const isSandwich = reading.has('layers.0.pre_feedforward_layernorm.weight');
  const sublayers: readonly Sublayer[] = isSandwich
    ? [
        { before: norm('input_layernorm'), of: attn, after: norm('post_attention_layernorm') },
        {
          before: norm('pre_feedforward_layernorm'),
          of: mlp,
          after: norm('post_feedforward_layernorm'),
        },
      ]
    : [
        { before: norm('input_layernorm'), of: attn },
        { before: norm('post_attention_layernorm'), of: mlp },
      ];
  const equations = blockOf(sublayers);
  const blocks = layersOf(reading, 'layers', layers, equations.weights);
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${size}`],
      ['MLP width', `${inner}`],
      ['Activation', activation.title],
      ...(Math.min(...windows) < context
        ? [['Sliding window', `${Math.min(...windows)}`] as const]
        : []),
    ],
    stacks: [
      {
        accesses: equations.accesses,
        causal: true,
        layers,
        heads,
        keyHeads,
        width,
        context,
        embedding: {
          kind: 'tokens',
          tables: [{ tensor: words.name, by: 'token', offset: 0 }],
          stage: stageOf(reading, '', scaled(Math.fround(Math.sqrt(width))), width, width),
        },
        layer: (index) => {
          const isLocal = windows[index]! < unlimited;
          const { frequencies } = isLocal ? rotaries.local : rotaries.everywhere;
          return { weights: blocks[index]!, numbers: { frequencies, window: windows[index]! } };
        },
        block: equations.block,
        finish: stageOf(reading, '', norm('norm'), width, width),
      },
    ],
    output: vocabularyOutput(reading, config, 'lm_head', {
      tied: words.name,
      isTied: true,
      vocabulary,
      width,
      predicts: 'next',
      cap: number(config, 'final_logit_softcapping'),
    }),
  });
}

/** Layers with a window may turn faster: `rope_parameters` by kind of layer, or a base of their own in older configs. */
function rotariesOf(
  reading: Reading,
  config: Config,
  size: number,
): { readonly everywhere: Rotary; readonly local: Rotary } {
  const told = record(config['rope_parameters']);
  const [full, sliding] = ['full_attention', 'sliding_attention'].map((kind) =>
    record(told?.[kind]),
  );
  const base = number(config, 'rope_local_base_freq');
  const everywhere = rotaryOf(reading, config, size, full ?? rotarySettings(config));
  const own = sliding ?? (base === undefined ? undefined : { rope_theta: base });
  return { everywhere, local: own ? rotaryOf(reading, config, size, own) : everywhere };
}
