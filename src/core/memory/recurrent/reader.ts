/**
 * Attentive Reader (Hermann et al. 2015): m(t) = tanh(W_ym y_d(t) + W_um u), s ∝ exp(w_msᵀ m), r = Σ s y_d,
 * g = tanh(W_rg r + W_ug u); u is the last state of both directions over the question.
 */
import type { Config, Tensors } from '../../model/architecture';
import type { Reading } from '../../model/reading';
import { held } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type { Plan } from './define';
import { define, prefixOf } from './define';
import { heldRows } from '../rows';
import { add, argmax, softmax } from '../vector';
import { vocabularyKeys, wordsOf } from '../words';
import { concat, encode, needStack, outputsOf } from './encoder';
import { contextOf } from './translate';

const linear = ['W_ym', 'W_um', 'w_ms', 'W_rg', 'W_ug', 'out'] as const;
const anchors = ['w_ms.weight', 'W_ym.weight', 'embedding.weight'] as const;

export const attentiveReader = define(
  'Attentive Reader',
  (tensors) => prefixOf(tensors, ...anchors),
  (reading, config, tensors) => planOf(reading, config, tensors, prefixOf(tensors, ...anchors)!),
);

function planOf(reading: Reading, config: Config, tensors: Tensors, prefix: string): Plan {
  const [vocabulary = 0] = reading.need('embedding.weight', [undefined, undefined]).shape;
  const doc = needStack(reading, tensors, prefix, 'doc_rnn');
  const query = needStack(reading, tensors, prefix, 'query_rnn');
  for (const name of linear) reading.need(`${name}.weight`, [undefined, undefined]);
  const answers = tensors.get(`${prefix}out.weight`)?.shape[0] ?? 0;
  const { word } = wordsOf(config, ...vocabularyKeys);
  return {
    sentence: `Attentive Reader, document ${outputsOf(doc)} wide, ${vocabulary} words, ${answers} answers`,
    facts: [
      ['Vocabulary', `${vocabulary}`],
      ['Answers', `${answers}`],
    ],
    inputs: ['doc_ids', 'query_ids'].map((name, index) => ({
      name,
      shape: [index === 0 ? 'L' : 'Q'],
      meaning: index === 0 ? 'word ids of the document' : 'word ids of the question',
      otherwise: 'random words',
      below: vocabulary,
      text: { vocabulary: vocabularyKeys },
    })),
    options: [],
    example(random) {
      const ids = (length: number) => ({
        shape: [length],
        data: Float32Array.from({ length }, () => random.below(vocabulary)),
      });
      return new Map([
        ['doc_ids', ids(15)],
        ['query_ids', ids(4)],
      ]);
    },
    *run(layers, inputs) {
      const asked = inputs.get('query_ids');
      if (!asked) throw new Error('the input query_ids is missing');
      const embed = (ids: Float32Array) =>
        concat(...Array.from(ids, (id) => layers.embed('embedding', id)));
      const ids = inputs.get('doc_ids')!.data;
      const document = yield* encode(doc!, layers.values, embed(ids), ids.length);
      const question = yield* encode(query!, layers.values, embed(asked.data), asked.data.length);
      const u = concat(
        question.forward.at(-1)!.h,
        ...question.backward.slice(-1).map(({ h }) => h),
      );
      const about = layers.linear('W_um', u);
      const m = document.rows.map((row) => add(layers.linear('W_ym', row), about).map(Math.tanh));
      const scores = Float64Array.from(m, (row) => layers.linear('w_ms', row)[0]!);
      const weighting = softmax(scores);
      const r = contextOf(document.rows, weighting);
      const g = add(layers.linear('W_rg', r), layers.linear('W_ug', u)).map(Math.tanh);
      const logits = layers.linear('out', g);
      const [place, best] = [argmax(weighting), argmax(logits)];
      const row = (values: ArrayLike<number>) => heldRows([values], values.length);
      return {
        tensors: new Map([
          ['attention.reader.0', held([1, 1, ids.length], Float32Array.from(weighting))],
          ['reader.score', row(scores)],
          ['reader.m', heldRows(m, m[0]!.length)],
          ['reader.u', row(u)],
          ['reader.r', row(r)],
          ['reader.g', row(g)],
          ['encoder.h', heldRows(document.rows, document.rows[0]!.length)],
          ['output.logits', row(logits)],
        ]),
        labels: new Map([['places', Array.from(ids, word)]]),
        events: [],
        verdict: verdict(
          true,
          { kind: 'answer', word: String(best), share: softmax(logits)[best]! },
          { kind: 'place', place, label: word(ids[place]!), share: weighting[place]! },
        ),
      };
    },
  };
}
