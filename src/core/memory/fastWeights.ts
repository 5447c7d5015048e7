/**
 * Fast weights (Ba et al. 2016): A_t = λ A_{t−1} + η h_{t−1} h_{t−1}ᵀ, h_0 = f(LN(W h_{t−1} + C x_t)), then S times
 * h_{s+1} = f(LN(W h_{t−1} + C x_t + A_t h_s)). A_t h is η Σ_j λ^{t−1−j} h_j (h_j·h): attention to past states.
 */
import type { Config, TensorShape } from '../model/architecture';
import { createReading, number, text, wrappers } from '../model/reading';
import { held, type Recorded, type Recording } from '../trace/recording';
import { verdict } from '../trace/toldEnglish';
import type {
  Inputs,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  OptionSpec,
  Progress,
} from './memory';
import { numberOf, optionOf, seedOption } from './options';
import { seeded } from './random';
import { flat, heldRows, present } from './rows';
import { add, affine, argmax, dot, layerNorm, softmax } from './vector';
import { vocabularyKeys, type Words, wordsOf } from './words';

const family = 'Fast weights';
const anchor = new RegExp(`^(${wrappers})W\\.weight$`);
/** Numbers of A that are kept; longer runs make A again when somebody looks. */
const keptNumbers = 1 << 22;

type Part =
  'embedding' | 'W' | 'C' | 'Cb' | 'scale' | 'shift' | 'out1' | 'out1b' | 'out2' | 'out2b';
interface Layout {
  readonly tensors: Readonly<Partial<Record<Part, TensorShape>>>;
  readonly units: number;
  readonly vocabulary: number;
  readonly classes: number;
}

export const fastWeights: MemoryFamily = {
  name: family,
  recognise(tensors, config = {}) {
    const prefix = [...tensors.keys()].flatMap((name) => anchor.exec(name)?.[1] ?? [])[0];
    if (prefix === undefined) return undefined;
    const reading = createReading(tensors, prefix);
    const named = ['embedding.weight', 'C.weight', 'norm.weight'].every((name) =>
      reading.has(name),
    );
    if (!named) return undefined;
    const slow = reading.need('W.weight', [undefined, undefined]);
    const units = slow.shape[0]!;
    reading.check(slow.name, [units, units]);
    const embedding = reading.need('embedding.weight', [undefined, undefined]);
    const [vocabulary = 0, width = 0] = embedding.shape;
    const out1 = reading.maybe('out1.weight', [undefined, units]);
    const out2 = reading.maybe('out2.weight', [undefined, out1?.shape[0] ?? units]);
    const all: readonly (readonly [Part, TensorShape | undefined])[] = [
      ['embedding', embedding],
      ['W', slow],
      ['C', reading.need('C.weight', [units, width])],
      ['Cb', reading.maybe('C.bias', [units])],
      ['scale', reading.need('norm.weight', [units])],
      ['shift', reading.maybe('norm.bias', [units])],
      ['out1', out1],
      ['out1b', reading.maybe('out1.bias', [out1?.shape[0]])],
      ['out2', out2],
      ['out2b', reading.maybe('out2.bias', [out2?.shape[0]])],
    ];
    if (reading.problems.length > 0) {
      return { kind: 'incomplete', family, problems: reading.problems };
    }
    const classes = (out2 ?? out1)?.shape[0] ?? 0;
    const layout = { tensors: Object.fromEntries(present(all)), units, vocabulary, classes };
    return matchOf(layout, config);
  },
};

function matchOf(layout: Layout, config: Config): MemoryMatch {
  const { units, vocabulary, classes } = layout;
  const sentence = `${family}, ${units} units, ${vocabulary} symbols, ${classes} answers`;
  const options = optionsOf(config);
  const tensors = Object.values(layout.tensors);
  return {
    kind: 'arrays',
    family,
    sentence,
    facts: [
      ['Units', `${units}`],
      ['Vocabulary', `${vocabulary}`],
      ['Fast weights', `A [${units}, ${units}], rewritten at every step`],
    ],
    inputs: [
      {
        name: 'ids',
        shape: ['T'],
        meaning: 'symbol ids, one a step',
        otherwise: 'random symbols',
        below: vocabulary,
        text: { vocabulary: vocabularyKeys },
      },
    ],
    options,
    tensors,
    load: (values) => {
      const part = (name: Part) => values.get(layout.tensors[name]?.name ?? '');
      const words = wordsOf(config, ...vocabularyKeys);
      return createModel({
        layout,
        part,
        options,
        words,
        answers: wordsOf(config, 'values'),
        sentence,
      });
    },
  };
}

function createModel(of: {
  readonly layout: Layout;
  readonly part: (name: Part) => Float32Array | undefined;
  readonly options: readonly OptionSpec[];
  readonly words: Words;
  readonly answers: Words;
  readonly sentence: string;
}): MemoryModel {
  const { layout, part, options, words, answers, sentence } = of;
  const { units, vocabulary, classes } = layout;
  return {
    facts: [],
    options,
    example(set): Inputs {
      const random = seeded(numberOf(set, options, 'seed'));
      const length = numberOf(set, options, 'length');
      const data = Float32Array.from({ length }, () => random.below(vocabulary));
      return new Map([['ids', { shape: [length], data }]]);
    },
    *run(inputs, set): Generator<Progress, Recording, void> {
      const ids = (inputs.get('ids') ?? this.example(set).get('ids')!).data;
      const decay = numberOf(set, options, 'lambda');
      const rate = numberOf(set, options, 'eta');
      const inner = numberOf(set, options, 'inner');
      const act =
        optionOf(set, options, 'act') === 'relu' ? (x: number) => Math.max(0, x) : Math.tanh;
      const normal = (x: Float64Array) => layerNorm(x, part('scale'), part('shift')).map(act);
      const width = layout.tensors.embedding!.shape[1]!;
      const hidden: Float64Array[] = [];
      const steps: { slow: Float64Array; inner: Float64Array[]; recall: Float64Array }[] = [];
      for (const [t, id] of ids.entries()) {
        yield { done: t, total: ids.length };
        const x = part('embedding')!.subarray(id * width, (id + 1) * width);
        const before = hidden[t - 1] ?? new Float64Array(units);
        const slow = add(
          affine(part('W')!, units, before),
          affine(part('C')!, units, x, part('Cb')),
        );
        const states = [normal(slow)];
        let recall = new Float64Array(t);
        for (let s = 0; s < inner; s++) {
          const now = states[s]!;
          recall = Float64Array.from(hidden, (h, j) => rate * decay ** (t - 1 - j) * dot(h, now));
          states.push(normal(add(slow, sumOf(hidden, recall, units))));
        }
        hidden.push(states.at(-1)!);
        steps.push({ slow, inner: states, recall });
      }
      const last = hidden.at(-1)!;
      const middle = part('out1')
        ? affine(part('out1')!, layout.tensors.out1!.shape[0]!, last, part('out1b'))
        : last;
      const rectified = part('out1') && part('out2') ? middle.map((x) => Math.max(0, x)) : middle;
      const logits = part('out2')
        ? affine(part('out2')!, classes, rectified, part('out2b'))
        : rectified;
      const count = ids.length;
      const tensors = new Map<string, Recorded>([
        [
          'attention.past.0',
          held(
            [1, count, count],
            flat(
              steps.map(({ recall }) => recall),
              count,
            ),
          ),
        ],
        ['state.h', heldRows(hidden, units)],
        ['memory.A', matrices(hidden, units, decay, rate)],
        [
          'memory.slow',
          heldRows(
            steps.map(({ slow }) => slow),
            units,
          ),
        ],
        [
          'memory.inner',
          held(
            [count, inner + 1, units],
            flat(
              steps.flatMap((step) => step.inner),
              units,
            ),
          ),
        ],
        ['output.logits', heldRows([logits], logits.length)],
      ]);
      const labels = Array.from(ids, words.word);
      const recalled = argmax(steps.at(-1)!.recall);
      const best = argmax(logits);
      const share = softmax(logits)[best]!;
      const said = { kind: 'answer', word: answers.word(best), share } as const;
      const told = { kind: 'recalled', step: recalled, label: labels[recalled] ?? '' } as const;
      return {
        model: { family, sentence },
        tensors,
        labels: new Map([
          ['steps', labels],
          ['past', labels],
        ]),
        events: [],
        verdict: recalled < 0 ? verdict(true, said) : verdict(true, said, told),
      };
    },
  };
}

function sumOf(rows: readonly Float64Array[], by: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width);
  rows.forEach((row, j) => {
    for (let k = 0; k < width; k++) out[k]! += by[j]! * row[k]!;
  });
  return out;
}

/** A_t as used at step t, [T, H, H]; made when somebody looks, step after step from the nearest one that is kept. */
function matrices(
  hidden: readonly Float64Array[],
  units: number,
  decay: number,
  rate: number,
): Recorded {
  const size = units * units;
  const every = Math.max(1, Math.ceil((hidden.length * size) / keptNumbers));
  const kept: Float64Array[] = [];
  const at = (step: number): Float64Array => {
    const near = Math.min(Math.floor(step / every), kept.length - 1);
    const a = near < 0 ? new Float64Array(size) : Float64Array.from(kept[near]!);
    if (near < 0) kept.push(Float64Array.from(a));
    for (let t = Math.max(0, near) * every + 1; t <= step; t++) {
      const h = hidden[t - 1]!;
      for (let i = 0; i < units; i++) {
        for (let j = 0; j < units; j++) {
          a[i * units + j] = decay * a[i * units + j]! + rate * h[i]! * h[j]!;
        }
      }
      if (t === kept.length * every) kept.push(Float64Array.from(a));
    }
    return a;
  };
  return {
    shape: [hidden.length, units, units],
    read(start, count) {
      const out = new Float32Array(count);
      for (let done = 0; done < count;) {
        const step = Math.floor((start + done) / size);
        const from = start + done - step * size;
        const part = at(step).subarray(from, from + Math.min(size - from, count - done));
        out.set(part, done);
        done += part.length;
      }
      return out;
    },
  };
}

function optionsOf(config: Config): readonly OptionSpec[] {
  const told = (key: string, usual: number) => ({
    standard: String(number(config, key) ?? usual),
    found: number(config, key) === undefined ? 'the value of the paper' : 'the config says it',
  });
  return [
    {
      name: 'lambda',
      meaning: 'λ, how much of A is kept at a step; not in the weights',
      number: { least: 0, most: 1, whole: false },
      ...told('lambda', 0.95),
    },
    {
      name: 'eta',
      meaning: 'η, how much of h hᵀ is written at a step; not in the weights',
      number: { least: 0, most: 100, whole: false },
      ...told('eta', 0.5),
    },
    {
      name: 'inner',
      meaning: 'inner steps S',
      number: { least: 0, most: 64, whole: true },
      ...told('inner_steps', 1),
    },
    {
      name: 'act',
      meaning: 'f',
      values: [
        { value: 'tanh', title: 'tanh' },
        { value: 'relu', title: 'relu' },
      ],
      standard: text(config, 'act') === 'relu' ? 'relu' : 'tanh',
    },
    {
      name: 'length',
      meaning: 'symbols of the example',
      number: { least: 1, most: 1024, whole: true },
      standard: '8',
    },
    seedOption(),
  ];
}
