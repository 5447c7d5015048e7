/**
 * Attention on its own, one score function each: additive vᵀ tanh(W_q q + W_k k) (Bahdanau et al. 2015), bilinear qᵀ W k
 * (Luong et al. 2015), dot qᵀk over a stored memory, scaled by 1/√d (Vaswani et al. 2017), key-value and multi-head.
 */
import { number, text, type Reading } from '../../model/reading';
import type { Config, Tensors } from '../../model/architecture';
import { held } from '../../trace/recording';
import type { InputSpec, MemoryFamily, OptionSpec } from '../memory';
import { flat, heldRows, rowsOf } from '../rows';
import { add, affine, argmax, dot, mix, type Numbers, softmax } from '../vector';
import { define, type Layers, type Plan, prefixOf, type Settings, uniform } from './define';

/** From this width on an unscaled dot product saturates the softmax: its spread is √d. */
const wide = 32;

/** Scores of every head, [heads][queries][keys], and the values that each head reads. */
interface Scored {
  readonly scores: readonly (readonly Float64Array[])[];
  readonly values: readonly (readonly Numbers[])[];
  /** [out, heads · width], the output projection. */
  readonly output?: string;
}

interface Module {
  readonly title: string;
  readonly queryWidth: number;
  /** Undefined when keys are stored. */
  readonly keyWidth?: number;
  /** Values are an input of their own. */
  readonly valuesGiven: boolean;
  readonly options: readonly OptionSpec[];
  score(
    layers: Layers,
    queries: readonly Float32Array[],
    keys: readonly Float32Array[],
    values: readonly Float32Array[],
    settings: Settings,
  ): Scored;
}

type ModuleReader = (reading: Reading, config: Config) => Module;

const projections = (reading: Reading, names: readonly string[]) =>
  names.map((name) => reading.need(`${name}.weight`, [undefined, undefined]).shape);

function additive(q: string, k: string): ModuleReader {
  return (reading) => {
    const [[rows = 0, queryWidth = 0] = [], [, keyWidth = 0] = []] = projections(reading, [q, k]);
    reading.need(`${k}.weight`, [rows, keyWidth]);
    reading.need('v.weight', [1, rows]);
    return {
      title: 'additive attention',
      queryWidth,
      keyWidth,
      valuesGiven: true,
      options: [],
      score(layers, queries, keys, values) {
        const own = keys.map((key) => layers.linear(k, key));
        const rowsOfScores = queries.map((query) => {
          const asked = layers.linear(q, query);
          return Float64Array.from(
            own,
            (key) => layers.linear('v', add(asked, key).map(Math.tanh))[0]!,
          );
        });
        return { scores: [rowsOfScores], values: [values] };
      },
    };
  };
}

const bilinear: ModuleReader = (reading) => {
  const [queryWidth = 0, keyWidth = 0] = reading.need('W', [undefined, undefined]).shape;
  return {
    title: 'bilinear attention',
    queryWidth,
    keyWidth,
    valuesGiven: true,
    options: [],
    score(layers, queries, keys, values) {
      const own = keys.map((key) => affine(layers.data('W'), queryWidth, key));
      return {
        scores: [queries.map((query) => Float64Array.from(own, (key) => dot(key, query)))],
        values: [values],
      };
    },
  };
};

const stored: ModuleReader = (reading, config) => {
  const [count = 0, queryWidth = 0] = reading.need('K', [undefined, undefined]).shape;
  reading.need('V', [count, undefined]);
  return {
    title: 'attention over a stored memory',
    queryWidth,
    valuesGiven: false,
    options: [scoreOption(config, queryWidth >= wide, `the keys are ${queryWidth} wide`)],
    score(layers, queries, _keys, _values, settings) {
      const by = settings.text('variant') === 'scaled' ? 1 / Math.sqrt(queryWidth) : 1;
      const own = rowsOf(layers.data('K'), queryWidth);
      const values = rowsOf(layers.data('V'), layers.shape('V')[1]!);
      const scores = queries.map((query) => Float64Array.from(own, (key) => by * dot(key, query)));
      return { scores: [scores], values: [values] };
    },
  };
};

function projected(q: string, k: string, v: string, o?: string): ModuleReader {
  return (reading, config) => {
    const [[width = 0, queryWidth = 0] = [], [, keyWidth = 0] = []] = projections(reading, [
      q,
      k,
      v,
    ]);
    reading.need(`${k}.weight`, [width, keyWidth]);
    const [valueRows = 0] = reading.need(`${v}.weight`, [undefined, keyWidth]).shape;
    if (o !== undefined) reading.need(`${o}.weight`, [undefined, valueRows]);
    const told = number(config, 'heads') ?? number(config, 'num_heads');
    const usual = width % 64 === 0 ? width / 64 : width % 4 === 0 ? 4 : 1;
    const heads: OptionSpec = {
      name: 'heads',
      meaning: 'heads, which the weights do not tell',
      number: { least: 1, most: Math.max(1, width), whole: true },
      standard: String(told ?? usual),
      found: told === undefined ? 'a guess from the width' : 'the config says it',
    };
    return {
      title: o === undefined ? 'key-value attention' : 'multi-head attention',
      queryWidth,
      keyWidth,
      valuesGiven: false,
      options: [...(o === undefined ? [] : [heads]), scoreOption(config, true, 'the usual one')],
      score(layers, queries, keys, _values, settings) {
        const count = o === undefined ? 1 : settings.number('heads');
        if (width % count !== 0 || valueRows % count !== 0) {
          throw new Error(`${count} heads do not divide the width ${width}`);
        }
        const by = settings.text('variant') === 'scaled' ? 1 / Math.sqrt(width / count) : 1;
        const split = (name: string, rows: readonly Float32Array[]) =>
          rows.map((row) => layers.linear(name, row));
        const [asked, own, read] = [split(q, queries), split(k, keys), split(v, keys)];
        const head = (rows: readonly Float64Array[], index: number) =>
          rows.map((row) =>
            row.subarray((index * row.length) / count, ((index + 1) * row.length) / count),
          );
        const each = Array.from({ length: count }, (_, index) => index);
        return {
          scores: each.map((index) =>
            head(asked, index).map((query) =>
              Float64Array.from(head(own, index), (key) => by * dot(key, query)),
            ),
          ),
          values: each.map((index) => head(read, index)),
          ...(o === undefined ? {} : { output: o }),
        };
      },
    };
  };
}

function scoreOption(config: Config, scaled: boolean, because: string): OptionSpec {
  const told = text(config, 'score');
  const known = told === 'dot' || told === 'scaled' ? told : undefined;
  return {
    name: 'variant',
    meaning: 'score function, which the weights do not tell',
    values: [
      { value: 'dot', title: 'dot product' },
      { value: 'scaled', title: 'dot product / √d' },
    ],
    standard: known ?? (scaled ? 'scaled' : 'dot'),
    found: known ? 'the config says it' : because,
  };
}

/** Names that must be there, those that may, and how they are read. */
const layouts: readonly {
  readonly needed: readonly string[];
  readonly read: ModuleReader;
}[] = [
  { needed: ['v.weight', 'Wq.weight', 'Wk.weight'], read: additive('Wq', 'Wk') },
  { needed: ['v.weight', 'W_q.weight', 'W_k.weight'], read: additive('W_q', 'W_k') },
  {
    needed: ['W_o.weight', 'W_q.weight', 'W_k.weight', 'W_v.weight'],
    read: projected('W_q', 'W_k', 'W_v', 'W_o'),
  },
  {
    needed: ['query.weight', 'key.weight', 'value.weight'],
    read: projected('query', 'key', 'value'),
  },
  { needed: ['W_q.weight', 'W_k.weight', 'W_v.weight'], read: projected('W_q', 'W_k', 'W_v') },
  { needed: ['K', 'V'], read: stored },
  { needed: ['W'], read: bilinear },
];

export const attentionModules: readonly MemoryFamily[] = layouts.map(({ needed, read }) =>
  define(
    'Attention module',
    (tensors) => bare(tensors, needed),
    (reading, config) => planOf(read(reading, config)),
  ),
);

/** The prefix when the checkpoint holds this module and nothing else. */
function bare(tensors: Tensors, needed: readonly string[]): string | undefined {
  const prefix = prefixOf(tensors, needed[0]!, ...needed.slice(1));
  if (prefix === undefined) return undefined;
  const own = new Set(needed.flatMap((name) => [name, name.replace(/weight$/, 'bias')]));
  return [...tensors.keys()].every((name) => own.has(name.slice(prefix.length)))
    ? prefix
    : undefined;
}

function planOf(module: Module): Plan {
  const { title, queryWidth, keyWidth, valuesGiven, options } = module;
  const inputs: InputSpec[] = [
    { name: 'query', shape: ['M', queryWidth], meaning: 'one query a row', otherwise: 'random' },
    ...(keyWidth === undefined
      ? []
      : [
          {
            name: 'keys',
            shape: ['N', keyWidth],
            meaning: 'one key a row',
            otherwise: 'the queries',
          },
        ]),
    ...(valuesGiven
      ? [{ name: 'values', shape: ['N', 'D'], meaning: 'one value a row', otherwise: 'the keys' }]
      : []),
  ];
  const sentence = `${title[0]!.toUpperCase()}${title.slice(1)}, queries ${queryWidth} wide`;
  return {
    sentence,
    facts: [['Query width', `${queryWidth}`]],
    inputs,
    options,
    example: (random) =>
      new Map([
        ['query', uniform(random, [4, queryWidth])],
        ...(keyWidth === undefined ? [] : [['keys', uniform(random, [6, keyWidth])] as const]),
      ]),
    *run(layers, given, settings) {
      yield;
      const rows = (name: string) => {
        const array = given.get(name);
        return array && rowsOf(array.data, array.shape[1]!);
      };
      const queries = rows('query')!;
      const keys = rows('keys') ?? queries;
      if (keyWidth !== undefined && keys[0]!.length !== keyWidth) {
        throw new Error(`the input keys is missing: queries are not ${keyWidth} wide`);
      }
      const scored = module.score(layers, queries, keys, rows('values') ?? keys, settings);
      const { scores, values, output } = scored;
      const weights = scores.map((head) => head.map(softmax));
      const read = queries.map((_, query) =>
        Float64Array.from(
          weights.flatMap((head, index) => {
            const width = values[index]![0]!.length;
            return [...mix(flat(values[index]!, width), width, head[query]!)];
          }),
        ),
      );
      const out = output === undefined ? read : read.map((row) => layers.linear(output, row));
      const count = scores[0]![0]!.length;
      const shape = [scores.length, queries.length, count];
      return {
        tensors: new Map([
          ['attention.module.0', held(shape, flat(weights.flat(), count))],
          ['module.score', held(shape, flat(scores.flat(), count))],
          ['module.hard', held([queries.length], Float32Array.from(weights[0]!, argmax))],
          ['output.y', heldRows(out, out[0]!.length)],
        ]),
        labels: new Map(),
        events: [],
      };
    },
  };
}
