/** Statements: what they do to the state, and how control leaves them. */
import type { Expr, Stmt } from '../ast';
import { fingerprint, join, truth } from '../join';
import {
  frame,
  known,
  attempt,
  choose,
  write,
  declareDivisible,
  equate,
  requireRank,
  dimsOf,
  asTensor,
  asNumber,
  asInt,
  shapeOf,
  normal,
  dtypeOf,
  type Machine,
} from '../machine';
import { unknown, type Env, type Value } from '../values';
import { zero, type Poly } from '../poly';
import { assign, lookup } from './assign';
import { evaluate } from './expressions';
import { binary } from './operators';
import { decorated, defineClass } from './define';
import { importFrom, importModule } from './imports';
import { elements, roundsOf } from './sequences';
import { perhaps } from '../clash';
import { depthOf, recover } from '../fault';
import { forget } from './forget';
import { joinStates, type State } from './joinStates';
import { eitherCosts, repeat, spend } from '../tally';

export type Completion = 'normal' | 'return' | 'raise' | 'break' | 'continue';

export function execute(m: Machine, env: Env, body: readonly Stmt[]): Completion {
  for (const statement of body) {
    if (statement === m.stop?.statement) m.stop.arrive(env);
    const completion = one(m, env, statement);
    if (completion !== 'normal') return completion;
  }
  return 'normal';
}

/** One statement. After a fault, nothing is known of what it may have set. */
function one(m: Machine, env: Env, s: Stmt): Completion {
  const depth = depthOf(m);
  try {
    return follow(m, env, s);
  } catch (error) {
    recover(m, error, depth);
    forget(m, env, s);
    return 'normal';
  }
}

function follow(m: Machine, env: Env, s: Stmt): Completion {
  switch (s.k) {
    case 'expression':
      evaluate(m, env, s.value);
      return 'normal';
    case 'assign': {
      if (!s.value) return 'normal';
      const value = evaluate(m, env, s.value);
      for (const target of s.targets) assign(m, env, target, value);
      return 'normal';
    }
    case 'augment': {
      const old = evaluate(m, env, s.target, true);
      const value = binary(m, s.op, old, evaluate(m, env, s.value), true);
      assign(m, env, s.target, value);
      return 'normal';
    }
    case 'return':
      frame(m).returns.push(s.value ? evaluate(m, env, s.value) : { k: 'none' });
      return 'return';
    case 'if':
      return conditional(m, env, s);
    case 'for':
      return forLoop(m, env, s);
    case 'while': {
      const completion = loop(m, () => {
        evaluate(m, env, s.test);
        return execute(m, env, s.body);
      });
      return completion;
    }
    case 'try': {
      const completion = branches(m, [
        () => execute(m, env, s.body),
        ...s.handlers.map((handler) => () => execute(m, env, handler)),
      ]);
      const last = execute(m, env, s.last);
      return last === 'normal' ? completion : last;
    }
    case 'with':
      for (const [value, target] of s.items) {
        const entered = evaluate(m, env, value);
        if (target) assign(m, env, target, entered);
      }
      return execute(m, env, s.body);
    case 'function':
      write(m, env.variables, s.fn.name, decorated(m, env, s.fn));
      return 'normal';
    case 'class':
      write(m, env.variables, s.cls.name, defineClass(m, env, s.cls));
      return 'normal';
    case 'import':
      importModule(m, env, s.module, s.alias);
      return 'normal';
    case 'from':
      importFrom(m, env, s.module, s.names);
      return 'normal';
    case 'assert':
      evaluate(m, env, s.test);
      learn(m, env, s.test, true);
      return 'normal';
    case 'pass':
      return 'normal';
    default:
      return s.k;
  }
}

/** `TYPE_CHECKING` is false when the program runs. */
const isForCheckers = (e: Expr): boolean =>
  (e.k === 'name' ? e.id : e.k === 'attribute' ? e.name : '') === 'TYPE_CHECKING';

function conditional(m: Machine, env: Env, s: Extract<Stmt, { k: 'if' }>): Completion {
  if (isForCheckers(s.test)) {
    // Annotations use what is imported there by name.
    const named = s.yes.filter((each) => each.k === 'from' && each.names);
    execute(m, env, named);
    return execute(m, env, s.no);
  }
  const decided = truth(m, evaluate(m, env, s.test));
  const yes = () => {
    learn(m, env, s.test, true);
    return execute(m, env, s.yes);
  };
  const no = () => {
    learn(m, env, s.test, false);
    return execute(m, env, s.no);
  };
  if (decided === true) return yes();
  return decided === false ? no() : branches(m, [yes, no]);
}

/** Runs alternatives from the same state and joins the states of those that go on. */
export function branches(m: Machine, alternatives: readonly (() => Completion)[]): Completion {
  const outcome = (run: () => Completion) => (): { completion: Completion; writes: State } => {
    const { result: completion, writes } = attempt(m, () => {
      const from = m.recorded.length;
      const leaves = run();
      settle(m, from);
      return leaves;
    });
    return { completion, writes };
  };
  const outcomes = perhaps(m, () => eitherCosts(m, alternatives.map(outcome)));
  // What follows is not paid where one of them returns.
  if (outcomes.some(({ completion }) => completion === 'return')) spend(m, undefined);
  const alive = outcomes.filter(({ completion }) => completion === 'normal');
  // Code behind a branch that always leaves sees the other branch only.
  const states = (alive.length > 0 ? alive : outcomes).map(({ writes }) => writes);
  if (states.length === 1) {
    for (const [map, keys] of states[0]!)
      for (const [key, value] of keys) write(m, map, key, value);
  } else {
    choose(m, () => joinStates(m, states));
  }
  return alive.length > 0 ? 'normal' : strongest(outcomes.map(({ completion }) => completion));
}
const strongest = (all: readonly Completion[]): Completion =>
  all.find((one) => one === 'continue' || one === 'break') ??
  all.find((one) => one === 'return') ??
  all[0] ??
  'normal';

/** Puts what is known now into what was recorded inside a branch, before the branch is undone. */
export function settle(m: Machine, from: number): void {
  for (let index = from; index < m.recorded.length; index += 1) {
    const entry = m.recorded[index]!;
    entry.value = freeze(m, entry.value);
  }
}
export function freeze(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'union') return { ...v, options: v.options.map((option) => freeze(m, option)) };
  if (v.k !== 'tensor') return v;
  const { front, head, tail } = shapeOf(m, v.shape);
  const settled = (dims: readonly Poly[]) => dims.map((dim) => normal(m, dim));
  const shape = { front: settled(front), head, tail: settled(tail) };
  return { ...v, shape, dtype: dtypeOf(m, v) ?? v.dtype };
}

function forLoop(m: Machine, env: Env, s: Extract<Stmt, { k: 'for' }>): Completion {
  const { items, item, count } = elements(m, evaluate(m, env, s.iterable));
  if (items && items.length <= 12) {
    for (const each of items) {
      assign(m, env, s.target, each);
      const completion = execute(m, env, s.body);
      if (completion === 'break') return 'normal';
      if (completion === 'return' || completion === 'raise') return completion;
    }
    return execute(m, env, s.otherwise);
  }
  const each = item ?? items?.reduce((a, b) => join(m, a, b)) ?? unknown;
  loop(
    m,
    () => {
      assign(m, env, s.target, each);
      return execute(m, env, s.body);
    },
    roundsOf(items, count),
  );
  return execute(m, env, s.otherwise);
}

/** Runs a body until its state is stable, at most twice, joining each round with the state before it. */
export function loop(m: Machine, body: () => Completion, rounds?: Poly): Completion {
  const before = m.tally;
  for (let round = 0; round < 2; round += 1) {
    m.tally = before;
    const { writes: after } = attempt(m, () => {
      const from = m.recorded.length;
      m.looping += 1;
      try {
        body();
      } finally {
        m.looping -= 1;
      }
      settle(m, from);
    });
    let changed = false;
    after.delete(m.memo as Map<unknown, unknown>);
    for (const [map, keys] of after) {
      const learnt = map === (m.bindings as Map<unknown, unknown>);
      for (const [key, value] of keys) {
        const before = map.get(key);
        if (before === undefined || learnt) write(m, map, key, value);
        else if (fingerprint(m, before as Value) !== fingerprint(m, value as Value)) {
          changed = true;
          write(m, map, key, join(m, before as Value, value as Value));
        }
      }
    }
    if (!changed) break;
  }
  repeat(m, before, rounds);
  return 'normal';
}

/** What a condition that holds (or does not) says about its variables. */
export function learn(m: Machine, env: Env, test: Expr, holds: boolean): void {
  if (test.k === 'unary' && test.op === 'not') return learn(m, env, test.value, !holds);
  if (test.k === 'logical' && (test.op === 'and') === holds) {
    learn(m, env, test.left, holds);
    learn(m, env, test.right, holds);
    return;
  }
  if (test.k === 'name') return narrow(m, env, test, (v) => truth(m, v) !== !holds);
  if (test.k !== 'compare') return;
  if (test.rest.length !== 1) {
    // `a == b == c`: each with the next.
    if (!holds) return;
    test.rest.reduce((left, next) => {
      learn(m, env, { ...test, left, rest: [next] }, holds);
      return next[1];
    }, test.left);
    return;
  }
  const [op, right] = test.rest[0]!;
  if (
    right.k === 'constant' &&
    right.value === null &&
    (op === 'is' || op === 'is not' || op === '===' || op === '!==')
  ) {
    const isNone = (op === 'is' || op === '===') === holds;
    return narrow(m, env, test.left, (v) => (v.k === 'none') === isNone || v.k === 'any', isNone);
  }
  if ((op === '==' || op === '===') !== holds || (!holds && op !== '!=')) return;
  const a = evaluate(m, env, test.left, true);
  const b = evaluate(m, env, right, true);
  if (!equateRanks(m, env, test.left, right)) equateValues(m, env, test.left, a, b);
}

/** `x.ndim == y.ndim`: what is known of one holds for the other. */
function equateRanks(m: Machine, env: Env, left: Expr, right: Expr): boolean {
  const subjects = [rankSubject(left), rankSubject(right)];
  if (!subjects[0] || !subjects[1]) return false;
  const [x, y] = subjects.map((e) => asTensor(m, evaluate(m, env, e!, true)));
  const [a, b] = [x && dimsOf(m, x), y && dimsOf(m, y)];
  if (x && b) requireRank(m, x, b.length);
  else if (y && a) requireRank(m, y, a.length);
  return true;
}

function equateValues(m: Machine, env: Env, left: Expr, a: Value, b: Value): void {
  // `x.dim() == 3`, `x.ndim == 3`, `len(x.shape) == 3`
  const subject = rankSubject(left);
  const rank = asNumber(m, b);
  if (subject && rank !== undefined) {
    const t = asTensor(m, evaluate(m, env, subject, true));
    if (t) requireRank(m, t, rank);
    return;
  }
  const x = known(m, a);
  const y = known(m, b);
  if (left.k === 'binary' && left.op === '%' && y.k === 'int' && y.value.key === zero.key) {
    const of = asInt(m, evaluate(m, env, left.left, true));
    const by = asInt(m, evaluate(m, env, left.right, true));
    if (of && by) declareDivisible(m, of, by);
  } else if (x.k === 'int' && y.k === 'int') equate(m, x.value, y.value);
  else if (x.k === 'sequence' && y.k === 'sequence' && x.items.length === y.items.length) {
    x.items.forEach((item, index) => {
      const [p, q] = [known(m, item), known(m, y.items[index]!)];
      if (p.k === 'int' && q.k === 'int') equate(m, p.value, q.value);
    });
  }
}
function rankSubject(e: Expr): Expr | undefined {
  if (e.k === 'attribute' && e.name === 'ndim') return e.object;
  if (e.k !== 'call' || e.callee.k === 'attribute') {
    const name = e.k === 'call' && e.callee.k === 'attribute' ? e.callee.name : '';
    return e.k === 'call' && e.callee.k === 'attribute' && (name === 'dim' || name === 'ndimension')
      ? e.callee.object
      : undefined;
  }
  const shape = e.callee.k === 'name' && e.callee.id === 'len' ? e.args[0]?.value : undefined;
  return shape?.k === 'attribute' && shape.name === 'shape' ? shape.object : undefined;
}

function narrow(m: Machine, env: Env, e: Expr, keep: (v: Value) => boolean, isNone = false): void {
  const value =
    e.k === 'name'
      ? lookup(env, e.id)
      : e.k === 'attribute'
        ? evaluate(m, env, e, true)
        : undefined;
  if (value?.k !== 'union') return;
  const kept = value.options.filter((option) =>
    isNone ? option.k === 'none' : keep(known(m, option)),
  );
  if (kept.length === 0 || kept.length === value.options.length) return;
  const next = kept.length === 1 ? kept[0]! : ({ k: 'union', options: kept } as const);
  if (e.k === 'name') {
    let holder: Env | undefined = env;
    while (holder && !holder.variables.has(e.id)) holder = holder.parent;
    if (holder) write(m, holder.variables, e.id, next);
  } else if (e.k === 'attribute') {
    const object = known(m, evaluate(m, env, e.object, true));
    if (object.k === 'object') write(m, object.attributes, e.name, next);
  }
}
