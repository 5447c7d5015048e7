/** Least upper bound of two values, their fingerprints, and what a test says of them. */
import {
  choose,
  dimsOf,
  dtypeOf,
  fresh,
  known,
  normal,
  shapeOf,
  size,
  unknownSize,
  unknownTensor,
  type Machine,
} from './machine';
import { constantOf, type Poly } from './poly';
import {
  int,
  none,
  ranked,
  unknown,
  type Args,
  type Obj,
  type Shape,
  type Tensor,
  type Value,
} from './values';

/** What is true of both values; a size that is not the same in both is named by where it is held. */
export function join(m: Machine, left: Value, right: Value, depth = 0, name?: string): Value {
  const a = known(m, left);
  const b = known(m, right);
  if (a === b || ((depth < 4 || isPlain(a)) && fingerprint(m, a) === fingerprint(m, b))) return a;
  if (a.k === 'union' || b.k === 'union' || a.k === 'none' || b.k === 'none') {
    return unite(m, [...options(a), ...options(b)], depth, name);
  }
  if (a.k === 'tensor' && b.k === 'tensor') return joinTensors(m, a, b);
  if (a.k === 'int' && b.k === 'int') return int(eitherSize(m, name));
  if (a.k === 'any' && b.k === 'any') return { k: 'any', id: fresh(m) };
  if (a.k === 'bool' && b.k === 'bool') return { k: 'bool' };
  if (a.k === 'string' && b.k === 'string') return { k: 'string' };
  if ((a.k === 'float' || a.k === 'int') && (b.k === 'float' || b.k === 'int'))
    return { k: 'float' };
  if (depth > 6) return unknown;
  // A sum that begins as 0 becomes an array.
  const isNumber = (v: Value) => v.k === 'int' || v.k === 'float';
  if ((a.k === 'tensor' && isNumber(b)) || (b.k === 'tensor' && isNumber(a)))
    return unite(m, [a, b], depth);
  if (a.k === 'sequence' && b.k === 'sequence' && a.items.length === b.items.length) {
    const items = a.items.map((item, index) => {
      const label = name && `${name}${subscripts[index] ?? ''}`;
      return join(m, item, b.items[index]!, depth + 1, label);
    });
    return { ...a, items };
  }
  const items = [itemOf(m, a, depth), itemOf(m, b, depth)] as const;
  if (items[0] && items[1]) return { k: 'many', item: join(m, items[0], items[1], depth + 1) };
  if (items[0] && isEmpty(b)) return { k: 'many', item: items[0] };
  if (items[1] && isEmpty(a)) return { k: 'many', item: items[1] };
  if (a.k === 'dict' && b.k === 'dict') {
    const entries = new Map(a.entries);
    for (const [key, value] of b.entries) {
      const mine = entries.get(key);
      entries.set(key, mine ? join(m, mine, value, depth + 1, key) : value);
    }
    const others = [a.other, b.other].filter((one) => one !== undefined);
    const other = others.length ? others.reduce((x, y) => join(m, x, y, depth + 1)) : undefined;
    return { k: 'dict', entries, ...(other ? { other } : {}) };
  }
  if (a.k === 'object' && b.k === 'object' && a.cls === b.cls) return joinObjects(m, a, b, depth);
  const callable = new Set<Value['k']>(['function', 'native', 'method', 'class', 'object']);
  const isCode = (v: Value) => callable.has(v.k) && v.k !== 'object';
  // Where a function may be given, the one that stands in for it does the same.
  if (a.k === 'any' && isCode(b)) return b;
  if (b.k === 'any' && isCode(a)) return a;
  if (callable.has(a.k) && callable.has(b.k)) return unite(m, [a, b], depth);
  // What is not known of one may still be shown of both.
  if ((a.k === 'any' && b.k === 'tensor') || (a.k === 'tensor' && b.k === 'any'))
    return { k: 'any', id: fresh(m) };
  return unknown;
}
/** Compared at once, however deep it lies. */
const isPlain = ({ k }: Value): boolean => /^(?:int|float|bool|string|tensor|object)$/.test(k);

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

/** One of several values, of which exactly one is what happens; nothing is known where there are none. */
export const oneOf = (m: Machine, all: readonly Value[], name?: string): Value =>
  all.length > 0 ? choose(m, () => all.reduce((a, b) => join(m, a, b, 0, name))) : unknown;

/** A size that is one of two. */
const eitherSize = (m: Machine, name?: string): Poly =>
  m.choosing === 0 || m.looping > 0
    ? unknownSize(m, true)
    : size(m, name, { free: true, loose: true });

const isEmpty = (v: Value): boolean => v.k === 'sequence' && v.items.length === 0;

/** The one item that stands for all of a sequence. */
export function itemOf(m: Machine, v: Value, depth = 0): Value | undefined {
  if (v.k === 'many') return v.item;
  if (v.k !== 'sequence' || v.items.length === 0) return undefined;
  return v.items.reduce((all, item) => join(m, all, item, depth + 1));
}

const options = (v: Value): readonly Value[] => (v.k === 'union' ? v.options : [v]);
function unite(m: Machine, all: readonly Value[], depth: number, name?: string): Value {
  const kept: Value[] = [];
  for (const option of all.map((one) => known(m, one))) {
    const index = kept.findIndex((other) => similar(m, other, option));
    if (index < 0) kept.push(option);
    else kept[index] = join(m, kept[index]!, option, depth + 1, name);
  }
  if (kept.length === 1) return kept[0]!;
  return kept.length > 6 || kept.some((one) => one.k === 'unknown')
    ? unknown
    : { k: 'union', options: kept };
}
function similar(m: Machine, a: Value, b: Value): boolean {
  if (a.k !== b.k) return false;
  if (a.k === 'tensor' && b.k === 'tensor') {
    const [x, y] = [dimsOf(m, a), dimsOf(m, b)];
    return x?.length === y?.length;
  }
  if (a.k === 'object' && b.k === 'object') return a.cls === b.cls;
  return a.k !== 'function' && a.k !== 'class' && a.k !== 'method' && a.k !== 'native'
    ? true
    : a === b;
}
/** A value that may also be None. */
export const optional = (m: Machine, v: Value): Value =>
  unite(m, [none, ...options(known(m, v))], 0);

function joinTensors(m: Machine, a: Tensor, b: Tensor): Value {
  const dtype = dtypeOf(m, a) === dtypeOf(m, b) ? (dtypeOf(m, a) ?? a.dtype) : fresh(m);
  const library = a.library;
  const x = shapeOf(m, a.shape);
  const y = shapeOf(m, b.shape);
  if (x.head === null && y.head === null) {
    if (x.front.length !== y.front.length) return { k: 'union', options: [a, b] };
    const front = x.front.map((dim, index) => joinDims(m, dim, y.front[index]!));
    return { k: 'tensor', shape: ranked(front), dtype, library };
  }
  if (x.head === y.head && x.front.length === y.front.length && x.tail.length === y.tail.length) {
    const shape: Shape = {
      front: x.front.map((dim, index) => joinDims(m, dim, y.front[index]!)),
      head: x.head,
      tail: x.tail.map((dim, index) => joinDims(m, dim, y.tail[index]!)),
    };
    return { k: 'tensor', shape, dtype, library };
  }
  return { ...unknownTensor(m, library), dtype };
}
const joinDims = (m: Machine, a: Poly, b: Poly): Poly =>
  normal(m, a).key === normal(m, b).key ? normal(m, a) : eitherSize(m);

function joinObjects(m: Machine, a: Obj, b: Obj, depth: number): Value {
  // Made in the same way, they are alike.
  if (a.made && b.made && describe(m, a) === describe(m, b)) return a;
  if (depth > 5) return unknown;
  const attributes = new Map<string, Value>();
  for (const [name, value] of a.attributes) {
    const other = b.attributes.get(name);
    if (other) attributes.set(name, join(m, value, other, depth + 1, name));
  }
  const made = a.made && b.made ? joinArguments(m, a.made, b.made, depth) : undefined;
  return { k: 'object', id: fresh(m), cls: a.cls, attributes, ...(made ? { made } : {}) };
}
function joinArguments(m: Machine, a: Args, b: Args, depth: number): Args | undefined {
  if (a.positional.length !== b.positional.length) return undefined;
  const keyword = new Map<string, Value>();
  for (const [name, value] of a.keyword) {
    const other = b.keyword.get(name);
    if (!other) return undefined;
    keyword.set(name, join(m, value, other, depth + 1, name));
  }
  if (a.keyword.size !== b.keyword.size) return undefined;
  const positional = a.positional.map((value, i) => join(m, value, b.positional[i]!, depth + 1));
  return { positional, keyword, ...(a.rest ? { rest: a.rest } : {}) };
}
/** How an object was made, objects among the arguments likewise. */
function describe(m: Machine, object: Obj, depth = 0): string {
  const inner = (value: Value) => fingerprint(m, value, depth, (o) => describe(m, o, depth + 1));
  if (!object.made || depth > 4) return `o${object.id}`;
  const keyword = [...object.made.keyword].map(([name, value]) => `${name}=${inner(value)}`);
  return `${identity(object.cls)}(${[...object.made.positional.map(inner), ...keyword].join(',')})`;
}

const ids = new WeakMap<object, number>();
let lastId = 0;
/** A number of an object that never changes while it lives. */
export function identity(object: object): number {
  const id = ids.get(object) ?? (lastId += 1);
  ids.set(object, id);
  return id;
}

/** Text that is equal for values that an evaluation cannot tell apart. */
export function fingerprint(
  m: Machine,
  value: Value,
  depth = 0,
  name = (object: Obj): string => `o${object.id}`,
): string {
  const v = known(m, value);
  const inner = (item: Value) => fingerprint(m, item, depth + 1, name);
  switch (v.k) {
    case 'tensor': {
      const { front, head, tail } = shapeOf(m, v.shape);
      const dims = (all: readonly Poly[]) => all.map((dim) => normal(m, dim).key).join(',');
      return `T${dtypeOf(m, v) ?? v.dtype}[${dims(front)}|${head ?? ''}|${dims(tail)}]${
        v.holds ? inner(v.holds) : ''
      }`;
    }
    case 'shape': {
      const { front, head, tail } = v.shape;
      return `S${[...front, ...tail].map((dim) => normal(m, dim).key).join(',')}|${head}`;
    }
    case 'int':
      return `i${v.value.key}`;
    case 'float':
      return `f${v.value ?? '?'}${v.ratio ? `${v.ratio[0].key}/${v.ratio[1].key}` : ''}`;
    case 'bool':
    case 'string':
      return `${v.k}${String(v.value)}`;
    case 'sequence':
      return depth > 6 ? 'deep' : `${v.type}(${v.items.map(inner).join(';')})`;
    case 'many':
      return depth > 6
        ? 'deep'
        : `many(${inner(v.item)}${v.length ? `;${normal(m, v.length).key}` : ''})`;
    case 'dict':
      return depth > 6
        ? 'deep'
        : `{${[...v.entries].map(([key, item]) => `${key}:${inner(item)}`).join(';')}|${v.other ? inner(v.other) : ''}}`;
    case 'union':
      return `(${v.options.map(inner).sort().join('|')})`;
    case 'slice':
      return `slice(${v.parts.map((part) => (part ? inner(part) : '')).join(':')})`;
    case 'object':
      return name(v);
    case 'method':
      return `m${inner(v.self)}.${identity(v.fn)}`;
    case 'function':
    case 'class':
    case 'native':
      return `${v.k}${identity(v)}`;
    case 'any':
      return `any${v.id}`;
    case 'dtype':
      return `dtype ${v.name}`;
    case 'module':
      return `module ${v.path}`;
    default:
      return v.k;
  }
}

/** A fingerprint in which numbers of symbols and objects do not matter, only which are the same. */
export function pattern(m: Machine, values: ReadonlyMap<string, Value>): string {
  const text = [...values]
    .map(([name, value]) => `${name}=${fingerprint(m, value, 0, (o) => describe(m, o))}`)
    .join(';');
  const seen = new Map<string, number>();
  return text.replace(/\bs\d+|\bo[\d.]+|any\d+|T\d+|\|\d+\|/g, (token) => {
    const number = seen.get(token) ?? seen.size;
    seen.set(token, number);
    return `${token[0]}#${number}`;
  });
}

/** Whether a value counts as true; undefined when it may be either. */
export function truth(m: Machine, value: Value): boolean | undefined {
  const v = known(m, value);
  switch (v.k) {
    case 'bool':
      return v.value;
    case 'none':
      return false;
    case 'int': {
      const number = constantOf(v.value);
      return number === undefined ? undefined : number !== 0;
    }
    case 'float':
      return v.value === undefined ? undefined : v.value !== 0;
    case 'string':
      return v.value === undefined ? undefined : v.value !== '';
    case 'sequence':
      return v.items.length > 0;
    case 'dict':
      return v.entries.size > 0 ? true : undefined;
    case 'function':
    case 'native':
    case 'class':
    case 'method':
    case 'module':
    case 'dtype':
      return true;
    case 'object':
      return v.cls.members.has('__len__') || v.cls.members.has('__bool__') ? undefined : true;
    case 'union': {
      const all = v.options.map((option) => truth(m, option));
      return all.every((one) => one === all[0]) ? all[0] : undefined;
    }
    default:
      return undefined;
  }
}
