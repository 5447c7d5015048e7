/** ViT (Dosovitskiy et al. 2021) and DeiT (Touvron et al. 2021): a pre-norm encoder over the patches of an image. */
import type { Config, Family, ImageShape, Match, Tensors } from './architecture';
import { assembled, evenHeads, labelOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf } from './block';
import { activate, chain, layerNorm, linear, type Part } from './parts';
import {
  activationOf,
  agree,
  layersOf,
  modelReading,
  number,
  type Reading,
  stageOf,
  text,
} from './reading';

const anchor = /^((?:.*\.)?)embeddings\.patch_embeddings\.projection\.weight$/;
const titles: ReadonlyMap<string, string> = new Map([
  ['vit', 'ViT'],
  ['deit', 'DeiT'],
]);

export const vit: Family = {
  name: 'ViT',
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix === undefined) continue;
      if (!tensors.has(`${prefix}encoder.layer.0.attention.attention.query.weight`)) continue;
      return read(tensors, prefix, config);
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const type = text(config, 'model_type') ?? 'vit';
  if (!titles.has(type)) {
    reading.problem(`config says model_type "${type}", whose equations are not known here`);
  }
  const family = titles.get(type) ?? 'ViT';
  const image = imageOf(reading, config);
  const width = reading.lengthOf('embeddings.patch_embeddings.projection.weight', 0);
  const layers = reading.count('encoder.layer');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  agree(reading, config, 'hidden_size', width, 'columns of the patch embedding');
  const heads = evenHeads(reading, config, width, 'num_attention_heads');
  const inner = reading.lengthOf('encoder.layer.0.intermediate.dense.weight', 0);
  const epsilon = number(config, 'layer_norm_eps') ?? 1e-12;
  const activation = activationOf(reading, config, ['hidden_act'], 'gelu', family);
  const bias = reading.has('encoder.layer.0.attention.attention.query.bias');
  const map = (name: string, from: number, to: number) => linear(name, from, to, { bias: true });
  const equations = blockOf([
    {
      before: layerNorm('layernorm_before', width, epsilon),
      of: attention({
        access: 'self',
        width,
        heads,
        size: width / heads,
        projections: {
          kind: 'separate',
          query: 'attention.attention.query',
          key: 'attention.attention.key',
          value: 'attention.attention.value',
          bias: { query: bias, key: bias, value: bias },
        },
        output: map('attention.output.dense', width, width),
        scale: 1 / Math.sqrt(width / heads),
      }),
    },
    {
      before: layerNorm('layernorm_after', width, epsilon),
      of: chain(
        map('intermediate.dense', width, inner),
        activate(activation),
        map('output.dense', inner, width),
      ),
    },
  ]);
  const blocks = layersOf(reading, 'encoder.layer', layers, equations.weights);
  const size = image.channels * image.patch ** 2;
  const patches = (image.height / image.patch) * (image.width / image.patch);
  const norm = stageOf(reading, '', layerNorm('layernorm', width, epsilon), width, width);
  return assembled(reading, {
    family,
    vocabulary: 0,
    facts: [
      ['Head width', `${width / heads}`],
      ['MLP width', `${inner}`],
      ['Image', `${image.height} × ${image.width}, ${image.channels} channels`],
      ['Patches', `${patches} of ${image.patch} × ${image.patch}`],
      ['Activation', activation.title],
    ],
    stacks: [
      {
        accesses: equations.accesses,
        causal: false,
        layers,
        heads,
        keyHeads: heads,
        width,
        context: patches + image.before.length,
        embedding: {
          kind: 'image',
          image,
          stage: stageOf(reading, 'embeddings.', embedded(image, width, patches), size, width),
        },
        layer: (index) => ({ weights: blocks[index]!, numbers: {} }),
        block: equations.block,
      },
    ],
    takes: { kind: 'image', image },
    // The last norm is the head's: hidden states are told without it.
    output: labelOutput(reading, config, 'classifier', 'first', width, norm),
  });
}

function imageOf(reading: Reading, config: Config): ImageShape {
  const name = 'embeddings.patch_embeddings.projection.weight';
  const [, channels = 3, patch = 1, other = 1] = reading.need(name, [
    undefined,
    undefined,
    undefined,
    undefined,
  ]).shape;
  if (patch !== other) reading.problem(`patches of ${patch} × ${other} are not square`);
  const before = reading.has('embeddings.distillation_token') ? ['CLS', 'distillation'] : ['CLS'];
  const patches = reading.lengthOf('embeddings.position_embeddings', 1) - before.length;
  const told: unknown = config['image_size'];
  const edge = typeof told === 'number' ? told : Math.sqrt(patches) * patch;
  const [height, width] = Array.isArray(told) ? (told as unknown[]).map(Number) : [edge, edge];
  const image = { channels, height: height ?? edge, width: width ?? edge, patch, before };
  if ((image.height / patch) * (image.width / patch) !== patches) {
    const size = `${image.height} × ${image.width}`;
    reading.problem(
      `an image of ${size} has no ${patches} patches of ${patch}, for which there are places`,
    );
  }
  return image;
}

/** Each patch through one linear map, behind the class token; then the places are added (section 3.1, equation 1). */
function embedded({ channels, patch, before }: ImageShape, width: number, patches: number): Part {
  const name = 'patch_embeddings.projection';
  const tokens = ['cls_token', 'distillation_token'].slice(0, before.length);
  return {
    weights: {
      [`${name}.weight`]: [width, channels, patch, patch],
      [`${name}.bias`]: [width],
      position_embeddings: [1, patches + before.length, width],
      ...Object.fromEntries(tokens.map((token) => [token, [1, 1, width]])),
    },
    apply(g, w, x) {
      const rows = (value: string) => g.reshape(w(value), [-1, width]);
      const kernel = g.reshape(w(`${name}.weight`), [width, -1]);
      const own = g.linear(x, kernel, w(`${name}.bias`), true);
      return g.add(g.concat([...tokens.map(rows), own], 0), rows('position_embeddings'));
    },
  };
}
