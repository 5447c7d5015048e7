/** What small models with one attention have in common as families: names in, a plan of the run out. */
import { createReading, type Reading } from '../../model/reading';
import type { Config, Tensors, TensorShape } from '../../model/architecture';
import type { Recording } from '../../trace/recording';
import type {
  Facts,
  Inputs,
  InputSpec,
  MemoryFamily,
  Options,
  OptionSpec,
  Progress,
} from '../memory';
import { numberOf, optionOf, seedOption } from '../options';
import { seeded, type Random } from '../random';
import { affine, type Numbers } from '../vector';

/** The weights of a loaded model by the names without prefix. */
export interface Layers {
  has(name: string): boolean;
  data(name: string): Float32Array;
  shape(name: string): readonly number[];
  /** y = W x + b with `{name}.weight` and, where it is there, `{name}.bias`. */
  linear(name: string, x: Numbers): Float64Array;
  /** Row `id` of `{name}.weight`. */
  embed(name: string, id: number): Float32Array;
  /** Every value by its full name. */
  readonly values: ReadonlyMap<string, Float32Array>;
}

export interface Settings {
  text(name: string): string;
  number(name: string): number;
}

export interface Plan {
  readonly sentence: string;
  readonly facts: Facts;
  readonly inputs: readonly InputSpec[];
  readonly options: readonly OptionSpec[];
  /** Inputs to show something with; missing ones of a run are filled from it. */
  example(random: Random): Inputs;
  /** Yields once a step. */
  run(
    layers: Layers,
    inputs: Inputs,
    settings: Settings,
  ): Generator<void, Omit<Recording, 'model'>, void>;
}

/**
 * `prefix` tells what stands before the model's own names, undefined when they are not there; `plan` asks the reading
 * for what it needs and keeps what is missing as problems.
 */
export function define(
  name: string,
  prefix: (tensors: Tensors, config: Config) => string | undefined,
  plan: (reading: Reading, config: Config, tensors: Tensors) => Plan,
): MemoryFamily {
  return {
    name,
    recognise(tensors, config = {}) {
      const start = prefix(tensors, config);
      if (start === undefined) return undefined;
      const reading = createReading(tensors, start);
      const made = plan(reading, config, tensors);
      if (reading.problems.length > 0) {
        return { kind: 'incomplete', family: name, problems: reading.problems };
      }
      const own = [...tensors.values()].filter((tensor) => tensor.name.startsWith(start));
      const { sentence, inputs } = made;
      const options = [...made.options, seedOption()];
      const example = (set: Options) => made.example(seeded(numberOf(set, options, 'seed')));
      return {
        kind: 'arrays',
        family: name,
        sentence,
        facts: made.facts,
        inputs,
        options,
        tensors: own,
        load: (values) => ({
          facts: [],
          options,
          example,
          *run(given, set): Generator<Progress, Recording, void> {
            const filled = given.has(inputs[0]!.name) ? given : example(set);
            const total = Math.max(...[...filled.values()].map(({ shape: [rows = 1] }) => rows));
            const run = made.run(layersOf(own, values, start), filled, {
              text: (option) => optionOf(set, options, option),
              number: (option) => numberOf(set, options, option),
            });
            let next = run.next();
            for (let done = 0; !next.done; next = run.next())
              yield { done: done++, total: Math.max(total, done) };
            return { model: { family: name, sentence }, ...next.value };
          },
        }),
      };
    },
  };
}

function layersOf(
  tensors: readonly TensorShape[],
  values: ReadonlyMap<string, Float32Array>,
  prefix: string,
): Layers {
  const shapes = new Map(tensors.map(({ name, shape }) => [name.slice(prefix.length), shape]));
  const data = (name: string) => {
    const found = values.get(prefix + name);
    if (!found) throw new Error(`${prefix}${name} is missing`);
    return found;
  };
  const shape = (name: string) => shapes.get(name) ?? [];
  return {
    values,
    data,
    shape,
    has: (name) => shapes.has(name),
    linear: (name, x) =>
      affine(
        data(`${name}.weight`),
        shape(`${name}.weight`)[0]!,
        x,
        values.get(`${prefix}${name}.bias`),
      ),
    embed(name, id) {
      const [, width = 0] = shape(`${name}.weight`);
      return data(`${name}.weight`).subarray(id * width, (id + 1) * width);
    },
  };
}

/** `count` numbers between -1 and 1. */
export function uniform(
  random: Random,
  shape: readonly number[],
): {
  readonly shape: readonly number[];
  readonly data: Float32Array;
} {
  const count = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: count }, () => 2 * random.next() - 1) };
}

/** The anchor's prefix when every name stands under it. */
export function prefixOf(
  tensors: Tensors,
  anchor: string,
  ...others: readonly string[]
): string | undefined {
  for (const name of tensors.keys()) {
    if (name !== anchor && !name.endsWith(`.${anchor}`)) continue;
    const prefix = name.slice(0, name.length - anchor.length);
    if (others.every((other) => tensors.has(prefix + other))) return prefix;
  }
  return undefined;
}
