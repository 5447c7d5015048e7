/** Variables, attributes and items: reading names and binding targets. */
import type { Expr } from '../ast';
import { join } from '../join';
import type { shapeOf } from '../machine';
import {
  asNumber,
  bindAny,
  dimsOf,
  fresh,
  frame,
  heldInt,
  isThrowaway,
  known,
  nameOf,
  requireRank,
  size,
  write,
  type Frame,
  type Machine,
} from '../machine';
import { symbolOf, symbolsOf, type Poly } from '../poly';
import { tuple, unknown, type Env, type Obj, type Tensor, type Value } from '../values';
import { evaluate, record } from './expressions';
import { another, displaced, elements, partOf } from './sequences';
import { subscript } from './subscript';
import { firstItem } from '../tensors';

export function lookup(env: Env, name: string): Value | undefined {
  for (let scope: Env | undefined = env; scope; scope = scope.parent) {
    const value = scope.variables.get(name);
    if (value) return value;
  }
  return undefined;
}

/** Binds a target to a value, and sizes without a name to the name of the variable. */
export function assign(m: Machine, env: Env, target: Expr, value: Value): void {
  switch (target.k) {
    case 'name':
      setVariable(m, target.outer ? scopeOf(env, target.id) : env, target.id, value);
      record(m, target.at, known(m, value));
      return;
    case 'sequence': {
      const star = target.items.findIndex((item) => item.k === 'star');
      const values = unpack(m, value, target.items.length, star);
      target.items.forEach((item, index) => assign(m, env, item, values[index] ?? unknown));
      return;
    }
    case 'star':
      assign(m, env, target.value, value);
      return;
    case 'attribute': {
      const object = known(m, evaluate(m, env, target.object));
      if (object.k === 'object') setAttribute(m, object, target.name, value);
      else if (object.k === 'dict') setEntry(m, object, target.name, value);
      record(m, target.at, known(m, value));
      return;
    }
    case 'subscript':
      assignItem(m, env, target, value);
      return;
    default:
      return;
  }
}

/** The scope that declares a name; one that nothing declares is global. */
function scopeOf(env: Env, name: string): Env {
  let scope = env;
  while (scope.parent && !scope.variables.has(name)) scope = scope.parent;
  return scope.variables.has(name) ? scope : env;
}
function setEntry(
  m: Machine,
  object: Extract<Value, { k: 'dict' }>,
  name: string,
  value: Value,
): void {
  m.impure = true;
  write(m, object.entries, name, value);
}

export function setVariable(m: Machine, env: Env, name: string, value: Value): void {
  write(m, env.variables, name, named(m, value, name));
  noteInteger(m, frame(m), name, env.variables.get(name)!);
}
export function noteInteger(m: Machine, f: Frame, name: string, value: Value): void {
  const v = heldInt(m, value);
  if (!v) {
    // The name does not stand for one size any more.
    if (f.integers.has(name)) f.integers.set(name, undefined);
    return;
  }
  const before = f.integers.get(name);
  f.integers.set(name, f.integers.has(name) && before?.key !== v.key ? undefined : v);
}
/** A size that has no name takes that of the first variable it is put in. */
function named(m: Machine, value: Value, name: string): Value {
  const v = heldInt(m, value);
  const sym = v && symbolOf(v);
  if (
    sym &&
    !symbolsOf(v).some(({ varies }) => varies) &&
    (nameOf(m, sym) === undefined || (sym.loose && !m.names.has(sym.key)))
  ) {
    m.names.set(sym.key, name);
  }
  if (v && !sym && m.constructing > 0 && !isThrowaway(name) && !m.words.has(v.key))
    m.words.set(v.key, name);
  return value;
}

export function setAttribute(m: Machine, object: Obj, name: string, value: Value): void {
  if (object.id <= m.pureFrom) m.impure = true;
  const setter = object.cls.library?.methods?.['__setattr__'];
  if (setter)
    setter(m, object, { positional: [{ k: 'string', value: name }, value], keyword: new Map() });
  write(m, object.attributes, name, named(m, value, name));
}

function assignItem(
  m: Machine,
  env: Env,
  target: Extract<Expr, { k: 'subscript' }>,
  value: Value,
): void {
  const object = known(m, evaluate(m, env, target.object));
  const index = known(m, evaluate(m, env, target.index));
  m.impure = true;
  if (object.k === 'dict') {
    const key = index.k === 'string' ? index.value : undefined;
    if (key !== undefined) write(m, object.entries, key, value);
    else {
      const other = object.other ? join(m, object.other, value) : value;
      m.replaceValue(object, { ...object, other });
    }
    return;
  }
  if (object.k === 'tensor') fitItem(m, object, index, known(m, value));
  if (object.k === 'many') bindMany(m, env, target.object, join(m, object.item, value));
  if (object.k === 'sequence') {
    const place = asNumber(m, index);
    const items = object.items.map((item, at) =>
      place === undefined ? join(m, item, value) : at === place ? value : item,
    );
    if (target.object.k === 'name')
      write(m, holder(env, target.object.id), target.object.id, { ...object, items });
  }
}
/** What is put into a place of an array has the axes of the place, and an array that is filled those of what fills it. */
function fitItem(m: Machine, object: Tensor, index: Value, value: Value): void {
  if (value.k !== 'tensor') return;
  const isAll = index.k === 'ellipsis';
  const place = isAll ? object : subscript(m, object, index);
  if (place.k !== 'tensor') return;
  const [there, given] = [dimsOf(m, place), dimsOf(m, value)];
  if (there?.length && !given) requireRank(m, value, there.length);
  if (!there && given && isAll) requireRank(m, place, given.length);
}
function bindMany(m: Machine, env: Env, target: Expr, item: Value): void {
  if (target.k === 'name') write(m, holder(env, target.id), target.id, { k: 'many', item });
}
/** The scope that holds a name. */
export function holder(env: Env, name: string): Map<string, Value> {
  for (let scope: Env | undefined = env; scope; scope = scope.parent) {
    if (scope.variables.has(name)) return scope.variables;
  }
  return env.variables;
}

/** Splits a value into `count` parts; the one at `star` takes what is left. */
export function unpack(m: Machine, value: Value, count: number, star: number): Value[] {
  let v = known(m, value);
  if (v.k === 'union') v = v.options.find((option) => option.k !== 'none') ?? v;
  if (v.k === 'shape' && star < 0) {
    const proxy: Tensor = { k: 'tensor', shape: v.shape, dtype: '', library: '' };
    requireRank(m, proxy, count);
    v = known(m, v);
  }
  if (v.k === 'shape') return unpackShape(m, v.shape, count, star);
  if (v.k === 'any') {
    if (star >= 0) return Array.from({ length: count }, () => unknown);
    const base = v.name;
    const items = Array.from({ length: count }, (_, index): Value => ({
      k: 'any',
      id: fresh(m),
      ...(base ? { name: `${base}${'₀₁₂₃₄₅₆₇₈₉'[index] ?? ''}` } : {}),
    }));
    bindAny(m, v, tuple(items));
    return items;
  }
  if (v.k === 'tensor' && v.holds)
    return unpack(m, v.holds, count, star).map((part) => partOf(m, v, part));
  if (v.k === 'tensor') {
    const item = firstItem(m, v);
    return Array.from({ length: count }, () => item);
  }
  const { items, item } = elements(m, v);
  if (items && star >= 0) {
    const after = count - star - 1;
    const middle = items.slice(star, items.length - after);
    return [
      ...items.slice(0, star),
      { k: 'sequence', type: 'list', items: middle },
      ...items.slice(items.length - after),
    ];
  }
  if (items && items.length === count) return [...items];
  if (items) m.mismatches += 1;
  if (item) {
    return Array.from({ length: count }, (_, index) =>
      index === star
        ? { k: 'many', item: displaced(m, item) }
        : another(m, item, star < 0 || index < star ? index : index - count),
    );
  }
  return Array.from({ length: count }, () => unknown);
}
function unpackShape(
  m: Machine,
  shape: ReturnType<typeof shapeOf>,
  count: number,
  star: number,
): Value[] {
  const int = (value: Poly | undefined): Value => ({
    k: 'int',
    value: value ?? size(m, undefined, { free: true, loose: true }),
  });
  return Array.from({ length: count }, (_, index) => {
    if (index < star) return int(shape.front[index]);
    if (index > star) return int(shape.tail.at(index - count));
    const rest = {
      front: shape.front.slice(star),
      head: shape.head,
      tail: shape.tail.slice(0, Math.max(0, shape.tail.length - (count - star - 1))),
    };
    return { k: 'shape', shape: rest };
  });
}
