/** Methods of JavaScript's own arrays, strings, objects, numbers and functions. */
import { call } from '../interpret/calls';
import { builtinMethod } from '../interpret/methods';
import { binary } from '../interpret/operators';
import { elements, lengthOf, type Elements } from '../interpret/sequences';
import { loop } from '../interpret/statements';
import { subscript } from '../interpret/subscript';
import { itemOf, join } from '../join';
import { bindAny, fresh, known, size, unknownSize, type Machine } from '../machine';
import { constant, type Poly } from '../poly';
import {
  bool,
  int,
  list,
  native,
  none,
  positional,
  string,
  tuple,
  unknown,
  type Args,
  type Value,
} from '../values';

type Sequence = Extract<Value, { k: 'sequence' | 'many' | 'shape' }>;
type Method = (m: Machine, v: Sequence, args: Args) => Value;
/** Items that are followed one by one. */
const most = 12;

const many = (item: Value | undefined, length?: Poly): Value => ({
  k: 'many',
  item: item ?? unknown,
  ...(length ? { length } : {}),
});
/** Any number of items, though the same number wherever it is asked. */
const some = (m: Machine, item: Value | undefined): Value => many(item, unknownSize(m));
const itemIn = (m: Machine, { items, item }: Elements): Value | undefined =>
  item ?? (items?.length ? items.reduce((a, b) => join(m, a, b)) : undefined);

/** Runs a function for each item: one by one where they are few, else for one that stands for all. */
export function eachItem(
  m: Machine,
  all: Elements,
  run: (item: Value, index: Value) => void,
): void {
  if (all.items && all.items.length <= most) {
    all.items.forEach((item, index) => run(item, int(constant(index))));
    return;
  }
  const item = itemIn(m, all) ?? unknown;
  loop(
    m,
    () => {
      run(item, m.unknownInteger());
      return 'normal';
    },
    all.items ? constant(all.items.length) : all.count,
  );
}

/** What a function makes of every item. */
export function mapped(m: Machine, over: Value, fn: Value): Value {
  const all = elements(m, over);
  const results: Value[] = [];
  eachItem(m, all, (item, index) => results.push(call(m, fn, positional(item, index, over))));
  if (all.items && all.items.length <= most) return list(results);
  const length = all.items ? constant(all.items.length) : all.count;
  return many(results.at(-1), length);
}

/** Lists are values: a method that changes one puts a new value where the old one was held. */
const add: Method = (m, v, args) => {
  let current: Value = v;
  for (const item of args.positional) {
    const next: Value =
      current.k === 'sequence' && current.items.length < 64
        ? { ...current, items: [...current.items, item] }
        : many(join(m, itemOf(m, current) ?? item, item));
    m.replaceValue(current, next);
    current = next;
  }
  if (args.rest) m.replaceValue(current, many(join(m, itemOf(m, current) ?? args.rest, args.rest)));
  return m.unknownInteger();
};
const changed =
  (result: (m: Machine, v: Sequence) => Value): Method =>
  (m, v) => {
    m.replaceValue(v, many(itemOf(m, v)));
    return result(m, v);
  };
const oneOf = (m: Machine, v: Sequence): Value => itemOf(m, v) ?? unknown;

const asList = (m: Machine, value: Value): Value => {
  const v = known(m, value);
  return v.k === 'sequence' || v.k === 'many' || v.k === 'shape' ? v : list([v]);
};

const methods: Readonly<Record<string, Method>> = {
  push: add,
  unshift: add,
  pop: (m, v, args) => call(m, builtinMethod(m, v, 'pop') ?? unknown, args),
  shift: changed(oneOf),
  splice: changed((m, v) => many(oneOf(m, v))),
  forEach: (m, v, args) => {
    const fn = args.positional[0] ?? unknown;
    eachItem(m, elements(m, v), (item, index) => void call(m, fn, positional(item, index, v)));
    return none;
  },
  map: (m, v, args) => mapped(m, v, args.positional[0] ?? unknown),
  flatMap: (m, v, args) => some(m, itemOf(m, mapped(m, v, args.positional[0] ?? unknown))),
  filter: (m, v, args) => {
    const item = oneOf(m, v);
    call(m, args.positional[0] ?? unknown, positional(item, m.unknownInteger()));
    return some(m, item);
  },
  reduce: (m, v, args) => {
    const [fn = unknown, start] = args.positional;
    const all = elements(m, v);
    const [first, ...rest] = all.items ?? [];
    const over: Elements = start === undefined && first ? { items: rest } : all;
    const step = (total: Value, item: Value): Value =>
      call(m, fn, positional(total, item, m.unknownInteger()));
    const from = start ?? first ?? all.item ?? unknown;
    if (over.items && over.items.length <= most) return over.items.reduce(step, from);
    const item = itemIn(m, over) ?? unknown;
    const both = join(m, from, step(from, item));
    return join(m, both, step(both, item));
  },
  slice: (m, v, args) => {
    const parts = [args.positional[0], args.positional[1], undefined];
    const result = subscript(m, v, { k: 'slice', parts });
    return result.k === 'many' && !result.length ? some(m, result.item) : result;
  },
  concat: (m, v, args) =>
    args.positional.reduce<Value>((all, more) => binary(m, '+', all, asList(m, more)), v),
  reverse: (_, v) => (v.k === 'sequence' ? { ...v, items: v.items.toReversed() } : v),
  sort: (m, v) => many(oneOf(m, v), lengthIn(m, v)),
  fill: (m, v, args) => {
    const item = args.positional[0] ?? unknown;
    return v.k === 'sequence' && v.items.length <= 64
      ? list(v.items.map(() => item))
      : many(item, lengthIn(m, v));
  },
  at: (m, v, args) => subscript(m, v, args.positional[0] ?? unknown),
  find: oneOf,
  findLast: oneOf,
  flat: (m, v) => {
    const inner = itemOf(m, v);
    return inner ? many(itemOf(m, inner) ?? inner) : unknown;
  },
  entries: (m, v) => {
    const all = elements(m, v);
    if (all.items) return list(all.items.map((item, index) => tuple([int(constant(index)), item])));
    return many(tuple([m.unknownInteger(), all.item ?? unknown]), all.count);
  },
  keys: (m, v) => many(m.unknownInteger(), lengthIn(m, v)),
  values: (_, v) => v,
  join: () => string(),
  includes: () => bool(),
  some: () => bool(),
  every: () => bool(),
  indexOf: (m) => m.unknownInteger(),
  findIndex: (m) => m.unknownInteger(),
};
const lengthIn = (m: Machine, v: Value): Poly | undefined => {
  const { items, count } = elements(m, v);
  return items ? constant(items.length) : count;
};

/** A property of a value that the language itself has. */
export function javascriptMethod(m: Machine, v: Value, name: string): Value | undefined {
  switch (v.k) {
    case 'sequence':
    case 'many':
    case 'shape': {
      if (name === 'length') return lengthOf(m, v);
      const method = methods[name];
      return method && native(name, (machine, args) => method(machine, v, args));
    }
    case 'dict':
      return v.entries.get(name) ?? v.other ?? (name in Object.prototype ? unknown : none);
    case 'string':
      return stringMember(m, v.value, name);
    case 'int':
    case 'float':
      return native(name, () => string());
    case 'function':
    case 'native':
    case 'method':
      return functionMember(v, name);
    default:
      return undefined;
  }
}

function stringMember(m: Machine, value: string | undefined, name: string): Value {
  if (name === 'length')
    return value === undefined ? m.unknownInteger() : int(constant(value.length));
  if (/^(split|match|matchAll|codePoints)$/.test(name)) {
    return native(name, (_, args) => {
      const by = args.positional[0];
      const parts =
        value !== undefined && by?.k === 'string' && by.value !== undefined && name === 'split'
          ? value.split(by.value)
          : undefined;
      return parts && parts.length <= 64 ? list(parts.map((part) => string(part))) : many(string());
    });
  }
  if (/^(includes|startsWith|endsWith)$/.test(name)) return native(name, () => bool());
  if (/^(indexOf|lastIndexOf|search|charCodeAt|codePointAt)$/.test(name))
    return native(name, (machine) => machine.unknownInteger());
  return native(name, () => string());
}

function functionMember(v: Value, name: string): Value | undefined {
  if (name === 'call')
    return native(name, (m, args) => call(m, v, { ...args, positional: args.positional.slice(1) }));
  if (name === 'bind') return v;
  return undefined;
}

/** Array methods that nothing else has: what has them is an array. */
const ofArrays = new Set(['map', 'forEach', 'push', 'filter', 'reduce', 'length', 'every', 'some']);

/** Makes what is not known yet an array where only arrays have such a property. */
export function javascriptAny(m: Machine, value: Value, name: string): Value | undefined {
  if (value.k !== 'any' || !ofArrays.has(name)) return undefined;
  const length = size(m, value.name === undefined ? undefined : `${value.name}.length`);
  const array = many({ k: 'any', id: fresh(m) }, length);
  bindAny(m, value, array);
  return array;
}
