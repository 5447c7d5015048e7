/** Recurrent layers on their own: torch.nn.LSTM, GRU and RNN, and the same of Keras, with every gate at every step. */
import { held, type Recorded, type Recording } from '../../trace/recording';
import type {
  Facts,
  Inputs,
  MemoryFamily,
  MemoryMatch,
  MemoryModel,
  OptionSpec,
  Progress,
} from '../memory';
import { numberOf, optionOf, seedOption } from '../options';
import { seeded } from '../random';
import { emptyState, kindTitles, type State } from './cell';
import { belongs, kerasStacks } from './kerasLayout';
import { parametersOf, type Stack } from './layout';
import { runStack, stateTensors } from './runStack';
import { torchStacks } from './torchLayout';

const family = 'Recurrent cells';
/** Most values of gates that a run keeps. */
const mostValues = 1 << 27;

export const cells: MemoryFamily = {
  name: family,
  recognise(tensors, config) {
    const problems: string[] = [];
    const stacks = [...torchStacks(tensors, problems), ...kerasStacks(tensors, problems)];
    if (problems.length > 0) return { kind: 'incomplete', family, problems };
    const [first] = stacks;
    if (!first) return undefined;
    // Stacks of another input width belong to a larger model: those that take x as the first does are run.
    const inputs = first.layers[0]![0]!.inputs;
    const run = stacks.filter(({ layers }) => layers[0]![0]!.inputs === inputs);
    const others = [...tensors.values()].filter((tensor) => !belongs(run, tensor)).length;
    return matchOf(run, others, config?.['nonlinearity'] === 'relu');
  },
};

function matchOf(stacks: readonly Stack[], others: number, relu: boolean): MemoryMatch {
  const all = stacks.flatMap(({ layers }) => layers.flat());
  const [{ inputs, kind: firstKind }] = all as [(typeof all)[number]];
  const sizes = stacks.map(({ layers: [...layers] }) => {
    const [{ kind, units }] = layers[0] as [(typeof all)[number]];
    const both = layers[0]!.length > 1 ? ', both directions' : '';
    return `${kindTitles[kind]} of ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}, ${units} units${both}`;
  });
  const sentence = `${sizes.join('; ')}, input ${inputs} wide`;
  const options = optionsOf(
    all.some(({ kind }) => kind === 'rnn'),
    relu,
  );
  const states = all.reduce((sum, { outputs }) => Math.max(sum, outputs), 0);
  const same = all.every(({ outputs, units }) => outputs === states && units === states);
  return {
    kind: 'arrays',
    family,
    sentence: others > 0 ? `${sentence}; the rest of the model is not run` : sentence,
    facts: factsOf(stacks, others),
    inputs: [
      { name: 'x', shape: ['T', inputs], meaning: 'one row a step', otherwise: 'random numbers' },
      ...(same && stacks.length === 1
        ? (['h0', ...(firstKind === 'lstm' ? (['c0'] as const) : [])] as const).map((name) => ({
            name,
            shape: [all.length, states],
            meaning: `${name === 'h0' ? 'hidden' : 'cell'} state before the first step, layers and directions in torch's order`,
            otherwise: 'zeros',
          }))
        : []),
    ],
    options,
    tensors: all.flatMap(({ tensors }) => tensors),
    load: (values) => createModel(stacks, values, options, sentence),
  };
}

function createModel(
  stacks: readonly Stack[],
  values: ReadonlyMap<string, Float32Array>,
  options: readonly OptionSpec[],
  sentence: string,
): MemoryModel {
  const made = stacks.map(({ layers }) =>
    layers.map((directions) =>
      directions.map((layer) => ({ direction: layer.direction, cell: layer.cell(values) })),
    ),
  );
  const inputs = made[0]![0]![0]!.cell.inputs;
  return {
    facts: [],
    options,
    example(set): Inputs {
      const length = numberOf(set, options, 'length');
      const random = seeded(numberOf(set, options, 'seed'));
      const data = Float32Array.from({ length: length * inputs }, () => 2 * random.next() - 1);
      return new Map([['x', { shape: [length, inputs], data }]]);
    },
    *run(given, set): Generator<Progress, Recording, void> {
      const x = given.get('x') ?? this.example(set).get('x')!;
      const steps = x.shape[0]!;
      const nonlinearity = optionOf(set, options, 'nonlinearity') === 'relu' ? 'relu' : 'tanh';
      const width = made.flat(2).reduce((sum, { cell }) => sum + 6 * cell.units, 0);
      if (steps * width > mostValues) {
        throw new Error(
          `x has ${steps} steps, at most ${Math.floor(mostValues / width)} can be kept`,
        );
      }
      const tensors = new Map<string, Recorded>();
      const total = steps * made.flat(2).length;
      let done = 0;
      let layer = 0;
      for (const [index, layers] of made.entries()) {
        const cellsWithStart = layers.map((directions, l) =>
          directions.map(({ direction, cell }, d) => ({
            direction,
            cell: { ...cell, nonlinearity } as const,
            start: startOf(given, l * directions.length + d, emptyState(cell)),
          })),
        );
        const run = runStack(cellsWithStart, x.data, steps);
        let next = run.next();
        for (; !next.done; next = run.next()) yield { done: done++, total };
        for (const [name, tensor] of stateTensors(next.value, steps, layer))
          tensors.set(name, tensor);
        const output = made.length === 1 ? 'output.y' : `output.${index}.y`;
        tensors.set(output, held([steps, next.value.width], next.value.output));
        layer += layers.length;
      }
      return { model: { family, sentence }, tensors, labels: new Map(), events: [] };
    },
  };
}

/** Row `index` of h0 and c0, where they are given. */
function startOf(given: Inputs, index: number, zeros: State): State {
  const row = (name: string, width: number) => {
    const data = given.get(name)?.data;
    return data && Float64Array.from(data.subarray(index * width, (index + 1) * width));
  };
  return { h: row('h0', zeros.h.length) ?? zeros.h, c: row('c0', zeros.c.length) ?? zeros.c };
}

function factsOf(stacks: readonly Stack[], others: number): Facts {
  const facts: (readonly [string, string])[] = [];
  let index = 0;
  for (const { layers, order } of stacks) {
    for (const directions of layers) {
      const [{ kind, inputs, units, name }] = directions as [(typeof directions)[number]];
      const counts = directions.map(parametersOf);
      const sum = (which: 'textbook' | 'stored') =>
        counts.reduce((total, count) => total + count[which], 0);
      const told = `${kindTitles[kind]} ${inputs} → ${units}, ${directions.length > 1 ? 'both directions' : name}`;
      facts.push([`Layer ${index}`, `${told}; gates ${order}`]);
      facts.push([
        `Parameters ${index}`,
        `${sum('textbook')} with one bias per gate, ${sum('stored')} as stored`,
      ]);
      index++;
    }
  }
  if (others > 0) facts.push(['Not run', `${others} other tensors of the checkpoint`]);
  return facts;
}

function optionsOf(plain: boolean, relu: boolean): readonly OptionSpec[] {
  return [
    {
      name: 'length',
      meaning: 'steps of the example',
      number: { least: 1, most: 4096, whole: true },
      standard: '16',
    },
    seedOption(),
    ...(plain
      ? [
          {
            name: 'nonlinearity',
            meaning: 'of the plain RNN, which its weights do not tell',
            values: [
              { value: 'tanh', title: 'tanh' },
              { value: 'relu', title: 'relu' },
            ],
            standard: relu ? 'relu' : 'tanh',
          },
        ]
      : []),
  ];
}
