/** With what each function is called: those that nothing calls are run once, and every call on the way is kept. */
import type { FunctionDef } from '../ast';
import { guarded } from '../fault';
import { findMember } from '../interpret/attributes';
import { callFunction } from '../interpret/calls';
import { unlikeInstances } from '../interpret/construct';
import { freeze } from '../interpret/statements';
import { pattern } from '../join';
import { Interrupted } from '../interrupted';
import { believed, dimsOf, isLater, known, write, type Machine } from '../machine';
import type { SyntaxParser } from '../syntax';
import type { Args, Class, Env, Func, Value } from '../values';
import { examplesAt, runExamples } from './examples';
import { generalInstance } from './generalise';
import { rootInstance, rootValues } from './roots';
import { inheritedBy, seedsOf, withSeeds } from './seeds';
import { withShown, type Shown } from './shown';
import { functionsIn, type LoweredFile, type Place } from './source';

export interface Call {
  readonly fn: Func;
  readonly values: ReadonlyMap<string, Value>;
  /** The only function that made it, when that was followed though nothing was seen to call it. */
  readonly from?: FunctionDef;
  /** Seen only where files are followed that reach this one through others. */
  readonly isFar?: true;
}
export interface Contexts {
  readonly calls: Map<FunctionDef, Map<string, Call>>;
  /** What is assumed of functions that nothing calls. */
  readonly assumed: Map<FunctionDef, Call>;
  /** The function that is followed with what is assumed of it. */
  root?: FunctionDef | undefined;
  /** Calls that the examples of docstrings make. */
  readonly shown: Map<FunctionDef, Map<string, Shown>>;
  /** Whether an example is followed. */
  isExample?: boolean;
  /** Whether what is followed reaches the file through others. */
  isFar?: boolean;
}
const mostCalls = 40;

/** Expressions that are evaluated of one function with all that it calls. */
export const stepsOfOne = 30_000;
/** Beyond so many in one file and those that it imports, each function gets few: a generated file ends too. */
const mostSteps = 3_000_000;
const fewSteps = 1_000;

/** Keeps a call; what it returns puts in what the body has shown of the arguments. */
export function keepCall(
  m: Machine,
  { calls, root, shown, isExample, isFar }: Contexts,
  fn: Func,
  given: ReadonlyMap<string, Value>,
): (() => void) | undefined {
  const key = pattern(m, given);
  if (isExample) {
    const all = shown.get(fn.def) ?? new Map<string, Shown>();
    if (all.size < mostCalls) all.set(key, given);
    shown.set(fn.def, all);
    return undefined;
  }
  const kept = calls.get(fn.def) ?? new Map<string, Call>();
  calls.set(fn.def, kept);
  const seen = kept.get(key);
  if (!seen && kept.size >= mostCalls) return undefined;
  const from = !seen || seen.from === root ? root : undefined;
  const far = isFar && (!seen || seen.isFar) ? { isFar } : {};
  const made = { ...(from ? { from } : {}), ...far };
  if (seen) kept.set(key, { fn: seen.fn, values: seen.values, ...made });
  else kept.set(key, { fn, values: frozen(m, given), ...made });
  return seen
    ? undefined
    : () => {
        const call = kept.get(key);
        if (call) kept.set(key, { ...call, values: frozen(m, given) });
      };
}
/** With what is known now: it is not known any more behind the branch that the call is in. */
const frozen = (m: Machine, values: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
  new Map([...values].map(([name, value]) => [name, freeze(m, value)]));

export interface Context {
  readonly calls: readonly Call[];
  /** Nothing calls the function. */
  readonly isAssumed: boolean;
  /** Nor the functions that call it. */
  readonly isFollowed: boolean;
  /** Calls of examples, where only functions that nothing calls do. */
  readonly shown: readonly Shown[];
}

const isOpen = (m: Machine, value: Value | undefined): boolean => {
  const v = value && known(m, value);
  return !v || v.k === 'any' || v.k === 'unknown' || (v.k === 'tensor' && !dimsOf(m, v));
};
const isLessKnown = (m: Machine, a: Call, b: Call): boolean =>
  [...a.values].some(([name, value]) => isOpen(m, value) && !isOpen(m, b.values.get(name)));

export function contextOf(
  m: Machine,
  { calls, assumed, shown }: Contexts,
  def: FunctionDef,
): Context {
  const all = [...(calls.get(def)?.values() ?? [])];
  // What was assumed of a caller says nothing of an argument once it is seen how the caller is called.
  const rooted = all.filter(({ from }) => !from || from === def || !calls.get(from)?.size);
  // Nor does what is not known at the end of a longer way.
  const near = rooted.filter(({ isFar }) => !isFar);
  const real = new Set(near.length > 0 ? near : rooted);
  const seen = all.filter(
    (call) => real.has(call) || ![...real].some((one) => isLessKnown(m, call, one)),
  );
  const root = assumed.get(def);
  const isAssumed = seen.length === 0;
  const isFollowed = all.every(({ from }) => from);
  return {
    calls: isAssumed && root ? [root] : seen,
    isAssumed,
    isFollowed,
    shown: isFollowed ? [...(shown.get(def)?.values() ?? [])] : [],
  };
}

export function inFrame(m: Machine, env: Env, run: () => void): void {
  const frames = m.frames;
  m.frames = [
    { fn: undefined, env, returns: [], yields: [], integers: new Map(), record: false, depth: 0 },
  ];
  try {
    run();
  } finally {
    m.frames = frames;
  }
}

/**
 * Runs what nothing calls, last definitions first, so that its calls are known when what it calls is looked at.
 * Every step is the run of one function; a step that was interrupted is run again.
 */
export function* followRoots(
  m: Machine,
  module: string,
  file: LoweredFile,
  contexts: Contexts,
  parser: SyntaxParser | undefined,
): Generator<Interrupted | undefined, void> {
  const env = m.load(module);
  if (!env) return;
  const instances = new Map<Class, Value>();
  const isDocumented = ({ fn, placed }: Place) => seedsOf(placed.definition, fn).size > 0;
  const documented = file.definitions.flatMap(functionsIn).filter(isDocumented);
  for (const def of parser ? new Set(documented.flatMap(examplesAt)) : []) {
    contexts.isExample = true;
    yield* persist(m, () => inFrame(m, env, () => runExamples(m, parser!, env, def)));
    contexts.isExample = false;
  }
  for (const place of rootOrder(file)) {
    if ((contexts.calls.get(place.fn)?.size ?? 0) > 0) continue;
    const fn = functionOf(m, env, place);
    if (!fn) continue;
    yield* persist(m, () => inFrame(m, env, () => followRoot(m, place, fn, contexts, instances)));
  }
  for (const [cls, self] of instances) {
    yield* persist(m, () => inFrame(m, env, () => followInherited(m, contexts, cls, self)));
  }
}

const argumentsOf = (fn: Func, values: ReadonlyMap<string, Value>): Args => {
  const plain = fn.def.parameters.filter((p) => !p.star);
  return {
    positional: plain.filter((p) => !p.keyword).map((p) => values.get(p.name)!),
    keyword: new Map(plain.filter((p) => p.keyword).map((p) => [p.name, values.get(p.name)!])),
  };
};

/** After an edit, a definition stands for what it was before. */
export function renameCalls(
  { calls, assumed, shown }: Contexts,
  from: FunctionDef,
  to: FunctionDef,
): void {
  for (const map of [calls, assumed, shown] as const) {
    const value = map.get(from);
    map.delete(from);
    if (value !== undefined) (map as Map<FunctionDef, unknown>).set(to, value);
  }
  for (const kept of calls.values())
    for (const [key, call] of kept) if (call.from === from) kept.set(key, { ...call, from: to });
}

/** Keeps in mind the calls so far; what it returns forgets the later ones. */
export function markCalls({ calls }: Contexts): () => void {
  const kept = new Map([...calls].map(([def, all]) => [def, all.size]));
  return () => {
    for (const [def, all] of calls)
      for (const key of [...all.keys()].slice(kept.get(def) ?? 0)) all.delete(key);
  };
}

/** A method that a class has from another one of the workspace is called on instances of both. */
function followInherited(m: Machine, contexts: Contexts, cls: Class, self: Value): void {
  for (const name of ['forward', 'call', '__call__', 'backward']) {
    const member = findMember(m, cls, name);
    const fn = member && undecorated(member.value);
    if (fn?.k !== 'function' || member?.owner === cls) continue;
    const own = contexts.calls.has(fn.def) ? undefined : contexts.assumed.get(fn.def);
    if (own) keepCall(m, contexts, own.fn, own.values);
    const values = rootValues(m, fn, self);
    callFunction(m, fn, argumentsOf(fn, values));
  }
}

/** One step: what is interrupted is run again when the work is taken up. */
export function* persist(m: Machine, run: () => void): Generator<Interrupted | undefined, void> {
  for (let stopped = attemptRoot(m, run); stopped; stopped = attemptRoot(m, run)) yield stopped;
  yield;
}

function attemptRoot(m: Machine, run: () => void): Interrupted | undefined {
  Object.assign(m, { steps: 0, looping: 0, choosing: 0, constructing: 0 });
  m.limit = m.spent > mostSteps ? fewSteps : stepsOfOne;
  try {
    guarded(run);
  } catch (error) {
    if (error instanceof Interrupted) return error;
    m.fault(error);
  }
  m.spent += m.steps;
  return undefined;
}

function rootOrder(file: LoweredFile): Place[] {
  const places = file.definitions.flatMap(functionsIn);
  const order = [
    ...places.filter((place) => !place.cls),
    ...places.filter((place) => place.cls),
  ].sort((a, b) => b.placed.row - a.placed.row || b.fn.at - a.fn.at);
  const main = ({ fn }: Place) =>
    fn.name === '__init__'
      ? 0
      : /^(forward|call|__call__)$/.test(fn.name)
        ? 2
        : // Gradients are taken of what was kept on the way forwards.
          fn.name === 'backward'
          ? 3
          : 1;
  return order.sort((a, b) => (a.cls && a.cls === b.cls ? main(a) - main(b) : 0));
}

/** Whether it has turned out what something is that was there before number `start` and asked for in vain. */
export function isFoundLater(m: Machine, start: number): boolean {
  return [...m.missed].some((id) => id <= start && m.bindings.has(id));
}

/** A method that nothing calls may put something unknown where a module was: the others see the module. */
function keepModules(m: Machine, self: Value | undefined): () => void {
  const object = self && known(m, self);
  if (object?.k !== 'object') return () => undefined;
  const before = [...object.attributes].filter(
    ([, value]) => !isLater(m, value) && known(m, value).k === 'object',
  );
  return () => {
    for (const [name, value] of before) {
      const now = object.attributes.get(name);
      if (now && /^(?:any|unknown)$/.test(known(m, now).k))
        write(m, object.attributes, name, value);
    }
  };
}

function followRoot(
  m: Machine,
  place: Place,
  fn: Func,
  contexts: Contexts,
  instances: Map<Class, Value>,
): void {
  const { calls, assumed } = contexts;
  const cls = fn.owner;
  const isStatic = fn.def.decorators.some((d) => d.k === 'name' && d.id === 'staticmethod');
  let self: Value | undefined;
  if (cls && !isStatic) {
    const unlike = unlikeInstances(m, cls);
    const made = unlike ? undefined : m.instances.get(cls);
    self =
      made ??
      instances.get(cls) ??
      (unlike && generalInstance(m, cls, unlike)) ??
      rootInstance(m, cls);
    instances.set(cls, self);
  }
  if (place.fn.name === '__init__' && cls) return;
  const plain = rootValues(m, fn, self);
  assumed.set(place.fn, { fn, values: plain });
  const seeds = seedsOf(place.placed.definition, fn.def, inheritedBy(m, fn));
  const shown = [...(contexts.shown.get(place.fn)?.values() ?? [])];
  const values = withSeeds(m, withShown(m, place.fn, plain, shown, seeds), seeds);
  const before = calls.get(place.fn);
  const keep = keepModules(m, self);
  contexts.root = place.fn;
  try {
    const start = m.next;
    m.missed.clear();
    const forget = markCalls(contexts);
    const isRight = believed(m, () => callFunction(m, fn, argumentsOf(fn, values)));
    // What the later lines show of an argument is true in the earlier ones too.
    if (isRight && isFoundLater(m, start)) {
      forget();
      // Its calls are seen again, those that are remembered too.
      m.epoch += 1;
      callFunction(m, fn, argumentsOf(fn, values));
    }
    if (!isRight) callFunction(m, fn, argumentsOf(fn, plain));
  } finally {
    contexts.root = undefined;
    keep();
  }
  // The run itself is no call of the workspace.
  if (before) calls.set(place.fn, before);
  else calls.delete(place.fn);
}

/** The method of a class of the file that a decorator made of a function outside it. */
function methodOf(m: Machine, env: Env, { fn }: Place): Func | undefined {
  if (fn.decorators.length === 0) return undefined;
  for (const value of env.variables.values()) {
    if (isLater(m, value)) continue;
    const cls = known(m, value);
    const member = cls.k === 'class' ? cls.members.get(fn.name) : undefined;
    if (member?.k === 'function' && member.def === fn) return member;
  }
  return undefined;
}

const undecorated = (v: Value | undefined): Value | undefined =>
  v?.k === 'native' && v.inner ? v.inner : v;

function functionOf(m: Machine, env: Env, place: Place): Func | undefined {
  if (!place.cls) {
    const v = undecorated(env.variables.get(place.fn.name));
    const fn = v?.k === 'function' && v.def === place.fn ? v : undefined;
    return methodOf(m, env, place) ?? fn;
  }
  const cls = env.variables.get(place.cls.name);
  const c = cls && known(m, cls);
  const member = c?.k === 'class' ? undecorated(c.members.get(place.fn.name)) : undefined;
  return member?.k === 'function' && member.def === place.fn ? member : undefined;
}
