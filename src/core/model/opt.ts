/** OPT (Zhang et al. 2022): GPT-3's blocks over learnt places, which are counted from 2; post-norm in its 350M. */
import type { Config, Family, Match, Tensors } from './architecture';
import { assembled, evenHeads, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf } from './block';
import { causal } from './masks';
import { activate, chain, layerNorm, linear } from './parts';
import { activationOf, agree, flag, layersOf, modelReading, stageOf } from './reading';

const family = 'OPT';
const anchor = /^((?:.*\.)?)layers\.0\.self_attn_layer_norm\.weight$/;
/** The config does not say it. */
const epsilon = 1e-5;
/** Rows of the table of places before the first. */
const offset = 2;

export const opt: Family = {
  name: family,
  recognise(tensors, config = {}) {
    // The blocks of an encoder and a decoder have these names too.
    if (config['model_type'] !== undefined && config['model_type'] !== 'opt') return undefined;
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix === undefined || tensors.has(`${prefix}layers.0.encoder_attn.q_proj.weight`)) {
        continue;
      }
      if (/(^|\.)decoder\.$/.test(prefix)) return read(tensors, prefix, config);
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const words = reading.need('embed_tokens.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const places = reading.need('embed_positions.weight', [undefined, undefined]);
  if (reading.has('project_in.weight')) {
    reading.problem('its words are of another width than its blocks, which is not run yet');
  }
  const layers = reading.count('layers');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  const heads = evenHeads(reading, config, width, 'num_attention_heads');
  const size = width / heads;
  const inner = reading.lengthOf('layers.0.fc1.weight', 0);
  const activation = activationOf(reading, config, ['activation_function'], 'relu', family);
  const isPre = flag(config, 'do_layer_norm_before') !== false;
  const bias = reading.has('layers.0.self_attn.q_proj.bias');
  const map = (name: string, from: number, to: number) => linear(name, from, to, { bias });
  const normed = (name: string) => {
    const norm = layerNorm(name, width, epsilon);
    return isPre ? { before: norm } : { joined: norm };
  };
  const equations = blockOf([
    {
      ...normed('self_attn_layer_norm'),
      of: attention({
        access: 'self',
        width,
        heads,
        size,
        projections: {
          kind: 'separate',
          query: 'self_attn.q_proj',
          key: 'self_attn.k_proj',
          value: 'self_attn.v_proj',
          bias: { query: bias, key: bias, value: bias },
        },
        output: map('self_attn.out_proj', width, width),
        scale: 1 / Math.sqrt(size),
        bias: causal,
      }),
    },
    {
      ...normed('final_layer_norm'),
      of: chain(map('fc1', width, inner), activate(activation), map('fc2', inner, width)),
    },
  ]);
  const blocks = layersOf(reading, 'layers', layers, equations.weights);
  const last = layerNorm('final_layer_norm', width, epsilon);
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${size}`],
      ['MLP width', `${inner}`],
      ['Norms', isPre ? 'before each part' : 'after each part'],
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
        context: (places.shape[0] ?? 0) - offset,
        embedding: {
          kind: 'tokens',
          tables: [
            { tensor: words.name, by: 'token', offset: 0 },
            { tensor: places.name, by: 'position', offset },
          ],
        },
        layer: (index) => ({ weights: blocks[index]!, numbers: {} }),
        block: equations.block,
        ...(reading.has('final_layer_norm.weight') && {
          finish: stageOf(reading, '', last, width, width),
        }),
      },
    ],
    output: vocabularyOutput(reading, config, 'lm_head', {
      tied: words.name,
      isTied: true,
      vocabulary,
      width,
      predicts: 'next',
    }),
  });
}
