/** What JavaScript has without an import: operators as functions, Math, Array, Object, Promise, typed arrays. */
import { attribute } from '../interpret/attributes';
import { call } from '../interpret/calls';
import { binary } from '../interpret/operators';
import { elements, range } from '../interpret/sequences';
import { branches } from '../interpret/statements';
import { subscript } from '../interpret/subscript';
import { join, truth } from '../join';
import { asInt, fresh, known, type Machine } from '../machine';
import { ceilDivide, constant, constantOf, floorDivide } from '../poly';
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
  type Class,
  type Value,
} from '../values';
import type { Runtime } from '../library';
import { builtins, type Run } from './builtins';
import { tensorClasses } from './tfjsTypes';
import { javascriptAny, javascriptMethod, mapped } from './javascriptMethods';

const first = (m: Machine, args: Args): Value => known(m, args.positional[0] ?? none);

/** A whole number made of any: a quotient of sizes stays one. */
const rounded =
  (whole: (x: number) => number, quotient?: typeof floorDivide): Run =>
  (m, args) => {
    const v = first(m, args);
    if (v.k === 'int') return v;
    if (v.k === 'float' && v.ratio && quotient) return int(quotient(...v.ratio));
    if (v.k === 'float' && v.value !== undefined) return int(constant(whole(v.value)));
    return m.unknownInteger();
  };
const real =
  (compute: (x: number) => number): Run =>
  (m, args) => {
    const v = first(m, args);
    const x = v.k === 'float' ? v.value : v.k === 'int' ? constantOf(v.value) : undefined;
    return x === undefined ? { k: 'float' } : number(compute(x));
  };
const number = (value: number): Value =>
  Number.isInteger(value) ? int(constant(value)) : { k: 'float', value };

const kinds: Partial<Record<Value['k'], string>> = {
  int: 'number',
  float: 'number',
  string: 'string',
  bool: 'boolean',
  function: 'function',
  native: 'function',
  method: 'function',
  class: 'function',
  tensor: 'object',
  object: 'object',
  dict: 'object',
  sequence: 'object',
  many: 'object',
};

/** `x instanceof C`; undefined when it may be either. */
function isInstance(m: Machine, value: Value, cls: Value): boolean | undefined {
  const v = known(m, value);
  const c = known(m, cls);
  if (c.k !== 'class' || v.k === 'any' || v.k === 'unknown' || v.k === 'union') return undefined;
  if (v.k === 'sequence' || v.k === 'many' || v.k === 'shape') return c.name === 'Array';
  if (v.k === 'tensor')
    return /Tensor$/.test(c.name) ? (c.name === 'Tensor' ? true : undefined) : false;
  if (v.k !== 'object') return false;
  const derives = (one: Value): boolean => {
    const k = known(m, one);
    return k.k === 'class' && (k === c || k.name === c.name || k.bases.some(derives));
  };
  return derives(v.cls);
}

const asList = (m: Machine, value: Value): Value => {
  const { items, item, count } = elements(m, value);
  if (items) return list(items);
  return { k: 'many', item: item ?? unknown, ...(count ? { length: count } : {}) };
};
/** `Array(n)`, `new Float32Array(n)`: n items; of an array, as many as it has. */
const arrayOf =
  (item: Value): Run =>
  (m, args) => {
    const v = first(m, args);
    if (args.positional.length > 1) return list(args.positional);
    if (v.k === 'none') return list([]);
    if (v.k !== 'int' && v.k !== 'any') return asList(m, v);
    const length = asInt(m, v);
    const count = length && constantOf(length);
    return count !== undefined && count <= 16
      ? list(Array.from({ length: count }, () => item))
      : { k: 'many', item, ...(length ? { length } : {}) };
  };
const from: Run = (m, args) => {
  const v = first(m, args);
  const given = v.k === 'dict' ? v.entries.get('length') : undefined;
  const all = given ? arrayOf(none)(m, positional(given)) : asList(m, v);
  const fn = args.positional[1];
  if (!fn) return all;
  const indexed = given ? mappedByIndex(m, all, fn) : mapped(m, all, fn);
  return indexed;
};
/** `Array.from({length: n}, (_, i) => …)`. */
const mappedByIndex = (m: Machine, all: Value, fn: Value): Value =>
  mapped(
    m,
    all,
    native('each', (machine, args) => call(machine, fn, args)),
  );

const entriesOf = (m: Machine, value: Value): Value => {
  const v = known(m, value);
  if (v.k !== 'dict' || v.other) return { k: 'many', item: tuple([string(), valueIn(m, v)]) };
  return list([...v.entries].map(([key, item]) => tuple([string(key), item])));
};
function valueIn(m: Machine, v: Value): Value {
  if (v.k !== 'dict') return unknown;
  const all = [...v.entries.values(), ...(v.other ? [v.other] : [])];
  return all.length > 0 ? all.reduce((a, b) => join(m, a, b)) : unknown;
}
const keysOf = (m: Machine, value: Value): Value => {
  const v = known(m, value);
  if (v.k === 'dict') return asList(m, v);
  return { k: 'many', item: string() };
};

const primitives: Record<string, Run> = {
  '#typeof': (m, args) => string(kinds[first(m, args).k]),
  '#instanceof': (m, args) => bool(isInstance(m, args.positional[0]!, args.positional[1]!)),
  '#number': (m, args) => {
    const v = first(m, args);
    if (v.k === 'string' && v.value !== undefined) return number(Number(v.value));
    return v.k === 'int' || v.k === 'float' ? v : { k: 'any', id: fresh(m) };
  },
  '#default': (m, args) => {
    const [v, fallback = unknown] = args.positional.map((value) => known(m, value));
    if (!v || v.k === 'none') return fallback;
    if (v.k !== 'union') return v;
    const rest = v.options.filter((option) => option.k !== 'none');
    return rest.length === v.options.length
      ? v
      : [...rest, fallback].reduce((a, b) => join(m, a, b));
  },
  '#item': (m, args) => {
    const [v = unknown, index = unknown] = args.positional.map((value) => known(m, value));
    if (v.k !== 'sequence' || index.k !== 'int') return subscript(m, v, index);
    return v.items[constantOf(index.value) ?? 0] ?? none;
  },
  '#property': (m, args) => {
    const key = known(m, args.positional[1]!);
    return key.k === 'string' ? attribute(m, args.positional[0]!, key.value ?? '') : unknown;
  },
  '#keys': (m, args) => keysOf(m, first(m, args)),
  '#range': (m, args) => range(m, args.positional),
  '#as': (m, args) => {
    const cls = known(m, args.positional[1] ?? unknown);
    const v = first(m, args);
    return (cls.k === 'class' && cls.library?.claimed?.(m, v)) || v;
  },
  '#require': (m, args) => {
    const v = first(m, args);
    return (v.k === 'string' && m.library.lookup(v.value ?? '')) || unknown;
  },
};

const math: Record<string, Run> = {
  floor: rounded(Math.floor, floorDivide),
  trunc: rounded(Math.trunc, floorDivide),
  ceil: rounded(Math.ceil, ceilDivide),
  round: rounded(Math.round),
  max: (m, args) => extreme(m, 'max', args),
  min: (m, args) => extreme(m, 'min', args),
  abs: (m, args) => {
    const v = first(m, args);
    const x = v.k === 'int' ? constantOf(v.value) : undefined;
    return x === undefined
      ? v.k === 'int'
        ? m.unknownInteger()
        : { k: 'float' }
      : number(Math.abs(x));
  },
  pow: (m, args) => binary(m, '**', args.positional[0] ?? unknown, args.positional[1] ?? unknown),
  random: () => ({ k: 'float' }),
  sqrt: real(Math.sqrt),
  log: real(Math.log),
  log2: real(Math.log2),
  log10: real(Math.log10),
  exp: real(Math.exp),
  sin: real(Math.sin),
  cos: real(Math.cos),
  tanh: real(Math.tanh),
};
/** Of whole numbers; anything else is a number of which nothing is known. */
function extreme(m: Machine, fn: 'min' | 'max', args: Args): Value {
  const values = args.positional.map((value) => known(m, value));
  if (args.rest || values.length === 0) return { k: 'float' };
  if (values.every(({ k }) => k === 'int' || k === 'any'))
    return builtins[fn]!(m, { ...args, positional: [tuple(values)] });
  const numbers = values.map((v) =>
    v.k === 'int' ? constantOf(v.value) : v.k === 'float' ? v.value : undefined,
  );
  return numbers.every((x) => x !== undefined) ? number(Math[fn](...numbers)) : { k: 'float' };
}

const namespace = (all: Record<string, Run>, more: Record<string, Value> = {}): Value => ({
  k: 'dict',
  entries: new Map([
    ...Object.entries(all).map(([name, run]) => [name, native(name, run)] as const),
    ...Object.entries(more),
  ]),
  other: unknown,
});
const classOf = (name: string, make: Run, members: Record<string, Run> = {}): Class => ({
  k: 'class',
  name,
  bases: [],
  members: new Map(Object.entries(members).map(([key, run]) => [key, native(key, run)])),
  library: { make },
});
const numbers: Value = { k: 'float' };
const whole = (m: Machine, args: Args): Value => {
  const v = first(m, args);
  if (v.k === 'float') return rounded(Math.trunc, floorDivide)(m, args);
  return v.k === 'int' ? v : m.unknownInteger();
};

const globals: Record<string, Value> = {
  Math: namespace(math, { PI: { k: 'float', value: Math.PI }, E: { k: 'float', value: Math.E } }),
  JSON: namespace({ parse: () => unknown, stringify: () => string() }),
  console: namespace({ log: () => none, warn: () => none, error: () => none }),
  Array: classOf('Array', arrayOf(none), {
    isArray: (m, args) => {
      const { k } = first(m, args);
      if (k === 'any' || k === 'unknown' || k === 'union') return bool();
      return bool(k === 'sequence' || k === 'many' || k === 'shape');
    },
    from,
    of: (_, args) => list(args.positional),
  }),
  Object: classOf('Object', () => ({ k: 'dict', entries: new Map() }), {
    keys: (m, args) => keysOf(m, first(m, args)),
    values: (m, args) => {
      const v = first(m, args);
      return v.k === 'dict' && !v.other
        ? list([...v.entries.values()])
        : { k: 'many', item: valueIn(m, v) };
    },
    entries: (m, args) => entriesOf(m, first(m, args)),
    assign: (m, args) => {
      const all = args.positional.map((value) => known(m, value));
      if (!all.every((one) => one.k === 'dict')) return all[0] ?? unknown;
      return { k: 'dict', entries: new Map(all.flatMap((one) => [...one.entries])) };
    },
    freeze: (m, args) => first(m, args),
  }),
  Number: classOf('Number', (m, args) => primitives['#number']!(m, args), {
    isInteger: (m, args) => bool(first(m, args).k === 'int' ? true : undefined),
    parseInt: whole,
    parseFloat: () => numbers,
  }),
  String: classOf('String', () => string()),
  Boolean: classOf('Boolean', (m, args) => bool(truth(m, first(m, args)))),
  Promise: classOf('Promise', () => unknown, {
    all: (m, args) => asList(m, first(m, args)),
    resolve: (m, args) => first(m, args),
  }),
  Error: classOf('Error', () => unknown),
  parseInt: native('parseInt', whole),
  parseFloat: native('parseFloat', () => numbers),
  isNaN: native('isNaN', () => bool()),
};
for (const name of [
  'Int8',
  'Uint8',
  'Uint8Clamped',
  'Int16',
  'Uint16',
  'Int32',
  'Uint32',
  'Float32',
  'Float64',
]) {
  const item: Value = name.startsWith('Float') ? numbers : { k: 'float' };
  globals[`${name}Array`] = classOf(`${name}Array`, arrayOf(item), {
    from,
    of: (_, args) => list(args.positional),
  });
}
const natives = new Map(Object.entries(primitives).map(([name, run]) => [name, native(name, run)]));

/** Functions given to something unknown may run: what they do is seen as one of two possible courses. */
function escaped(m: Machine, args: Args): void {
  for (const value of args.positional) {
    const v = known(m, value);
    if (v.k !== 'function' && v.k !== 'method') continue;
    branches(m, [
      () => {
        call(m, v, positional());
        return 'normal';
      },
      () => 'normal',
    ]);
  }
}

/** What the interpreter is told of the language. */
export const javascript: Runtime = {
  // `#Tensor2D` is the type of that name in a JSDoc comment.
  builtin: (name) =>
    natives.get(name) ??
    (name.startsWith('#') ? tensorClasses.get(name.slice(1)) : undefined) ??
    (Object.hasOwn(globals, name) ? globals[name] : undefined),
  member: javascriptMethod,
  assume: javascriptAny,
  escaped,
  lookup: () => undefined,
  packages: [],
  dividesExactly: true,
};
