/** Flax: modules whose fields are their constructor, parameters by shape, lifted transformations. https://flax.readthedocs.io */
import { findMember } from '../interpret/attributes';
import { call, callMethod } from '../interpret/calls';
import { construct } from '../interpret/construct';
import { elements } from '../interpret/sequences';
import { join } from '../join';
import {
  asInt,
  asNumber,
  dimsOf,
  fresh,
  known,
  normal,
  size,
  unknownSize,
  type Machine,
} from '../machine';
import {
  bool,
  int,
  native,
  none,
  positional,
  ranked,
  string,
  tuple,
  unknown,
  without,
  type Args,
  type Class,
  type LibraryClass,
  type Obj,
  type Value,
} from '../values';
import { constant, constantOf, type Poly } from '../poly';
import { withShape } from '../tensors';
import { type Rule } from '../library';
import { dtypeNamed } from './dtypes';
import { functions as linenFunctions, nnxFunctions } from './flaxFunctions';
import { layers, nnxLayers } from './flaxLayers';
import { rngs, variables } from './flaxVariables';
import { asNative, initializer } from './jax';
import { neural } from './jaxFunctions';
import { jit, scanned, transforms, withOptions } from './jaxTransforms';
import { shapeGiven } from './numpyShapes';
import { standardLookup } from './standard';

/** `self.param(name, init, shape, dtype)`: what the initialiser gives, or an array of that shape. */
function param(m: Machine, args: Args): Value {
  const [, init = unknown, ...more] = args.positional;
  const fn = known(m, init);
  const made =
    fn.k === 'function' || fn.k === 'native' || fn.k === 'method'
      ? known(m, call(m, fn, positional(unknown, ...more)))
      : unknown;
  if (made.k === 'tensor') return { ...made, role: 'parameter' };
  if (!more[0]) return made.k === 'any' ? unknown : made;
  const shape = shapeGiven(m, more[0]);
  const dtype = dtypeNamed(m, more[1], 'float32') ?? (more[1] ? fresh(m) : 'float32');
  return shape ? { k: 'tensor', shape, dtype, library: 'jax', role: 'parameter' } : unknown;
}

/** What was made for other inputs has its own sizes: a cache is as long as the longest text, not as this piece of it. */
function ofBefore(m: Machine, value: Value): Value {
  const v = known(m, value);
  const dims = v.k === 'tensor' ? dimsOf(m, v) : undefined;
  if (v.k !== 'tensor' || !dims) return value;
  const own = dims.map((dim) => (constantOf(normal(m, dim)) === undefined ? size(m) : dim));
  return withShape(v, ranked(own));
}

/** `self.variable(collection, name, init, …)`: an object with a value, which lasts from call to call. */
function variable(m: Machine, args: Args): Value {
  const init = args.positional[2];
  const [collection] = args.positional;
  const kind = collection && known(m, collection);
  const first = init ? call(m, init, without(args, 3)) : unknown;
  const value = kind?.k === 'string' && kind.value === 'cache' ? ofBefore(m, first) : first;
  return {
    k: 'object',
    id: fresh(m),
    cls: { k: 'class', name: 'Variable', bases: [], members: new Map() },
    attributes: new Map([['value', value]]),
  };
}

const isOpen = (m: Machine, value: Value): boolean => {
  const v = known(m, value);
  return v.k === 'any' || v.k === 'unknown' || (v.k === 'tensor' && !dimsOf(m, v));
};
/** As `applied`; data of which nothing is known tells less of a module than what its parameters are made with. */
function appliedTo(m: Machine, self: Obj, args: Args): Value {
  const before = m.isFollowing;
  if (args.positional.slice(1).some((value) => isOpen(m, value))) m.isFollowing = false;
  try {
    return applied(m, self, args, 1);
  } finally {
    m.isFollowing = before;
  }
}

/** Runs the module, or the method that is named, as `apply` and `init` do. */
function applied(m: Machine, self: Obj, args: Args, skip: number): Value {
  const inner = new Map(args.keyword);
  for (const name of ['rngs', 'mutable', 'method', 'capture_intermediates']) inner.delete(name);
  const rest = { positional: args.positional.slice(skip), keyword: inner };
  const method = args.keyword.get('method');
  const v = method && known(m, method);
  if (v?.k === 'string' && v.value !== undefined)
    return callMethod(m, self, v.value, rest.positional, rest.keyword);
  if (v?.k === 'method') return call(m, { ...v, self }, rest);
  if (v?.k === 'function') return call(m, v, { ...rest, positional: [self, ...rest.positional] });
  return v && v.k !== 'none' ? unknown : call(m, self, rest);
}

/** Placeholders of one length stand for data of several: only the batch is the same in all arguments. */
function placeholders(m: Machine, args: Args): Args {
  const seen = new Set<string>();
  const positional = args.positional.map((value) => {
    const v = known(m, value);
    const dims = v.k === 'tensor' ? dimsOf(m, v) : undefined;
    if (v.k !== 'tensor' || !dims) return value;
    const isShared = (dim: Poly, axis: number) =>
      axis > 0 && seen.has(dim.key) && constantOf(dim) === undefined;
    const apart = dims.map((dim, axis) => (isShared(dim, axis) ? unknownSize(m) : dim));
    for (const dim of dims.slice(1)) seen.add(dim.key);
    return withShape(v, ranked(apart));
  });
  return { ...args, positional };
}
const initialised = (m: Machine, self: Obj, args: Args): Value =>
  applied(m, self, placeholders(m, args), 1);

const methods: NonNullable<LibraryClass['methods']> = {
  __made__: (m, self) => {
    if (findMember(m, self.cls, 'setup')) callMethod(m, self, 'setup', []);
    return none;
  },
  param: (m, _, args) => param(m, args),
  variable: (m, _, args) => variable(m, args),
  make_rng: () => unknown,
  sow: () => bool(),
  has_variable: () => bool(),
  has_rng: () => bool(),
  is_initializing: () => bool(),
  is_mutable_collection: () => bool(),
  get_variable: () => unknown,
  bind: (_, self) => self,
  clone: (_, self) => self,
  copy: (_, self) => self,
  perturb: (_, __, args) => args.positional[1] ?? unknown,
  init: (m, self, args) => (initialised(m, self, args), unknown),
  init_with_output: (m, self, args) => tuple([initialised(m, self, args), unknown]),
  apply: (m, self, args) => {
    const result = appliedTo(m, self, args);
    const mutable = args.keyword.get('mutable');
    const v = mutable && known(m, mutable);
    const plain = !v || v.k === 'none' || (v.k === 'bool' && v.value === false);
    if (plain) return result;
    return v.k === 'bool' && v.value === undefined ? unknown : tuple([result, unknown]);
  },
};
const moduleClass: Class = {
  k: 'class',
  name: 'Module',
  bases: [],
  members: new Map(),
  library: {
    fields: true,
    methods,
    attribute: (_, __, name) =>
      name === 'name' ? string() : name === 'scope' ? unknown : undefined,
  },
};
const nnxModule: Class = {
  k: 'class',
  name: 'Module',
  bases: [],
  members: new Map(),
  library: { methods: { train: () => none, eval: () => none, sow: () => none } },
};

/** Of a module the gradient is a tree of its own. */
const ofModule =
  (name: 'grad' | 'value_and_grad'): Rule =>
  (m, outer) => {
    const made = transforms.get(name)!(m, outer);
    return native(name, (machine, args) => {
      const result = known(machine, call(machine, made, args));
      const first = known(machine, args.positional[0] ?? unknown);
      if (first.k !== 'object') return result;
      return name === 'grad' || result.k !== 'sequence'
        ? unknown
        : tuple([result.items[0]!, unknown]);
    });
  };
const carryMark: Class = { k: 'class', name: 'Carry', bases: [], members: new Map() };
/** nnx.scan(f, in_axes=(Carry, 0), out_axes=(Carry, 0)): what is carried, arguments by axis, None for all rounds. */
const nnxScan: Rule = (_, outer) =>
  native('scan', (m, args) => {
    const axesOf = (name: string): readonly Value[] => {
      const given = outer.keyword.get(name);
      const v = given ? known(m, given) : tuple([carryMark, int(constant(0))]);
      return (v.k === 'sequence' ? v.items : [v]).map((one) => known(m, one));
    };
    const [from, to] = [axesOf('in_axes'), axesOf('out_axes')];
    const place = from.indexOf(carryMark);
    const isKnown = [...from, ...to].every(
      (v) => v === carryMark || v.k === 'int' || v.k === 'none',
    );
    const isFirst = to.every((v, index) => (v === carryMark) === (index === 0));
    if (
      place < 0 ||
      !isKnown ||
      !isFirst ||
      to.length > 2 ||
      from.length !== args.positional.length
    )
      return unknown;
    const mapped = from.map((v, index) => (v.k === 'int' ? args.positional[index]! : none));
    const axis = (all: readonly Value[]) =>
      all.map((v) => asNumber(m, v)).find((n) => n !== undefined) ?? 0;
    const body = (carry: Value, xs: Value): Value => {
      const { items } = elements(m, xs);
      const inner = args.positional.map((value, index) =>
        index === place ? carry : from[index]!.k === 'int' ? (items?.[index] ?? unknown) : value,
      );
      const result = call(m, outer.positional[0] ?? unknown, positional(...inner));
      return to.length === 1 ? tuple([result, none]) : result;
    };
    const axes = { from: axis(from), to: axis(to) };
    const result = scanned(m, body, args.positional[place]!, tuple(mapped), axes);
    return to.length === 1 && result.k === 'sequence' ? result.items[0]! : result;
  });

/** Transformations that take modules among the arguments; the function sees them as they are. */
const nnxLifted = new Map<string, Rule>([
  ['jit', jit],
  ['grad', withOptions('grad', ofModule('grad'))],
  ['value_and_grad', withOptions('value_and_grad', ofModule('value_and_grad'))],
  ['vmap', withOptions('vmap', transforms.get('vmap')!)],
  ['cached_partial', (m, args) => call(m, standardLookup('functools.partial') ?? unknown, args)],
  ['scan', withOptions('scan', nnxScan)],
]);

/** Layers take their fields themselves and derive from `Module` for the rest. */
const classesOf = (table: ReadonlyMap<string, LibraryClass>, base: Class): Map<string, Class> =>
  new Map(
    [...table].map(([name, library]) => [
      name,
      { k: 'class', name, bases: [base], members: new Map(), library },
    ]),
  );
const linenClasses = classesOf(layers(call), moduleClass);
const nnxClasses = classesOf(nnxLayers(call), nnxModule);

/** nn.scan: a module or method whose call is run along an axis of its inputs. */
const liftedScan = native('scan', (_, outer) => {
  const target = outer.positional[0] ?? unknown;
  const axis = (m: Machine, name: string): number | undefined =>
    asNumber(m, outer.keyword.get(name) ?? int(constant(0)));
  const run = (m: Machine, fn: (carry: Value, x: Value) => Value, args: Args): Value => {
    const [carry = unknown, xs = none] = args.positional;
    const [from, to] = [axis(m, 'in_axes'), axis(m, 'out_axes')];
    const length = outer.keyword.get('length');
    if (from === undefined || to === undefined || args.positional.length > 2) return unknown;
    return scanned(m, fn, carry, xs, { from, to, length: length && asInt(m, length) });
  };
  return native('scan', (m, args) => {
    const v = known(m, target);
    if (v.k === 'class') {
      const self = construct(m, v, args);
      return native(v.name, (machine, more) =>
        run(machine, (carry, x) => call(machine, self, positional(carry, x)), more),
      );
    }
    const self = args.positional[0] ?? unknown;
    return run(m, (carry, x) => call(m, target, positional(self, carry, x)), without(args, 1));
  });
});
const identity = native('decorator', (m, args) => known(m, args.positional[0] ?? identity));
const lifted: Record<string, Value> = {
  scan: { ...liftedScan, decorates: true as const },
  compact: identity,
  nowrap: identity,
  remat: identity,
  checkpoint: identity,
  jit: identity,
  merge_param: native('merge_param', (m, args) => {
    const all = args.positional.slice(1).map((value) => known(m, value));
    const given = all.filter((value) => value.k !== 'none');
    return given.length ? given.reduce<Value>((a, b) => join(m, a, b), given[0]!) : unknown;
  }),
};
const modules =
  /^flax(\.(linen|nnx|struct|core|training|typing|traverse_util|serialization|linen\.(module|linear|attention|normalization|recurrent|initializers|activation|transforms|stochastic|pooling|combinators|dtypes)|nnx\.(nn|initializers)|core\.\w+|training\.\w+))?$/;

export function flaxLookup(path: string): Value | undefined {
  if (modules.test(path)) return { k: 'module', path };
  const last = path.split('.').at(-1)!;
  if (/^flax\.(struct\.)?dataclass$/.test(path)) return identity;
  if (path === 'flax.struct.field')
    return native('field', (_, args) => args.keyword.get('default') ?? unknown);
  if (path === 'flax.typing.Array')
    return { k: 'class', name: 'Tensor', bases: [], members: new Map() };
  if (/\.initializers\./.test(path)) return initializer(last);
  const isNnx = path.startsWith('flax.nnx.');
  if (!isNnx && !path.startsWith('flax.linen.')) return undefined;
  if (last === 'Module') return isNnx ? nnxModule : moduleClass;
  if (last === 'RNNCellBase') return isNnx ? nnxModule : moduleClass;
  if (isNnx && last === 'Rngs') return rngs;
  if (isNnx && last === 'Carry') return carryMark;
  const variableClass = isNnx ? variables.get(last) : undefined;
  if (variableClass) return variableClass;
  const cls = (isNnx ? nnxClasses : linenClasses).get(last);
  if (cls) return cls;
  const lift = isNnx ? nnxLifted.get(last) : undefined;
  if (lift) return asNative(path, lift, true);
  if (Object.hasOwn(lifted, last)) return lifted[last];
  const rule =
    (isNnx ? nnxFunctions.get(last) : undefined) ?? linenFunctions.get(last) ?? neural.get(last);
  return rule && asNative(`flax.${last}`, rule);
}
