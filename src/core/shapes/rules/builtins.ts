/** Python's built-in functions and the parts of its standard library that sizes pass through. */
import { attribute, findMember } from '../interpret/attributes';
import { call } from '../interpret/calls';
import { binary } from '../interpret/operators';
import { anyOf, displaced, elements, lengthOf, range } from '../interpret/sequences';
import { join, truth } from '../join';
import { asInt, asNumber, known, write, type Machine } from '../machine';
import { constant, constantOf, extreme, floorDivide, sum, type Poly } from '../poly';
import { bool, int, list, none, string, tuple, unknown, type Args, type Value } from '../values';
import { asNative } from './standard';

export type Run = (m: Machine, args: Args) => Value;

export const first = (m: Machine, args: Args): Value => known(m, args.positional[0] ?? unknown);

function mapItems(m: Machine, value: Value, each: (item: Value, index: Value) => Value): Value {
  const { items, item, count } = elements(m, value);
  if (items) return list(items.map((one, index) => each(one, int(constant(index)))));
  return {
    k: 'many',
    item: each(item ?? unknown, m.unknownInteger()),
    ...(count ? { length: count } : {}),
  };
}

function zip(m: Machine, values: readonly Value[]): Value {
  const all = values.map((value) => elements(m, value));
  const lengths = all.flatMap(({ items }) => (items ? [items.length] : []));
  if (
    lengths.length === all.length ||
    (lengths.length > 0 && all.every((one) => one.items ?? one.item))
  ) {
    const count = lengths.length > 0 ? Math.min(...lengths) : 0;
    return list(
      Array.from({ length: count }, (_, i) =>
        tuple(all.map(({ items, item }) => items?.[i] ?? item ?? unknown)),
      ),
    );
  }
  return { k: 'many', item: tuple(all.map(({ items, item }) => item ?? items?.[0] ?? unknown)) };
}

function extremes(fn: 'min' | 'max'): Run {
  return (m, args) => {
    const one =
      args.positional.length === 1 ? elements(m, args.positional[0]!) : { items: args.positional };
    const values = one.items?.map((value) => known(m, value));
    if (values?.some((value) => value.k === 'tensor'))
      return values.find((value) => value.k === 'tensor')!;
    const sizes = values?.map((value) =>
      value.k === 'int' || value.k === 'any' ? asInt(m, value) : undefined,
    );
    if (sizes && sizes.length > 0 && sizes.every((size) => size))
      return int((sizes as Poly[]).reduce((a, b) => extreme(fn, a, b)));
    const item = one.items ? undefined : one.item;
    return item && known(m, item).k === 'int'
      ? m.unknownInteger()
      : values?.some((v) => v.k === 'float')
        ? { k: 'float' }
        : unknown;
  };
}

/** int(x): floors a quotient, keeps an integer. */
export const toInt: Run = (m, args) => {
  const v = first(m, args);
  if (v.k === 'float' && v.ratio) return int(floorDivide(...v.ratio));
  if (v.k === 'float' && v.value !== undefined) return int(constant(Math.trunc(v.value)));
  const size = v.k === 'int' || v.k === 'bool' || v.k === 'any' ? asInt(m, v) : undefined;
  return size ? int(size) : m.unknownInteger();
};

function isInstance(m: Machine, value: Value, cls: Value): boolean | undefined {
  const v = known(m, value);
  const c = known(m, cls);
  if (c.k === 'sequence') {
    const all = c.items.map((one) => isInstance(m, v, one));
    return all.includes(true) ? true : all.every((one) => one === false) ? false : undefined;
  }
  const kinds: Record<string, readonly Value['k'][]> = {
    int: ['int', 'bool'],
    float: ['float'],
    str: ['string'],
    bool: ['bool'],
    list: ['sequence'],
    tuple: ['sequence'],
    dict: ['dict'],
  };
  if (v.k === 'any' || v.k === 'unknown' || v.k === 'union') return undefined;
  if (c.k === 'native') {
    const wanted = kinds[c.name];
    if (!wanted) return undefined;
    if (v.k === 'many' && (c.name === 'list' || c.name === 'tuple')) return undefined;
    if (v.k === 'sequence') return v.type === c.name;
    return wanted.includes(v.k);
  }
  if (c.k !== 'class') return undefined;
  if (v.k === 'tensor') return c.name === 'Tensor' || c.name === 'ndarray' ? true : false;
  if (v.k !== 'object') return false;
  const derives = (one: Value): boolean | undefined => {
    const k = known(m, one);
    if (k === c) return true;
    if (k.k !== 'class') return undefined;
    const all = k.bases.map(derives);
    return all.includes(true) ? true : all.includes(undefined) ? undefined : false;
  };
  return derives(v.cls);
}

export const builtins: Record<string, Run> = {
  len: (m, args) => lengthOf(m, args.positional[0] ?? unknown),
  range: (m, args) => range(m, args.positional),
  int: toInt,
  float: (m, args) => {
    const v = first(m, args);
    return v.k === 'int'
      ? { k: 'float', ratio: [v.value, constant(1)] }
      : v.k === 'float'
        ? v
        : { k: 'float' };
  },
  round: (m, args) => {
    const v = first(m, args);
    return v.k === 'int' || v.k === 'tensor' ? v : m.unknownInteger();
  },
  bool: (m, args) => bool(truth(m, first(m, args))),
  str: () => string(),
  repr: () => string(),
  print: () => none,
  abs: (m, args) => {
    const v = first(m, args);
    return v.k === 'tensor' || v.k === 'int' ? v : unknown;
  },
  min: extremes('min'),
  max: extremes('max'),
  sum: (m, args) => {
    const { items, item, count } = elements(m, first(m, args));
    const values = items?.map((value) => known(m, value));
    const sizes = values?.map((value) => (value.k === 'int' ? value.value : undefined));
    if (sizes?.every((size) => size)) return int(sum(sizes as Poly[]));
    if (values?.length) return values.reduce((a, b) => binary(m, '+', a, b));
    const one = item && known(m, item);
    void count;
    return one?.k === 'tensor'
      ? one
      : one?.k === 'int'
        ? m.unknownInteger()
        : one?.k === 'float'
          ? one
          : unknown;
  },
  enumerate: (m, args) => {
    const from = asNumber(m, args.positional[1] ?? args.keyword.get('start')) ?? 0;
    return mapItems(m, first(m, args), (item, index) =>
      tuple([
        index.k === 'int' && constantOf(index.value) !== undefined
          ? int(constant(constantOf(index.value)! + from))
          : index,
        item,
      ]),
    );
  },
  zip: (m, args) => (args.rest ? { k: 'many', item: unknown } : zip(m, args.positional)),
  map: (m, args) => {
    const fn = args.positional[0] ?? unknown;
    const rows = args.positional.length > 2 ? zip(m, args.positional.slice(1)) : undefined;
    if (!rows)
      return mapItems(m, args.positional[1] ?? unknown, (item) =>
        call(m, fn, { positional: [item], keyword: new Map() }),
      );
    return mapItems(m, rows, (row) =>
      call(m, fn, { positional: row.k === 'sequence' ? row.items : [unknown], keyword: new Map() }),
    );
  },
  filter: (m, args) => {
    const fn = args.positional[0] ?? none;
    const { items, item } = elements(m, args.positional[1] ?? unknown);
    if (!items) return { k: 'many', item: displaced(m, item ?? unknown) };
    const verdicts = items.map((one) =>
      truth(m, fn.k === 'none' ? one : call(m, fn, { positional: [one], keyword: new Map() })),
    );
    if (!verdicts.includes(undefined)) return list(items.filter((_, index) => verdicts[index]));
    return { k: 'many', item: items.reduce((a, b) => join(m, a, b)) };
  },
  list: (m, args) => sequence(m, args, 'list'),
  tuple: (m, args) => {
    const v = first(m, args);
    return v.k === 'shape' ? v : sequence(m, args, 'tuple');
  },
  set: (m, args) => {
    const all = elements(m, first(m, args));
    return args.positional.length && all.items?.length !== 0
      ? { k: 'many', item: anyOf(m, all) }
      : list([]);
  },
  dict: (m, args) => {
    const from = first(m, args);
    const entries = new Map(from.k === 'dict' ? from.entries : []);
    const { items } =
      args.positional.length && from.k !== 'dict' ? elements(m, from) : { items: [] };
    for (const item of items ?? []) {
      const pair = known(m, item);
      const key = pair.k === 'sequence' && pair.items[0] ? known(m, pair.items[0]) : unknown;
      if (pair.k === 'sequence' && key.k === 'string' && key.value !== undefined)
        entries.set(key.value, pair.items[1] ?? unknown);
    }
    for (const [name, value] of args.keyword) entries.set(name, value);
    return { k: 'dict', entries, ...(args.rest || !items ? { other: unknown } : {}) };
  },
  reversed: (m, args) => {
    const { items, item } = elements(m, first(m, args));
    return items ? list(items.toReversed()) : { k: 'many', item: displaced(m, item ?? unknown) };
  },
  sorted: (m, args) => {
    const all = elements(m, first(m, args));
    if (all.items?.length === 0) return list([]);
    return { k: 'many', item: displaced(m, anyOf(m, all)) };
  },
  iter: (m, args) => first(m, args),
  next: (m, args) => {
    const { items, item } = elements(m, first(m, args));
    return item ?? items?.[0] ?? args.positional[1] ?? unknown;
  },
  isinstance: (m, args) =>
    bool(isInstance(m, args.positional[0] ?? unknown, args.positional[1] ?? unknown)),
  callable: (m, args) => {
    const v = first(m, args);
    return bool(
      ['function', 'method', 'native', 'class'].includes(v.k)
        ? true
        : v.k === 'object'
          ? !!findMember(m, v.cls, '__call__') || undefined
          : ['int', 'none', 'string', 'tensor'].includes(v.k)
            ? false
            : undefined,
    );
  },
  hasattr: (m, args) => {
    const name = args.positional[1];
    const v = first(m, args);
    // Of a package it depends on the version, so both answers are followed.
    if (name?.k !== 'string' || name.value === undefined) return bool();
    // An attribute may have been set on one of two ways only; what the class has is always there.
    return bool(v.k === 'object' && findMember(m, v.cls, name.value) ? true : undefined);
  },
  getattr: (m, args) => {
    const name = args.positional[1];
    if (name?.k !== 'string' || name.value === undefined) return unknown;
    const v = first(m, args);
    const value = attribute(m, v, name.value);
    return value.k === 'unknown' && args.positional[2] ? args.positional[2] : value;
  },
  setattr: (m, args) => {
    const [object, name, value] = args.positional;
    const o = object && known(m, object);
    m.impure = true;
    if (o?.k === 'object' && name?.k === 'string' && name.value !== undefined && value)
      write(m, o.attributes, name.value, value);
    if (o?.k === 'class' && name?.k === 'string' && name.value !== undefined && value)
      write(m, o.members, name.value, value.k === 'function' ? { ...value, owner: o } : value);
    return none;
  },
  any: () => bool(),
  all: () => bool(),
  type: (m, args) => {
    const v = first(m, args);
    return v.k === 'object' ? v.cls : unknown;
  },
  pow: (m, args) => binary(m, '**', args.positional[0] ?? unknown, args.positional[1] ?? unknown),
  divmod: (m, args) =>
    tuple(
      ['//', '%'].map((op) =>
        binary(m, op, args.positional[0] ?? unknown, args.positional[1] ?? unknown),
      ),
    ),
};

function sequence(m: Machine, args: Args, type: 'list' | 'tuple'): Value {
  if (args.positional.length === 0) return { k: 'sequence', type, items: [] };
  const { items, item, count } = elements(m, first(m, args));
  return items
    ? { k: 'sequence', type, items }
    : { k: 'many', item: item ?? unknown, ...(count ? { length: count } : {}) };
}

export const builtin = (name: string): Value | undefined =>
  Object.hasOwn(builtins, name)
    ? asNative(name, builtins[name]!)
    : name === 'object'
      ? objectClass
      : undefined;

const objectClass: Value = { k: 'class', name: 'object', bases: [], members: new Map() };
