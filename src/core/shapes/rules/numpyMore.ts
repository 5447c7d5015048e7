/** Less frequent functions of NumPy, which jax.numpy has too. https://numpy.org/doc/stable/reference/routines.html */
import { elements } from '../interpret/sequences';
import { join } from '../join';
import { type Rule } from '../library';
import {
  asInt,
  asNumber,
  asTensor,
  dimAt,
  dimsOf,
  fresh,
  known,
  shapeOf,
  unknownSize,
  type Machine,
} from '../machine';
import { add, constant, extreme, multiply, one, product, subtract, type Poly } from '../poly';
import {
  axesOf,
  axisOf,
  editShape,
  insertAxis,
  make,
  permute,
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
import { cat } from './array/combine';
import { onTensor, spreadNames } from './array/common';
import { fromData } from './array/create';
import { dtypeNamed, floating } from './dtypes';

const dtypeAt = (m: Machine, args: Parameters<Rule>[1], index: number): string | undefined =>
  dtypeNamed(m, args.keyword.get('dtype') ?? args.positional[index], m.dialect.float);

/** pad: one number, one pair, or a pair for each axis. */
const pad = onTensor((m, t, args) => {
  const widths = known(m, argument(args, 0, 'pad_width') ?? unknown);
  const dims = dimsOf(m, t);
  if (!dims) return vague(m, t);
  const pairs = widths.k === 'sequence' ? widths.items.map((item) => known(m, item)) : [widths];
  const sums = pairs.map((pair) => padding(m, pair));
  const numbers = pairs.length === 2 && pairs.every((pair) => pair.k === 'int');
  return withShape(
    t,
    ranked(
      dims.map((dim, index) => {
        const more = numbers
          ? add(asInt(m, pairs[0])!, asInt(m, pairs[1])!)
          : sums.length === 1
            ? sums[0]
            : sums[index];
        return more ? add(dim, more) : unknownSize(m);
      }),
    ),
  );
});
function padding(m: Machine, pair: Value): Poly | undefined {
  if (pair.k !== 'sequence')
    return pair.k === 'int' ? multiply(constant(2), pair.value) : undefined;
  const [low, high] = pair.items.map((item) => asInt(m, item));
  return low && (high ? add(low, high) : multiply(constant(2), low));
}

const moveaxis = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  const [from, to] = [axesOf(m, args.positional[0]), axesOf(m, args.positional[1])];
  if (!dims || !from || !to || from.length !== to.length) return vague(m, t);
  const place = (axis: number) => (axis < 0 ? axis + dims.length : axis);
  const order = dims.map((_, index) => index).filter((index) => !from.map(place).includes(index));
  const pairs = to.map((axis, index) => [place(axis), place(from[index]!)] as const);
  for (const [at, axis] of pairs.sort((a, b) => a[0] - b[0])) order.splice(at, 0, axis);
  return permute(m, t, order);
});

/** take(a, indices, axis): the axis becomes the axes of the indices; without one, of the whole. */
const take = onTensor((m, t, args) => {
  const given = known(m, argument(args, 0, 'indices') ?? unknown);
  const index =
    given.k === 'int'
      ? make(m.dialect.library, [], 'int64')
      : asTensor(
          m,
          given.k === 'sequence' ? fromData(m, { positional: [given], keyword: new Map() }) : given,
        );
  const inner = index && dimsOf(m, index);
  const where = argument(args, 1, 'axis');
  if (!inner) return vague(m, t);
  if (!where || known(m, where).k === 'none') return withShape(t, ranked(inner));
  const axis = axisOf(m, where);
  const shape = axis === undefined ? undefined : editShape(m, t, axis, () => inner);
  return shape ? withShape(t, shape) : vague(m, t);
});

const diff = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 1, 'axis') ?? int(constant(-1)));
  const times = asInt(m, argument(args, 0, 'n') ?? int(one));
  const shape =
    axis === undefined || !times
      ? undefined
      : editShape(m, t, axis, (dim) => [subtract(dim, times)]);
  return shape ? withShape(t, shape) : vague(m, t);
});

/** Arrays with fewer than n axes get axes of size 1. */
const atLeast =
  (rank: number): Rule =>
  (m, args) => {
    const given = known(m, args.positional[0] ?? unknown);
    const t = asTensor(m, given.k === 'tensor' ? given : fromData(m, args));
    const dims = t && dimsOf(m, t);
    if (!t) return unknown;
    if (!dims) return { ...vague(m, t), shape: atLeastOpen(m, rank) };
    let result: Tensor = t;
    while (dimsOf(m, result)!.length < rank) {
      const count = dimsOf(m, result)!.length;
      result = insertAxis(m, result, rank === 3 && count === 2 ? 2 : 0);
    }
    return result;
  };

/** That many axes, or more. */
const atLeastOpen = (m: Machine, rank: number): Shape => ({
  front: [],
  head: fresh(m),
  tail: Array.from({ length: rank }, () => unknownSize(m)),
});

const along =
  (axis: number, vectors: (m: Machine, t: Tensor) => Tensor): Rule =>
  (m, args) => {
    const { items, item, count } = elements(m, args.positional[0] ?? unknown);
    const lift = (value: Value): Value => {
      const t = asTensor(m, value, m.dialect.library);
      return t && dimsOf(m, t)?.length === 1 ? vectors(m, t) : (t ?? unknown);
    };
    const all: Value = items
      ? tuple(items.map(lift))
      : { k: 'many', item: lift(item ?? unknown), ...(count ? { length: count } : {}) };
    return cat(m, { positional: [all, int(constant(axis))], keyword: new Map() });
  };

const tri: Rule = (m, args) => {
  const n = asInt(m, argument(args, 0, 'N')) ?? unknownSize(m);
  const columns = argument(args, 1, 'M');
  const width = columns && known(m, columns).k !== 'none' ? asInt(m, columns) : n;
  return make(
    m.dialect.library,
    [n, width ?? unknownSize(m)],
    dtypeAt(m, args, 3) ?? m.dialect.float,
  );
};

const vector =
  (dtype?: string): Rule =>
  (m) =>
    make(m.dialect.library, [unknownSize(m)], dtype ?? m.dialect.float);

/** svd(a): u, s, vh with the smaller side between them (`full_matrices=False`), square otherwise. */
const svd = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  if (!dims || dims.length < 2) return unknown;
  const [rows, columns] = [dims.at(-2)!, dims.at(-1)!];
  const least = extreme('min', rows, columns);
  const full = known(m, argument(args, 0, 'full_matrices') ?? { k: 'bool', value: true });
  const vectors = known(m, argument(args, 1, 'compute_uv') ?? { k: 'bool', value: true });
  const lead = dims.slice(0, -2);
  const dtype = floating(m, t, m.dialect.float);
  const part = (...last: Poly[]): Tensor =>
    withDtype(withShape(t, ranked([...lead, ...last])), dtype);
  if (vectors.k !== 'bool' || vectors.value === undefined) return unknown;
  if (!vectors.value) return part(least);
  const size = (side: Poly): Poly =>
    full.k !== 'bool' || full.value === undefined ? unknownSize(m) : full.value ? side : least;
  return tuple([part(rows, size(rows)), part(least), part(size(columns), columns)]);
});

const square = (change: (dims: readonly Poly[]) => readonly Poly[]): Rule =>
  onTensor((m, t) => {
    const dims = dimsOf(m, t);
    const dtype = floating(m, t, m.dialect.float);
    return dims && dims.length >= 2
      ? withDtype(withShape(t, ranked(change(dims))), dtype)
      : withDtype(vague(m, t), dtype);
  });

const eigen =
  (real: boolean): Rule =>
  (m, args) => {
    const vectors = square((dims) => dims)(m, args);
    const values = square((dims) => dims.slice(0, -1))(m, args);
    if (vectors.k !== 'tensor' || values.k !== 'tensor') return unknown;
    // Whether eigenvalues of a general matrix are complex depends on the numbers.
    return tuple(
      real ? [values, vectors] : [values, vectors].map((t) => withDtype(t, (m.next += 1))),
    );
  };

const solve: Rule = (m, args) => {
  const [a, b] = [0, 1].map((index) => asTensor(m, args.positional[index], m.dialect.library));
  return a && b ? withDtype(withShape(b, b.shape), floating(m, b, m.dialect.float)) : unknown;
};

export const more = spreadNames<Rule>({
  pad,
  tri,
  take,
  diff,
  'moveaxis rollaxis': moveaxis,
  atleast_1d: atLeast(1),
  atleast_2d: atLeast(2),
  atleast_3d: atLeast(3),
  column_stack: along(1, (m, t) => insertAxis(m, t, 1)),
  dstack: along(2, (m, t) => insertAxis(m, insertAxis(m, t, 0), 2)),
  c_: along(-1, (m, t) => insertAxis(m, t, 1)),
  r_: along(0, (_, t) => t),
  bincount: vector('int64'),
  flatnonzero: vector('int64'),
  'unwrap sinc i0 deg2rad rad2deg degrees radians': onTensor((m, t) =>
    withDtype(t, floating(m, t, m.dialect.float)),
  ),
  'isin in1d': onTensor((_, t) => withDtype(t, 'bool')),
  argpartition: onTensor((_, t) => withDtype(t, 'int64')),
  'partition sort_complex': onTensor((_, t) => withShape(t, t.shape)),
  searchsorted: (m, args) => {
    const t = asTensor(m, args.positional[1]);
    return t ? withDtype(withShape(t, t.shape), 'int64') : make(m.dialect.library, [], 'int64');
  },
  interp: onTensor((m, t) => withDtype(t, m.dialect.float)),
  cross: (m, args) => {
    const t = asTensor(m, args.positional[0], m.dialect.library);
    return t && dimsOf(m, t) ? withShape(t, t.shape) : unknown;
  },
  trace: onTensor((m, t) =>
    dimsOf(m, t) ? withShape(t, ranked(dimsOf(m, t)!.slice(2))) : vague(m, t),
  ),
  kron: (m, args) => {
    const [a, b] = [0, 1].map((index) => asTensor(m, args.positional[index], m.dialect.library));
    const [x, y] = [a && dimsOf(m, a), b && dimsOf(m, b)];
    return a && b && x && y && x.length === y.length
      ? {
          ...withShape(a, ranked(x.map((dim, index) => product([dim, y[index]!])))),
          dtype: m.dialect.promote(m, a, b),
        }
      : unknown;
  },
  'linalg.svd': svd,
  'linalg.det linalg.slogdet': square((dims) => dims.slice(0, -2)),
  'linalg.cholesky linalg.pinv': square((dims) => [
    ...dims.slice(0, -2),
    dims.at(-1)!,
    dims.at(-2)!,
  ]),
  'linalg.eigh': eigen(true),
  'linalg.eig': eigen(false),
  'linalg.solve': solve,
  'linalg.matrix_power': square((dims) => dims),
  len: (m, args) => {
    const t = asTensor(m, args.positional[0]);
    const size = t && dimAt(m, t, 0);
    return size ? int(size) : m.unknownInteger();
  },
  append: (m, args) => {
    const [a, b] = [0, 1].map((index) => asTensor(m, args.positional[index], m.dialect.library));
    const where = argument(args, 2, 'axis');
    if (a && b && where) return cat(m, { positional: [tuple([a, b]), where], keyword: new Map() });
    const flat = a && b ? [a, b].map((t) => dimsOf(m, t)) : [];
    return a && flat.length && flat.every((dims) => dims)
      ? withShape(a, ranked([add(product(flat[0]!), product(flat[1]!))]))
      : make(m.dialect.library, [unknownSize(m)], (m.next += 1));
  },
  broadcast_arrays: (m, args) => {
    const all = args.positional.map((value) => asTensor(m, value, m.dialect.library));
    const joined = all[0] && all.every((t) => t) ? join(m, all[0], all[0]) : unknown;
    return joined.k === 'tensor' && all.length === 1
      ? tuple([joined])
      : tuple(all.map((t) => (t ? vague(m, t) : unknown)));
  },
  select: (m) => ({
    ...make(m.dialect.library, [], (m.next += 1)),
    shape: { front: [], head: (m.next += 1), tail: [] },
  }),
  size: (m, args) => {
    const t = asTensor(m, args.positional[0]);
    const axis = args.positional[1] ? asNumber(m, args.positional[1]) : undefined;
    const dims = t && shapeOf(m, t.shape).head === null ? dimsOf(m, t) : undefined;
    return dims
      ? int(args.positional[1] ? (dims.at(axis ?? 0) ?? unknownSize(m)) : product(dims))
      : m.unknownInteger();
  },
  ndim: (m, args) => {
    const t = asTensor(m, args.positional[0]);
    const dims = t && dimsOf(m, t);
    return dims ? int(constant(dims.length)) : m.unknownInteger();
  },
  shape: (m, args) => {
    const t = asTensor(m, args.positional[0]);
    return t ? known(m, { k: 'shape', shape: t.shape }) : unknown;
  },
});
