/**
 * BERT (Devlin et al. 2019) and RoBERTa (Liu et al. 2019): an encoder with post-norm blocks, over word, place and segment
 * embeddings, with a head for masked tokens, labels or answers.
 */
import { type Activation, activations } from './activations';
import type { Config, Family, Match, Output, Tensors } from './architecture';
import { assembled, evenHeads, labelOutput, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf, type BlockEquations } from './block';
import { activate, chain, layerNorm, linear } from './parts';
import {
  activationOf,
  agree,
  modelReading,
  flag,
  layersOf,
  number,
  type Reading,
  stageOf,
  text,
} from './reading';

const anchor = /^((?:.*\.)?)embeddings\.word_embeddings\.weight$/;

/** What these names are called in a config, and whether places are counted from behind the padding's own. */
const kinds: ReadonlyMap<string, { readonly title: string; readonly isShifted: boolean }> = new Map(
  [
    ['bert', { title: 'BERT', isShifted: false }],
    ['roberta', { title: 'RoBERTa', isShifted: true }],
    ['xlm-roberta', { title: 'XLM-RoBERTa', isShifted: true }],
    ['camembert', { title: 'CamemBERT', isShifted: true }],
  ],
);

export const bert: Family = {
  name: 'BERT',
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix === undefined) continue;
      if (!tensors.has(`${prefix}encoder.layer.0.attention.self.query.weight`)) continue;
      return read(tensors, prefix, config);
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const type = text(config, 'model_type') ?? (/roberta\.$/.test(prefix) ? 'roberta' : 'bert');
  const kind = kinds.get(type);
  if (!kind) {
    const told = JSON.stringify(type);
    reading.problem(`config says model_type ${told}, whose equations are not known here`);
  }
  const family = kind?.title ?? 'BERT';
  const words = reading.need('embeddings.word_embeddings.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const places = reading.need('embeddings.position_embeddings.weight', [undefined, width]);
  const segments = reading.need('embeddings.token_type_embeddings.weight', [undefined, width]);
  const layers = reading.count('encoder.layer');
  agree(reading, config, 'num_hidden_layers', layers, 'blocks');
  agree(reading, config, 'hidden_size', width, 'columns of the word embeddings');
  const heads = evenHeads(reading, config, width, 'num_attention_heads');
  const inner = reading.lengthOf('encoder.layer.0.intermediate.dense.weight', 0);
  const epsilon = number(config, 'layer_norm_eps') ?? 1e-12;
  const activation = activationOf(reading, config, ['hidden_act'], 'gelu', family);
  const relative = text(config, 'position_embedding_type') ?? 'absolute';
  if (relative !== 'absolute') {
    reading.problem(`config says position_embedding_type "${relative}", which is not run yet`);
  }
  if (flag(config, 'is_decoder')) reading.problem('config says is_decoder, which is not run yet');
  const offset = kind?.isShifted ? (number(config, 'pad_token_id') ?? 1) + 1 : 0;
  const context = (places.shape[0] ?? 0) - offset;

  const equations = blockEquations({ width, heads, inner, epsilon, activation });
  const blocks = layersOf(reading, 'encoder.layer', layers, equations.weights);
  const norm = layerNorm('LayerNorm', width, epsilon);
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${width / heads}`],
      ['MLP width', `${inner}`],
      ['Segments', `${segments.shape[0] ?? 0}`],
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
        context,
        embedding: {
          kind: 'tokens',
          tables: [
            { tensor: words.name, by: 'token', offset: 0 },
            { tensor: places.name, by: 'position', offset },
            // RoBERTa has one, for whatever a second text is called.
            { tensor: segments.name, by: segments.shape[0] === 1 ? 'all' : 'segment', offset: 0 },
          ],
          stage: stageOf(reading, 'embeddings.', norm, width, width),
        },
        layer: (index) => ({ weights: blocks[index]!, numbers: {} }),
        block: equations.block,
      },
    ],
    takes: { kind: 'tokens', pair: true },
    output: outputOf(reading, config, {
      vocabulary,
      width,
      epsilon,
      activation,
      words: words.name,
    }),
  });
}

interface Shape {
  readonly width: number;
  readonly heads: number;
  readonly inner: number;
  readonly epsilon: number;
  readonly activation: Activation;
}

/** Post-norm: norm(x + attention(x)), then norm(x + mlp(x)). */
function blockEquations({ width, heads, inner, epsilon, activation }: Shape): BlockEquations {
  const map = (name: string, from: number, to: number) => linear(name, from, to, { bias: true });
  return blockOf([
    {
      of: attention({
        access: 'self',
        width,
        heads,
        size: width / heads,
        projections: {
          kind: 'separate',
          query: 'attention.self.query',
          key: 'attention.self.key',
          value: 'attention.self.value',
          bias: { query: true, key: true, value: true },
        },
        output: map('attention.output.dense', width, width),
        scale: 1 / Math.sqrt(width / heads),
      }),
      joined: layerNorm('attention.output.LayerNorm', width, epsilon),
    },
    {
      of: chain(
        map('intermediate.dense', width, inner),
        activate(activation),
        map('output.dense', inner, width),
      ),
      joined: layerNorm('output.LayerNorm', width, epsilon),
    },
  ]);
}

interface Head extends Omit<Shape, 'heads' | 'inner'> {
  readonly vocabulary: number;
  readonly words: string;
}

/** Masked tokens, the whole by its first token, each token, or where an answer begins and ends. */
function outputOf(
  reading: Reading,
  config: Config,
  { vocabulary, width, epsilon, activation, words }: Head,
): Output | undefined {
  const dense = (name: string) => linear(name, width, width, { bias: true });
  const tied = { tied: words, isTied: true, vocabulary, width, predicts: 'masked' as const };
  const masked = (path: string, norm: string, by: Activation, bias: string, name: string) => {
    const transform = chain(dense('dense'), activate(by), layerNorm(norm, width, epsilon));
    const stage = stageOf(reading, path, transform, width, width);
    // A decoder of its own has its own bias.
    const found = reading.full(`${name}.bias`) ?? reading.full(bias);
    return vocabularyOutput(reading, config, name, { ...tied, stage, bias: found?.name });
  };
  if (reading.has('cls.predictions.transform.dense.weight')) {
    const at = 'cls.predictions';
    return masked(`${at}.transform.`, 'LayerNorm', activation, `${at}.bias`, `${at}.decoder`);
  }
  if (reading.has('lm_head.dense.weight')) {
    const gelu = activations.get('gelu')!;
    return masked('lm_head.', 'layer_norm', gelu, 'lm_head.bias', 'lm_head.decoder');
  }
  const tanh = activate(activations.get('tanh')!);
  const whole = (name: string) => stageOf(reading, '', chain(dense(name), tanh), width, width);
  if (reading.has('classifier.dense.weight')) {
    const stage = whole('classifier.dense');
    return labelOutput(reading, config, 'classifier.out_proj', 'first', width, stage);
  }
  if (reading.has('classifier.weight') && reading.has('pooler.dense.weight')) {
    return labelOutput(reading, config, 'classifier', 'first', width, whole('pooler.dense'));
  }
  return (
    labelOutput(reading, config, 'classifier', 'places', width) ??
    labelOutput(reading, config, 'qa_outputs', 'places', width)
  );
}
