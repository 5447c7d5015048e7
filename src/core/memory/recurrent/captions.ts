/**
 * Show, Attend and Tell (Xu et al. 2015): e = full_att(relu(encoder_att a + decoder_att h)), z = Σ α a, gated by
 * β = σ(f_beta h), into an LSTM with the last word. Hard attention reads the one place with the largest weight.
 * Layout of sgrvinod/a-PyTorch-Tutorial-to-Image-Captioning; its image encoder where it is a stack of convolutions.
 */
import type { Config, Tensors } from '../../model/architecture';
import type { Reading } from '../../model/reading';
import { held } from '../../trace/recording';
import { verdict } from '../../trace/toldEnglish';
import { type State, stepCell } from '../cells/cell';
import { relu, sigmoid } from '../kernels';
import type { Inputs, InputSpec } from '../memory';
import { heldRows, rowsOf } from '../rows';
import { add, argmax, mix, type Numbers, softmax } from '../vector';
import { wordsOf } from '../words';
import { annotate, type Convolutions, convolutionsOf, spread } from './convolutions';
import { define, type Layers, type Plan, prefixOf, uniform } from './define';
import { cellsOf, concat, needStack } from './encoder';

const anchors = ['attention.full_att.weight', 'f_beta.weight', 'init_h.weight'] as const;
/** Words of a caption without an end. */
const mostWords = 32;

export const captions = define(
  'Show, Attend and Tell',
  (tensors) => prefixOf(tensors, ...anchors),
  (reading, config, tensors) => planOf(reading, config, tensors, prefixOf(tensors, ...anchors)!),
);

interface Step {
  readonly scores: Numbers;
  readonly weights: Numbers;
  readonly context: Numbers;
  readonly gate: Numbers;
  readonly state: State;
  readonly logits: Numbers;
}

function planOf(reading: Reading, config: Config, tensors: Tensors, prefix: string): Plan {
  const [units = 0, width = 0] = reading.need('init_h.weight', [undefined, undefined]).shape;
  reading.need('init_c.weight', [units, width]);
  const [inner = 0] = reading.need('attention.encoder_att.weight', [undefined, width]).shape;
  reading.need('attention.decoder_att.weight', [inner, units]);
  reading.need('attention.full_att.weight', [1, inner]);
  reading.need('f_beta.weight', [width, units]);
  const [vocabulary = 0, embedded = 0] = reading.need('embedding.weight', [
    undefined,
    undefined,
  ]).shape;
  reading.need('fc.weight', [vocabulary, units]);
  reading.need('decode_step.weight_ih', [4 * units, embedded + width]);
  const cell = needStack(reading, tensors, prefix, 'decode_step');
  const images = convolutionsOf(reading, tensors, prefix, width);
  const words = wordsOf(config, 'vocab', 'word_map');
  const [start, end] = [words.id('<start>') ?? 1, words.id('<end>') ?? 2];
  return {
    sentence: `Show, Attend and Tell, ${images ? `${images.layers.length} convolutions, ` : ''}annotations ${width} wide, LSTM of ${units}, ${vocabulary} words`,
    facts: [
      ['Annotation width', `${width}`],
      ['Units', `${units}`],
      ['Words', `${vocabulary}`],
      ['Start and end', `${words.word(start)}, ${words.word(end)}`],
    ],
    inputs: inputsOf(images, width, vocabulary),
    options: [
      {
        name: 'attention',
        meaning: 'what is read of the image',
        values: [
          { value: 'soft', title: 'the weighted sum of all places' },
          { value: 'hard', title: 'the place with the largest weight' },
        ],
        standard: 'soft',
      },
    ],
    example(random) {
      if (!images) return new Map([['annotations', uniform(random, [49, width])]]);
      const edge = spread(config, images).reduce((all, stride) => all * stride, images.grid);
      const { shape, data } = uniform(random, [images.channels, edge, edge]);
      return new Map([['image', { shape, data: data.map(Math.abs) }]]);
    },
    *run(layers, inputs, settings) {
      const annotations = images
        ? annotate(layers, images, spread(config, images), inputs.get('image')!)
        : rowsOf(inputs.get('annotations')!.data, width);
      const seen = annotations.map((row) => layers.linear('attention.encoder_att', row));
      const decoder = cellsOf(cell!, layers.values)[0]![0]!.cell;
      const mean = annotations.reduce<Numbers>(
        (sum, row) =>
          add(
            sum,
            row.map((value) => value / annotations.length),
          ),
        new Float64Array(width),
      );
      const hard = settings.text('attention') === 'hard';
      const given = inputs.get('caption_ids')?.data;
      const steps: Step[] = [];
      const ids: number[] = [];
      let state: State = { h: layers.linear('init_h', mean), c: layers.linear('init_c', mean) };
      let word = start;
      while (steps.length < (given?.length ?? mostWords)) {
        yield;
        const step = tell(layers, { annotations, seen, hard }, word, state, (x, before) => {
          const { h, c } = stepCell(decoder, x, before);
          return { h: h!, c: c! };
        });
        steps.push(step);
        ids.push(argmax(step.logits));
        if (!given && ids.at(-1) === end) break;
        state = step.state;
        word = given?.[steps.length - 1] ?? ids.at(-1)!;
      }
      const places = annotations.length;
      const rows = (pick: (step: Step) => Numbers, size: number) => heldRows(steps.map(pick), size);
      const weights = rows((step) => step.weights, places);
      const told = ids.filter((id) => id !== end).map((id) => words.word(id));
      return {
        tensors: new Map([
          ['attention.image.0', { ...weights, shape: [1, steps.length, places] }],
          ['image.score', rows((step) => step.scores, places)],
          ['image.context', rows((step) => step.context, width)],
          ['image.gate', rows((step) => step.gate, width)],
          ['state.h', rows((step) => step.state.h, units)],
          ['state.c', rows((step) => step.state.c, units)],
          ['encoder.annotations', heldRows(annotations, width)],
          ['output.logits', rows((step) => step.logits, vocabulary)],
          ['output.ids', held([ids.length], Float32Array.from(ids))],
          ...pixelsOf(inputs),
        ]),
        labels: new Map([['words', ids.map((id) => words.word(id))]]),
        events: [],
        verdict: verdict(true, { kind: 'caption', text: told.join(' ') }),
      };
    },
  };
}

function inputsOf(
  images: Convolutions | undefined,
  width: number,
  vocabulary: number,
): readonly InputSpec[] {
  const first = images
    ? {
        name: 'image',
        shape: [images.channels, 'H', 'W'],
        meaning: 'colours from 0 to 1',
        otherwise: 'noise',
      }
    : {
        name: 'annotations',
        shape: ['L', width],
        meaning: 'what the image encoder gives, one place a row',
        otherwise: 'random numbers',
      };
  const caption = {
    name: 'caption_ids',
    shape: ['T'],
    meaning: 'the caption to be fed, word by word, with its end',
    otherwise: 'the likeliest word of the step before',
    below: vocabulary,
  };
  return [first, caption];
}

const pixelsOf = (inputs: Inputs) => {
  const image = inputs.get('image');
  return image ? [['image.pixels', held([1, ...image.shape], image.data)] as const] : [];
};

/** What is looked at: the annotations, and the same under `encoder_att`. */
interface Seen {
  readonly annotations: readonly Numbers[];
  readonly seen: readonly Numbers[];
  readonly hard: boolean;
}

function tell(
  layers: Layers,
  { annotations, seen, hard }: Seen,
  word: number,
  before: State,
  decode: (x: Numbers, before: State) => State,
): Step {
  const asked = layers.linear('attention.decoder_att', before.h);
  const scores = seen.map(
    (row) => layers.linear('attention.full_att', add(row, asked).map(relu))[0]!,
  );
  const weights = softmax(scores);
  const width = annotations[0]!.length;
  const context = hard
    ? annotations[argmax(weights)]!
    : mix(concat(...annotations), width, weights);
  const gate = layers.linear('f_beta', before.h).map(sigmoid);
  const gated = gate.map((value, i) => value * context[i]!);
  const state = decode(concat(layers.embed('embedding', word), gated), before);
  return { scores, weights, context, gate, state, logits: layers.linear('fc', state.h) };
}
