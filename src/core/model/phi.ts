/** Phi 1, 1.5 and 2 (Li et al. 2023): attention and MLP side by side after one norm, rotary positions on a part of each head. */
import type { Config, Family, Match, Tensors } from './architecture';
import { assembled, groupedHeads, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf } from './block';
import { causal } from './masks';
import { activate, chain, layerNorm, linear } from './parts';
import { activationOf, agree, flag, layersOf, modelReading, number, stageOf } from './reading';
import { rotaryOf, rotarySettings } from './rotary';

const family = 'Phi';
const anchor = /^((?:.*\.)?)layers\.0\.self_attn\.dense\.weight$/;

export const phi: Family = {
  name: family,
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined && tensors.has(`${prefix}layers.0.mlp.fc1.weight`)) {
        return read(tensors, prefix, config);
      }
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const words = reading.need('embed_tokens.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const layers = reading.count('layers');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  if (config['model_type'] !== undefined && config['model_type'] !== 'phi') {
    const told = JSON.stringify(config['model_type']);
    reading.problem(`config says model_type ${told}, whose equations are not known here`);
  }
  if (flag(config, 'qk_layernorm')) {
    reading.problem('config says qk_layernorm, which is not run yet');
  }
  const { heads, keyHeads, size } = groupedHeads(reading, config, width, 'layers.0.self_attn');
  const inner = reading.lengthOf('layers.0.mlp.fc1.weight', 0);
  const epsilon = number(config, 'layer_norm_eps') ?? 1e-5;
  const activation = activationOf(reading, config, ['hidden_act'], 'gelu_new', family);
  const settings = rotarySettings(config);
  const part =
    number(settings, 'partial_rotary_factor') ?? number(config, 'partial_rotary_factor') ?? 0.5;
  const turned = Math.floor(size * part);
  const rotary = rotaryOf(reading, config, turned, settings);
  const map = (name: string, from: number, to: number) => linear(name, from, to, { bias: true });
  const norm = layerNorm('input_layernorm', width, epsilon);
  const mlp = chain(
    map('mlp.fc1', width, inner),
    activate(activation),
    map('mlp.fc2', inner, width),
  );
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
      bias: { query: true, key: true, value: true },
    },
    output: map('self_attn.dense', heads * size, width),
    scale: 1 / Math.sqrt(size),
    rotary: { frequencies: 'frequencies', pairs: turned / 2, factor: rotary.factor },
    bias: causal,
  });
  const equations = blockOf(
    [
      { before: norm, of: attn },
      { before: norm, of: mlp },
    ],
    { parallel: true },
  );
  const blocks = layersOf(reading, 'layers', layers, equations.weights);
  const last = layerNorm('final_layernorm', width, epsilon);
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
        keyHeads,
        width,
        context: number(config, 'max_position_embeddings') ?? 2048,
        embedding: { kind: 'tokens', tables: [{ tensor: words.name, by: 'token', offset: 0 }] },
        layer: (index) => ({
          weights: blocks[index]!,
          numbers: { frequencies: rotary.frequencies },
        }),
        block: equations.block,
        finish: stageOf(reading, '', last, width, width),
      },
    ],
    output: vocabularyOutput(reading, config, 'lm_head', {
      tied: words.name,
      isTied: false,
      vocabulary,
      width,
      predicts: 'next',
      bias: reading.full('lm_head.bias')?.name,
    }),
  });
}
