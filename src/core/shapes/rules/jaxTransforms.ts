/** Functions that make functions of functions: jit, grad, vmap, scan and control flow. https://docs.jax.dev/en/latest/jax.html */
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { join } from '../join';
import { type Rule } from '../library';
import { asInt, asNumber, dimAt, known, unknownSize, type Machine } from '../machine';
import { type Poly } from '../poly';
import { editShape, insertAxis, make, vague, withShape } from '../tensors';
import {
  argument,
  int,
  list,
  native,
  none,
  positional,
  tuple,
  unknown,
  without,
  type Args,
  type Tensor,
  type Value,
} from '../values';
import { spreadNames } from './array/common';

/** The same tree with other tensors. */
export function mapTensors(m: Machine, value: Value, each: (t: Tensor) => Value): Value {
  const v = known(m, value);
  switch (v.k) {
    case 'tensor':
      return each(v);
    case 'sequence':
      return { ...v, items: v.items.map((item) => mapTensors(m, item, each)) };
    case 'many':
      return { ...v, item: mapTensors(m, v.item, each) };
    case 'dict': {
      const entries = new Map(
        [...v.entries].map(([key, item]) => [key, mapTensors(m, item, each)]),
      );
      return { k: 'dict', entries, ...(v.other ? { other: mapTensors(m, v.other, each) } : {}) };
    }
    case 'none':
    case 'object':
      return v;
    default:
      return unknown;
  }
}
/** Size of an axis of the first tensor of a tree. */
function sizeAlong(m: Machine, value: Value, axis: number): Poly | undefined {
  let found: Poly | undefined;
  mapTensors(m, value, (t) => {
    found ??= dimAt(m, t, axis);
    return t;
  });
  return found;
}
const drop = (m: Machine, value: Value, axis: number): Value =>
  mapTensors(m, value, (t) => {
    const shape = editShape(m, t, axis, () => []);
    return shape ? withShape(t, shape) : vague(m, t);
  });
/** Plain numbers become arrays of one axis. */
function add(m: Machine, value: Value, axis: number, size: Poly): Value {
  const v = known(m, value);
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => add(m, item, axis, size)) };
  if (v.k === 'int' || v.k === 'float')
    return make('jax', [size], v.k === 'int' ? 'int32' : 'float32');
  return mapTensors(m, v, (t) => insertAxis(m, t, axis, size));
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
      if (axis === 'none') return value;
      if (axis === undefined) return unknown;
      size ??= sizeAlong(m, value, axis);
      return drop(m, value, axis);
    });
    const result = call(m, fn, { ...args, positional: inner });
    const out = asNumber(m, argument(outer, 2, 'out_axes') ?? int({ terms: [], key: '' }));
    return out === undefined ? unknown : add(m, result, out, size ?? unknownSize(m));
  });

const gradients = (args: Args, outer: Args, m: Machine): Value => {
  const which = argument(outer, 1, 'argnums');
  const v = which && known(m, which);
  if (v?.k === 'sequence')
    return tuple(v.items.map((item) => args.positional[asNumber(m, item) ?? 0] ?? unknown));
  return args.positional[v ? (asNumber(m, v) ?? 0) : 0] ?? unknown;
};

/** grad: what the argument is; value_and_grad: the value too. */
const grad =
  (withValue: boolean): Rule =>
  (_, outer) =>
    native('grad', (m, args) => {
      const value = call(m, argument(outer, 0, 'fun') ?? unknown, args);
      const gradient = gradients(args, outer, m);
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
    looped(m, () => call(m, body, positional(m.unknownInteger(), init))),
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

/** tree_map: the function on each leaf, with the leaves at the same place of the other trees. */
const treeMap: Rule = (m, args) => {
  const [fn = unknown, ...trees] = args.positional;
  const visit = (all: readonly Value[]): Value => {
    const first = known(m, all[0] ?? unknown);
    const others = all.map((each) => known(m, each));
    if (first.k === 'sequence') {
      return {
        ...first,
        items: first.items.map((_, index) =>
          visit(
            others.map((each) =>
              each.k === 'sequence' ? (each.items[index] ?? unknown) : unknown,
            ),
          ),
        ),
      };
    }
    if (first.k === 'dict') {
      const entries = new Map(
        [...first.entries.keys()].map((key) => [
          key,
          visit(
            others.map((each) =>
              each.k === 'dict' ? (each.entries.get(key) ?? unknown) : unknown,
            ),
          ),
        ]),
      );
      return { k: 'dict', entries, ...(first.other ? { other: unknown } : {}) };
    }
    if (first.k === 'none') return none;
    return first.k === 'tensor' || first.k === 'int' || first.k === 'float'
      ? call(m, fn, { positional: all, keyword: new Map() })
      : unknown;
  };
  return visit(trees);
};

const same: Rule = (_, args) => args.positional[0] ?? native('decorator', same);

export const transforms = spreadNames<Rule>({
  'jit pmap checkpoint remat named_call custom_jvp custom_vjp disable_jit device_put device_get block_until_ready lax.stop_gradient lax.psum lax.pmean lax.pmax lax.optimization_barrier named_scope':
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
  'tree_util.tree_leaves tree.leaves': (m, args) => {
    const leaves: Value[] = [];
    mapTensors(m, args.positional[0] ?? unknown, (t) => (leaves.push(t), t));
    return leaves.length ? list(leaves) : { k: 'many', item: unknown };
  },
  eval_shape: (m, args) => call(m, args.positional[0] ?? unknown, without(args, 1)),
});
/** Of these a decorated function is another one than it says. */
export const decorating = new Set(['vmap', 'grad', 'value_and_grad']);
