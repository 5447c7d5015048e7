/** Expressions: the value of each, recorded at the token that a person hovers. */
import { nowhere, type At, type Expr } from '../ast';
import { takeAttention } from '../attention';
import { join, oneOf, truth } from '../join';
import { asInt, attempt, frame, known, type Machine, type Recorded } from '../machine';
import { constant, type Poly } from '../poly';
import { perhaps, placeClashes } from '../clash';
import { depthOf, recover, TooLong } from '../fault';
import { eitherCosts, metered, repeat } from '../tally';
import {
  bool,
  int,
  list,
  none,
  string,
  tuple,
  unknown,
  type Env,
  type Obj,
  type Value,
} from '../values';
import { assign, lookup } from './assign';
import { attribute } from './attributes';
import { callExpression } from './calls';
import { defineFunction } from './define';
import { compare, logicalNot, binary, unary } from './operators';
import { elements, roundsOf } from './sequences';
import { subscript } from './subscript';
import { freeze, learn, settle } from './statements';

/** Notes what is at a position, when the function is being looked at. */
export function record(
  m: Machine,
  position: At,
  value: Value,
  more: Pick<Recorded, 'cost' | 'attention' | 'module'> = {},
): void {
  if (frame(m).record && position !== nowhere) m.recorded.push({ position, value, ...more });
}

/** `silent`: the value only, nothing is recorded. A fault of a rule makes the value unknown. */
export function evaluate(m: Machine, env: Env, e: Expr, silent = false): Value {
  m.steps += 1;
  if (m.steps % 16 === 0) m.breathe();
  if (m.steps > m.limit) throw new TooLong();
  if (e.k === 'number') {
    return e.integer ? int(constant(e.value)) : { k: 'float', value: e.value };
  }
  const depth = depthOf(m);
  try {
    return valueOf(m, env, e, silent);
  } catch (error) {
    recover(m, error, depth);
    return unknown;
  }
}

function valueOf(m: Machine, env: Env, e: Exclude<Expr, { k: 'number' }>, silent: boolean): Value {
  const note = (position: At, value: Value): Value => {
    const v = known(m, value);
    if (!silent) record(m, position, v);
    return v;
  };
  switch (e.k) {
    case 'name':
      return note(e.at, lookup(env, e.id) ?? m.runtime.builtin(e.id) ?? unknown);
    case 'string':
      for (const part of e.parts ?? []) evaluate(m, env, part, silent);
      return string(e.value);
    case 'constant':
      return e.value === null ? none : bool(e.value);
    case 'ellipsis':
      return { k: 'ellipsis' };
    case 'attribute':
      return note(e.at, attribute(m, evaluate(m, env, e.object, silent), e.name));
    case 'call': {
      const { length } = m.clashes;
      return measured(m, e.at, silent, callExpression(m, env, e, silent), length);
    }
    case 'subscript': {
      const object = evaluate(m, env, e.object, silent);
      return note(e.at, subscript(m, object, evaluate(m, env, e.index, silent)));
    }
    case 'slice':
      return {
        k: 'slice',
        parts: [e.low, e.high, e.step].map((part) => part && evaluate(m, env, part, silent)),
      };
    case 'binary': {
      const left = evaluate(m, env, e.left, silent);
      const right = evaluate(m, env, e.right, silent);
      return measured(m, e.at, silent, () => ({ value: binary(m, e.op, left, right) }));
    }
    case 'unary': {
      const value = evaluate(m, env, e.value, silent);
      return note(
        e.at,
        e.op === 'not' || e.op === '!' ? logicalNot(m, value) : unary(m, e.op, value),
      );
    }
    case 'logical':
      return logical(m, env, e, silent);
    case 'compare': {
      const left = evaluate(m, env, e.left, silent);
      const rest = e.rest.map(([op, right]) => [op, evaluate(m, env, right, silent)] as const);
      return note(e.at, compare(m, left, rest));
    }
    case 'conditional':
      return conditional(m, env, e, silent);
    case 'lambda':
      return defineFunction(m, env, e.fn);
    case 'sequence': {
      const shape = spreadShape(m, env, e.items, silent);
      if (shape) return shape;
      const { items, item } = spread(m, env, e.items, silent);
      if (item) return { k: 'many', item };
      return e.type === 'tuple' ? tuple(items) : list(items);
    }
    case 'star':
      return evaluate(m, env, e.value, silent);
    case 'dict':
      return dictionary(m, env, e, silent);
    case 'comprehension':
      return comprehension(m, env, e, silent);
    case 'walrus': {
      const value = evaluate(m, env, e.value, silent);
      assign(m, env, e.target, value);
      return value;
    }
    case 'yield': {
      const value = e.value ? evaluate(m, env, e.value, silent) : none;
      frame(m).yields.push(e.from ? (elements(m, value).item ?? unknown) : value);
      return unknown;
    }
    default:
      return unknown;
  }
}

/** Notes a value with what it took to get it; what is evaluated once more is not paid again. `length`: of the clashes before its parts. */
function measured(
  m: Machine,
  position: At,
  silent: boolean,
  run: () => { readonly value: Value; readonly module?: Obj },
  length = m.clashes.length,
): Value {
  const before = m.tally;
  const { result, cost } = metered(m, run);
  const attention = takeAttention(m);
  const { value, module } = result;
  // What certainly fails gives nothing.
  const v = m.clashes.length > length ? unknown : known(m, value);
  placeClashes(m, length, position);
  if (silent) m.tally = before;
  else {
    const more = { ...(attention ? { attention } : {}), ...(module ? { module } : {}) };
    record(m, position, v, { cost, ...more });
  }
  return v;
}

/** `(*x.shape[:-1], n)` of a tensor of unknown rank is a shape. */
function spreadShape(
  m: Machine,
  env: Env,
  exprs: readonly Expr[],
  silent: boolean,
): Value | undefined {
  const stars = exprs.filter((each) => each.k === 'star');
  if (stars.length !== 1) return undefined;
  const shape = known(m, evaluate(m, env, stars[0]!, true));
  if (shape.k !== 'shape') return undefined;
  const dims = exprs.map((each) => {
    const value = evaluate(m, env, each, silent);
    return each.k === 'star' ? undefined : asInt(m, value);
  });
  const place = exprs.findIndex((each) => each.k === 'star');
  const front = dims.slice(0, place);
  const tail = dims.slice(place + 1);
  if ([...front, ...tail].some((dim) => !dim)) return undefined;
  const { shape: inner } = shape;
  return {
    k: 'shape',
    shape: {
      front: [...(front as Poly[]), ...inner.front],
      head: inner.head,
      tail: [...inner.tail, ...(tail as Poly[])],
    },
  };
}

/** Items of a display with `*x` spread out; `item` when their number is unknown. */
function spread(
  m: Machine,
  env: Env,
  exprs: readonly Expr[],
  silent: boolean,
): { items: Value[]; item?: Value } {
  const items: Value[] = [];
  let open = false;
  for (const each of exprs) {
    const value = evaluate(m, env, each, silent);
    if (each.k !== 'star') items.push(value);
    else {
      const inner = elements(m, value);
      if (inner.items) items.push(...inner.items);
      else {
        open = true;
        items.push(inner.item ?? unknown);
      }
    }
  }
  return open ? { items, item: items.reduce((a, b) => join(m, a, b)) } : { items };
}

function logical(m: Machine, env: Env, e: Extract<Expr, { k: 'logical' }>, silent: boolean): Value {
  const left = evaluate(m, env, e.left, silent);
  if (e.op === '??') {
    return left.k === 'none' ? evaluate(m, env, e.right, silent) : left;
  }
  const decided = truth(m, left);
  if (decided !== undefined)
    return decided === (e.op === 'and') ? evaluate(m, env, e.right, silent) : left;
  const evaluateRight = (): Value =>
    attempt(m, () => {
      const from = m.recorded.length;
      learn(m, env, e.left, e.op === 'and');
      const value = evaluate(m, env, e.right, silent);
      settle(m, from);
      return freeze(m, value);
    }).result;
  const right = perhaps(m, () => eitherCosts(m, [() => none, evaluateRight])[1]!);
  if (left.k === 'bool' && right.k === 'bool') {
    // One side may decide for both.
    return bool(right.value === (e.op === 'or') ? right.value : undefined);
  }
  // `x or y` is never the falsy side of x.
  const kept =
    e.op === 'or' && left.k === 'union'
      ? left.options.filter((option) => truth(m, option) !== false)
      : [left];
  return oneOf(m, [...kept, right]);
}

function conditional(
  m: Machine,
  env: Env,
  e: Extract<Expr, { k: 'conditional' }>,
  silent: boolean,
): Value {
  const decided = truth(m, evaluate(m, env, e.test, silent));
  if (decided !== undefined) {
    learn(m, env, e.test, decided);
    return evaluate(m, env, decided ? e.yes : e.no, silent);
  }
  const run = (branch: Expr, holds: boolean): Value =>
    attempt(m, () => {
      const from = m.recorded.length;
      learn(m, env, e.test, holds);
      const value = evaluate(m, env, branch, silent);
      settle(m, from);
      return freeze(m, value);
    }).result;
  const [yes, no] = perhaps(m, () =>
    eitherCosts(m, [() => run(e.yes, true), () => run(e.no, false)]),
  );
  return oneOf(m, [yes!, no!]);
}

function dictionary(m: Machine, env: Env, e: Extract<Expr, { k: 'dict' }>, silent: boolean): Value {
  const entries = new Map<string, Value>();
  let other: Value | undefined;
  for (const [key, value] of e.items) {
    const name = key && known(m, evaluate(m, env, key, silent));
    const v = known(m, evaluate(m, env, value, silent));
    if (!key && v.k === 'dict') {
      for (const [inner, item] of v.entries) entries.set(inner, item);
    } else if (name?.k === 'string' && name.value !== undefined) entries.set(name.value, v);
    else if (name?.k === 'int') entries.set(name.value.key, v);
    else other = other ? join(m, other, v) : v;
  }
  return { k: 'dict', entries, ...(other ? { other } : {}) };
}

function comprehension(
  m: Machine,
  env: Env,
  e: Extract<Expr, { k: 'comprehension' }>,
  silent: boolean,
): Value {
  const inner: Env = { variables: new Map(), parent: env, module: env.module };
  const keyed = new Map<string, Value>();
  const results: Value[] = [];
  let exact = true;
  let length: Value | undefined;
  const visit = (depth: number): void => {
    const clause = e.clauses[depth];
    if (!clause) {
      if (e.key) {
        const key = known(m, evaluate(m, inner, e.key, silent));
        const value = evaluate(m, inner, e.value, silent);
        if (key.k === 'string' && key.value !== undefined) keyed.set(key.value, value);
        results.push(value);
      } else results.push(evaluate(m, inner, e.value, silent));
      return;
    }
    const iterable = evaluate(m, inner, clause.iterable, silent);
    const { items, item, count } = elements(m, iterable);
    const run = (each: Value): void => {
      assign(m, inner, clause.target, each);
      for (const condition of clause.conditions) {
        const decided = truth(m, evaluate(m, inner, condition, silent));
        if (decided === false) return;
        if (decided === undefined) exact = false;
        learn(m, inner, condition, true);
      }
      visit(depth + 1);
    };
    if (items && items.length <= 16) items.forEach(run);
    else {
      exact = false;
      if (depth === 0 && e.clauses.length === 1 && clause.conditions.length === 0 && count)
        length = int(count);
      const before = m.tally;
      m.looping += 1;
      run(item ?? items?.reduce((a, b) => join(m, a, b)) ?? unknown);
      m.looping -= 1;
      repeat(m, before, clause.conditions.length > 0 ? undefined : roundsOf(items, count));
    }
  };
  visit(0);
  if (e.type === 'dict') {
    const other = exact
      ? undefined
      : results.reduce<Value | undefined>((a, b) => (a ? join(m, a, b) : b), undefined);
    return { k: 'dict', entries: keyed, ...(other ? { other } : {}) };
  }
  if (exact) return list(results);
  if (results.length === 0) return { k: 'many', item: unknown };
  const count = asInt(m, length);
  return {
    k: 'many',
    item: results.reduce((a, b) => join(m, a, b)),
    ...(count ? { length: count } : {}),
  };
}
