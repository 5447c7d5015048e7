/** Differentiable Neural Computers (Graves et al. 2016) as ixaxaar/pytorch-dnc saves them. */
import { dncLayout, type DncLayout, type DncWeights } from './dncLayout';
import type { DncMemoryStart } from './dncMemory';
import { runDnc, type DncStart } from './dncRun';
import type {
  Inputs,
  InputSpec,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  Options,
  OptionSpec,
} from './memory';
import { numberOf, seedOption, wholeOption } from './options';
import { seeded, type Random } from './random';
import { type Answer, rowsOf } from './tasks';
import { dncCopy } from './tasksDnc';
import { answerTensors, verdictOf } from './verdict';

const name = 'Differentiable Neural Computer';
/** Cells, where neither a config nor an input tells how many. */
const usualSlots = 16;
const mostSlots = 2048;

export const dnc: MemoryFamily = {
  name,
  distinct: true,
  recognise(tensors, config) {
    const found = dncLayout(tensors, config);
    if (!found) return undefined;
    if ('problems' in found) {
      return { kind: 'incomplete', family: name, problems: found.problems };
    }
    return matchOf(found);
  },
};

function matchOf(layout: DncLayout): MemoryMatch {
  const { kind, units, layers, stacked, columns, reads, inputs, outputs, shared } = layout.shape;
  const all = layers * stacked;
  const controller = `${kind.toUpperCase()} of ${units}${all > 1 ? ` in ${all} layers` : ''}`;
  const heads = `${reads} read ${reads === 1 ? 'head' : 'heads'}`;
  return {
    kind: 'arrays',
    family: name,
    sentence: `${name}, ${heads}, memory rows of ${columns}, ${controller}`,
    facts: [
      ['Memory', `${layout.slots ?? 'any number of'} cells of ${columns}`],
      ['Read heads', `${reads}`],
      ['Controller', controller],
      ['Inputs', `${inputs}`],
      ['Outputs', `${outputs}`],
      ['Interface', layout.joined ? 'one matrix' : 'ten matrices'],
      ['Memories', shared || layers === 1 ? 'one, shared' : `${layers}, one per layer`],
      ['Layout', 'pytorch-dnc'],
      ['Run', 'stepped: what is read is fed back with the next input'],
      ['Allocation', 'of equally unused cells the one that torch.topk puts first'],
    ],
    inputs: inputsOf(layout),
    options: optionsOf(layout),
    tensors: layout.tensors,
    load: (values) => createModel(layout, layout.weights(values)),
  };
}

function inputsOf({ shape, slots }: DncLayout): readonly InputSpec[] {
  const { inputs, units, layers, stacked, columns, reads } = shape;
  const cells = slots ?? 'N';
  const states = layers * stacked === 1 ? [units] : [layers * stacked, units];
  const state = (of: string, dimensions: readonly (number | string)[], meaning: string) => ({
    name: of,
    shape: dimensions,
    meaning: `${meaning} before the first step`,
    otherwise: 'as the code starts',
  });
  return [
    { name: 'x', shape: ['T', inputs], meaning: 'one row a step' },
    state('M0', [cells, columns], 'memory'),
    state('link_matrix0', [cells, cells], 'link matrix'),
    state('precedence0', [cells], 'precedence'),
    state('read_weights0', [reads, cells], 'read weightings'),
    state('write_weights0', [cells], 'write weighting'),
    state('usage_vector0', [cells], 'usage'),
    state('read_vectors0', [reads * columns], 'read vectors'),
    state('h0', states, 'controller state h'),
    state('c0', states, 'controller state c'),
  ];
}

function optionsOf({ slots }: DncLayout): readonly OptionSpec[] {
  return [
    {
      ...wholeOption('cells', 'rows of the memory', [1, mostSlots], slots ?? usualSlots),
      found: slots === undefined ? 'no tensor tells it' : 'the config says it',
    },
    wholeOption(
      'length',
      'length of the copy task that is fed when no input is given',
      [1, 10000],
      8,
    ),
    seedOption('the random input and of the first controller state'),
  ];
}

function createModel(layout: DncLayout, weights: DncWeights): MemoryModel {
  const options = optionsOf(layout);
  const { inputs: width, outputs } = layout.shape;
  return {
    facts: [],
    options,
    example(set) {
      const random = seeded(numberOf(set, options, 'seed'));
      return new Map([['x', dncCopy.make(width, numberOf(set, options, 'length'), random).x]]);
    },
    *run(inputs, set) {
      const x = inputs.get('x')!;
      const start = startOf(layout, inputs, set, options);
      const { tensors, y } = yield* runDnc(layout.shape, weights, start, x.data);
      const answer: Answer | undefined = dncCopy.answer(rowsOf(x), outputs);
      const { sentence, facts } = matchOf(layout);
      const cells: readonly [string, string] = ['Cells', `${start.slots}`];
      return {
        model: { family: name, sentence, facts: [...facts, cells] },
        tensors: new Map([...tensors, ...answerTensors(y, answer, 0)]),
        labels: new Map(),
        events: [],
        // Trained on logits: above 0 is a one.
        ...(answer ? { verdict: verdictOf(y, answer, 0) } : {}),
      };
    },
  };
}

function startOf(
  { shape }: DncLayout,
  inputs: Inputs,
  set: Options,
  options: readonly OptionSpec[],
): DncStart {
  const { units, layers, stacked, columns, reads, shared } = shape;
  const given = (of: string) => inputs.get(of)?.data;
  const slots = inputs.get('M0')?.shape[0] ?? numberOf(set, options, 'cells');
  const zeros = (count: number) => new Float32Array(count);
  const memory: DncMemoryStart = {
    memory: given('M0') ?? zeros(slots * columns),
    link: given('link_matrix0') ?? zeros(slots * slots),
    precedence: given('precedence0') ?? zeros(slots),
    reads: given('read_weights0') ?? zeros(reads * slots),
    write: given('write_weights0') ?? zeros(slots),
    usage: given('usage_vector0') ?? zeros(slots),
  };
  const random = seeded(numberOf(set, options, 'seed'));
  const drawn = xavier(layers, stacked, units, random);
  return {
    slots,
    memories: Array.from({ length: shared ? 1 : layers }, () => memory),
    h: given('h0') ?? drawn,
    c: given('c0') ?? drawn,
    read: given('read_vectors0') ?? zeros(reads * columns),
  };
}

/** The code starts its controllers from Xavier-uniform numbers, h and c the same (torch.nn.init.xavier_uniform_). */
function xavier(layers: number, stacked: number, units: number, random: Random): Float32Array {
  const bound = Math.sqrt(6 / (units * (stacked + 1)));
  return new Float32Array(layers * stacked * units).map(() => bound * (2 * random.next() - 1));
}
