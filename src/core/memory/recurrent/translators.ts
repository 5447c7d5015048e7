/**
 * Recurrent sequence-to-sequence models by their published layouts: Bahdanau et al. 2015 (two layouts), Luong et al. 2015,
 * Vinyals et al. 2015b (Grammar as a Foreign Language), Sutskever et al. 2014 (no attention).
 */
import type { Config, Tensors } from '../../model/architecture';
import { flag, number, type Reading, text } from '../../model/reading';
import type { State } from '../cells/cell';
import type { Stack } from '../cells/layout';
import { sigmoid } from '../kernels';
import type { MemoryFamily, OptionSpec } from '../memory';
import { add, dot, type Numbers, softmax } from '../vector';
import { define, type Layers, type Plan, prefixOf, type Settings } from './define';
import {
  cellsOf,
  concat,
  encode,
  type Encoded,
  needStack,
  outputsOf,
  isBoth,
  stepLayers,
} from './encoder';
import {
  type Aligned,
  contextOf,
  translationInputs,
  translationRun,
  type Translator,
  vocabularyOptions,
} from './translate';

/** A layout: which modules it has, and its equations. */
interface Layout {
  readonly title: string;
  readonly encoder: { readonly embedding: string; readonly rnn: string };
  readonly decoder: { readonly embedding: string; readonly rnn: string; readonly output: string };
  /** Linear layers besides, that must be there. */
  readonly linear: readonly string[];
  readonly options?: (config: Config) => readonly OptionSpec[];
  readonly added?: boolean;
  start(layers: Layers, encoded: Encoded, config: Config): readonly State[];
  /** `run` steps the decoder's layers on an input. */
  step(
    layers: Layers,
    encoded: Encoded,
    embedded: Numbers,
    before: readonly State[],
    run: (x: Numbers) => readonly State[],
    settings: Settings,
  ): {
    readonly aligned?: Aligned;
    readonly states: readonly State[];
    readonly logits: Float64Array;
  };
}

const top = (states: readonly State[]): Float64Array => states.at(-1)!.h;

function align(encoded: Encoded, score: (row: Numbers) => number): Aligned {
  const scores = Float64Array.from(encoded.rows, score);
  const weighting = softmax(scores);
  return { scores, weighting, context: contextOf(encoded.rows, weighting) };
}

/** `attn` and `v`, or as renamed in 2024 `attn_fc` and `v_fc`; the columns of `attn` are [s; h]. */
function bentrevett(attention: string, vector: string): Layout {
  const [attn, v] = [`decoder.attention.${attention}`, `decoder.attention.${vector}`];
  return {
    title: 'additive attention, s before the step',
    encoder: { embedding: 'encoder.embedding', rnn: 'encoder.rnn' },
    decoder: { embedding: 'decoder.embedding', rnn: 'decoder.rnn', output: 'decoder.fc_out' },
    linear: [attn, v, 'encoder.fc'],
    start(layers, { forward, backward }) {
      const joined = concat(top(forward), top(backward));
      return [{ h: layers.linear('encoder.fc', joined).map(Math.tanh), c: new Float64Array() }];
    },
    step(layers, encoded, embedded, before, run) {
      const s = top(before);
      const aligned = align(
        encoded,
        (h) => layers.linear(v, layers.linear(attn, concat(s, h)).map(Math.tanh))[0]!,
      );
      const states = run(concat(embedded, aligned.context));
      const logits = layers.linear(
        'decoder.fc_out',
        concat(top(states), aligned.context, embedded),
      );
      return { aligned, states, logits };
    },
  };
}

const tutorial: Layout = {
  title: 'additive attention, s before the step',
  encoder: { embedding: 'encoder.embedding', rnn: 'encoder.gru' },
  decoder: { embedding: 'decoder.embedding', rnn: 'decoder.gru', output: 'decoder.out' },
  linear: ['decoder.attention.Wa', 'decoder.attention.Ua', 'decoder.attention.Va'],
  start: (_, { forward }) => forward,
  step(layers, encoded, embedded, before, run) {
    const asked = layers.linear('decoder.attention.Wa', top(before));
    const aligned = align(encoded, (h) => {
      const both = add(asked, layers.linear('decoder.attention.Ua', h));
      return layers.linear('decoder.attention.Va', both.map(Math.tanh))[0]!;
    });
    const states = run(concat(embedded, aligned.context));
    return { aligned, states, logits: layers.linear('decoder.out', top(states)) };
  },
};

const grammar: Layout = {
  title: 'additive attention after the step',
  encoder: { embedding: 'encoder.embedding', rnn: 'encoder.lstm' },
  decoder: { embedding: 'decoder.embedding', rnn: 'decoder.lstm', output: 'decoder.out' },
  linear: ['attn.W1', 'attn.W2', 'attn.v'],
  options: (config) => [
    {
      name: 'begin',
      meaning: 'what the decoder starts from, which the weights do not tell',
      values: [
        { value: 'encoder', title: 'the last state of the encoder' },
        { value: 'zeros', title: 'zeros' },
      ],
      standard: flag(config, 'init_from_encoder') === false ? 'zeros' : 'encoder',
    },
  ],
  start: (_, { forward }) => forward,
  step(layers, encoded, embedded, _before, run) {
    const states = run(embedded);
    const asked = layers.linear('attn.W2', top(states));
    const aligned = align(encoded, (h) => {
      const both = add(layers.linear('attn.W1', h), asked);
      return layers.linear('attn.v', both.map(Math.tanh))[0]!;
    });
    const logits = layers.linear('decoder.out', concat(top(states), aligned.context));
    return { aligned, states, logits };
  },
};

const noAttention: Layout = {
  title: 'no attention',
  encoder: { embedding: 'encoder.embedding', rnn: 'encoder.rnn' },
  decoder: { embedding: 'decoder.embedding', rnn: 'decoder.rnn', output: 'decoder.fc_out' },
  linear: [],
  start: (_, { forward }) => forward,
  step(layers, _encoded, embedded, _before, run) {
    const states = run(embedded);
    return { states, logits: layers.linear('decoder.fc_out', top(states)) };
  },
};

/** h first, then attention: h̃ = tanh(W_c [h; c]). Names of the chatbot tutorial. */
const luong: Layout = {
  title: 'attention after the step',
  encoder: { embedding: 'en.embedding', rnn: 'en.gru' },
  decoder: { embedding: 'de.embedding', rnn: 'de.gru', output: 'de.out' },
  linear: ['de.concat'],
  added: true,
  options: (config) => [
    {
      name: 'window',
      meaning: 'D of local attention, which the weights do not tell; σ = D / 2',
      number: { least: 1, most: 1000, whole: true },
      standard: String(number(config, 'D') ?? 2),
    },
  ],
  start: (_, { forward }) => forward,
  step(layers, encoded, embedded, _before, run, settings) {
    const states = run(embedded);
    const h = top(states);
    const aligned = layers.has('de.attn.v_p.weight')
      ? local(layers, encoded, h, settings.number('window'))
      : align(encoded, luongScore(layers, h));
    const joined = layers.linear('de.concat', concat(h, aligned.context)).map(Math.tanh);
    return { aligned, states, logits: layers.linear('de.out', joined) };
  },
};

/** dot hᵀh̄, general hᵀ W h̄, concat vᵀ tanh(W [h; h̄]): told by which weights there are. */
function luongScore(layers: Layers, h: Float64Array): (row: Numbers) => number {
  if (!layers.has('de.attn.attn.weight')) return (row) => dot(h, row);
  if (!layers.has('de.attn.v')) return (row) => dot(h, layers.linear('de.attn.attn', row));
  const v = layers.data('de.attn.v');
  return (row) => dot(v, layers.linear('de.attn.attn', concat(h, row)).map(Math.tanh));
}

/** local-p: p = S σ(v_pᵀ tanh(W_p h)), α = softmax over |s − p| ≤ D, times exp(−(s − p)² / 2σ²); rows do not sum to 1. */
function local(layers: Layers, encoded: Encoded, h: Float64Array, window: number): Aligned {
  const { rows } = encoded;
  const inner = layers.linear('de.attn.W_p', h).map(Math.tanh);
  const centre = rows.length * sigmoid(layers.linear('de.attn.v_p', inner)[0]!);
  const scores = Float64Array.from(rows, luongScore(layers, h));
  const inside = scores.map((score, s) => (Math.abs(s - centre) <= window ? score : -Infinity));
  const spread = 2 * (window / 2) ** 2;
  const weighting = softmax(inside).map(
    (weight, s) => weight * Math.exp(-((s - centre) ** 2) / spread),
  );
  return { scores, weighting, context: contextOf(rows, weighting) };
}

const layouts: readonly (readonly [family: string, anchor: readonly string[], layout: Layout])[] = [
  [
    'Bahdanau translator',
    ['decoder.attention.attn.weight', 'encoder.fc.weight'],
    bentrevett('attn', 'v'),
  ],
  [
    'Bahdanau translator',
    ['decoder.attention.attn_fc.weight', 'encoder.fc.weight'],
    bentrevett('attn_fc', 'v_fc'),
  ],
  ['Bahdanau translator', ['decoder.attention.Wa.weight', 'decoder.gru.weight_ih_l0'], tutorial],
  ['Luong translator', ['de.concat.weight', 'de.gru.weight_ih_l0'], luong],
  [
    'Grammar as a foreign language',
    ['attn.W1.weight', 'decoder.lstm.weight_ih_l0', 'attn.v.weight'],
    grammar,
  ],
  [
    'Encoder and decoder',
    ['decoder.fc_out.weight', 'decoder.rnn.weight_ih_l0', 'encoder.rnn.weight_ih_l0'],
    noAttention,
  ],
];

export const translators: readonly MemoryFamily[] = layouts.map(
  ([family, [anchor, ...others], layout]) =>
    define(
      family,
      (tensors) => {
        const prefix = prefixOf(tensors, anchor!, ...others);
        const more = [...tensors.keys()].some((name) =>
          name.startsWith(`${prefix}decoder.attention.`),
        );
        return layout === noAttention && more ? undefined : prefix;
      },
      (reading, config, tensors) => {
        const prefix = prefixOf(tensors, anchor!, ...others)!;
        return planOf(family, layout, reading, config, tensors, prefix);
      },
    ),
);

function planOf(
  family: string,
  layout: Layout,
  reading: Reading,
  config: Config,
  tensors: Tensors,
  prefix: string,
): Plan {
  const { encoder, decoder, linear, title } = layout;
  const [source = 0] = reading.need(`${encoder.embedding}.weight`, [undefined, undefined]).shape;
  const [target = 0] = reading.need(`${decoder.embedding}.weight`, [undefined, undefined]).shape;
  reading.need(`${decoder.output}.weight`, [undefined, undefined]);
  for (const name of linear) reading.need(`${name}.weight`, [undefined, undefined]);
  const reader = needStack(reading, tensors, prefix, encoder.rnn);
  const writer = needStack(reading, tensors, prefix, decoder.rnn);
  const units = outputsOf(writer);
  const both = isBoth(reader) ? ' in both directions' : '';
  return {
    sentence: `${family}, ${title}, encoder ${outputsOf(reader)} wide${both}, decoder of ${units} units`,
    facts: [
      ['Attention', title],
      ['Source vocabulary', `${source}`],
      ['Target vocabulary', `${target}`],
      ...(text(config, 'task') ? [['Task', text(config, 'task')!] as const] : []),
    ],
    inputs: translationInputs(source, target),
    options: [...vocabularyOptions, ...(layout.options?.(config) ?? [])],
    example(random) {
      const first = Math.min(3, source - 1);
      const data = Float32Array.from({ length: 7 }, () => first + random.below(source - first));
      data[6] = Math.min(2, source - 1);
      return new Map([['src_ids', { shape: [7], data }]]);
    },
    run: translationRun(translatorOf(layout, reader!, writer!, config), config),
  };
}

function translatorOf(layout: Layout, reader: Stack, writer: Stack, config: Config): Translator {
  const { encoder, decoder, added } = layout;
  let cells: ReturnType<typeof cellsOf> | undefined;
  return {
    *encode(layers, ids) {
      const x = concat(...Array.from(ids, (id) => layers.embed(encoder.embedding, id)));
      return yield* encode(reader, layers.values, x, ids.length, added ? 'added' : 'beside');
    },
    start: (layers, encoded, settings) =>
      settings.text('begin') === 'zeros' ? [] : layout.start(layers, encoded, config),
    step(layers, encoded, states, id, settings) {
      cells ??= cellsOf(writer, layers.values);
      const own = cells.map(([forward]) => forward!.cell);
      const embedded = layers.embed(decoder.embedding, id);
      const run = (x: Numbers) => stepLayers(own, x, states);
      return layout.step(layers, encoded, embedded, states, run, settings);
    },
  };
}
