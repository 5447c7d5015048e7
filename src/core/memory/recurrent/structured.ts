/**
 * Structured attention (Kim et al. 2017, section 3.1): a linear chain over binary selections,
 * p(z) ∝ exp(start[z_1] + Σ unary_i[z_i] + Σ trans[z_i, z_{i+1}] + end[z_N]); the attention at place i is the marginal
 * p(z_i = select), by forward and backward sums in log space. Marginals do not sum to 1 over the places.
 */
import type { Config, Tensors } from '../../model/architecture';
import { number, type Reading } from '../../model/reading';
import { held } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type { Plan } from './define';
import { define, prefixOf } from './define';
import { flat, heldRows } from '../rows';
import { logSumExp, type Numbers } from '../vector';
import { vocabularyKeys, wordsOf } from '../words';
import { concat, encode, needStack } from './encoder';
import { contextOf } from './translate';

const anchors = [
  'crf.transitions',
  'crf.start_transitions',
  'crf.end_transitions',
  'hidden2tag.weight',
  'embedding.weight',
] as const;

export const structured = define(
  'Structured attention',
  (tensors) => prefixOf(tensors, ...anchors),
  (reading, config, tensors) => planOf(reading, config, tensors, prefixOf(tensors, ...anchors)!),
);

export interface Chain {
  /** [N][K] log potentials. */
  readonly unary: readonly Numbers[];
  readonly start: Numbers;
  readonly end: Numbers;
  /** [K, K], from row to column. */
  readonly transitions: Numbers;
}

export interface Sums {
  readonly forward: readonly Float64Array[];
  readonly backward: readonly Float64Array[];
  readonly logZ: number;
  /** p(z_i = k), [N][K]. */
  readonly marginals: readonly Float64Array[];
  /** p(z_i = j, z_{i+1} = k), [N − 1][K · K]. */
  readonly pairs: readonly Float64Array[];
  /** The likeliest path (Viterbi 1967). */
  readonly best: readonly number[];
}

export function sumsOf({ unary, start, end, transitions }: Chain): Sums {
  const [count, states] = [unary.length, start.length];
  const each = Array.from({ length: states }, (_, k) => k);
  const step = (from: number, to: number) => transitions[from * states + to]!;
  const forward = [Float64Array.from(each, (k) => start[k]! + unary[0]![k]!)];
  const likeliest = [forward[0]!];
  const back: number[][] = [];
  for (let i = 1; i < count; i++) {
    const [sums, tops] = [forward[i - 1]!, likeliest[i - 1]!];
    forward.push(
      Float64Array.from(
        each,
        (k) => logSumExp(sums.map((sum, j) => sum + step(j, k))) + unary[i]![k]!,
      ),
    );
    const from = each.map((k) =>
      each.reduce((best, j) => (tops[j]! + step(j, k) > tops[best]! + step(best, k) ? j : best), 0),
    );
    back.push(from);
    likeliest.push(
      Float64Array.from(each, (k) => tops[from[k]!]! + step(from[k]!, k) + unary[i]![k]!),
    );
  }
  const backward = [Float64Array.from(end)];
  for (let i = count - 2; i >= 0; i--) {
    const next = backward[0]!;
    backward.unshift(
      Float64Array.from(each, (j) =>
        logSumExp(next.map((sum, k) => sum + step(j, k) + unary[i + 1]![k]!)),
      ),
    );
  }
  const logZ = logSumExp(forward.at(-1)!.map((sum, k) => sum + end[k]!));
  const marginals = forward.map((sums, i) =>
    sums.map((sum, k) => Math.exp(sum + backward[i]![k]! - logZ)),
  );
  const pairs = forward.slice(0, -1).map((sums, i) =>
    Float64Array.from({ length: states * states }, (_, cell) => {
      const [j, k] = [Math.floor(cell / states), cell % states];
      return Math.exp(sums[j]! + step(j, k) + unary[i + 1]![k]! + backward[i + 1]![k]! - logZ);
    }),
  );
  const last = likeliest.at(-1)!.map((score, k) => score + end[k]!);
  const best = [each.reduce((top, k) => (last[k]! > last[top]! ? k : top), 0)];
  for (const from of back.toReversed()) best.unshift(from[best[0]!]!);
  return { forward, backward, logZ, marginals, pairs, best };
}

function planOf(reading: Reading, config: Config, tensors: Tensors, prefix: string): Plan {
  const [vocabulary = 0, width = 0] = reading.need('embedding.weight', [
    undefined,
    undefined,
  ]).shape;
  const [states = 0] = reading.need('hidden2tag.weight', [undefined, undefined]).shape;
  reading.need('crf.transitions', [states, states]);
  reading.need('crf.start_transitions', [states]);
  reading.need('crf.end_transitions', [states]);
  const output = reading.maybe('out.weight', [undefined, width]);
  const rnn = needStack(reading, tensors, prefix, 'rnn');
  const { word } = wordsOf(config, ...vocabularyKeys);
  return {
    sentence: `Structured attention, linear chain of ${states} states, ${vocabulary} symbols`,
    facts: [
      ['States', `${states}`],
      ['Vocabulary', `${vocabulary}`],
      ['Attention', 'marginals of the chain: they do not sum to 1'],
    ],
    inputs: [
      {
        name: 'ids',
        shape: ['L'],
        meaning: 'symbol ids',
        otherwise: 'random symbols',
        below: vocabulary,
        text: { vocabulary: vocabularyKeys },
      },
    ],
    options: [
      {
        name: 'select',
        meaning: 'the state that means selected',
        number: { least: 0, most: Math.max(0, states - 1), whole: true },
        standard: String(number(config, 'select_state') ?? Math.min(1, states - 1)),
      },
    ],
    example(random) {
      const data = Float32Array.from({ length: 10 }, () => random.below(vocabulary));
      return new Map([['ids', { shape: [10], data }]]);
    },
    *run(layers, inputs, settings) {
      const ids = inputs.get('ids')!.data;
      const embedded = Array.from(ids, (id) => layers.embed('embedding', id));
      const encoded = yield* encode(rnn!, layers.values, concat(...embedded), ids.length);
      const unary = encoded.rows.map((row) => layers.linear('hidden2tag', row));
      const sums = sumsOf({
        unary,
        start: layers.data('crf.start_transitions'),
        end: layers.data('crf.end_transitions'),
        transitions: layers.data('crf.transitions'),
      });
      const select = settings.number('select');
      const attention = Float64Array.from(sums.marginals, (row) => row[select]!);
      const context = contextOf(embedded, attention);
      const chosen = Array.from(ids, word).filter((_, i) => attention[i]! > 0.5);
      const logits = output && layers.linear('out', context);
      const pairs = held([ids.length - 1, states, states], flat(sums.pairs, states * states));
      return {
        tensors: new Map([
          ['attention.structured.0', held([1, 1, ids.length], Float32Array.from(attention))],
          ['structured.unary', heldRows(unary, states)],
          ['structured.marginals', heldRows(sums.marginals, states)],
          ...(ids.length > 1 ? [['structured.pairs', pairs] as const] : []),
          ['structured.forward', heldRows(sums.forward, states)],
          ['structured.backward', heldRows(sums.backward, states)],
          ['structured.log_z', held([1], Float32Array.of(sums.logZ))],
          ['structured.best', held([ids.length], Float32Array.from(sums.best))],
          ['structured.context', heldRows([context], width)],
          ['encoder.h', heldRows(encoded.rows, encoded.rows[0]!.length)],
          ...(logits ? [['output.logits', heldRows([logits], logits.length)] as const] : []),
        ]),
        labels: new Map([['places', Array.from(ids, word)]]),
        events: [],
        verdict: verdict(true, {
          kind: 'selected',
          words: chosen,
          count: chosen.length,
          total: ids.length,
          logZ: sums.logZ,
        }),
      };
    },
  };
}
