/**
 * GPT-2 (Radford et al. 2019): Hugging Face checkpoints (`c_attn` is a Conv1D, [width, 3 width]) and
 * nanoGPT ones (a Linear, [3 width, width], biases optional).
 */
import type { Activation } from './activations';
import type { Architecture, Config, Family, Match, Tensors } from './architecture';
import { attention } from './attentionPart';
import { blockOf } from './block';
import { causal } from './masks';
import { activate, chain, layerNorm, linear } from './parts';
import {
  activationOf,
  agree,
  createReading,
  flag,
  layersOf,
  number,
  type Reading,
  stageOf,
} from './reading';

const name = 'GPT-2';
/** Width of a head in every published GPT-2; used when neither config nor weights tell the number of heads. */
const conventionalHeadWidth = 64;
/** A model is often a part of a larger one: whatever stands before is its prefix. */
const anchor = /^((?:.*\.)?)wte\.weight$/;

export const gpt2: Family = {
  name,
  recognise(tensors, config) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined) return read(tensors, prefix, config);
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config = {}): Match {
  const reading = createReading(tensors, prefix);
  const [vocabulary = 0, width = 0] = reading.need('wte.weight', [undefined, undefined]).shape;
  const [context = 0] = reading.need('wpe.weight', [undefined, width]).shape;
  const layers = reading.count('h');
  if (layers === 0) reading.problem(`${prefix}h.0 is missing: there are no blocks`);
  agree(reading, config, 'n_layer', layers, 'blocks');
  agree(reading, config, 'n_embd', width, 'columns of wte.weight');
  const first = tensors.get(`${prefix}h.0.attn.c_attn.weight`)?.shape;
  const transposed = first?.[0] === 3 * width && first[1] === width;
  const inner = tensors.get(`${prefix}h.0.mlp.c_fc.weight`)?.shape[transposed ? 0 : 1] ?? 4 * width;
  // nanoGPT's bias=False leaves out every bias; one that is missing alone is a damaged checkpoint.
  const bias = transposed ? reading.has('h.0.ln_1.bias') : true;
  const heads = headCount(reading, config, width);
  const [usual, user] = transposed ? ['gelu', 'nanoGPT'] : ['gelu_new', 'GPT-2'];
  const activation = activationOf(reading, config, ['activation_function'], usual, user);
  const epsilon = number(config, 'layer_norm_epsilon') ?? 1e-5;
  const equations = blockEquations({ width, heads, inner, transposed, activation, epsilon, bias });
  const blocks = layersOf(reading, 'h', layers, equations.weights);
  const finalBias = reading.has('ln_f.bias');
  const norm = layerNorm('ln_f', width, epsilon, finalBias);
  const finish = stageOf(reading, '', norm, width, width);
  const output = outputOf(reading, tensors, prefix, vocabulary, width);
  if (reading.problems.length > 0) {
    return { kind: 'incomplete', family: name, problems: reading.problems };
  }
  const scale = flag(config, 'scale_attn_weights') === false ? 1 : 1 / Math.sqrt(width / heads);
  const byLayer = flag(config, 'scale_attn_by_inverse_layer_idx') === true;
  const architecture: Architecture = {
    family: name,
    sentence: `${name}, ${layers} blocks of ${heads} heads, width ${width}`,
    facts: [
      ['Layers', `${layers}`],
      ['Heads', `${heads}`],
      ['Width', `${width}`],
      ['Head width', `${width / heads}`],
      ['MLP width', `${inner}`],
      ['Context', `${context}`],
      ['Vocabulary', `${vocabulary}`],
      ['Layout', transposed ? 'Linear (nanoGPT)' : 'Conv1D (Hugging Face)'],
      ['Activation', activation.title],
      ['Output', output === `${prefix}wte.weight` ? 'tied to the embedding' : output],
      ...reading.assumptions.map((assumption) => ['Assumed', assumption] as const),
    ],
    vocabulary,
    stacks: [
      {
        accesses: equations.accesses,
        causal: true,
        layers,
        heads,
        keyHeads: heads,
        width,
        context,
        embedding: {
          kind: 'tokens',
          tables: [
            { tensor: `${prefix}wte.weight`, by: 'token', offset: 0 },
            { tensor: `${prefix}wpe.weight`, by: 'position', offset: 0 },
          ],
        },
        layer: (index) => ({
          weights: blocks[index]!,
          numbers: { scale: byLayer ? scale / (index + 1) : scale },
        }),
        block: equations.block,
        finish,
      },
    ],
    takes: { kind: 'tokens' },
    output: { of: 'places', predicts: 'next', tensor: output, size: vocabulary },
  };
  return { kind: 'runnable', architecture };
}

interface Shape {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly transposed: boolean;
  readonly activation: Activation;
  readonly epsilon: number;
  readonly bias: boolean;
}

/** Pre-norm (Radford et al. 2019, section 2.3): x + attention(norm(x)), then x + mlp(norm(x)). */
function blockEquations({ width, heads, inner, transposed, activation, epsilon, bias }: Shape) {
  const map = (path: string, from: number, to: number) =>
    linear(path, from, to, { bias, conv: !transposed });
  const attn = attention({
    access: 'self',
    width,
    heads,
    size: width / heads,
    projections: { kind: 'joined', name: 'attn.c_attn', bias, conv: !transposed },
    output: map('attn.c_proj', width, width),
    scale: 'scale',
    bias: causal,
  });
  const mlp = chain(
    map('mlp.c_fc', width, inner),
    activate(activation),
    map('mlp.c_proj', inner, width),
  );
  return blockOf([
    { before: layerNorm('ln_1', width, epsilon, bias), of: attn },
    { before: layerNorm('ln_2', width, epsilon, bias), of: mlp },
  ]);
}

function headCount(reading: Reading, config: Config, width: number): number {
  const told = number(config, 'n_head') ?? number(config, 'num_attention_heads');
  if (told !== undefined) {
    if (told >= 1 && width % told === 0) return told;
    reading.problem(`config says n_head ${told}, which does not divide the width ${width}`);
    return 1;
  }
  if (width % conventionalHeadWidth === 0 && width > 0) {
    const heads = width / conventionalHeadWidth;
    reading.assume(
      `${heads} heads: no config says how many, ${conventionalHeadWidth} wide by convention`,
    );
    return heads;
  }
  reading.problem(
    `the number of heads is not known: no config gives n_head, and the width ${width} is no multiple of ${conventionalHeadWidth}`,
  );
  return 1;
}

function outputOf(
  reading: Reading,
  tensors: Tensors,
  prefix: string,
  vocabulary: number,
  width: number,
): string {
  const tied = `${prefix}wte.weight`;
  const head = `${prefix.replace(/transformer\.$/, '')}lm_head.weight`;
  if (!tensors.has(head)) return tied;
  reading.check(head, [vocabulary, width]);
  return head;
}
