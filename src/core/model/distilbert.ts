/** DistilBERT (Sanh et al. 2019): BERT's post-norm encoder with names of its own and without segments. */
import { activations } from './activations';
import type { Config, Family, Match, Output, Tensors } from './architecture';
import { assembled, evenHeads, labelOutput, vocabularyOutput } from './assemble';
import { attention } from './attentionPart';
import { blockOf } from './block';
import { activate, chain, layerNorm, linear } from './parts';
import { activationOf, agree, modelReading, layersOf, type Reading, stageOf } from './reading';

const family = 'DistilBERT';
const anchor = /^((?:.*\.)?)transformer\.layer\.0\.attention\.q_lin\.weight$/;
/** The config does not say it. */
const epsilon = 1e-12;

export const distilbert: Family = {
  name: family,
  recognise(tensors, config = {}) {
    for (const tensor of tensors.keys()) {
      const prefix = anchor.exec(tensor)?.[1];
      if (prefix !== undefined) return read(tensors, prefix, config);
    }
    return undefined;
  },
};

function read(tensors: Tensors, prefix: string, config: Config): Match {
  const reading = modelReading(tensors, prefix);
  const words = reading.need('embeddings.word_embeddings.weight', [undefined, undefined]);
  const [vocabulary = 0, width = 0] = words.shape;
  const places = reading.need('embeddings.position_embeddings.weight', [undefined, width]);
  const layers = reading.count('transformer.layer');
  agree(reading, config, 'n_layers', layers, 'blocks');
  const heads = evenHeads(reading, config, width, 'n_heads', 'num_attention_heads');
  const inner = reading.lengthOf('transformer.layer.0.ffn.lin1.weight', 0);
  const activation = activationOf(reading, config, ['activation'], 'gelu', family);
  const map = (name: string, from: number, to: number) => linear(name, from, to, { bias: true });
  const equations = blockOf([
    {
      of: attention({
        access: 'self',
        width,
        heads,
        size: width / heads,
        projections: {
          kind: 'separate',
          query: 'attention.q_lin',
          key: 'attention.k_lin',
          value: 'attention.v_lin',
          bias: { query: true, key: true, value: true },
        },
        output: map('attention.out_lin', width, width),
        scale: 1 / Math.sqrt(width / heads),
      }),
      joined: layerNorm('sa_layer_norm', width, epsilon),
    },
    {
      of: chain(map('ffn.lin1', width, inner), activate(activation), map('ffn.lin2', inner, width)),
      joined: layerNorm('output_layer_norm', width, epsilon),
    },
  ]);
  const blocks = layersOf(reading, 'transformer.layer', layers, equations.weights);
  const norm = layerNorm('LayerNorm', width, epsilon);
  return assembled(reading, {
    family,
    vocabulary,
    facts: [
      ['Head width', `${width / heads}`],
      ['MLP width', `${inner}`],
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
        context: places.shape[0] ?? 0,
        embedding: {
          kind: 'tokens',
          tables: [
            { tensor: words.name, by: 'token', offset: 0 },
            { tensor: places.name, by: 'position', offset: 0 },
          ],
          stage: stageOf(reading, 'embeddings.', norm, width, width),
        },
        layer: (index) => ({ weights: blocks[index]!, numbers: {} }),
        block: equations.block,
      },
    ],
    takes: { kind: 'tokens', pair: true },
    output: outputOf(reading, config, width, vocabulary, words.name),
  });
}

function outputOf(
  reading: Reading,
  config: Config,
  width: number,
  vocabulary: number,
  tied: string,
): Output | undefined {
  const dense = (name: string) => linear(name, width, width, { bias: true });
  if (reading.has('vocab_transform.weight')) {
    const act = activationOf(reading, config, ['activation'], 'gelu', family);
    const norm = layerNorm('vocab_layer_norm', width, epsilon);
    const transform = chain(dense('vocab_transform'), activate(act), norm);
    return vocabularyOutput(reading, config, 'vocab_projector', {
      tied,
      isTied: true,
      vocabulary,
      width,
      predicts: 'masked',
      stage: stageOf(reading, '', transform, width, width),
      bias: reading.full('vocab_projector.bias')?.name,
    });
  }
  if (reading.has('pre_classifier.weight')) {
    const transform = chain(dense('pre_classifier'), activate(activations.get('relu')!));
    const stage = stageOf(reading, '', transform, width, width);
    return labelOutput(reading, config, 'classifier', 'first', width, stage);
  }
  return (
    labelOutput(reading, config, 'classifier', 'places', width) ??
    labelOutput(reading, config, 'qa_outputs', 'places', width)
  );
}
