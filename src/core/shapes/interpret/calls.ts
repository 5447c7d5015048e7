/** Calls: what is called with what, and running bodies with a memory. */
import { nowhere, type At, type Expr } from '../ast';
import { fingerprint, identity, join, oneOf } from '../join';
import { believed, bindAny, fresh, frame, known, write, type Machine } from '../machine';
import {
  none,
  unknown,
  type Args,
  type Class,
  type Env,
  type Func,
  type Obj,
  type Value,
} from '../values';
import { attribute, findMember, libraryBase } from './attributes';
import { bindArguments, numberOf } from './bind';
import { construct } from './construct';
import { described } from './described';
import { evaluate } from './expressions';
import { noteInteger } from './assign';
import { elements, type Elements } from './sequences';
import { branches, execute, freeze } from './statements';
import { perhaps } from '../clash';
import { symbolsOf, type Sym } from '../poly';
import { addCost, metered, spend } from '../tally';

type Call = Extract<Expr, { k: 'call' }>;

/** A call whose callee and arguments are evaluated, so that it costs what it does itself; gives the module that is called. */
export function callExpression(
  m: Machine,
  env: Env,
  e: Call,
  silent: boolean,
): () => { readonly value: Value; readonly module?: Obj } {
  if (e.callee.k === 'name' && e.callee.id === 'super') return () => ({ value: superOf(m, env) });
  const callee =
    e.callee.k === 'name'
      ? evaluate(m, env, e.callee, true)
      : e.callee.k === 'attribute'
        ? attribute(m, evaluate(m, env, e.callee.object, silent), e.callee.name)
        : evaluate(m, env, e.callee, silent);
  const args = evaluateArguments(m, env, e, silent);
  return () => {
    const value = call(m, callee, args, e.at);
    const c = known(m, callee);
    if (m.isFollowing) noteUnresolved(m, e, c);
    return c.k === 'object' ? { value, module: c } : { value };
  };
}

/** Something unknown was called: it may be a function of the workspace, which has one more caller then. */
function noteUnresolved(m: Machine, e: Call, c: Value): void {
  if (e.callee.k === 'attribute') {
    if (c.k === 'any') m.unresolved.add(e.callee.name);
  } else if (c.k === 'any' || c.k === 'unknown') m.unresolved.add('');
}

export function evaluateArguments(m: Machine, env: Env, e: Call, silent: boolean): Args {
  const positional: Value[] = [];
  const keyword = new Map<string, Value>();
  let rest: Value | undefined;
  for (const arg of e.args) {
    const value = evaluate(m, env, arg.value, silent);
    if (arg.name) keyword.set(arg.name, value);
    else if (arg.star === 1) {
      const v = known(m, value);
      const { items, item }: Elements = v.k === 'shape' ? { items: [v] } : elements(m, v);
      if (items) positional.push(...items);
      else rest = item ?? unknown;
    } else if (arg.star === 2) {
      const v = known(m, value);
      if (v.k === 'dict') for (const [name, item] of v.entries) keyword.set(name, item);
      if (v.k !== 'dict' || v.other) rest ??= unknown;
    } else positional.push(value);
  }
  return { positional, keyword, ...(rest ? { rest } : {}) };
}

/** The object that `super()` stands for: the same attributes, methods of the next class. */
function superOf(m: Machine, env: Env): Value {
  const { fn } = frame(m);
  const self = fn?.def.parameters[0] && env.variables.get(fn.def.parameters[0].name);
  const v = self && known(m, self);
  if (!fn?.owner || v?.k !== 'object') return unknown;
  const cls: Class = { k: 'class', name: fn.owner.name, bases: fn.owner.bases, members: new Map() };
  return {
    k: 'object',
    id: v.id,
    cls,
    attributes: v.attributes,
    whole: v.whole ?? v,
    ...(v.made ? { made: v.made } : {}),
  };
}

export function call(m: Machine, callee: Value, args: Args, position?: At): Value {
  const c = known(m, callee);
  switch (c.k) {
    case 'function':
      return callFunction(m, c, args);
    case 'method':
      return callFunction(m, c.fn, { ...args, positional: [c.self, ...args.positional] });
    case 'native':
      return c.call(m, args);
    case 'class':
      return construct(m, c, args);
    case 'object':
      return described(m, c, args) ?? callObject(m, c, args);
    case 'union':
      return callOneOf(
        m,
        c.options.filter(({ k }) => k !== 'none'),
        args,
        position,
      );
    case 'any':
    case 'unknown':
      // What is not known may do anything with an array.
      if ([...args.positional, ...args.keyword.values()].some((one) => isTensor(m, one)))
        spend(m, undefined);
      m.runtime.escaped?.(m, args);
      return { k: 'any', id: fresh(m) };
    default:
      return unknown;
  }
}

const isTensor = (m: Machine, value: Value): boolean => known(m, value).k === 'tensor';

/** Calls one of several, it is not known which: what one of them needs is not true of the others. */
function callOneOf(
  m: Machine,
  options: readonly Value[],
  args: Args,
  position: At | undefined,
): Value {
  const [only, more] = options;
  if (!only) return unknown;
  if (!more) return perhaps(m, () => call(m, only, args, position));
  const results: Value[] = [];
  branches(
    m,
    options.map((option) => () => {
      results.push(freeze(m, call(m, option, args, position)));
      return 'normal';
    }),
  );
  return oneOf(m, results);
}

function callObject(m: Machine, object: Obj, args: Args): Value {
  if (findMember(m, object.cls, '__call__'))
    return callMethod(m, object, '__call__', args.positional, args.keyword);
  const native = libraryBase(m, object.cls, (library) => library.call);
  return native ? native(m, object, args) : unknown;
}

export function callMethod(
  m: Machine,
  object: Value,
  name: string,
  positional: readonly Value[],
  keyword: ReadonlyMap<string, Value> = new Map(),
): Value {
  return call(m, attribute(m, object, name), { positional, keyword });
}

export function callFunction(m: Machine, given: Func, args: Args): Value {
  const def = m.newer.get(given.def);
  const fn = def ? { ...given, def } : given;
  const values = bindArguments(m, fn, args);
  const key = `${identity(fn.def)}/${identity(fn.env)}/${[...values].map(([name, value]) => `${name}=${fingerprint(m, value)}`).join(',')}`;
  const recording = m.isRecorded(fn);
  const memoKey = `${key}@${m.epoch}`;
  const remembered = recording ? undefined : m.memo.get(memoKey);
  if (remembered) {
    addCost(m, remembered.cost);
    return remembered.result;
  }
  const active = m.frames.filter((f) => f.fn?.def === fn.def).length;
  if (active > 2 || m.frames.length > 60) return unknown;
  const isVague = [...values.values()].some((value) => isAnonymous(m, value));
  // What the caller does not know, the body may still show.
  for (const { name, annotation } of fn.def.parameters) {
    const value = known(m, values.get(name) ?? unknown);
    const number =
      value.k === 'unknown' || value.k === 'any' ? numberOf(m, annotation, name) : undefined;
    if (number) {
      bindAny(m, value, number);
      values.set(name, number);
    }
  }
  for (const [name, value] of values) {
    if (value.k !== 'unknown') continue;
    const stored = args.rest && !args.keyword.has(name) ? { stored: true as const } : {};
    values.set(name, { k: 'any', id: fresh(m), name, ...stored });
  }
  const outer = { impure: m.impure, pureFrom: m.pureFrom };
  m.impure = false;
  m.pureFrom = m.next;
  const { result, cost } = metered(m, () => runSaid(m, fn, values, recording));
  if (m.impure) m.epoch += 1;
  else if (!isVague || !isNewNumber(m, result, m.pureFrom))
    write(m, m.memo, memoKey, { result, cost });
  m.impure = outer.impure || m.impure;
  m.pureFrom = outer.pureFrom;
  return result;
}

/** Values of which two look alike though they are not the same. */
function isAnonymous(m: Machine, value: Value): boolean {
  const v = known(m, value);
  if (v.k === 'float') return v.value === undefined && !v.ratio;
  return v.k === 'unknown' || ((v.k === 'bool' || v.k === 'string') && v.value === undefined);
}

/** A number that is not known and was made after number `from`: of another call, it is another one. */
function isNewNumber(m: Machine, value: Value, from: number): boolean {
  const v = known(m, value);
  const isNew = ({ key }: Sym): boolean => Number(/^s(\d+)$/.exec(key)?.[1] ?? 0) > from;
  return v.k === 'int' && symbolsOf(v.value).some(isNew);
}

/** Runs a body on the word of its comments; without, where it contradicts them. */
function runSaid(
  m: Machine,
  fn: Func,
  values: ReadonlyMap<string, Value>,
  recording: boolean,
): Value {
  const run = (given: ReadonlyMap<string, Value>): Value => {
    const ended = m.called(fn, given);
    const found = perhaps(m, () => runBody(m, fn, given, recording));
    ended?.();
    return found;
  };
  const said = m.said(fn, values);
  let result: Value = unknown;
  const isTrue =
    said !== undefined &&
    believed(m, () => {
      result = run(said());
    });
  return isTrue ? result : run(values);
}

/** A body of `...` or nothing but its documentation: classes that derive from this one say what it does. */
const isStub = (fn: Func): boolean =>
  fn.def.body.every(
    (s) => s.k === 'expression' && (s.value.k === 'ellipsis' || s.value.k === 'string'),
  );

/** Runs a body; the result joins all that it may return. */
export function runBody(
  m: Machine,
  fn: Func,
  values: ReadonlyMap<string, Value>,
  recording: boolean,
): Value {
  const env: Env = { variables: new Map(values), parent: fn.env, module: fn.env.module };
  const integers = new Map();
  m.frames.push({
    fn,
    env,
    returns: [],
    yields: [],
    integers,
    record: recording,
    depth: m.frames.length,
  });
  for (const parameter of fn.def.parameters) {
    const value = values.get(parameter.name);
    if (value) noteInteger(m, frame(m), parameter.name, value);
    if (value && recording && parameter.at !== nowhere)
      m.recorded.push({ position: parameter.at, value });
  }
  const constructing = m.constructing;
  if (fn.def.name !== '__init__') m.constructing = 0;
  try {
    const completion = execute(m, env, fn.def.body);
    const current = frame(m);
    if (fn.def.generator) {
      const { yields } = current;
      return yields.length > 0
        ? { k: 'many', item: yields.reduce((a, b) => join(m, a, b)) }
        : { k: 'many', item: unknown };
    }
    if (completion === 'normal' || current.returns.length === 0)
      current.returns.push(completion === 'raise' || isStub(fn) ? unknown : none);
    const { returns } = current;
    // Falling off the end after a return is how errors leave; None is not joined in then.
    const useful = returns.length > 1 && completion === 'normal' ? returns.slice(0, -1) : returns;
    return oneOf(m, useful);
  } finally {
    m.constructing = constructing;
    if (recording) m.leave(frame(m));
    m.frames.pop();
  }
}
