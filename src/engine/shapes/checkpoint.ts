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
  /** What names of the checkpoint begin with and the code's do not (`module.`, `state_dict.model.`). */
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
  const prefixes = new Set([...prefixesOf(tensors), ...foundPrefixes(code, tensors)]);
  const all = [...prefixes].map((prefix) => compare(code, tensors, prefix));
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

/** Prefixes that are tried, at most. */
const mostPrefixes = 4;

/** What stands before names of the code in the checkpoint: a wrapper may hold more than the model. The most frequent first. */
function foundPrefixes(code: readonly CodeTensor[], tensors: readonly NamedShape[]): string[] {
  const counts = new Map<string, number>();
  const ends = new Set(code.map(({ name }) => name));
  for (const { name } of tensors) {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const end = name.slice(dot + 1);
      if (!ends.has(end) && !ends.has(end.replace(/(?<=\.)\d+(?=\.)/g, '*'))) continue;
      const prefix = name.slice(0, dot + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostPrefixes)
    .map(([prefix]) => prefix);
}

function compare(
  code: readonly CodeTensor[],
  tensors: readonly NamedShape[],
  prefix: string,
): Comparison {
  const own = tensors.filter(({ name }) => name.startsWith(prefix));
  const open = new Map(own.map((one) => [one.name.slice(prefix.length), one]));
  const others = tensors.filter(({ name }) => !name.startsWith(prefix));
  const blocks = blocksIn(code, [...open.keys()]);
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
    const held = names.flatMap((name) => open.get(name) ?? []);
    if (!one.isOptional && !isShared(one)) {
      if (held.length === 0) missing.push(one.name);
      else for (const name of blocks(one.name)) if (!open.has(name)) missing.push(name);
    }
    for (const tensor of held) pairs.push({ code: one, tensor });
    if (held.length > 0) owned.push({ name: one.name, tensors: held.map(({ name }) => name) });
    for (const name of names) open.delete(name);
  }
  const sizes = solve(pairs);
  const different = pairs.flatMap(({ code: { shape }, tensor }) =>
    shape && !fits(shape, tensor.shape, sizes)
      ? [{ name: tensor.name, code: shape, checkpoint: tensor.shape }]
      : [],
  );
  const unexpected = [...open.values(), ...others].map(({ name }) => name);
  return { matched: pairs.length, prefix, missing, unexpected, different, owned, sizes };
}

/** The names that a name with `*` stands for, one for each block that has any tensor. */
function blocksIn(
  code: readonly CodeTensor[],
  names: readonly string[],
): (name: string) => readonly string[] {
  const numbers = new Map<string, Set<string>>();
  const leadOf = (name: string): string => name.slice(0, name.lastIndexOf('*') + 1);
  for (const lead of new Set(code.map(({ name }) => leadOf(name)))) {
    if (lead === '') continue;
    const pattern = lead.split('*').map((part) => part.replace(/[.$]/g, '\\$&'));
    const start = new RegExp(`^${pattern.join('\\d+')}(?=\\.)`);
    const found = names.flatMap((name) => start.exec(name)?.[0] ?? []);
    numbers.set(lead, new Set(found));
  }
  return (name) => {
    const lead = leadOf(name);
    return [...(numbers.get(lead) ?? [])].map((start) => start + name.slice(lead.length));
  };
}

function blocksOf(name: string, open: ReadonlyMap<string, unknown>): string[] {
  const pattern = name.split('*').map((part) => part.replace(/[.$]/g, '\\$&'));
  const whole = new RegExp(`^${pattern.join('\\d+')}$`);
  return [...open.keys()].filter((each) => whole.test(each));
}

type Pair = { readonly code: CodeTensor; readonly tensor: NamedShape };

/** The value of every symbol that stands alone, or times a number, in some size; of several the most frequent. */
function solve(pairs: readonly Pair[]): Sizes {
  const votes = new Map<string, Map<number, number>>();
  for (const { code, tensor } of pairs) {
    if (code.shape?.length !== tensor.shape.length) continue;
    code.shape.forEach((dim, index) => {
      const [, factor, symbol] = /^(?:(\d+)\*)?([\p{L}_][\p{L}\p{N}_.]*)$/u.exec(`${dim}`) ?? [];
      const size = (tensor.shape[index] ?? 0) / Number(factor ?? 1);
      if (symbol === undefined || !Number.isInteger(size)) return;
      const own = votes.get(symbol) ?? new Map<number, number>();
      votes.set(symbol, own.set(size, (own.get(size) ?? 0) + 1));
    });
  }
  const most = (own: ReadonlyMap<number, number>): number =>
    [...own].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return Object.fromEntries([...votes].map(([symbol, own]) => [symbol, most(own)]));
}

const fits = (code: readonly Dimension[], tensor: readonly number[], sizes: Sizes): boolean =>
  code.length === tensor.length &&
  code.every((dim, index) => {
    if (typeof dim === 'number') return dim === tensor[index];
    const isKnown = dim !== '?' && symbolsOf([dim]).every((symbol) => symbol in sizes);
    return !isKnown || evaluate(dim, (symbol) => sizes[symbol]) === tensor[index];
  });
