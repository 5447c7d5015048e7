/** What a Neural Turing Machine can be fed and what can be set: its inputs, options and the tasks that fit its widths. */
import type { InputSpec, OptionSpec } from './memory';
import type { NtmLayout } from './ntmFound';
import { denseNames, type DenseName, readHeads, variantTitles } from './ntmShape';
import { seedOption, wholeOption } from './options';
import { type Feed, type Task, tasksOf } from './tasks';

const feeds: Readonly<Record<NtmLayout['layout'], Feed>> = { A: 'marker', B: 'brackets' };

/** Tasks whose input is as much wider than their output as this machine's. */
export function fittingTasks({ layout, shape }: NtmLayout): readonly Task[] {
  const more = shape.inputs - shape.outputs;
  return tasksOf(feeds[layout]).filter((task) => task.more === more && shape.outputs > 1);
}

export function inputsOf({ layout, shape }: NtmLayout): readonly InputSpec[] {
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
export const usualDense: DenseName = denseNames[0];

export function optionsOf(
  { layout, shape }: NtmLayout,
  tasks: readonly Task[],
): readonly OptionSpec[] {
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
  return [
    ...(layout === 'A' ? [variant] : []),
    ...(shape.controller === 'dense' ? [activation] : []),
    task,
    wholeOption('length', 'length of the task', [1, 10000], first?.lengths[1] ?? 20),
    seedOption('the random input'),
  ];
}
