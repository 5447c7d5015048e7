/**
 * Llama (Touvron et al. 2023) and the models that share its names and equations: Mistral (sliding window), Qwen 2 (biases of
 * query, key and value) and Qwen 3 (norms of each head's query and key). Grouped keys, rotary positions, RMSNorm, SwiGLU.
 */
import type { Config, Family, Match, Tensors } from './architecture';
import { assembled, groupedHeads, labelOutput, vocabularyOutput } from './assemble';
import { attention, type Bias } from './attentionPart';
import { blockOf } from './block';
import { causal, slidingWindow } from './masks';
import { gated, linear, rmsNorm } from './parts';
import { activationOf, agree, modelReading, layersOf, number, stageOf, text } from './reading';
import { rotaryOf, rotarySize } from './rotary';
import { windowsOf } from './windows';

const anchor = /^((?:.*\.)?)layers\.0\.self_attn\.q_proj\.weight$/;

/** What these names are called in a config; others share them with other equations. */
const titles: ReadonlyMap<string, string> = new Map([
  ['llama', 'Llama'],
  ['mistral', 'Mistral'],
  ['ministral', 'Ministral'],
  ['qwen2', 'Qwen2'],
  ['qwen3', 'Qwen3'],
]);

export const llama: Family = {
  name: 'Llama',
  recognise(tensors, config = {}) {
    const type = text(config, 'model_type');
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix === undefined || !tensors.has(`${prefix}layers.0.mlp.gate_proj.weight`)) continue;
      const title = type === undefined ? 'Llama' : titles.get(type);
      if (title !== undefined) return read(tensors, prefix, config, title);
      const told = `config says model_type ${JSON.stringify(type)}, whose equations are not known here`;
      return { kind: 'incomplete', family: 'a model with Llama’s names', problems: [told] };
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config, family: string): Match {
  const reading = modelReading(tensors, prefix);
  const embedding = reading.need('embed_tokens.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = embedding.shape;
  const layers = reading.count('layers');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  agree(reading, config, 'hidden_size', width, 'columns of embed_tokens.weight');
  const { heads, keyHeads, size } = groupedHeads(reading, config, width, 'layers.0.self_attn');
  const inner = reading.lengthOf('layers.0.mlp.gate_proj.weight', 0);
  const epsilon = number(config, 'rms_norm_eps') ?? 1e-6;
  const activation = activationOf(
    reading,
    config,
    ['hidden_act', 'hidden_activation'],
    'silu',
    family,
  );
  const turned = rotarySize(config, size);
  const rotary = rotaryOf(reading, config, turned);
  const context = number(config, 'max_position_embeddings') ?? 4096;
  const windows = windowsOf(config, layers);
  const window = Math.min(...windows);
  const bias: Bias = window < context ? slidingWindow('window') : causal;

  const first = (name: string) => reading.has(`layers.0.${name}`);
  const map = (name: string, from: number, to: number) =>
    linear(name, from, to, { bias: first(`${name}.bias`) });
  const norm = (name: string) => rmsNorm(name, width, epsilon);
  const hasNorms = first('self_attn.q_norm.weight');
  const equations = blockOf([
    {
      before: norm('input_layernorm'),
      of: attention({
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
          bias: {
            query: first('self_attn.q_proj.bias'),
            key: first('self_attn.k_proj.bias'),
            value: first('self_attn.v_proj.bias'),
          },
        },
        output: map('self_attn.o_proj', heads * size, width),
        scale: 1 / Math.sqrt(size),
        rotary: { frequencies: 'frequencies', pairs: turned / 2, factor: rotary.factor },
        ...(hasNorms && {
          norms: {
            query: rmsNorm('self_attn.q_norm', size, epsilon),
            key: rmsNorm('self_attn.k_norm', size, epsilon),
          },
        }),
        bias,
      }),
    },
    {
      before: norm('post_attention_layernorm'),
      of: gated(
        map('mlp.gate_proj', width, inner),
        activation,
        map('mlp.up_proj', width, inner),
        map('mlp.down_proj', inner, width),
      ),
    },
  ]);
  const blocks = layersOf(reading, 'layers', layers, equations.weights);
  const finish = stageOf(reading, '', norm('norm'), width, width);
  const output =
    labelOutput(reading, config, 'score', 'last', width) ??
    vocabularyOutput(reading, config, 'lm_head', {
      tied: embedding.name,
      isTied: config['model_type'] === undefined,
      vocabulary,
      width,
      predicts: 'next',
    });
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${size}`],
      ['MLP width', `${inner}`],
      ['Activation', activation.title],
      ...(window < context ? [['Sliding window', `${window}`] as const] : []),
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
          tables: [{ tensor: embedding.name, by: 'token', offset: 0 }],
        },
        layer: (index) => ({
          weights: blocks[index]!,
          numbers: { frequencies: rotary.frequencies, window: windows[index]! },
        }),
        block: equations.block,
        finish,
      },
    ],
    output,
  });
}
