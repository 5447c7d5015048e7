/** The state of one analysis: bindings of what is not known yet, with a trail so that a branch can be taken back. */
import { type At, type FunctionDef, type Parameter, type Stmt } from './ast';
import type { Attention } from './attention';
import type { Clash } from './clash';
import { type Dialect, type Library, type Runtime } from './library';
import { symbol, type Poly, type Sym } from './poly';
import type { Tally } from './tally';
import {
  type Args,
  type Class,
  type Env,
  type Func,
  type Obj,
  type Shape,
  type Value,
} from './values';

/** One activation of a function. */
export interface Frame {
  readonly fn: Func | undefined;
  readonly env: Env;
  readonly returns: Value[];
  readonly yields: Value[];
  /** Integers by the name of the variable that held them. */
  readonly integers: Map<string, Poly | undefined>;
  readonly record: boolean;
  depth: number;
}

/** The value at a position, and what it took to get it. */
export interface Recorded {
  readonly position: At;
  value: Value;
  readonly cost?: Tally;
  readonly attention?: Attention;
  /** The module that was called. */
  readonly module?: Obj;
}

type Write = { readonly map: Map<unknown, unknown>; readonly key: unknown; readonly old: unknown };

export type Binding = Poly | Shape | string | Value;

export interface Machine {
  readonly library: Library;
  /** What symbols, ranks, element types and values turned out to be, by their number. */
  /** The library whose rule is running. */
  dialect: Dialect;
  readonly bindings: Map<string | number, Binding>;
  /** The parameter that an unknown rank belongs to, for the names of its dimensions. */
  readonly origins: Map<number, string>;
  /** Unknown ranks of what is stored: weights rather than data. */
  readonly stored: Set<number>;
  /** Unknown ranks of what is left of an array, some of whose axes were seen. */
  readonly rests: Set<number>;
  readonly names: Map<string, string>;
  /** What constructors call sizes that they compute, by the size. */
  readonly words: Map<string, string>;
  readonly trail: Write[];
  /** Number that was next when the state was last kept to go back to. */
  kept: number;
  /** Numbers of the objects that attribute maps belong to. */
  readonly births: WeakMap<object, number>;
  frames: Frame[];
  next: number;
  readonly recorded: Recorded[];
  readonly memo: Map<string, { readonly result: Value; readonly cost: Tally }>;
  /** Expressions evaluated, and how many may be. */
  steps: number;
  limit: number;
  /** Expressions evaluated while everything was followed. */
  spent: number;
  /** What the operations so far cost. */
  tally: Tally;
  /** What the call that runs has noted of its attention. */
  attention: Attention | undefined;
  /** Changes with every change to an object that calls do not see in their arguments. */
  epoch: number;
  /** Whether the running call changed something older than number `pureFrom`. */
  impure: boolean;
  pureFrom: number;
  /** Depth of loops whose rounds are run as one. */
  looping: number;
  /** Depth of joins of which one side is what happens: the result is one size, though not known which. */
  choosing: number;
  /** Sizes read by index from tensors of unknown rank, by symbol. */
  readonly pending: Map<
    string,
    { readonly shape: Shape; readonly index: number; readonly size: Poly }
  >;
  /** Numbers of values and ranks that something was asked of before it was known what they are. */
  readonly missed: Set<number>;
  /** Depth of constructors: their unknown arguments are sizes, not tensors. */
  constructing: number;
  /** The last instance made of each class. */
  readonly instances: Map<Class, Obj>;
  /** What the instances of each class were made with, alike ones once. */
  readonly made: Map<Class, readonly Args[]>;
  /** Whether instances are made up to stand for others. */
  isAssuming: boolean;
  /** What classes are prepared to be made with (`partial(Model, width=8)`). */
  readonly prepared: Map<Class, readonly Args[]>;
  readonly runtime: Runtime;
  /** Loads a workspace module, or says that it is not of this workspace. */
  readonly load: (path: string) => Env | undefined;
  /** Whether the workspace has a module, loaded or not. */
  readonly has: (path: string) => boolean;
  /** Whether a module is being loaded on the way. */
  readonly isLoading: () => boolean;
  /** Numbers of the values that are just being got. */
  readonly opening: Set<number>;
  /** Loaded modules that are the `__init__.py` of a package. */
  readonly packages: Set<string>;
  /** True for bases that make a constructor from annotations. */
  readonly fieldsOf: (bases: readonly Value[]) => boolean;
  /** Names of methods that something unknown was called by; '' for a call of the thing itself. */
  readonly unresolved: Set<string>;
  /** Calls are looked for, rather than one function looked at. */
  isFollowing: boolean;
  /** Told of every call; what it returns is told that the call has ended. */
  readonly called: (fn: Func, values: ReadonlyMap<string, Value>) => (() => void) | undefined;
  /** Values with what is said of those that are not known, where anything is. */
  readonly said: (
    fn: Func,
    values: ReadonlyMap<string, Value>,
  ) => (() => ReadonlyMap<string, Value>) | undefined;
  /** Keeps in mind which calls were seen; what it returns forgets the later ones. */
  readonly mark: () => () => void;
  readonly isRecorded: (fn: Func) => boolean;
  readonly leave: (frame: Frame) => void;
  /** Functions after an edit, by what they were before; values hold the first. */
  readonly newer: Map<FunctionDef, FunctionDef>;
  /** The statement before which a program stands that is being debugged, and what is to be done there. */
  stop: { readonly statement: Stmt; readonly arrive: (env: Env) => void } | undefined;
  /** Told of an error of a rule, which made a value unknown. */
  readonly fault: (error: unknown) => void;
  /** Called now and then while code is followed; throws to stop. */
  readonly breathe: () => void;
  /** What certainly does not fit, so far. */
  readonly clashes: Clash[];
  /** How often two sizes or ranks certainly did not fit. */
  mismatches: number;
  readonly unknownInteger: () => Value;
  /** What a parameter may be that is given something unknown. */
  readonly assumed: (fn: Func, parameter: Parameter) => Value;
  /** What a field may be that is given something unknown. */
  readonly assumedField: (cls: Class, field: NonNullable<Class['fields']>[number]) => Value;
  /** Puts a changed list where the old one was held. */
  readonly replaceValue: (old: Value, next: Value) => void;
}

export const fresh = (m: Machine): number => (m.next += 1);

/** Every change of state goes through here, so that it can be undone. */
export function write<K, V>(m: Machine, map: Map<K, V>, key: K, value: V): void {
  // What was made since the state was last kept goes away with it.
  if ((m.births.get(map) ?? 0) > m.kept) {
    map.set(key, value);
    return;
  }
  m.trail.push({ map: map as Map<unknown, unknown>, key, old: map.get(key) });
  map.set(key, value);
}

/** Runs something and takes back what it did to the state; its last writes are returned. */
export function attempt<T>(
  m: Machine,
  run: () => T,
): { result: T; writes: ReturnType<typeof undo> } {
  const mark = m.trail.length;
  const { kept } = m;
  m.kept = m.next;
  let result: T;
  try {
    result = run();
  } catch (error) {
    undo(m, mark);
    throw error;
  } finally {
    m.kept = kept;
  }
  return { result, writes: undo(m, mark) };
}

/** Follows what is only said; false when the code contradicts it, and then nothing of it is left. */
export function believed(m: Machine, run: () => void): boolean {
  const mark = m.trail.length;
  const { kept, mismatches, tally } = m;
  const [recorded, clashes] = [m.recorded.length, m.clashes.length];
  const forget = m.mark();
  m.kept = m.next;
  try {
    run();
  } finally {
    m.kept = kept;
  }
  if (m.mismatches === mismatches && m.clashes.length === clashes) return true;
  undo(m, mark);
  forget();
  m.tally = tally;
  m.recorded.length = recorded;
  m.clashes.length = clashes;
  return false;
}

/** Takes back all writes after `mark` and returns what they had last put where. */
export function undo(m: Machine, mark: number): Map<Map<unknown, unknown>, Map<unknown, unknown>> {
  const last = new Map<Map<unknown, unknown>, Map<unknown, unknown>>();
  while (m.trail.length > mark) {
    const { map, key, old } = m.trail.pop()!;
    const keys = last.get(map) ?? new Map<unknown, unknown>();
    if (!keys.has(key)) keys.set(key, map.get(key));
    last.set(map, keys);
    if (old === undefined) map.delete(key);
    else map.set(key, old);
  }
  return last;
}

export function size(m: Machine, name?: string, more: Partial<Sym> = {}): Poly {
  return symbol({ key: `s${fresh(m)}`, ...(name ? { name } : {}), ...more });
}

/** Joins outcomes of which exactly one happens in a run. */
export function choose<T>(m: Machine, run: () => T): T {
  m.choosing += 1;
  try {
    return run();
  } finally {
    m.choosing -= 1;
  }
}

export const frame = (m: Machine): Frame => m.frames[m.frames.length - 1]!;
