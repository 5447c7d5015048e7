/** NumPy's reshapes, repeats, splits and products, where they differ from the shared rules. */
import { elements } from '../interpret/sequences';
import { type Rule } from '../library';
import {
  asInt,
  asNumber,
  asTensor,
  dimAt,
  dimsOf,
  equate,
  fresh,
  isStored,
  known,
  normal,
  requireRank,
  shapeOf,
  unknownSize,
  type Machine,
} from '../machine';
import {
  add,
  constant,
  constantOf,
  divideExactly,
  floorDivide,
  multiply,
  product,
  subtract,
  type Poly,
} from '../poly';
import {
  axesOf,
  axisOf,
  editShape,
  insertAxis,
  make,
  permute,
  reshape,
  sizesOf,
  swap,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import {
  argument,
  int,
  ranked,
  tuple,
  unknown,
  type Shape,
  type Tensor,
  type Value,
} from '../values';
import { cat, split } from './array/combine';
import { onTensor } from './array/common';
import { matmul } from './array/product';
import { sumType } from './array/reduce';

export const LIBRARY = 'numpy';

/**
 * A shape given as one argument, a number or a tuple; undefined where it may be either. In NumPy's code, where
 * vectors are made by their length, what is not known is taken to be a number.
 */
export function shapeGiven(m: Machine, value: Value | undefined): Shape | undefined {
  const v = value && known(m, value);
  if (v?.k === 'any' && m.dialect.library === LIBRARY) return sizesOf(m, [v]);
  const isKnown = v?.k === 'int' || v?.k === 'sequence' || v?.k === 'shape' || v?.k === 'tensor';
  if (!isKnown || (v.k === 'tensor' && !v.holds && dimsOf(m, v)?.length !== 0)) return undefined;
  return sizesOf(m, [v]);
}

export const withAxis =
  (rule: Rule, fallback: number): Rule =>
  (m, args) => {
    const axis = args.keyword.get('axis') ?? args.positional[1] ?? int(constant(fallback));
    return rule(m, { positional: [args.positional[0] ?? unknown, axis], keyword: new Map() });
  };

/** dot: the last axis of a with the last but one of b; the other axes of b follow. */
export const dot: Rule = (m, args) => {
  const [a, given] = [args.positional[0], args.positional[1]].map((value) =>
    asTensor(m, value, m.dialect.library),
  );
  if (!a || !given) return unknown;
  const b = rightSide(m, a, given);
  // Of an array that is seen to have two axes, dot takes a matrix; what has more is for matmul.
  const open = shapeOf(m, b.shape);
  if (open.head !== null && open.front.length + open.tail.length >= 2) requireRank(m, b, 2);
  const [x, y] = [dimsOf(m, a), dimsOf(m, b)];
  if (x?.length === 2 && !y && !isStored(m, b)) {
    // Of a vector or a matrix: its first axis goes, what it has besides stays.
    const inner = dimAt(m, b, 0);
    if (inner) equate(m, x[1]!, inner);
    const { front, head, tail } = shapeOf(m, b.shape);
    if (front.length > 0)
      return {
        ...withShape(a, { front: [x[0]!, ...front.slice(1)], head, tail }),
        dtype: m.dialect.promote(m, a, b),
        product: true,
      };
  }
  if (!y || y.length <= 2 || !x || x.length <= 1) return matmul(m, a, b);
  return {
    ...withShape(a, ranked([...x.slice(0, -1), ...y.slice(0, -2), y.at(-1)!])),
    dtype: m.dialect.promote(m, a, b),
  };
};

/**
 * `x.T`. A vector may be written so too, where an inner product (`w.T.dot(w)`) or an outer one (`w.dot(w.T)`) is meant,
 * but hardly the other array of a product: there it would be the same without.
 */
export const turn = (m: Machine, t: Tensor): Value => {
  const result = transpose(m, { positional: [t], keyword: new Map() });
  const { front, head, tail } = shapeOf(m, t.shape);
  if (head === null) return result;
  m.missed.add(head);
  const shape = { front: tail.toReversed(), head: fresh(m), tail: front.toReversed() };
  return { ...withShape(t, shape), turned: t };
};

/** The right side of a product, which is a matrix where an array is turned over in it. */
export function rightSide(m: Machine, a: Tensor | undefined, b: Tensor): Tensor {
  const { turned } = b;
  if (!turned) return b;
  const { front, head, tail } = shapeOf(m, turned.shape);
  const count = front.length + tail.length;
  // What is left of an array without some of its axes may be a vector, as a mean is.
  const isRest = head !== null && m.rests.has(head);
  const isOwn = a && shapeOf(m, a.shape).head === head;
  if ((isRest && (isOwn || count === 0)) || count > 2) return b;
  const dims = requireRank(m, turned, 2);
  return dims ? withShape(b, ranked(dims.toReversed())) : b;
}

export const transpose: Rule = onTensor((m, t, args) => {
  const given =
    args.positional.length === 1
      ? args.positional[0]
      : args.positional.length
        ? tuple(args.positional)
        : args.keyword.get('axes');
  const dims = dimsOf(m, t);
  if (!given)
    return dims
      ? permute(
          m,
          t,
          dims.map((_, index) => dims.length - 1 - index),
        )
      : vague(m, t);
  const order = axesOf(m, given);
  return order ? permute(m, t, order) : vague(m, t);
});

export const reshapeRule: Rule = onTensor((m, t, args) => {
  const [only, more] = args.positional;
  // One argument may be a number or a whole shape.
  if (only && !more && /^(any|union|unknown)$/.test(known(m, only).k)) return vague(m, t);
  const shape = sizesOf(
    m,
    args.keyword.has('newshape') ? [args.keyword.get('newshape')!] : args.positional,
  );
  return shape ? reshape(m, t, shape) : vague(m, t);
});

/** repeat: along an axis, or of the flattened array. */
export const repeat: Rule = onTensor((m, t, args) => {
  const times = asInt(m, argument(args, 0, 'repeats')) ?? unknownSize(m);
  const where = argument(args, 1, 'axis');
  const dims = dimsOf(m, t);
  if (!where) return dims ? withShape(t, ranked([multiply(product(dims), times)])) : vague(m, t);
  const axis = axisOf(m, where);
  const shape =
    axis === undefined ? undefined : editShape(m, t, axis, (dim) => [multiply(dim, times)]);
  return shape ? withShape(t, shape) : vague(m, t);
});

export const tile: Rule = onTensor((m, t, args) => {
  const given = known(m, argument(args, 0, 'reps') ?? unknown);
  const times =
    given.k === 'sequence' ? given.items.map((item) => asInt(m, item)) : [asInt(m, given)];
  const dims = dimsOf(m, t);
  if (!dims || times.some((one) => !one)) return vague(m, t);
  const rank = Math.max(dims.length, times.length);
  const at = <T>(list: readonly T[], index: number) => list[index - (rank - list.length)];
  return withShape(
    t,
    ranked(
      Array.from({ length: rank }, (_, index) =>
        multiply(at(dims, index) ?? constant(1), at(times, index) ?? constant(1)),
      ),
    ),
  );
});

/** cumsum of a list keeps its numbers, which slices are cut by. */
export const cumulate: Rule = (m, args) => {
  const given = known(m, args.positional[0] ?? unknown);
  const items = given.k === 'sequence' ? given.items.map((item) => known(m, item)) : undefined;
  if (items?.length && items.every((item) => item.k === 'int')) {
    let total: Poly = constant(0);
    const sums = items.map((item) =>
      int((total = add(total, (item as Extract<Value, { k: 'int' }>).value))),
    );
    return { ...make(m.dialect.library, [constant(sums.length)], 'int64'), holds: tuple(sums) };
  }
  return onTensor((machine, t) => {
    const dims = dimsOf(machine, t);
    const flat = !args.keyword.has('axis') && args.positional.length < 2;
    return withDtype(flat && dims ? withShape(t, ranked([product(dims)])) : t, sumType(machine, t));
  })(m, args);
};

/** One axis, or several: those from the front in order, those from the back (which come first) from the last on. */
export const expandDims: Rule = onTensor((m, t, args) => {
  const given = known(m, argument(args, 0, 'axis') ?? unknown);
  const isEmpty = given.k === 'many' && given.length && asNumber(m, int(given.length)) === 0;
  if (isEmpty) return withShape(t, t.shape);
  const axes =
    given.k === 'sequence' ? given.items.map((item) => axisOf(m, item)) : [axisOf(m, given)];
  if (axes.some((axis) => axis === undefined)) return vague(m, t);
  const [back, front] = [true, false].map((isBack) =>
    (axes as number[])
      .filter((axis) => axis < 0 === isBack)
      .sort((a, b) => (isBack ? b - a : a - b)),
  ) as [number[], number[]];
  return [...back, ...front].reduce<Tensor>((all, axis) => insertAxis(m, all, axis), t);
});

export const swapaxes: Rule = onTensor((m, t, args) => {
  const [a, b] = [axisOf(m, args.positional[0]), axisOf(m, args.positional[1])];
  return a === undefined || b === undefined ? vague(m, t) : swap(m, t, a, b);
});

export const hstack: Rule = (m, args) => {
  const first = elements(m, args.positional[0] ?? unknown);
  const t = asTensor(m, first.items?.[0] ?? first.item);
  const axis = t && dimsOf(m, t)?.length === 1 ? 0 : 1;
  return cat(m, {
    positional: [args.positional[0] ?? unknown, int(constant(axis))],
    keyword: new Map(),
  });
};

/** split into equal parts, or at positions. */
export const splitRule: Rule = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 1, 'axis') ?? int(constant(0)));
  const count = asNumber(m, argument(args, 0, 'indices_or_sections'));
  const dim = axis === undefined ? undefined : dimAt(m, t, axis);
  const given = known(m, argument(args, 0, 'indices_or_sections') ?? unknown);
  if (axis === undefined || !dim) return { k: 'many', item: vague(m, t) };
  const places = given.k === 'tensor' && given.holds ? known(m, given.holds) : given;
  if (places.k === 'sequence') return splitAt(m, t, axis, dim, places.items);
  if (count === undefined || given.k !== 'int') {
    const sections = given.k === 'int' ? given.value : undefined;
    const part =
      sections &&
      split(m, {
        positional: [t, int(divide(m, dim, sections)), int(constant(axis))],
        keyword: new Map(),
      });
    return part && part.k !== 'unknown'
      ? {
          k: 'many',
          item:
            part.k === 'sequence' ? part.items[0]! : part.k === 'many' ? part.item : vague(m, t),
          length: sections,
        }
      : { k: 'many', item: vague(m, t) };
  }
  const size = divide(m, dim, constant(count));
  const shape = editShape(m, t, axis, () => [size]);
  const item = shape ? withShape(t, shape) : vague(m, t);
  return constantOf(given.value) === undefined
    ? { k: 'many', item, length: given.value }
    : tuple(Array.from({ length: Math.min(count, 64) }, () => item));
});

/** Parts between places along an axis, and what is before the first and after the last. */
function splitAt(m: Machine, t: Tensor, axis: number, dim: Poly, places: readonly Value[]): Value {
  const ends = [...places.map((place) => asInt(m, place)), dim];
  const sizes = ends.map((end, index) => {
    const start = index === 0 ? constant(0) : ends[index - 1];
    const size = start && end && subtract(end, start);
    const number = size && constantOf(size);
    return size && (number === undefined || number >= 0) ? size : unknownSize(m);
  });
  return tuple(
    sizes.map((size) => {
      const shape = editShape(m, t, axis, () => [size]);
      return shape ? withShape(t, shape) : vague(m, t);
    }),
  );
}

const divide = (m: Machine, dim: Poly, by: Poly): Poly => wholeQuotient(normal(m, dim), by);

const wholeQuotient = (dim: Poly, by: Poly): Poly =>
  (by.terms.length === 1 ? divideExactly(dim, by) : undefined) ?? floorDivide(dim, by);
