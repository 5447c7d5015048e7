/** Functions that make functions of functions: jit, grad, vmap, scan and control flow. https://docs.jax.dev/en/latest/jax.html */
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { join } from '../join';
import { type Rule } from '../library';
import {
  asInt,
  asNumber,
  dimAt,
  dimsOf,
  fresh,
  known,
  unknownSize,
  type Machine,
} from '../machine';
import { constant, type Poly } from '../poly';
import { editShape, insertAxis, make, vague, withShape } from '../tensors';
import {
  argument,
  int,
  native,
  none,
  positional,
  ranked,
  tuple,
  unknown,
  without,
  type Args,
  type Class,
  type Value,
} from '../values';
import { spreadNames } from './array/common';
import { dialect } from './jaxDialect';
import { asJaxTensor, mapTensors, traced, treeLeaves, treeMap } from './jaxTrees';

const LIBRARY = dialect.library;

/** Size of an axis of the first tensor of a tree. */
function sizeAlong(m: Machine, value: Value, axis: number): Poly | undefined {
  let found: Poly | undefined;
  mapTensors(m, value, (t) => {
    found ??= dimAt(m, t, axis);
    return t;
  });
  return found;
}
/** Modules that were made by a mapped function, one for each item of its axis. */
const stackedClass: Class = { k: 'class', name: 'stacked', bases: [], members: new Map() };
const stacked = (m: Machine, one: Value): Value =>
  one.k === 'object'
    ? { k: 'object', id: fresh(m), cls: stackedClass, attributes: new Map([['one', one]]) }
    : unknown;
const oneOf = (v: Value): Value =>
  v.k !== 'object' ? unknown : v.cls === stackedClass ? (v.attributes.get('one') ?? unknown) : v;

const drop = (m: Machine, value: Value, axis: number): Value =>
  mapTensors(
    m,
    value,
    (given) => {
      const t = asJaxTensor(given);
      const shape = editShape(m, t, axis, () => []);
      return shape ? withShape(t, shape) : vague(m, t);
    },
    oneOf,
  );
/** Plain numbers become arrays of one axis. */
function add(m: Machine, value: Value, axis: number, size: Poly): Value {
  const v = known(m, value);
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => add(m, item, axis, size)) };
  if (v.k === 'int' || v.k === 'float')
    return make(LIBRARY, [size], v.k === 'int' ? 'int32' : 'float32');
  return mapTensors(
    m,
    v,
    (t) => insertAxis(m, t, axis, size),
    (one) => stacked(m, one),
  );
}

/** Axis of one argument: a number for all, an item for each; `none` is not mapped, undefined not known. */
function axisFor(m: Machine, axes: Value | undefined, index: number): number | 'none' | undefined {
  const v = axes && known(m, axes);
  if (!v) return 0;
  const own = v.k === 'sequence' ? v.items[index] : v;
  const one = own && known(m, own);
  return one?.k === 'none' ? 'none' : asNumber(m, one);
}

/** vmap: the function sees one item of the mapped axis, the result has it again. */
const vmap: Rule = (_, outer) =>
  native('vmap', (m, args) => {
    const fn = argument(outer, 0, 'fun') ?? unknown;
    const axes = argument(outer, 1, 'in_axes');
    let size: Poly | undefined;
    const inner = args.positional.map((value, index) => {
      const axis = axisFor(m, axes, index);
      if (axis === 'none') return traced(m, value);
      if (axis === undefined) return unknown;
      size ??= sizeAlong(m, value, axis);
      return drop(m, value, axis);
    });
    const keyword = new Map([...args.keyword].map(([name, value]) => [name, drop(m, value, 0)]));
    for (const value of args.keyword.values()) size ??= sizeAlong(m, value, 0);
    const result = call(m, fn, { ...args, positional: inner, keyword });
    const out = asNumber(m, argument(outer, 2, 'out_axes') ?? int(constant(0)));
    return out === undefined ? unknown : add(m, result, out, size ?? unknownSize(m));
  });
/** pmap(f, axis_name, …): as vmap, on as many devices as the axis is long. */
const pmap: Rule = (m, outer) => vmap(m, { ...outer, positional: outer.positional.slice(0, 1) });

/** Places of the arguments that a function is compiled for, which stay what they are; undefined: not known. */
function staticPlaces(m: Machine, outer: Args, fn: Value): ReadonlySet<number> | undefined {
  const each = (name: string): readonly Value[] | undefined => {
    const v = known(m, outer.keyword.get(name) ?? none);
    return v.k === 'none' ? [] : v.k === 'int' || v.k === 'string' ? [v] : elements(m, v).items;
  };
  const [numbers, names] = [each('static_argnums'), each('static_argnames')];
  const f = known(m, fn);
  const parameters =
    f.k === 'function' || f.k === 'method'
      ? (f.k === 'method' ? f.fn : f).def.parameters
      : undefined;
  if (!numbers || !names || (names.length > 0 && !parameters)) return undefined;
  const named = names.map((name) => {
    const v = known(m, name);
    return parameters?.findIndex((one) => v.k === 'string' && one.name === v.value);
  });
  const places = [...numbers.map((one) => asNumber(m, one)), ...named];
  return places.includes(undefined) ? undefined : new Set(places as number[]);
}
/** A transformation that is given only its options is a decorator. */
export const withOptions =
  (name: string, rule: Rule): Rule =>
  (m, outer) => {
    if (outer.positional.length > 0 || outer.keyword.has('fun') || outer.keyword.has('f'))
      return rule(m, outer);
    const decorator = native(name, (machine, args) =>
      rule(machine, { ...args, keyword: outer.keyword }),
    );
    return { ...decorator, decorates: true as const };
  };
/** jit: the function on traced arguments, in which a plain number is an array. */
export const jit: Rule = withOptions('jit', (_, outer) => {
  const fn = argument(outer, 0, 'fun') ?? outer.keyword.get('f') ?? unknown;
  return native('jit', (m, args) => {
    const fixed = staticPlaces(m, outer, fn);
    const positional = args.positional.map((value, index) => {
      const v = known(m, value);
      return v.k === 'int' && fixed && !fixed.has(index)
        ? make(LIBRARY, [], 'int32')
        : traced(m, v);
    });
    const keyword = new Map([...args.keyword].map(([name, value]) => [name, traced(m, value)]));
    return traced(m, call(m, fn, { ...args, positional, keyword }));
  });
});

const gradients = (args: Args, outer: Args, m: Machine): Value => {
  const which = argument(outer, 1, 'argnums');
  const v = which && known(m, which);
  if (v?.k === 'sequence')
    return tuple(v.items.map((item) => args.positional[asNumber(m, item) ?? 0] ?? unknown));
  return args.positional[v ? (asNumber(m, v) ?? 0) : 0] ?? unknown;
};

/** jacfwd, jacrev: the sizes of the result and behind them those of the argument; of a gradient that is the Hessian. */
const jacobian =
  (times: number): Rule =>
  (_, outer) =>
    native('jacobian', (m, args) => {
      const result = known(m, call(m, argument(outer, 0, 'fun') ?? unknown, args));
      const by = known(m, gradients(args, outer, m));
      const [out, own] = [result, by].map((v) => (v.k === 'tensor' ? dimsOf(m, v) : undefined));
      if (result.k !== 'tensor' || !out || !own) return unknown;
      const dims = Array.from({ length: times }, () => own).flat();
      return withShape(result, ranked([...out, ...dims]));
    });

/** grad: what the argument is; value_and_grad: the value too. */
const grad =
  (withValue: boolean): Rule =>
  (_, outer) =>
    native('grad', (m, args) => {
      const given = { ...args, positional: args.positional.map((one) => traced(m, one)) };
      const value = call(m, argument(outer, 0, 'fun') ?? unknown, given);
      const gradient = gradients(given, outer, m);
      const aux = known(m, outer.keyword.get('has_aux') ?? none);
      if (withValue) return tuple([value, gradient]);
      if (aux.k !== 'bool' || !aux.value) return gradient;
      const { items } = elements(m, value);
      return tuple([gradient, items?.[1] ?? unknown]);
    });

const looped = <T>(m: Machine, run: () => T): T => {
  m.looping += 1;
  try {
    return run();
  } finally {
    m.looping -= 1;
  }
};

/** scan over an axis: the carry keeps its type, results are stacked. */
export function scanned(
  m: Machine,
  body: (carry: Value, x: Value) => Value,
  init: Value,
  xs: Value,
  axes: { readonly from: number; readonly to: number; readonly length?: Poly | undefined },
): Value {
  const size = sizeAlong(m, xs, axes.from) ?? axes.length ?? unknownSize(m);
  const result = looped(m, () => body(init, drop(m, xs, axes.from)));
  const pair = known(m, result);
  if (pair.k !== 'sequence' || pair.items.length !== 2) return unknown;
  return tuple([join(m, init, pair.items[0]!), add(m, pair.items[1]!, axes.to, size)]);
}

const scan: Rule = (m, args) => {
  const fn = argument(args, 0, 'f') ?? unknown;
  const length = argument(args, 3, 'length');
  return scanned(
    m,
    (carry, x) => call(m, fn, positional(carry, x)),
    argument(args, 1, 'init') ?? unknown,
    argument(args, 2, 'xs') ?? none,
    { from: 0, to: 0, length: length && asInt(m, length) },
  );
};

const mapRule: Rule = (m, args) => {
  const xs = argument(args, 1, 'xs') ?? unknown;
  const size = sizeAlong(m, xs, 0) ?? unknownSize(m);
  const fn = argument(args, 0, 'f') ?? unknown;
  return add(
    m,
    looped(m, () => call(m, fn, positional(drop(m, xs, 0)))),
    0,
    size,
  );
};

const forLoop: Rule = (m, args) => {
  const init = argument(args, 3, 'init_val') ?? unknown;
  const body = argument(args, 2, 'body_fun') ?? unknown;
  return join(
    m,
    init,
    looped(m, () => call(m, body, positional(make(LIBRARY, [], 'int32'), init))),
  );
};
const whileLoop: Rule = (m, args) => {
  const init = argument(args, 2, 'init_val') ?? unknown;
  looped(m, () => call(m, argument(args, 0, 'cond_fun') ?? unknown, positional(init)));
  const body = argument(args, 1, 'body_fun') ?? unknown;
  return join(
    m,
    init,
    looped(m, () => call(m, body, positional(init))),
  );
};
const cond: Rule = (m, args) => {
  const [, yes = unknown, no = unknown] = args.positional;
  const operands = without(args, 3);
  return join(m, call(m, yes, operands), call(m, no, operands));
};
const choice: Rule = (m, args) => {
  const { items } = elements(m, args.positional[1] ?? unknown);
  const all = items?.map((fn) => call(m, fn, without(args, 2)));
  return all?.length ? all.reduce((a, b) => join(m, a, b)) : unknown;
};

const same: Rule = (_, args) => args.positional[0] ?? native('decorator', same);

export const transforms = spreadNames<Rule>({
  jit,
  pmap,
  'jacfwd jacrev jacobian': jacobian(1),
  hessian: jacobian(2),
  'checkpoint remat named_call custom_jvp custom_vjp disable_jit device_put device_get block_until_ready lax.stop_gradient lax.psum lax.pmean lax.pmax lax.optimization_barrier named_scope':
    same,
  vmap,
  grad: grad(false),
  value_and_grad: grad(true),
  'lax.scan': scan,
  'lax.map': mapRule,
  'lax.fori_loop': forLoop,
  'lax.while_loop': whileLoop,
  'lax.cond': cond,
  'lax.switch': choice,
  'lax.associative_scan': (_, args) => args.positional[1] ?? unknown,
  'tree_util.tree_map tree.map tree_map': treeMap,
  'tree_util.tree_leaves tree.leaves': treeLeaves,
  eval_shape: (m, args) => call(m, args.positional[0] ?? unknown, without(args, 1)),
});
/** Of these a decorated function is another one than it says. */
export const decorating = new Set(['jit', 'pmap', 'vmap', 'grad', 'value_and_grad']);
