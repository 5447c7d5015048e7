/** Looking for a family's tensors in a checkpoint, and keeping what is missing as sentences. */
import type { Config, Parameters, Stage, Tensors, TensorShape } from './architecture';
import { activations, type Activation } from './activations';
import type { Part, Shapes } from './parts';

/** What DDP, Lightning, torch.compile and training scripts put before a module's own names. */
export const wrappers = '(?:(?:model|module|state_dict|_orig_mod|_forward_module|net|network)\\.)*';

/** A model of unlike shapes can have as many as it has tensors, and nobody reads them all. */
const mostProblems = 100;

/** Expected shape; undefined fits any length. */
type Expected = readonly (number | undefined)[];

export interface Reading {
  readonly problems: readonly string[];
  readonly assumptions: readonly string[];
  problem(sentence: string): void;
  assume(sentence: string): void;
  has(name: string): boolean;
  /** The tensor of that name under the prefix; a missing or ill-shaped one becomes a problem. */
  need(name: string, shape: Expected): TensorShape;
  /** The same, where it may be absent. */
  maybe(name: string, shape: Expected): TensorShape | undefined;
  /** The tensor of that name, unchecked. */
  full(name: string): TensorShape | undefined;
  /** Length of an axis of the tensor of that name under the prefix, which `need` is to check; 1 when it is missing. */
  lengthOf(name: string, axis: number): number;
  /** Checks a tensor by its full name. */
  check(name: string, shape: Expected): void;
  /** One more than the largest n of the names `list.{n}.…`; more blocks than tensors are a problem. */
  count(list: string): number;
}

/**
 * Reads a transformer: what belongs to a task stands below the prefix or beside the model (`model.lm_head`, `lm_head`), and
 * norms of checkpoints that were once TensorFlow's have a gamma and a beta.
 */
export function modelReading(tensors: Tensors, prefix: string): Reading {
  const outer = prefix.replace(/[^.]+\.$/, '');
  const oldName = (name: string) =>
    name.replace(/(norm[^.]*)\.weight$/i, '$1.gamma').replace(/(norm[^.]*)\.bias$/i, '$1.beta');
  return createReading(tensors, prefix, (name) =>
    [prefix, outer].flatMap((start) => [start + name, start + oldName(name)]),
  );
}

/** `namesOf`: the full names under which a tensor may be, the likeliest first. */
export function createReading(
  tensors: Tensors,
  prefix: string,
  namesOf: (name: string) => readonly string[] = (name) => [prefix + name],
): Reading {
  const find = (name: string): TensorShape | undefined => {
    const found = namesOf(name).find((one) => tensors.has(one));
    return found === undefined ? undefined : tensors.get(found);
  };
  const problems: string[] = [];
  const assumptions: string[] = [];
  const problem = (sentence: () => string): void => {
    if (problems.length < mostProblems) problems.push(sentence());
    else if (problems.length === mostProblems) problems.push('and more that are not listed');
  };
  const check = (name: string, expected: Expected) => {
    const shape = tensors.get(name)?.shape;
    if (!shape) {
      problem(() => `${name} is missing`);
      return;
    }
    const fits =
      shape.length === expected.length &&
      expected.every((length, axis) => length === undefined || length === shape[axis]);
    if (fits) return;
    problem(() => {
      const wanted = expected.map((length) => length ?? 'any').join(', ');
      return `${name} has shape [${shape.join(', ')}], expected [${wanted}]`;
    });
  };
  const self: Reading = {
    problems,
    assumptions,
    problem: (sentence) => problem(() => sentence),
    assume: (sentence) => assumptions.push(sentence),
    has: (name) => find(name) !== undefined,
    need(name, shape) {
      const found = find(name)?.name ?? prefix + name;
      check(found, shape);
      return tensors.get(found) ?? { name: found, shape: [] };
    },
    full: find,
    maybe: (name, shape) => (self.has(name) ? self.need(name, shape) : undefined),
    lengthOf: (name, axis) => find(name)?.shape[axis] ?? 1,
    check,
    count(list) {
      const start = `${prefix}${list}.`;
      let last = -1;
      for (const name of tensors.keys()) {
        if (!name.startsWith(start)) continue;
        const index = Number(/^(\d{1,5})\./.exec(name.slice(start.length))?.[1] ?? -1);
        last = Math.max(last, index);
      }
      if (last < tensors.size) return last + 1;
      problem(
        () => `${start}${last} exists, but the ${tensors.size} tensors cannot fill its blocks`,
      );
      return 0;
    },
  };
  return self;
}

export function number(config: Config, key: string): number | undefined {
  const value = config[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function text(config: Config, key: string): string | undefined {
  const value = config[key];
  return typeof value === 'string' ? value : undefined;
}

export function flag(config: Config, key: string): boolean | undefined {
  const value = config[key];
  return typeof value === 'boolean' ? value : undefined;
}

export function record(value: unknown): Config | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Config)
    : undefined;
}

/** A config that tells another number belongs to another checkpoint, or this one has lost a part. */
export function agree(
  reading: Reading,
  config: Config,
  key: string,
  found: number,
  what: string,
): void {
  const told = number(config, key);
  if (told !== undefined && told !== found) {
    reading.problem(`config says ${key} ${told}, the checkpoint has ${found} ${what}`);
  }
}

/** The activation that a config names; without one the family's own, which is said. */
export function activationOf(
  reading: Reading,
  config: Config,
  keys: readonly string[],
  conventional: string,
  user: string,
): Activation {
  const usual = activations.get(conventional)!;
  const key = keys.find((one) => text(config, one) !== undefined);
  if (key === undefined) {
    reading.assume(`activation ${usual.title}: what ${user} uses, no config says it`);
    return usual;
  }
  const told = text(config, key)!;
  const activation = activations.get(told);
  if (activation) return activation;
  reading.problem(`config says ${key} ${JSON.stringify(told)}, which is not known`);
  return usual;
}

/** Weights under the names that a graph knows; those of `elsewhere` have other names in the checkpoint. */
export function weightsAt(
  reading: Reading,
  path: string,
  shapes: Shapes,
  elsewhere: Readonly<Record<string, string>> = {},
): Parameters['weights'] {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      reading.need(elsewhere[name] ?? path + name, shape),
    ]),
  );
}

/** Weights of every layer, whose tensors begin with `{list}.{layer}.`. */
export function layersOf(
  reading: Reading,
  list: string,
  count: number,
  shapes: Shapes,
  elsewhere?: Readonly<Record<string, string>>,
): readonly Parameters['weights'][] {
  return Array.from({ length: count }, (_, layer) =>
    weightsAt(reading, `${list}.${layer}.`, shapes, elsewhere),
  );
}

/** A part before or after the blocks, with its weights below `path`. */
export function stageOf(
  reading: Reading,
  path: string,
  part: Part,
  from: number,
  to: number,
  elsewhere?: Readonly<Record<string, string>>,
): Stage {
  const weights = weightsAt(reading, path, part.weights, elsewhere);
  return {
    parameters: { weights, numbers: {} },
    from,
    to,
    apply: (g, x, w) => part.apply(g, w, x),
  };
}
