/** What a pickle says, as plain nodes, and small questions to them. */

export type Pickled = null | boolean | number | bigint | string | Uint8Array | PickleNode;
export type PickleNode = Sequence | Dictionary | Global | Call | Persistent;

export interface Sequence {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: Pickled[];
}
export interface Dictionary {
  readonly kind: 'dict';
  readonly entries: [key: Pickled, value: Pickled][];
}
/** A class or function, by name. */
export interface Global {
  readonly kind: 'global';
  /** `collections.OrderedDict`; Python 2 module names are given their Python 3 ones. */
  readonly name: string;
}
/** What a real machine would have called, and what it would then have put into the result. */
export interface Call {
  readonly kind: 'call';
  readonly callable: Pickled;
  readonly args: Pickled;
  /** Made by an opcode that builds an instance of a class, not by calling any function. */
  readonly instance: boolean;
  items?: Pickled[];
  entries?: [key: Pickled, value: Pickled][];
  state?: Pickled;
}
/** Something that lies outside the pickle, such as a storage. */
export interface Persistent {
  readonly kind: 'persistent';
  readonly id: Pickled;
}

export const isNode = (value: Pickled): value is PickleNode =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

/** Items of a list, tuple or set, or of a call that only wraps one (`torch.Size((2, 3))`). */
export function itemsOf(value: Pickled): readonly Pickled[] | undefined {
  if (!isNode(value)) return undefined;
  if (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set') return value.items;
  if (value.kind === 'call' && wrappers.has(globalName(value.callable) ?? '')) {
    return itemsOf(argsOf(value)[0] ?? null);
  }
  return undefined;
}
/** What TorchScript writes typed lists by (torch/jit/_pickle.py). */
export const scriptLists = ['int', 'double', 'bool', 'tensor'].map(
  (type) => `torch.jit._pickle.build_${type}list`,
);
const wrappers = new Set([
  'torch.Size',
  'builtins.set',
  'builtins.frozenset',
  'builtins.list',
  ...scriptLists,
]);

export type Entries = readonly (readonly [key: Pickled, value: Pickled])[];

/** Entries of a dictionary or of an OrderedDict; Python 2 gave the latter a list of pairs. */
export function entriesOf(value: Pickled | undefined): Entries | undefined {
  if (value === undefined || !isNode(value)) return undefined;
  if (value.kind === 'dict') return value.entries;
  if (value.kind !== 'call') return undefined;
  if (value.entries || globalName(value.callable) !== 'collections.OrderedDict')
    return value.entries;
  return (itemsOf(argsOf(value)[0] ?? null) ?? []).flatMap((pair) => {
    const [key, entry] = itemsOf(pair) ?? [];
    return key === undefined || entry === undefined ? [] : [[key, entry] as const];
  });
}

export function argsOf(call: Call): readonly Pickled[] {
  return isNode(call.args) && call.args.kind === 'tuple' ? call.args.items : [];
}

/** Dotted name of a class or function; the class of a legacy file may carry its source with it. */
export function globalName(value: Pickled): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.kind === 'global') return value.name;
  if (value.kind !== 'persistent') return undefined;
  const [kind, type] = itemsOf(value.id) ?? [];
  return kind === 'module' ? globalName(type ?? null) : undefined;
}

/** An integer of 0 … 2^53 − 1. */
export function intOf(value: Pickled): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A tuple of such integers. */
export function intsOf(value: Pickled): number[] | undefined {
  const ints = itemsOf(value)?.map(intOf);
  return ints?.every((int) => int !== undefined) ? (ints as number[]) : undefined;
}
