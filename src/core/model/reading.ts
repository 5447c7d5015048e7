/** Looking for a family's tensors in a checkpoint, and keeping what is missing as sentences. */
import type { Config, Tensors, TensorShape } from './architecture';

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
  /** Checks a tensor by its full name. */
  check(name: string, shape: Expected): void;
  /** One more than the largest n of the names `list.{n}.…`; more blocks than tensors are a problem. */
  count(list: string): number;
}

export function createReading(tensors: Tensors, prefix: string): Reading {
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
    has: (name) => tensors.has(prefix + name),
    need(name, shape) {
      check(prefix + name, shape);
      return tensors.get(prefix + name) ?? { name: prefix + name, shape: [] };
    },
    maybe: (name, shape) => (self.has(name) ? self.need(name, shape) : undefined),
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
