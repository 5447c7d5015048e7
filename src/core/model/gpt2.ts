/**
 * GPT-2 (Radford et al. 2019): Hugging Face checkpoints (`c_attn` is a Conv1D, [width, 3 width]) and
 * nanoGPT ones (a Linear, [3 width, width], biases optional).
 */
import { activations, type Activation } from './activations';
import type { Architecture, Config, Family, Match, Parameters, Tensors } from './architecture';
import { gpt2Block, type Shape } from './gpt2Block';
import { createReading, flag, number, text, type Reading } from './reading';

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
  const blocks = Array.from({ length: layers }, (_, l) =>
    layer(reading, l, width, inner, transposed),
  );
  const final = { 'ln_f.weight': reading.need('ln_f.weight', [width]) };
  const finalBias = reading.maybe('ln_f.bias', [width]);

  const heads = headCount(reading, config, width);
  const activation = activationOf(reading, config, transposed);
  const output = outputOf(reading, tensors, prefix, vocabulary, width);
  if (reading.problems.length > 0) {
    return { kind: 'incomplete', family: name, problems: reading.problems };
  }
  const epsilon = number(config, 'layer_norm_epsilon') ?? 1e-5;
  const shape: Shape = { width, heads, transposed, activation, epsilon };
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
    layers,
    heads,
    width,
    context,
    vocabulary,
    embedding: [
      { tensor: `${prefix}wte.weight`, by: 'token', offset: 0 },
      { tensor: `${prefix}wpe.weight`, by: 'position', offset: 0 },
    ],
    layer: (index) => ({
      weights: blocks[index]!,
      scalars: { scale: byLayer ? scale / (index + 1) : scale },
    }),
    block: (g, hidden, w, chosen, past) => gpt2Block(g, shape, hidden, w, chosen, past),
    final: {
      weights: finalBias ? { ...final, 'ln_f.bias': finalBias } : final,
      scalars: {},
    },
    finish: (g, hidden, w) =>
      g.layerNorm(hidden, w('ln_f.weight'), w.optional('ln_f.bias'), epsilon),
    output: { tensor: output },
  };
  return { kind: 'runnable', architecture };
}

function layer(
  reading: Reading,
  index: number,
  width: number,
  inner: number,
  transposed: boolean,
): Parameters['weights'] {
  const matrix = (rows: number, columns: number) =>
    transposed ? [columns, rows] : [rows, columns];
  const shapes: Record<string, readonly number[]> = {
    'ln_1.weight': [width],
    'attn.c_attn.weight': matrix(width, 3 * width),
    'attn.c_proj.weight': matrix(width, width),
    'ln_2.weight': [width],
    'mlp.c_fc.weight': matrix(width, inner),
    'mlp.c_proj.weight': matrix(inner, width),
  };
  const biases: Record<string, readonly number[]> = {
    'ln_1.bias': [width],
    'attn.c_attn.bias': [3 * width],
    'attn.c_proj.bias': [width],
    'ln_2.bias': [width],
    'mlp.c_fc.bias': [inner],
    'mlp.c_proj.bias': [width],
  };
  const prefix = `h.${index}.`;
  // nanoGPT's bias=False leaves out every bias; one that is missing alone is a damaged checkpoint.
  const biased = transposed ? reading.has('h.0.ln_1.bias') : true;
  if (biased) Object.assign(shapes, biases);
  return Object.fromEntries(
    Object.entries(shapes).map(([weight, shape]) => [weight, reading.need(prefix + weight, shape)]),
  );
}

/** A config that tells another number belongs to another checkpoint, or this one has lost a part. */
function agree(reading: Reading, config: Config, key: string, found: number, what: string): void {
  const told = number(config, key);
  if (told !== undefined && told !== found) {
    reading.problem(`config says ${key} ${told}, the checkpoint has ${found} ${what}`);
  }
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

function activationOf(reading: Reading, config: Config, transposed: boolean): Activation {
  const conventional = activations.get(transposed ? 'gelu' : 'gelu_new')!;
  const told = text(config, 'activation_function');
  if (told === undefined) {
    const user = transposed ? 'nanoGPT' : 'GPT-2';
    reading.assume(`activation ${conventional.title}: what ${user} uses, no config says it`);
    return conventional;
  }
  const activation = activations.get(told);
  if (activation) return activation;
  reading.problem(`config says activation_function ${JSON.stringify(told)}, which is not known`);
  return conventional;
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
