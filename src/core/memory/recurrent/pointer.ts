/**
 * Pointer network (Vinyals et al. 2015): u_j = vᵀ tanh(W1 e_j + W2 d), what is pointed at is the output. Layout of ast0414:
 * both directions of the encoder are added, the decoder cell starts from the forward state and a zero input, its next
 * input is the encoded item that was pointed at, and items are not pointed at twice.
 */
import type { Tensors } from '../../model/architecture';
import type { Reading } from '../../model/reading';
import { held } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import type { Plan } from './define';
import { define, prefixOf, uniform } from './define';
import { flat, heldRows, rowsOf } from '../rows';
import { add, affine, argmax, dot, softmax } from '../vector';
import { cellsOf, concat, encode, needStack, outputsOf, stepLayers } from './encoder';

const anchors = [
  'attn.W1.weight',
  'attn.W2.weight',
  'decoding_rnn.weight_ih',
  'embedding.weight',
] as const;
const usedUp = -1e9;

export const pointer = define(
  'Pointer network',
  (tensors) => prefixOf(tensors, ...anchors),
  (reading, _config, tensors) => planOf(reading, tensors, prefixOf(tensors, ...anchors)!),
);

function planOf(reading: Reading, tensors: Tensors, prefix: string): Plan {
  const [width = 0, features = 0] = reading.need('embedding.weight', [undefined, undefined]).shape;
  const reader = needStack(reading, tensors, prefix, 'encoder.rnn');
  const writer = needStack(reading, tensors, prefix, 'decoding_rnn');
  const units = outputsOf(writer);
  // A Conv1d of width 1 keeps its last dimension; V may be a Linear of its own.
  const first = tensors.get(`${prefix}attn.W1.weight`)!.shape;
  reading.need('attn.W1.weight', first.length === 3 ? [units, units, 1] : [units, units]);
  reading.need('attn.W2.weight', [units, units]);
  const vector = ['attn.V', 'attn.vt.weight'].find((name) => reading.has(name));
  if (vector === undefined) reading.problem(`${prefix}attn.V is missing`);
  return {
    sentence: `Pointer network, items of ${features}, encoder and decoder of ${units} units`,
    facts: [
      ['Item width', `${features}`],
      ['Embedding', `${width}`],
      ['Units', `${units}`],
      ['Items', 'pointed at once each'],
    ],
    inputs: [
      {
        name: 'input',
        shape: ['N', features],
        meaning: 'one item a row',
        otherwise: 'random items',
      },
    ],
    options: [],
    example(random) {
      const { shape, data } = uniform(random, [8, features]);
      return new Map([['input', { shape, data: data.map(Math.abs) }]]);
    },
    *run(layers, inputs) {
      const items = rowsOf(inputs.get('input')!.data, features);
      const x = concat(...items.map((item) => layers.linear('embedding', item)));
      const encoded = yield* encode(reader!, layers.values, x, items.length, 'added');
      const bias = layers.has('attn.W1.bias') ? layers.data('attn.W1.bias') : undefined;
      const own = encoded.rows.map((row) =>
        affine(layers.data('attn.W1.weight'), units, row, bias),
      );
      const cells = cellsOf(writer!, layers.values).map(([forward]) => forward!.cell);
      const v = layers.data(vector!);
      let states = encoded.forward;
      let input: ArrayLike<number> = new Float64Array(units);
      const pointers: number[] = [];
      const scores: Float64Array[] = [];
      const hidden: Float64Array[] = [];
      while (pointers.length < items.length) {
        yield;
        states = stepLayers(cells, input, states);
        const { h } = states.at(-1)!;
        const asked = layers.linear('attn.W2', h);
        scores.push(
          Float64Array.from(own, (row, item) =>
            pointers.includes(item) ? usedUp : dot(v, add(row, asked).map(Math.tanh)),
          ),
        );
        hidden.push(h);
        pointers.push(argmax(scores.at(-1)!));
        input = encoded.rows[pointers.at(-1)!]!;
      }
      const count = items.length;
      const names = items.map((item) =>
        [...item].map((value) => Number(value.toPrecision(4))).join(' '),
      );
      const sorted = pointers.every(
        (item, step) => step === 0 || items[pointers[step - 1]!]![0]! <= items[item]![0]!,
      );
      return {
        tensors: new Map([
          ['attention.pointer.0', held([1, count, count], flat(scores.map(softmax), count))],
          ['pointer.score', heldRows(scores, count)],
          ['encoder.h', heldRows(encoded.rows, units)],
          ['state.h', heldRows(hidden, units)],
          ['output.ids', held([count], Float32Array.from(pointers))],
        ]),
        labels: new Map([['items', names]]),
        events: [],
        verdict: verdict(true, {
          kind: 'pointed',
          order: [...pointers],
          ascending: features === 1 && sorted,
        }),
      };
    },
  };
}
