/**
 * Hierarchical attention network (Yang et al. 2016): u = tanh(W h + b), α = softmax(uᵀ c), words to sentence vectors, then
 * sentences to a document vector.
 */
import type { Config, Tensors } from '../../model/architecture';
import type { Reading } from '../../model/reading';
import { held, type Recorded } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type { Layers, Plan } from './define';
import { define, prefixOf } from './define';
import { heldRows, rowsOf } from '../rows';
import { argmax, type Numbers, softmax } from '../vector';
import { vocabularyKeys, wordsOf } from '../words';
import { concat, encode, needStack } from './encoder';
import { contextOf } from './translate';

const anchors = [
  'word_attention.context.weight',
  'sentence_attention.context.weight',
  'word_attention.embedding.weight',
] as const;

export const hierarchical = define(
  'Hierarchical attention network',
  (tensors) => prefixOf(tensors, ...anchors),
  (reading, config, tensors) => planOf(reading, config, tensors, prefixOf(tensors, ...anchors)!),
);

interface Pooled {
  readonly scores: Float64Array;
  readonly weighting: Float64Array;
  readonly vector: Float64Array;
}

function pool(layers: Layers, level: string, rows: readonly Numbers[]): Pooled {
  const scores = Float64Array.from(rows, (row) => {
    const u = layers.linear(`${level}.attention`, row).map(Math.tanh);
    return layers.linear(`${level}.context`, u)[0]!;
  });
  const weighting = softmax(scores);
  return { scores, weighting, vector: contextOf(rows, weighting) };
}

function planOf(reading: Reading, config: Config, tensors: Tensors, prefix: string): Plan {
  const [vocabulary = 0] = reading.need('word_attention.embedding.weight', [
    undefined,
    undefined,
  ]).shape;
  const levels = ['word_attention', 'sentence_attention'] as const;
  const [words, sentences] = levels.map((level) => {
    for (const part of ['attention', 'context']) {
      reading.need(`${level}.${part}.weight`, [undefined, undefined]);
    }
    return needStack(reading, tensors, prefix, `${level}.rnn`);
  });
  const classes = reading.need('fc.weight', [undefined, undefined]).shape[0] ?? 0;
  const { word } = wordsOf(config, ...vocabularyKeys);
  const named = wordsOf(config, 'classes', 'labels').word;
  return {
    sentence: `Hierarchical attention network, ${vocabulary} words, ${classes} classes`,
    facts: [
      ['Vocabulary', `${vocabulary}`],
      ['Classes', `${classes}`],
    ],
    inputs: [
      {
        name: 'doc',
        shape: ['S', 'W'],
        meaning: 'word ids, one sentence a row; 0 fills short sentences',
        otherwise: 'random words',
        below: vocabulary,
        text: { vocabulary: vocabularyKeys, padded: true },
      },
    ],
    options: [],
    example(random) {
      const data = Float32Array.from({ length: 20 }, () => 1 + random.below(vocabulary - 1));
      return new Map([['doc', { shape: [4, 5], data }]]);
    },
    *run(layers, inputs) {
      const { shape, data } = inputs.get('doc')!;
      const tensors = new Map<string, Recorded>();
      const texts: string[] = [];
      const vectors: Float64Array[] = [];
      for (const [index, row] of rowsOf(data, shape[1]!).entries()) {
        const length = row.findLastIndex((id) => id !== 0) + 1;
        if (length === 0) continue;
        const ids = row.subarray(0, length);
        const x = concat(...Array.from(ids, (id) => layers.embed('word_attention.embedding', id)));
        const encoded = yield* encode(words!, layers.values, x, length);
        const { scores, weighting, vector } = pool(layers, 'word_attention', encoded.rows);
        vectors.push(vector);
        texts.push(Array.from(ids, word).join(' '));
        tensors.set(`attention.word.${index}`, held([1, 1, length], Float32Array.from(weighting)));
        tensors.set(`word.${index}.score`, heldRows([scores], length));
        tensors.set(`word.${index}.h`, heldRows(encoded.rows, encoded.rows[0]!.length));
      }
      if (vectors.length === 0) throw new Error('the input doc has no word: every id is 0');
      const document = yield* encode(sentences!, layers.values, concat(...vectors), vectors.length);
      const { scores, weighting, vector } = pool(layers, 'sentence_attention', document.rows);
      const logits = layers.linear('fc', vector);
      tensors.set(
        'attention.sentence.0',
        held([1, 1, vectors.length], Float32Array.from(weighting)),
      );
      tensors.set('sentence.score', heldRows([scores], vectors.length));
      tensors.set('sentence.vector', heldRows(vectors, vectors[0]!.length));
      tensors.set('sentence.h', heldRows(document.rows, document.rows[0]!.length));
      tensors.set('document.vector', heldRows([vector], vector.length));
      tensors.set('output.logits', heldRows([logits], classes));
      const [best, key] = [argmax(logits), argmax(weighting)];
      return {
        tensors,
        labels: new Map([['sentences', texts]]),
        events: [],
        verdict: verdict(
          true,
          { kind: 'class', name: named(best), share: softmax(logits)[best]! },
          { kind: 'sentence', index: key, share: weighting[key]!, text: texts[key]! },
        ),
      };
    },
  };
}
