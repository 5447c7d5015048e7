/** Neural Turing Machines (Graves, Wayne, Danihelka 2014) from published PyTorch layouts. */
import { savedByMark } from '../checkpoint/torchWalk';
import type { Recording } from '../trace/recording';
import type { TraceEvent } from '../trace/trace';
import type {
  Facts,
  Inputs,
  InputSpec,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  NamedArray,
  Options,
  OptionSpec,
  Progress,
} from './memory';
import { ntmLayout, type NtmLayout } from './ntmLayout';
import { runNtm, type NtmTrack } from './ntmRun';
import {
  denseNames,
  readHeads,
  variants,
  variantTitles,
  type DenseName,
  type NtmShape,
  type NtmStart,
  type NtmWeights,
  type VariantName,
} from './ntmShape';
import { numberOf, optionOf } from './options';
import { seeded } from './random';
import { findSetting, type Setting } from './selfTest';
import { type Answer, type Feed, rowsOf, type Task, tasksOf } from './tasks';
import { score, verdictOf } from './verdict';

const name = 'Neural Turing Machine';
const newest: VariantName = 'V2';
const oldFile = '; the file is from before April 2018';
const feeds: Readonly<Record<NtmLayout['layout'], Feed>> = { A: 'marker', B: 'brackets' };

export const ntm: MemoryFamily = {
  name,
  recognise(tensors, _config, metadata) {
    const found = ntmLayout(tensors);
    if (!found) return undefined;
    if ('problems' in found) {
      return { kind: 'incomplete', family: name, problems: found.problems };
    }
    return matchOf(found, metadata?.has(savedByMark));
  },
};

/** `old`: written by a PyTorch from before the newer variants. */
function matchOf(layout: NtmLayout, old = false): MemoryMatch {
  const { shape } = layout;
  const reads = readHeads(shape);
  const writes = shape.heads.length - reads;
  const kind = shape.controller === 'lstm' ? 'LSTM' : 'feed-forward controller';
  const controller = `${kind} of ${shape.units}${shape.layers > 1 ? ` in ${shape.layers} layers` : ''}`;
  const heads = `${reads} read and ${writes} write ${writes === 1 ? 'head' : 'heads'}`;
  const tasks = fittingTasks(layout);
  return {
    kind: 'arrays',
    family: name,
    sentence: `${name}, ${heads}, memory ${shape.slots} × ${shape.columns}, ${controller}`,
    facts: [
      ['Memory', `${shape.slots} × ${shape.columns}`],
      ['Heads', `${shape.heads.join(', ')}, run in this order`],
      ['Controller', controller],
      ['Inputs', `${shape.inputs}`],
      ['Outputs', `${shape.outputs}`],
      ['Layout', layout.title],
      [
        'Heads read',
        shape.headsRead === 'h' ? 'the output h of the controller' : 'the cell c of the LSTM',
      ],
      ['Erase', shape.erases ? 'M ∘ (1 - w ⊗ e)' : 'M ∘ (1 - w): there is no erase vector'],
    ],
    inputs: inputsOf(layout),
    options: optionsOf(layout, tasks),
    tensors: layout.tensors,
    load: (values) => createModel(layout, layout.weights(values), tasks, old),
  };
}

/** Tasks whose input is as much wider than their output as this machine's. */
function fittingTasks({ layout, shape }: NtmLayout): readonly Task[] {
  const more = shape.inputs - shape.outputs;
  return tasksOf(feeds[layout]).filter((task) => task.more === more && shape.outputs > 1);
}

function inputsOf({ layout, shape }: NtmLayout): readonly InputSpec[] {
  const { inputs, outputs, units, layers, slots, columns } = shape;
  const state = layers === 1 ? [units] : [layers, units];
  const saved = 'the checkpoint’s own';
  const first = layout === 'A' ? saved : 'random by seed, as in the code that trained it';
  const lstmStates = [
    { name: 'h0', shape: state, meaning: 'LSTM output before the first step', otherwise: saved },
    { name: 'c0', shape: state, meaning: 'LSTM cell before the first step', otherwise: saved },
  ];
  return [
    { name: 'x', shape: ['T', inputs], meaning: 'one row a step' },
    {
      name: 'target',
      shape: ['rows', outputs],
      meaning: 'right answer for the last steps',
      otherwise: 'told from x where it follows a known task',
    },
    {
      name: 'r0',
      shape: [readHeads(shape), columns],
      meaning: 'read vectors before the first step',
      otherwise: first,
    },
    ...(shape.controller === 'lstm' ? lstmStates : []),
    {
      name: 'M0',
      shape: [slots, columns],
      meaning: 'memory before the first step',
      otherwise: saved,
    },
  ];
}

/** The activation that is tried where a person sets none. */
const usualDense: DenseName = denseNames[0];

function optionsOf({ layout, shape }: NtmLayout, tasks: readonly Task[]): readonly OptionSpec[] {
  const variant: OptionSpec = {
    name: 'variant',
    meaning: 'activations of the heads, which no checkpoint tells',
    values: [
      { value: 'auto', title: 'found by self-test' },
      ...Object.entries(variantTitles).map(([value, title]) => ({ value, title })),
    ],
    standard: 'auto',
  };
  const [first] = tasks;
  const task: OptionSpec = {
    name: 'task',
    meaning: 'what is fed when no input is given',
    values: [...tasks.map((one) => one.name), 'random'].map((value) => ({ value, title: value })),
    standard: first?.name ?? 'random',
  };
  const activation: OptionSpec = {
    name: 'activation',
    meaning: 'what follows each layer of the controller, which no checkpoint tells',
    values: denseNames.map((value) => ({ value, title: value })),
    standard: usualDense,
  };
  const whole = (
    option: string,
    meaning: string,
    least: number,
    most: number,
    standard: number,
  ) => ({
    name: option,
    meaning,
    number: { least, most, whole: true },
    standard: `${standard}`,
  });
  return [
    ...(layout === 'A' ? [variant] : []),
    ...(shape.controller === 'dense' ? [activation] : []),
    task,
    whole('length', 'length of the task', 1, 10000, first?.lengths[1] ?? 20),
    whole('seed', 'seed of the random input', 0, 2 ** 32 - 1, 1),
  ];
}

function createModel(
  layout: NtmLayout,
  weights: NtmWeights,
  tasks: readonly Task[],
  old: boolean,
): MemoryModel {
  const { shape } = layout;
  const choices: readonly VariantName[] =
    layout.layout === 'B' ? ['V2'] : old ? ['V0', 'V1', 'V2'] : ['V2', 'V1', 'V0'];
  const found = findSetting(choices, tasks, shape.outputs, (variant, x) => {
    const start = withReads(shape, weights.start, layout.layout === 'B' ? 1 : undefined);
    return drain(runNtm(shape, weights, variants[variant], start, x.data)).y;
  });
  const options = optionsOf(layout, tasks).map((option) => tuned(option, found));
  const facts: Facts = [
    ...(layout.layout === 'A'
      ? [
          [
            'Activations',
            `${variantTitles[found?.variant ?? newest]} (${reason(found)}${old ? oldFile : ''})`,
          ] as const,
        ]
      : []),
    ...(found?.task ? [['Task', `${found.task.name} (${found.scores})`] as const] : []),
  ];
  const variantOf = (set: Options): VariantName => {
    const told = optionOf(set, options, 'variant');
    return told in variants ? (told as VariantName) : (found?.variant ?? newest);
  };
  return {
    facts,
    options,
    example: (set) => exampleOf(shape, tasks, set, options),
    *run(inputs, set) {
      const variant = variantOf(set);
      const x = inputs.get('x')!;
      const seed = layout.layout === 'B' ? numberOf(set, options, 'seed') : undefined;
      const start = givenStart(withReads(shape, weights.start, seed), inputs);
      const dense = denseNames.find((one) => one === set['activation']) ?? usualDense;
      const track = yield* runNtm(shape, weights, variants[variant], start, x.data, dense);
      const told: Facts = [
        ...variantFacts(layout, variant, facts, set['variant']),
        ...(shape.controller === 'dense' ? [['Controller activation', dense] as const] : []),
      ];
      return recordingOf(layout, track, answerOf(tasks, shape, inputs), told);
    },
  };
}

function tuned(option: OptionSpec, found: Setting<VariantName> | undefined): OptionSpec {
  if (option.name === 'variant' && found) {
    return { ...option, standard: found.variant, found: reason(found) };
  }
  if (option.name === 'task' && found?.task) {
    return { ...option, standard: found.task.name, found: found.scores };
  }
  if (option.name === 'length' && found?.task) {
    return { ...option, standard: `${found.task.lengths[1]}` };
  }
  return option;
}

const reason = (found: Setting<VariantName> | undefined): string =>
  found?.decided ? `by self-test: ${found.scores}` : 'no task decides it';

/** What was found by self-test gives way to what a person set. */
function variantFacts(
  { layout }: NtmLayout,
  variant: VariantName,
  facts: Facts,
  set: string | undefined,
): Facts {
  if (layout !== 'A' || set === undefined || set === 'auto') return facts;
  return facts.map(([key, value]) =>
    key === 'Activations' ? [key, `${variantTitles[variant]} (as set)`] : [key, value],
  );
}

/** Read vectors before the first step: Kaiming-uniform by a seed where the code draws them anew (torch.nn.init). */
function withReads(shape: NtmShape, start: NtmStart, seed: number | undefined): NtmStart {
  if (seed === undefined) return start;
  const random = seeded(seed);
  const bound = Math.sqrt(6 / shape.columns);
  return { ...start, read: start.read.map(() => bound * (2 * random.next() - 1)) };
}

function givenStart(start: NtmStart, inputs: Inputs): NtmStart {
  return {
    memory: inputs.get('M0')?.data ?? start.memory,
    read: inputs.get('r0')?.data ?? start.read,
    h: inputs.get('h0')?.data ?? start.h,
    c: inputs.get('c0')?.data ?? start.c,
  };
}

function exampleOf(
  { inputs, outputs }: NtmShape,
  tasks: readonly Task[],
  set: Options,
  options: readonly OptionSpec[],
): Inputs {
  const random = seeded(numberOf(set, options, 'seed'));
  const length = numberOf(set, options, 'length');
  const task = tasks.find((one) => one.name === optionOf(set, options, 'task'));
  if (task) {
    const [least, , most] = task.lengths;
    if (length < least || length > most) {
      throw new Error(`length ${length} is not from ${least} to ${most}, as ${task.name} takes`);
    }
    return new Map([['x', task.make(outputs, length, random).x]]);
  }
  const data = Float32Array.from({ length: length * inputs }, () => random.bit());
  return new Map<string, NamedArray>([['x', { shape: [length, inputs], data }]]);
}

function answerOf(
  tasks: readonly Task[],
  { outputs }: NtmShape,
  inputs: Inputs,
): Answer | undefined {
  const x = inputs.get('x')!;
  for (const task of tasks) {
    const answer = task.answer(rowsOf(x), outputs);
    if (answer) return answer;
  }
  const target = inputs.get('target');
  const rows = target?.shape[0] ?? 0;
  if (!target || rows > (x.shape[0] ?? 0)) return undefined;
  return { task: 'given', target: target.data, rows };
}

function recordingOf(
  layout: NtmLayout,
  track: NtmTrack,
  answer: Answer | undefined,
  found: Facts,
): Recording {
  const { sentence, facts } = matchOf(layout);
  return {
    model: { family: name, sentence, facts: [...facts, ...found] },
    tensors: track.tensors,
    labels: new Map(),
    events: [...strongestWrites(track, layout.shape), ...firstWrong(track, answer)],
    ...(answer ? { verdict: verdictOf(track.y, answer) } : {}),
  };
}

/** The step at which each write head puts the most weight on one slot. */
function strongestWrites({ heads }: NtmTrack, { slots }: NtmShape): TraceEvent[] {
  return heads.flatMap(({ write, w }, head): TraceEvent[] => {
    if (!write) return [];
    const place = w.reduce((best, value, i) => (value > w[best]! ? i : best), 0);
    return [
      {
        step: Math.floor(place / slots),
        of: `write.${head}`,
        what: `strongest write, slot ${place % slots}`,
        value: w[place]!,
      },
    ];
  });
}

function firstWrong({ y }: NtmTrack, answer: Answer | undefined): TraceEvent[] {
  if (!answer) return [];
  const width = answer.target.length / answer.rows;
  const first = y.length / width - answer.rows;
  for (let row = 0; row < answer.rows; row++) {
    const at = (first + row) * width;
    const target = answer.target.subarray(row * width, (row + 1) * width);
    const { wrong } = score(y.subarray(at, at + width), { task: 'given', target, rows: 1 });
    if (wrong > 0)
      return [{ step: first + row, of: 'output.y', what: 'first wrong output', value: wrong }];
  }
  return [];
}

function drain<T>(steps: Generator<Progress, T, void>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
