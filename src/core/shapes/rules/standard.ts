/** Parts of Python's standard library, and of what stands around loops, that sizes and functions pass through. */
import { namedTuple, namedTupleOf } from './records';
import { call } from '../interpret/calls';
import { binary } from '../interpret/operators';
import { anyOf, elements } from '../interpret/sequences';
import { join } from '../join';
import { known } from '../machine';
import { constant, constantOf, ceilDivide } from '../poly';
import { int, list, native, unknown, without, type Native, type Value } from '../values';
import { type Run, first, toInt, builtins } from './builtins';

const ceil: Run = (m, args) => {
  const v = first(m, args);
  if (v.k === 'float' && v.ratio) return int(ceilDivide(...v.ratio));
  if (v.k === 'float' && v.value !== undefined) return int(constant(Math.ceil(v.value)));
  return v.k === 'int' ? v : m.unknownInteger();
};

const real =
  (compute: (x: number) => number): Run =>
  (m, args) => {
    const v = first(m, args);
    const x = v.k === 'float' ? v.value : v.k === 'int' ? constantOf(v.value) : undefined;
    return x === undefined ? { k: 'float' } : { k: 'float', value: compute(x) };
  };

const partial: Run = (m, args) => {
  const fn = known(m, args.positional[0] ?? unknown);
  if (fn.k === 'class' && fn.def)
    m.prepared.set(fn, [...(m.prepared.get(fn) ?? []), without(args, 1)]);
  const made = native('partial', (machine, more) =>
    call(machine, fn, {
      positional: [...args.positional.slice(1), ...more.positional],
      keyword: new Map([...args.keyword, ...more.keyword]),
      ...(more.rest ? { rest: more.rest } : {}),
    }),
  );
  return fn.k === 'native' && fn.decorates ? { ...made, decorates: true } : made;
};

const identity: Run = (m, args) => first(m, args);

/** A decorator with or without arguments leaves its function as it is. */
const passed: Run = (m, args) => {
  const v = first(m, args);
  return v.k === 'function' || v.k === 'class' ? v : native('decorator', identity);
};

const standard: Record<string, Run> = {
  'math.sqrt': real(Math.sqrt),
  'math.log': real(Math.log),
  'math.log2': real(Math.log2),
  'math.exp': real(Math.exp),
  'math.sin': real(Math.sin),
  'math.cos': real(Math.cos),
  'math.ceil': ceil,
  // Of a module that loads this one.
  'math.floor': (m, args) => toInt(m, args),
  'math.isqrt': (m) => m.unknownInteger(),
  'math.prod': (m, args) => {
    const { items } = elements(m, first(m, args));
    return items?.length ? items.reduce((a, b) => binary(m, '*', a, b)) : m.unknownInteger();
  },
  'copy.deepcopy': identity,
  'copy.copy': identity,
  'functools.partial': partial,
  'functools.wraps': () => native('decorator', identity),
  'functools.lru_cache': passed,
  'functools.cache': passed,
  'functools.reduce': (m, args) => {
    const [fn = unknown, over = unknown, start] = args.positional;
    const { items, item } = elements(m, over);
    const all = [...(start ? [start] : []), ...(items ?? [])];
    if (!items)
      return item ? call(m, fn, { positional: [item, item], keyword: new Map() }) : unknown;
    return all.length
      ? all.reduce((a, b) => call(m, fn, { positional: [a, b], keyword: new Map() }))
      : unknown;
  },
  'collections.OrderedDict': (m, args) => builtins['dict']!(m, args),
  'collections.namedtuple': namedTupleOf,
  'collections.defaultdict': () => ({ k: 'dict', entries: new Map(), other: unknown }),
  'itertools.chain': (m, args) => {
    const all = args.positional.map((value) => elements(m, value));
    if (all.every(({ items }) => items)) return list(all.flatMap(({ items }) => items ?? []));
    return {
      k: 'many',
      item: all
        .map(({ items, item }) => item ?? items?.[0] ?? unknown)
        .reduce((a, b) => join(m, a, b)),
    };
  },
  'itertools.repeat': (_, args) => ({ k: 'many', item: args.positional[0] ?? unknown }),
  'random.random': () => ({ k: 'float' }),
  'random.randint': (m) => m.unknownInteger(),
  'random.choice': (m, args) => {
    return anyOf(m, elements(m, first(m, args)));
  },
  'time.time': () => ({ k: 'float' }),
  'typing.cast': (_, args) => args.positional[1] ?? unknown,
  'dataclasses.field': (m, args) => {
    const made = args.keyword.get('default_factory');
    return args.keyword.get('default') ?? (made ? call(m, made, without(args, 99)) : unknown);
  },
  'types.SimpleNamespace': (_, args) => ({ k: 'dict', entries: new Map(args.keyword) }),
};

const constants: Record<string, Value> = {
  'typing.NamedTuple': namedTuple,
  'math.pi': { k: 'float', value: Math.PI },
  'math.inf': { k: 'float', value: Infinity },
};

// A bar that shows how far a loop is gives the items of what it is put around. https://tqdm.github.io
for (const part of ['', '.auto', '.notebook', '.autonotebook', '.std'])
  standard[`tqdm${part}.tqdm`] = (m, args) => args.keyword.get('iterable') ?? first(m, args);

const made = new Map<string, Native>();

export const asNative = (path: string, run: Run): Native => {
  const known = made.get(path) ?? native(path, run);
  made.set(path, known);
  return known;
};

export const pythonPackages = [
  'math',
  'copy',
  'functools',
  'collections',
  'itertools',
  'random',
  'time',
  'typing',
  'dataclasses',
  'types',
  'os',
  'sys',
  'enum',
  'abc',
  'tqdm',
];

export const standardLookup = (path: string): Value | undefined =>
  Object.hasOwn(standard, path) ? asNative(path, standard[path]!) : constants[path];
