/** Neural Turing Machines (Graves, Wayne, Danihelka 2014) from published PyTorch layouts. */
import { savedByMark } from '../checkpoint/torchWalk';
import type { Recording } from '../trace/recording';
import type {
  Facts,
  Inputs,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  NamedArray,
  Options,
  OptionSpec,
  Progress,
} from './memory';
import type { NtmLayout } from './ntmFound';
import { ntmLayout } from './ntmLayout';
import { firstWrong, strongestWrites } from './ntmEvents';
import { runNtm, type NtmTrack } from './ntmRun';
import { fittingTasks, inputsOf, optionsOf, usualDense } from './ntmSettings';
import {
  type DenseName,
  denseNames,
  readHeads,
  variants,
  variantTitles,
  type NtmShape,
  type NtmStart,
  type NtmWeights,
  type VariantName,
} from './ntmShape';
import { numberOf, optionOf } from './options';
import { seeded } from './random';
import { findSetting, type Setting } from './selfTest';
import { type Answer, rowsOf, type Task } from './tasks';
import { answerTensors, verdictOf } from './verdict';

const name = 'Neural Turing Machine';
const newest: VariantName = 'V2';
const oldFile = '; the file is from before April 2018';

export const ntm: MemoryFamily = {
  name,
  distinct: true,
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

function createModel(
  layout: NtmLayout,
  weights: NtmWeights,
  tasks: readonly Task[],
  old: boolean,
): MemoryModel {
  const { shape } = layout;
  const choices = choicesOf(layout, old);
  const found = findSetting([...choices.keys()], tasks, shape.outputs, (name, x) => {
    const { variant, dense } = choices.get(name)!;
    const start = withReads(shape, weights.start, layout.layout === 'B' ? 1 : undefined);
    return drain(runNtm(shape, weights, variants[variant], start, x.data, dense)).y;
  });
  const chosen = choices.get(found?.variant ?? '') ?? { variant: newest, dense: usualDense };
  const options = optionsOf(layout, tasks).map((option) => tuned(option, chosen, found));
  const why = `(${reason(found)}${old ? oldFile : ''})`;
  const facts: Facts = [
    ...(layout.layout === 'A'
      ? [['Activations', `${variantTitles[chosen.variant]} ${why}`] as const]
      : []),
    ...(shape.controller === 'dense'
      ? [['Controller activation', `${chosen.dense} ${why}`] as const]
      : []),
    ...(found?.task ? [['Task', `${found.task.name} (${found.scores})`] as const] : []),
  ];
  const variantOf = (set: Options): VariantName => {
    const told = optionOf(set, options, 'variant');
    return told in variants ? (told as VariantName) : chosen.variant;
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
      const dense = denseNames.find((one) => one === set['activation']) ?? chosen.dense;
      const track = yield* runNtm(shape, weights, variants[variant], start, x.data, dense);
      const told = toldFacts(facts, set, variant, dense);
      return recordingOf(layout, track, answerOf(tasks, shape, inputs), told);
    },
  };
}

interface Choice {
  readonly variant: VariantName;
  readonly dense: DenseName;
}

/** What a self-test tries, by its name in the scores; the first is kept unless another is better. */
function choicesOf({ layout, shape }: NtmLayout, old: boolean): ReadonlyMap<string, Choice> {
  const heads: readonly VariantName[] =
    layout === 'B' ? ['V2'] : old ? ['V0', 'V1', 'V2'] : ['V2', 'V1', 'V0'];
  if (shape.controller !== 'dense') {
    return new Map(heads.map((variant) => [variant, { variant, dense: usualDense }]));
  }
  const both = heads.flatMap((variant) => denseNames.map((dense) => ({ variant, dense })));
  return new Map(both.map((choice) => [`${choice.variant} with ${choice.dense}`, choice]));
}

function tuned(
  option: OptionSpec,
  { variant, dense }: Choice,
  found: Setting<string> | undefined,
): OptionSpec {
  if (option.name === 'variant' && found) {
    return { ...option, standard: variant, found: reason(found) };
  }
  if (option.name === 'activation' && found) {
    return { ...option, standard: dense, found: reason(found) };
  }
  if (option.name === 'task' && found?.task) {
    return { ...option, standard: found.task.name, found: found.scores };
  }
  if (option.name === 'length' && found?.task) {
    return { ...option, standard: `${found.task.lengths[1]}` };
  }
  return option;
}

const reason = (found: Setting<string> | undefined): string =>
  found?.decided ? `by self-test: ${found.scores}` : 'no task decides it';

/** What was found by self-test gives way to what a person set. */
function toldFacts(facts: Facts, set: Options, variant: VariantName, dense: DenseName): Facts {
  const given = new Map<string, string>();
  if (set['variant'] !== undefined && set['variant'] !== 'auto') {
    given.set('Activations', `${variantTitles[variant]} (as set)`);
  }
  if (set['activation'] !== undefined) given.set('Controller activation', `${dense} (as set)`);
  return facts.map(([key, value]) => [key, given.get(key) ?? value]);
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
    tensors: new Map([...track.tensors, ...answerTensors(track.y, answer)]),
    labels: new Map(),
    events: [...strongestWrites(track, layout.shape), ...firstWrong(track, answer)],
    ...(answer ? { verdict: verdictOf(track.y, answer) } : {}),
  };
}

function drain<T>(steps: Generator<Progress, T, void>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
