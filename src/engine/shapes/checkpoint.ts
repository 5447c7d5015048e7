/** A class of model code beside a checkpoint: what `load_state_dict` would say, and the sizes that the weights have. */
import type { ModuleState } from '../../core/shapes';
import type { Dimension, Sizes } from '../../protocol/shapes';
import { evaluate, symbolsOf } from './sizes';

export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}
/** A tensor of a module by its name, in which `*` is any of a list of blocks. */
export interface CodeTensor {
  readonly name: string;
  /** Undefined: not known. */
  readonly shape?: readonly Dimension[];
  /** The first name of the same tensor: a checkpoint may hold it under one of the two. */
  readonly sharedWith?: string;
  /** The program decides whether there is one. */
  readonly isOptional?: boolean;
}
export interface Comparison {
  /** Tensors that the code has, and the checkpoint too. */
  readonly matched: number;
  /** What all names of the checkpoint begin with and the code's do not (`module.`). */
  readonly prefix: string;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly different: readonly {
    readonly name: string;
    readonly code: readonly Dimension[];
    readonly checkpoint: readonly number[];
  }[];
  /** Names of the code with the tensors of the checkpoint that they stand for, in the order of the code. */
  readonly owned: readonly { readonly name: string; readonly tensors: readonly string[] }[];
  /** Symbols of the code as the weights have them. */
  readonly sizes: Sizes;
}

export interface Match extends Comparison {
  readonly className: string;
  /** The code may have more tensors than were found in it. */
  readonly isOpen: boolean;
}

/** The class with the most tensors of the checkpoint; of several, the one that has the fewest others. */
export function bestMatch(
  states: ReadonlyMap<string, ModuleState>,
  weights: readonly NamedShape[],
): Match | undefined {
  const all = [...states].map(([className, { tensors, isOpen }]): Match => {
    return { className, isOpen, ...compareWithCheckpoint(tensors, weights) };
  });
  all.sort((a, b) => b.matched - a.matched || a.missing.length - b.missing.length);
  return all[0]?.matched ? all[0] : undefined;
}

export function compareWithCheckpoint(
  code: readonly CodeTensor[],
  tensors: readonly NamedShape[],
): Comparison {
  const all = prefixesOf(tensors).map((prefix) => compare(code, tensors, prefix));
  return all.reduce((a, b) => (b.matched > a.matched ? b : a));
}

/** Leading words that all names share: a wrapper may have put them there. */
function prefixesOf(tensors: readonly NamedShape[]): string[] {
  const first = tensors[0]?.name ?? '';
  const found = [''];
  for (let dot = first.indexOf('.'); dot >= 0; dot = first.indexOf('.', dot + 1)) {
    const prefix = first.slice(0, dot + 1);
    if (!tensors.every(({ name }) => name.startsWith(prefix))) break;
    found.push(prefix);
  }
  return found;
}

function compare(
  code: readonly CodeTensor[],
  tensors: readonly NamedShape[],
  prefix: string,
): Comparison {
  const open = new Map(tensors.map((one) => [one.name.slice(prefix.length), one]));
  const pairs: { readonly code: CodeTensor; readonly tensor: NamedShape }[] = [];
  const owned: { readonly name: string; readonly tensors: readonly string[] }[] = [];
  const missing: string[] = [];
  const isShared = ({ name, sharedWith }: CodeTensor): boolean =>
    code.some(
      (other) =>
        other.name !== name &&
        (other.name === sharedWith || other.sharedWith === name) &&
        tensors.some((tensor) => tensor.name === prefix + other.name),
    );
  for (const one of code) {
    const names = one.name.includes('*') ? blocksOf(one.name, open) : [one.name];
    const own = names.flatMap((name) => open.get(name) ?? []);
    if (own.length === 0 && !one.isOptional && !isShared(one)) missing.push(one.name);
    for (const tensor of own) pairs.push({ code: one, tensor });
    if (own.length > 0) owned.push({ name: one.name, tensors: own.map(({ name }) => name) });
    for (const name of names) open.delete(name);
  }
  const sizes = solve(pairs);
  const different = pairs.flatMap(({ code: { shape }, tensor }) =>
    shape && !fits(shape, tensor.shape, sizes)
      ? [{ name: tensor.name, code: shape, checkpoint: tensor.shape }]
      : [],
  );
  const unexpected = [...open.values()].map(({ name }) => name);
  return { matched: pairs.length, prefix, missing, unexpected, different, owned, sizes };
}

function blocksOf(name: string, open: ReadonlyMap<string, unknown>): string[] {
  const pattern = name.split('*').map((part) => part.replace(/[.$]/g, '\\$&'));
  const whole = new RegExp(`^${pattern.join('\\d+')}$`);
  return [...open.keys()].filter((each) => whole.test(each));
}

type Pair = { readonly code: CodeTensor; readonly tensor: NamedShape };

/** The value of every symbol that stands alone, or times a number, in some size; the first that is found counts. */
function solve(pairs: readonly Pair[]): Sizes {
  const sizes: Record<string, number> = {};
  for (const { code, tensor } of pairs) {
    if (code.shape?.length !== tensor.shape.length) continue;
    code.shape.forEach((dim, index) => {
      const [, factor, symbol] = /^(?:(\d+)\*)?([\p{L}_][\p{L}\p{N}_.]*)$/u.exec(`${dim}`) ?? [];
      const size = (tensor.shape[index] ?? 0) / Number(factor ?? 1);
      if (symbol !== undefined && Number.isInteger(size)) sizes[symbol] ??= size;
    });
  }
  return sizes;
}

const fits = (code: readonly Dimension[], tensor: readonly number[], sizes: Sizes): boolean =>
  code.length === tensor.length &&
  code.every((dim, index) => {
    if (typeof dim === 'number') return dim === tensor[index];
    const isKnown = dim !== '?' && symbolsOf([dim]).every((symbol) => symbol in sizes);
    return !isKnown || evaluate(dim, (symbol) => sizes[symbol]) === tensor[index];
  });
