/** PyTorch's functions; those whose first argument is a tensor are its methods too. */
import { join } from '../join';
import {
  asInt,
  asNumber,
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  equate,
  fresh,
  known,
  requireDtype,
  requireRank,
  shapeOf,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../machine';
import {
  add,
  ceilDivide,
  constant,
  constantOf,
  floorDivide,
  multiply,
  one,
  product,
  subtract,
  type Poly,
} from '../poly';
import {
  axesOf,
  axisOf,
  broadcastShapes,
  concatenate,
  editShape,
  insertAxis,
  make,
  permute,
  reduceShape,
  reshape,
  sizesOf,
  swap,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import {
  argument,
  bool,
  int,
  none,
  ranked,
  tuple,
  unknown,
  without,
  type Args,
  type Tensor,
  type Value,
} from '../values';
import { elements } from '../interpret/sequences';
import { binary } from '../interpret/operators';
import type { Rule } from '../library';
import { dtypeNamed, floating, torchPromote } from './dtypes';
import { einsum, rearranged } from './einops';

export const LIBRARY = 'torch';
const input = (m: Machine, args: Args, index = 0, name = 'input'): Tensor | undefined =>
  asTensor(m, argument(args, index, name), LIBRARY);
const dimArg = (args: Args, index: number): Value | undefined =>
  args.keyword.get('dim') ?? args.keyword.get('axis') ?? args.positional[index];
export const dtypeArg = (m: Machine, args: Args): string | undefined =>
  dtypeNamed(m, args.keyword.get('dtype'), 'float32');
const truthy = (m: Machine, value: Value | undefined): boolean => {
  const v = value && known(m, value);
  return v?.k === 'bool' && v.value === true;
};

/** Wraps a rule on one tensor; anything else stays unknown. */
const onTensor =
  (rule: (m: Machine, t: Tensor, args: Args) => Value): Rule =>
  (m, args) => {
    const given = argument(args, 0, 'input');
    const v = given && known(m, given);
    if (v?.k === 'union') {
      const all = v.options
        .filter((option) => option.k === 'tensor')
        .map((option) => rule(m, option as Tensor, without(args, 1)));
      return all.length ? all.reduce((a, b) => join(m, a, b)) : unknown;
    }
    const t = input(m, args);
    return t ? rule(m, t, without(args, args.keyword.has('input') ? 0 : 1)) : unknown;
  };

const same = onTensor((_, t) => withShape(t, t.shape));
const float = onTensor((m, t) => withDtype(t, floating(m, t, 'float32')));
/** softmax and others that take `dtype=`. */
const floatTo = onTensor((m, t, args) =>
  withDtype(t, dtypeArg(m, args) ?? floating(m, t, 'float32')),
);
const asBool = onTensor((_, t) => withDtype(t, 'bool'));

const reduceWith = (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  onTensor((m, t, args) => {
    const where = dimArg(args, 0);
    const given = where && known(m, where);
    const axes = given && given.k !== 'none' ? axesOf(m, given) : undefined;
    const keep = truthy(
      m,
      args.keyword.get('keepdim') ?? args.keyword.get('keepdims') ?? args.positional[1],
    );
    const result = dtypeArg(m, args) ?? dtype(m, t);
    if (given && given.k !== 'none' && !axes) return { ...vague(m, t), dtype: result };
    const shape = reduceShape(m, t, axes, keep);
    return shape ? { ...withShape(t, shape), dtype: result } : { ...vague(m, t), dtype: result };
  });
const keepType = (_: Machine, t: Tensor) => t.dtype;
const sumType = (m: Machine, t: Tensor): string | number => {
  const dtype = dtypeOf(m, t);
  return dtype === 'bool' || dtype?.startsWith('int') || dtype?.startsWith('uint')
    ? 'int64'
    : t.dtype;
};

/** max/min/median/sort-like: values and indices when an axis is given. */
const pair =
  (whole: boolean, keepSize = false): Rule =>
  (m, args) => {
    const other = argument(args, 1, 'other');
    const second = other && known(m, other);
    if (second?.k === 'tensor') return binary(m, '+', args.positional[0] ?? unknown, second);
    return onTensor((machine, t, rest) => {
      const where = dimArg(rest, 0);
      if (!where && whole) return withShape(t, ranked([]));
      const axis = where ? axisOf(machine, where) : -1;
      const keep = truthy(machine, rest.keyword.get('keepdim') ?? rest.positional[1]);
      const shape = keepSize
        ? t.shape
        : axis === undefined
          ? undefined
          : reduceShape(machine, t, [axis], keep);
      const values = shape ? withShape(t, shape) : vague(machine, t);
      return named(values, withDtype(values, 'int64'));
    })(m, args);
  };
const named = (values: Tensor, indices: Tensor): Value => ({
  k: 'object',
  id: 0,
  cls: {
    k: 'class',
    name: 'return_types',
    bases: [],
    members: new Map(),
    library: { iterate: () => tuple([values, indices]) },
  },
  attributes: new Map<string, Value>([
    ['values', values],
    ['indices', indices],
  ]),
});

const topk = onTensor((m, t, args) => {
  const axis = axisOf(m, args.keyword.get('dim') ?? args.positional[1]) ?? -1;
  const k = asInt(m, argument(args, 0, 'k')) ?? unknownSize(m);
  const shape = editShape(m, t, axis, () => [k]);
  const values = shape ? withShape(t, shape) : vague(m, t);
  return named(values, withDtype(values, 'int64'));
});

const argReduce = onTensor((m, t, args) => {
  const where = dimArg(args, 0);
  const axis = where && known(m, where).k !== 'none' ? axisOf(m, where) : undefined;
  if (where && known(m, where).k !== 'none' && axis === undefined)
    return { ...vague(m, t), dtype: 'int64' };
  const keep = truthy(m, args.keyword.get('keepdim') ?? args.positional[1]);
  const shape = reduceShape(m, t, axis === undefined ? undefined : [axis], keep);
  return shape ? { ...withShape(t, shape), dtype: 'int64' } : { ...vague(m, t), dtype: 'int64' };
});

/** zeros, ones, empty, rand…: sizes, then `dtype=`. */
const create =
  (fallback: string, skip = 0): Rule =>
  (m, args) => {
    const size = args.keyword.get('size');
    const shape = sizesOf(m, size ? [size] : args.positional.slice(skip));
    const dtype = dtypeArg(m, args) ?? fallback;
    return shape
      ? { k: 'tensor', shape, dtype, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype };
  };
const createLike = (dtype?: string): Rule =>
  onTensor((m, t, args) => withDtype(t, dtypeArg(m, args) ?? dtype ?? t.dtype));
/** x.new_zeros(sizes): the element type of x. */
const createNew = (skip = 0): Rule =>
  onTensor((m, t, args) => {
    const size = args.keyword.get('size');
    const shape = sizesOf(
      m,
      size ? [size] : args.positional.slice(0, args.positional.length - skip),
    );
    return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: dtypeArg(m, args) ?? t.dtype };
  });

const arange: Rule = (m, args) => {
  const values = args.positional.map((value) => known(m, value));
  const sizes = values.map((value) =>
    value.k === 'float' && value.ratio ? undefined : asInt(m, value),
  );
  const isFloat = values.some((value) => value.k === 'float');
  const dtype = dtypeArg(m, args) ?? (isFloat ? 'float32' : 'int64');
  const [a, b, step] = sizes;
  let count: Poly | undefined;
  if (values.length === 1) count = a;
  else if (a && b) count = subtract(b, a);
  if (count && values.length > 2) count = step ? ceilDivide(count, step) : undefined;
  return make(LIBRARY, [count ?? unknownSize(m)], dtype);
};

/** torch.tensor(data): the shape of nested lists, or of the tensor itself. */
const fromData: Rule = (m, args) => {
  const data = known(m, args.positional[0] ?? args.keyword.get('data') ?? unknown);
  const dtype = dtypeArg(m, args);
  if (data.k === 'tensor') return { ...data, library: LIBRARY, dtype: dtype ?? data.dtype };
  const dims: Poly[] = [];
  let value: Value = data;
  while (value.k === 'sequence' || value.k === 'many') {
    const { items, item, count }: ReturnType<typeof elements> = elements(m, value);
    dims.push(items ? constant(items.length) : (count ?? unknownSize(m)));
    value = known(m, items?.[0] ?? item ?? unknown);
  }
  if (value.k === 'tensor') {
    const inner = dimsOf(m, value);
    return inner
      ? make(LIBRARY, [...dims, ...inner], dtype ?? value.dtype)
      : { ...unknownTensor(m, LIBRARY), dtype: dtype ?? value.dtype };
  }
  const type =
    dtype ??
    (value.k === 'int'
      ? 'int64'
      : value.k === 'float'
        ? 'float32'
        : value.k === 'bool'
          ? 'bool'
          : fresh(m));
  if (value.k === 'unknown' || value.k === 'any')
    return { ...unknownTensor(m, LIBRARY), dtype: type };
  return make(LIBRARY, dims, type);
};

const cat: Rule = (m, args) => {
  const { items, item, count } = elements(m, argument(args, 0, 'tensors') ?? unknown);
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  if (!items) {
    const t = item && asTensor(m, item, LIBRARY);
    if (!t || axis === undefined) return t ? vague(m, t) : unknown;
    const shape = editShape(m, t, axis, (dim) => [count ? multiply(count, dim) : unknownSize(m)]);
    return shape ? withShape(t, shape) : vague(m, t);
  }
  const tensors = items.map((value) => asTensor(m, value, LIBRARY));
  if (axis === undefined || tensors.length === 0 || tensors.some((t) => !t)) return unknown;
  const result = concatenate(m, tensors as Tensor[], axis);
  const dtype = (tensors as Tensor[])
    .slice(1)
    .reduce<string | number>(
      (type, t) => torchPromote(m, { ...tensors[0]!, dtype: type }, t),
      tensors[0]!.dtype,
    );
  return result ? withDtype(result, dtype) : unknown;
};

const stack: Rule = (m, args) => {
  const { items, item, count } = elements(m, argument(args, 0, 'tensors') ?? unknown);
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  const t = asTensor(
    m,
    items ? items.reduce<Value>((a, b) => join(m, a, b), items[0] ?? unknown) : item,
    LIBRARY,
  );
  if (!t || axis === undefined) return unknown;
  return insertAxis(m, t, axis, items ? constant(items.length) : (count ?? unknownSize(m)));
};

const split = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  const given = known(
    m,
    argument(args, 0, 'split_size_or_sections') ?? args.keyword.get('split_size') ?? unknown,
  );
  if (axis === undefined) return { k: 'many', item: vague(m, t) };
  const part = (size: Poly): Value => {
    const shape = editShape(m, t, axis, () => [size]);
    return shape ? withShape(t, shape) : vague(m, t);
  };
  if (given.k === 'sequence')
    return tuple(given.items.map((value) => part(asInt(m, value) ?? unknownSize(m))));
  if (given.k === 'many') return { k: 'many', item: part(asInt(m, given.item) ?? unknownSize(m)) };
  const size = asInt(m, given);
  const dim = dimAt(m, t, axis);
  const count = size && dim ? constantOf(floorDivide(dim, size)) : undefined;
  if (
    size &&
    dim &&
    count !== undefined &&
    count < 64 &&
    multiply(constant(count), size).key === dim.key
  ) {
    return tuple(Array.from({ length: count }, () => part(size)));
  }
  return { k: 'many', item: part(size ?? unknownSize(m)) };
});

const chunk = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  const count = asNumber(m, argument(args, 0, 'chunks'));
  if (axis === undefined || count === undefined || count < 1 || count > 64)
    return { k: 'many', item: vague(m, t) };
  const shape = editShape(m, t, axis, (dim) => [ceilDivide(dim, constant(count))]);
  const item = shape ? withShape(t, shape) : vague(m, t);
  return tuple(Array.from({ length: count }, () => item));
});

const unbind = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 0) ?? int(constant(0))) ?? 0;
  const dim = dimAt(m, t, axis);
  const shape = editShape(m, t, axis, () => []);
  const item = shape ? withShape(t, shape) : vague(m, t);
  const count = dim && constantOf(dim);
  return count !== undefined && count <= 64
    ? tuple(Array.from({ length: count }, () => item))
    : { k: 'many', item, ...(dim ? { length: dim } : {}) };
});

const view = onTensor((m, t, args) => {
  const type = dtypeNamed(m, args.positional[0], 'float32');
  if (type && args.positional.length === 1) return withDtype(t, type);
  const shape = sizesOf(
    m,
    args.keyword.has('shape') ? [args.keyword.get('shape')!] : args.positional,
  );
  return shape ? reshape(m, t, shape) : vague(m, t);
});

const flatten = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  const from = asNumber(m, argument(args, 0, 'start_dim') ?? int(constant(0)));
  const to = asNumber(m, argument(args, 1, 'end_dim') ?? int(constant(-1)));
  if (from === undefined || to === undefined) return vague(m, t);
  if (!dims) {
    const shape = shapeOf(m, t.shape);
    if (to !== -1 || from < 0) return vague(m, t);
    if (shape.front.length < from && !dimAt(m, t, from)) return vague(m, t);
    return withShape(t, ranked([...shapeOf(m, t.shape).front.slice(0, from), unknownSize(m)]));
  }
  const end = to < 0 ? to + dims.length : to;
  const start = from < 0 ? from + dims.length : from;
  return withShape(
    t,
    ranked([...dims.slice(0, start), product(dims.slice(start, end + 1)), ...dims.slice(end + 1)]),
  );
});

const squeeze = onTensor((m, t, args) => {
  const where = dimArg(args, 0);
  const dims = dimsOf(m, t);
  if (!where) {
    // A dimension that nothing shows to be more than 1 may vanish.
    if (!dims || dims.some((dim) => constantOf(dim) === undefined)) return vague(m, t);
    return withShape(t, ranked(dims.filter((dim) => constantOf(dim) !== 1)));
  }
  const axes = axesOf(m, where);
  if (!axes) return vague(m, t);
  let result = t;
  for (const axis of axes) {
    const dim = dimAt(m, result, axis);
    if (!dim) return vague(m, t);
    const value = constantOf(dim);
    if (value !== undefined && value !== 1) continue;
    result = withShape(
      result,
      editShape(m, result, axis, () => [])!,
    );
  }
  return result;
});
const unsqueeze = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 0));
  return axis === undefined ? vague(m, t) : insertAxis(m, t, axis);
});
const transpose = onTensor((m, t, args) => {
  const a = axisOf(m, argument(args, 0, 'dim0'));
  const b = axisOf(m, argument(args, 1, 'dim1'));
  return a === undefined || b === undefined ? vague(m, t) : swap(m, t, a, b);
});
const permuteRule = onTensor((m, t, args) => {
  const list =
    args.positional.length === 1 && !args.keyword.size
      ? args.positional[0]
      : (args.keyword.get('dims') ?? tuple(args.positional));
  const order = axesOf(m, list);
  return order ? permute(m, t, order) : vague(m, t);
});

/** expand: -1 keeps a dimension, new ones come in front. */
const expand = onTensor((m, t, args) => {
  const wanted = sizesOf(m, args.positional);
  const target = wanted && shapeOf(m, wanted);
  if (!target) return vague(m, t);
  if (target.head !== null) return withShape(t, target);
  const extra = target.front;
  return withShape(
    t,
    ranked(
      extra.map((dim, index) => {
        if (constantOf(dim) !== -1) return dim;
        return dimAt(m, t, index - extra.length) ?? unknownSize(m);
      }),
    ),
  );
});
const repeat = onTensor((m, t, args) => {
  const times = sizesOf(m, args.positional);
  const counts = times && shapeOf(m, times);
  const dims = dimsOf(m, t);
  if (!counts || counts.head !== null) return vague(m, t);
  const length = counts.front.length;
  if (!dims) {
    return withShape(t, ranked(counts.front.map(() => unknownSize(m))));
  }
  return withShape(
    t,
    ranked(
      counts.front.map((count, index) => {
        const dim = dims[index - length + dims.length];
        return dim ? multiply(count, dim) : count;
      }),
    ),
  );
});
const repeatInterleave = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 1));
  const times = asInt(m, argument(args, 0, 'repeats'));
  if (axis === undefined || !times) return vague(m, t);
  const shape = editShape(m, t, axis, (dim) => [multiply(dim, times)]);
  return shape ? withShape(t, shape) : vague(m, t);
});

/** Matrix product with broadcast leading dimensions; vectors on either side as in torch.matmul. */
export function matmul(m: Machine, a: Tensor, b: Tensor): Value {
  const dtype = torchPromote(m, a, b);
  const x = dimsOf(m, a);
  const y = dimsOf(m, b);
  if (x?.length === 1 && y?.length === 1) return { ...withShape(a, ranked([])), dtype };
  if (y?.length === 1) {
    const shape = editShape(m, a, -1, () => []);
    if (x) equate(m, x.at(-1)!, y[0]!);
    return { ...(shape ? withShape(a, shape) : vague(m, a)), dtype };
  }
  if (x?.length === 1) {
    const shape = editShape(m, b, -2, () => []);
    return { ...(shape ? withShape(b, shape) : vague(m, b)), dtype };
  }
  // Of a vector nothing would remain; where either rank is open it may be one.
  if (!x && !y) return { ...vague(m, a), dtype };
  if ((!x && shapeOf(m, a.shape).tail.length < 2 && y!.length < 2) || (!y && x!.length < 2))
    return { ...vague(m, a), dtype };
  const k = dimAt(m, a, -1);
  const inner = y ? dimAt(m, b, -2) : shapeOf(m, b.shape).tail.at(-2);
  if (k && inner) equate(m, k, inner);
  const columns = y ? dimAt(m, b, -1) : shapeOf(m, b.shape).tail.at(-1);
  if (!x && y!.length === 2) {
    const shape = editShape(m, a, -1, () => [columns ?? unknownSize(m)]);
    return { ...(shape ? withShape(a, shape) : vague(m, a)), dtype };
  }
  if (!x || !y) return { ...vague(m, a), dtype };
  const lead = broadcastShapes(m, ranked(x.slice(0, -2)), ranked(y.slice(0, -2)));
  return { ...withShape(a, { ...lead, front: [...lead.front, x.at(-2)!, columns!] }), dtype };
}
const matrix =
  (rank?: number): Rule =>
  (m, args) => {
    const a = input(m, args);
    const b = asTensor(
      m,
      args.positional[1] ?? args.keyword.get('mat2') ?? args.keyword.get('other'),
      LIBRARY,
    );
    if (!a || !b) return unknown;
    if (rank !== undefined) {
      requireRank(m, a, rank);
      requireRank(m, b, rank);
    }
    return matmul(m, a, b);
  };
const bmm = matrix(3);

const where: Rule = (m, args) => {
  const [condition, x, y] = [0, 1, 2].map((index) => args.positional[index] ?? unknown) as [
    Value,
    Value,
    Value,
  ];
  const c = asTensor(m, condition, LIBRARY);
  if (args.positional.length === 1 && c)
    return { k: 'many', item: make(LIBRARY, [unknownSize(m)], 'int64') };
  const values = binary(m, '+', x, y);
  if (!c) return unknown;
  if (values.k !== 'tensor') return withDtype(c, values.k === 'int' ? 'int64' : 'float32');
  return { ...withShape(values, broadcastShapes(m, c.shape, values.shape)) };
};

const elementwise =
  (op: string): Rule =>
  (m, args) =>
    binary(
      m,
      op,
      args.positional[0] ?? args.keyword.get('input') ?? unknown,
      args.positional[1] ?? args.keyword.get('other') ?? unknown,
    );
/** x.masked_fill(mask, value): the mask broadcasts. */
const maskedFill = onTensor((m, t, args) => {
  const mask = asTensor(m, argument(args, 0, 'mask'), LIBRARY);
  if (mask) requireDtype(m, mask, 'bool');
  return withShape(t, mask && dimsOf(m, mask) ? broadcastShapes(m, t.shape, mask.shape) : t.shape);
});

const cast = onTensor((m, t, args) => {
  const other = args.positional[0] && known(m, args.positional[0]);
  if (other?.k === 'tensor') return withDtype(t, other.dtype);
  const dtype =
    dtypeArg(m, args) ??
    args.positional.map((value) => dtypeNamed(m, value, 'float32')).find((one) => one);
  if (other?.k === 'any' || other?.k === 'unknown') return withDtype(t, dtype ?? t.dtype);
  return dtype ? withDtype(t, dtype) : withShape(t, t.shape);
});
const castTo = (dtype: string): Rule => onTensor((_, t) => withDtype(t, dtype));

const gather = onTensor((m, t, args) => {
  const index = asTensor(m, argument(args, 1, 'index'), LIBRARY);
  return index ? { ...withShape(t, index.shape) } : vague(m, t);
});
const indexSelect = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'dim'));
  const index = asTensor(m, argument(args, 1, 'index'), LIBRARY);
  const count = index && requireRank(m, index, 1)?.[0];
  const shape =
    axis === undefined ? undefined : editShape(m, t, axis, () => [count ?? unknownSize(m)]);
  return shape ? withShape(t, shape) : vague(m, t);
});
const select = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'dim'));
  const shape = axis === undefined ? undefined : editShape(m, t, axis, () => []);
  return shape ? withShape(t, shape) : vague(m, t);
});
const narrow = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'dim'));
  const length = asInt(m, argument(args, 2, 'length')) ?? unknownSize(m);
  const shape = axis === undefined ? undefined : editShape(m, t, axis, () => [length]);
  return shape ? withShape(t, shape) : vague(m, t);
});
const diagonal = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  if (dims?.length === 1) return withShape(t, ranked([dims[0]!, dims[0]!]));
  return dims?.length === 2 ? withShape(t, ranked([dims[0]!])) : vague(m, t);
});
const einsumRule: Rule = (m, args) => {
  const equation = known(
    m,
    args.positional.find((value) => known(m, value).k === 'string') ?? unknown,
  );
  const rest = args.positional.filter((value) => known(m, value).k !== 'string');
  const list =
    rest.length === 1 && known(m, rest[0]!).k === 'sequence'
      ? (elements(m, rest[0]!).items ?? [])
      : rest;
  const tensors = list.map((value) => asTensor(m, value, LIBRARY));
  if (equation.k !== 'string' || equation.value === undefined || tensors.some((t) => !t))
    return unknown;
  const shape = einsum(m, equation.value, tensors as Tensor[]);
  const dtype = (tensors as Tensor[]).reduce<string | number>(
    (type, t) => torchPromote(m, { ...tensors[0]!, dtype: type }, t),
    tensors[0]!.dtype,
  );
  return { ...(shape ? withShape(tensors[0]!, shape) : vague(m, tensors[0]!)), dtype };
};
export const einopsRule =
  (change: (m: Machine, t: Tensor) => string | number): Rule =>
  (m, args) => {
    const given = known(m, args.positional[0] ?? unknown);
    const pattern = known(m, argument(args, 1, 'pattern') ?? unknown);
    const t =
      given.k === 'sequence'
        ? asTensor(m, stack(m, { positional: [given], keyword: new Map() }))
        : asTensor(m, given, LIBRARY);
    if (!t || pattern.k !== 'string' || pattern.value === undefined)
      return t ? vague(m, t) : unknown;
    const shape = rearranged(m, t, pattern.value, namedSizes(m, args));
    return shape
      ? { ...withShape(t, shape), dtype: change(m, t) }
      : { ...vague(m, t), dtype: change(m, t) };
  };
export function namedSizes(m: Machine, args: Args): Map<string, Poly> {
  const sizes = new Map<string, Poly>();
  for (const [name, value] of args.keyword) {
    const size = asInt(m, value);
    if (size) sizes.set(name, size);
  }
  return sizes;
}

const meshgrid: Rule = (m, args) => {
  const list =
    args.positional.length === 1 && known(m, args.positional[0]!).k === 'sequence'
      ? (elements(m, args.positional[0]!).items ?? [])
      : args.positional;
  const axes = list.map((value) => asTensor(m, value, LIBRARY));
  if (axes.some((t) => !t)) return unknown;
  const dims = (axes as Tensor[]).map((t) => requireRank(m, t, 1)?.[0] ?? unknownSize(m));
  const indexing = args.keyword.get('indexing');
  if (indexing?.k === 'string' && indexing.value === 'xy' && dims.length > 1)
    [dims[0], dims[1]] = [dims[1]!, dims[0]!];
  return tuple((axes as Tensor[]).map((t) => withShape(t, ranked(dims))));
};
const sizeOf = onTensor((m, t, args) => {
  const where = argument(args, 0, 'dim');
  if (!where) return known(m, { k: 'shape', shape: t.shape });
  const axis = axisOf(m, where);
  const dim = axis === undefined ? undefined : dimAt(m, t, axis);
  return int(dim ?? unknownSize(m));
});
const rankOf = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  return dims ? int(constant(dims.length)) : m.unknownInteger();
});
const numel = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  return dims ? int(product(dims)) : m.unknownInteger();
});
const embedding: Rule = (m, args) => {
  const indices = input(m, args);
  const weight = asTensor(m, argument(args, 1, 'weight'), LIBRARY);
  const width = weight && dimAt(m, weight, -1);
  return indices && width ? { ...appended(m, indices, width), dtype: weight.dtype } : unknown;
};
export function appended(m: Machine, t: Tensor, dim: Poly): Tensor {
  const shape = shapeOf(m, t.shape);
  return withShape(
    t,
    shape.head === null ? ranked([...shape.front, dim]) : { ...shape, tail: [...shape.tail, dim] },
  );
}
const oneHot = onTensor((m, t, args) => ({
  ...appended(m, t, asInt(m, argument(args, 0, 'num_classes')) ?? unknownSize(m)),
  dtype: 'int64',
}));

/** Losses: a scalar, unless `reduction='none'`. */
const loss: Rule = (m, args) => {
  const t = input(m, args);
  const reduction = args.keyword.get('reduction');
  if (!t) return unknown;
  if (reduction?.k === 'string' && reduction.value === 'none') return vague(m, t);
  return { ...withShape(t, ranked([])), dtype: floating(m, t, 'float32') };
};
export const linear = (
  m: Machine,
  t: Tensor,
  width: Poly | undefined,
  out: Poly | undefined,
): Tensor => {
  const last = dimAt(m, t, -1);
  if (last && width) equate(m, last, width);
  const shape = editShape(m, t, -1, () => [out ?? unknownSize(m)]);
  requireDtype(m, t, 'float32');
  return shape ? withShape(t, shape) : vague(m, t);
};
const linearRule: Rule = (m, args) => {
  const t = input(m, args);
  const weight = asTensor(m, argument(args, 1, 'weight'), LIBRARY);
  return t && weight ? linear(m, t, dimAt(m, weight, -1), dimAt(m, weight, 0)) : unknown;
};
const attentionRule: Rule = (m, args) => {
  const q = asTensor(m, argument(args, 0, 'query'), LIBRARY);
  const v = asTensor(m, argument(args, 2, 'value'), LIBRARY);
  const width = v && dimAt(m, v, -1);
  const shape = q && width && editShape(m, q, -1, () => [width]);
  return shape ? withShape(q, shape) : unknown;
};
const pad = onTensor((m, t, args) => {
  const amounts = elements(m, argument(args, 0, 'pad') ?? unknown).items?.map((value) =>
    asInt(m, value),
  );
  if (!amounts || amounts.some((amount) => !amount))
    return dimsOf(m, t)
      ? withShape(t, ranked(dimsOf(m, t)!.map(() => unknownSize(m))))
      : vague(m, t);
  let result = t;
  for (let pairIndex = 0; pairIndex < amounts.length / 2; pairIndex += 1) {
    const more = add(amounts[2 * pairIndex]!, amounts[2 * pairIndex + 1]!);
    const shape = editShape(m, result, -1 - pairIndex, (dim) => [add(dim, more)]);
    if (!shape) return vague(m, t);
    result = withShape(result, shape);
  }
  return result;
});
const nonzero = onTensor((m, t, args) => {
  const rank = dimsOf(m, t)?.length;
  const asTuple = args.keyword.get('as_tuple');
  if (asTuple) return { k: 'many', item: make(LIBRARY, [unknownSize(m)], 'int64') };
  return make(
    LIBRARY,
    [unknownSize(m), rank === undefined ? unknownSize(m) : constant(rank)],
    'int64',
  );
});
const multinomial = onTensor((m, t, args) => {
  const count = asInt(m, argument(args, 0, 'num_samples')) ?? unknownSize(m);
  const shape = editShape(m, t, -1, () => [count]);
  return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: 'int64' };
});
const maskedSelect = onTensor((m, t) => withShape(t, ranked([unknownSize(m)])));
const outer: Rule = (m, args) => {
  const a = input(m, args);
  const b = asTensor(m, args.positional[1], LIBRARY);
  const [x, y] = [a && requireRank(m, a, 1), b && requireRank(m, b, 1)];
  return a && b && x && y
    ? { ...withShape(a, ranked([x[0]!, y[0]!])), dtype: torchPromote(m, a, b) }
    : unknown;
};
const cosineSimilarity: Rule = (m, args) => {
  const sum = binary(m, '+', args.positional[0] ?? unknown, args.positional[1] ?? unknown);
  return reduceWith(keepType)(m, {
    positional: [sum, dimArg(args, 2) ?? int(one)],
    keyword: new Map(),
  });
};
const interpolate = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  const size = argument(args, 0, 'size');
  const scale = argument(args, 1, 'scale_factor');
  if (!dims || dims.length < 3) return vague(m, t);
  const spatial = dims.length - 2;
  const sizes = size && known(m, size).k !== 'none' ? sizesOf(m, [size]) : undefined;
  const wanted = sizes && shapeOf(m, sizes).front;
  const factor = scale && asNumber(m, scale);
  const next = dims
    .slice(2)
    .map((dim, index) =>
      wanted
        ? wanted.length === 1
          ? wanted[0]!
          : (wanted[index] ?? unknownSize(m))
        : factor !== undefined
          ? multiply(dim, constant(factor))
          : unknownSize(m),
    );
  return withShape(t, ranked([...dims.slice(0, 2), ...next.slice(0, spatial)]));
});

/** `'a b c': rule` for each of the words. */
export function spreadNames<T>(table: Readonly<Record<string, T>>): Map<string, T> {
  const result = new Map<string, T>();
  for (const [names, rule] of Object.entries(table))
    for (const name of names.split(' ')) result.set(name, rule);
  return result;
}

/** Functions of `torch` and `torch.nn.functional`, and methods of a tensor. */
export const functions = spreadNames<Rule>({
  'relu relu_ gelu silu elu selu leaky_relu mish hardswish hardsigmoid hardtanh relu6 dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout layer_norm batch_norm instance_norm group_norm rms_norm normalize softplus softsign logsigmoid':
    same,
  'clone detach detach_ contiguous cpu cuda abs neg sign floor ceil round trunc clamp clamp_ clamp_min clamp_max clip flip roll tril triu fill_ zero_ normal_ uniform_ copy_ requires_grad_ masked_scatter scatter scatter_ scatter_add scatter_add_ index_fill index_fill_ index_add index_add_ index_copy index_copy_ tril_ triu_ add_ sub_ mul_ div_ pow_ exp_ sqrt_ sigmoid_ tanh_ pin_memory to_dense to_sparse coalesce resolve_conj fliplr flipud nan_to_num xavier_uniform_ xavier_normal_ kaiming_normal_ kaiming_uniform_ orthogonal_ constant_ zeros_ ones_ trunc_normal_ retain_grad bernoulli_ exponential_ random_ erfinv_ share_memory_ renorm clip_ baddbmm_ addcmul addcdiv lerp lerp_ addcmul_ addcdiv_ conj square':
    same,
  'cumsum cumprod': onTensor((m, t) => withDtype(t, sumType(m, t))),
  'sigmoid tanh exp expm1 log log2 log10 log1p sqrt rsqrt sin cos tan asin acos atan sinh cosh erf erfinv reciprocal':
    float,
  'softmax log_softmax softmin gumbel_softmax': floatTo,
  'isnan isinf isfinite logical_not': asBool,
  'eq ne lt le gt ge logical_and logical_or logical_xor isclose greater less': elementwise('=='),
  add: elementwise('+'),
  'sub subtract': elementwise('-'),
  'mul multiply atan2 minimum maximum fmod remainder': elementwise('*'),
  'div divide true_divide': elementwise('/'),
  floor_divide: elementwise('//'),
  pow: elementwise('**'),
  bitwise_and: elementwise('&'),
  bitwise_or: elementwise('|'),
  'sum prod nansum': reduceWith(sumType),
  'mean nanmean std var logsumexp norm amax amin': reduceWith(keepType),
  'all any': reduceWith(() => 'bool'),
  count_nonzero: reduceWith(() => 'int64'),
  'max min median mode': pair(true),
  sort: pair(false, true),
  kthvalue: pair(false),
  topk: topk,
  'argmax argmin': argReduce,
  argsort: onTensor((_, t) => withDtype(t, 'int64')),
  'zeros ones empty rand randn': create('float32'),
  full: (m, args) => {
    const fill = known(m, argument(args, 1, 'fill_value') ?? unknown);
    const shape = sizesOf(m, [argument(args, 0, 'size') ?? unknown]);
    const dtype =
      dtypeArg(m, args) ??
      (fill.k === 'int'
        ? 'int64'
        : fill.k === 'bool'
          ? 'bool'
          : fill.k === 'float'
            ? 'float32'
            : fresh(m));
    return shape
      ? { k: 'tensor', shape, dtype, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype };
  },
  randint: (m, args) => {
    const size =
      args.keyword.get('size') ??
      args.positional.find((value) => ['sequence', 'shape', 'many'].includes(known(m, value).k));
    const shape = sizesOf(m, [size ?? unknown]);
    const dtype = dtypeArg(m, args) ?? 'int64';
    return shape
      ? { k: 'tensor', shape, dtype, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype };
  },
  randperm: (m, args) =>
    make(LIBRARY, [asInt(m, args.positional[0]) ?? unknownSize(m)], dtypeArg(m, args) ?? 'int64'),
  'zeros_like ones_like empty_like rand_like randn_like full_like bernoulli': createLike(),
  randint_like: createLike(),
  'new_zeros new_ones new_empty': createNew(),
  new: createNew(),
  new_full: createNew(1),
  new_tensor: (m, args) => fromData(m, without(args, 1)),
  'arange range': arange,
  'linspace logspace': (m, args) =>
    make(
      LIBRARY,
      [asInt(m, argument(args, 2, 'steps')) ?? constant(100)],
      dtypeArg(m, args) ?? 'float32',
    ),
  eye: (m, args) => {
    const n = asInt(m, argument(args, 0, 'n')) ?? unknownSize(m);
    const columns = args.positional[1] ?? args.keyword.get('m');
    return make(
      LIBRARY,
      [n, columns ? (asInt(m, columns) ?? unknownSize(m)) : n],
      dtypeArg(m, args) ?? 'float32',
    );
  },
  'tensor as_tensor asarray from_numpy': fromData,
  normal: (m, args) => {
    const mean = known(m, args.positional[0] ?? unknown);
    const size = argument(args, 2, 'size');
    if (mean.k === 'tensor' && !size) return mean;
    return create('float32')(m, { positional: size ? [size] : [], keyword: new Map() });
  },
  'cat concat concatenate': cat,
  stack: stack,
  vstack: (m, args) =>
    cat(m, { positional: [args.positional[0] ?? unknown, int(constant(0))], keyword: new Map() }),
  split: split,
  'chunk tensor_split': chunk,
  unbind: unbind,
  'view reshape': view,
  'view_as reshape_as expand_as': onTensor((m, t, args) => {
    const other = asTensor(m, args.positional[0], LIBRARY);
    return other ? withShape(t, other.shape) : vague(m, t);
  }),
  flatten: flatten,
  unflatten: onTensor((m, t, args) => {
    const axis = axisOf(m, argument(args, 0, 'dim'));
    const sizes = sizesOf(m, [argument(args, 1, 'sizes') ?? unknown]);
    const dim = axis === undefined ? undefined : dimAt(m, t, axis);
    if (axis === undefined || !sizes || !dim) return vague(m, t);
    const inner = dimsOf(m, reshape(m, withShape(t, ranked([dim])), sizes));
    const shape = inner && editShape(m, t, axis, () => inner);
    return shape ? withShape(t, shape) : vague(m, t);
  }),
  ravel: onTensor((m, t) => reshape(m, t, ranked([constant(-1)]))),
  'squeeze squeeze_': squeeze,
  'unsqueeze unsqueeze_': unsqueeze,
  'transpose transpose_ swapaxes swapdims': transpose,
  t: onTensor((m, t) =>
    dimsOf(m, t)?.length === 1 ? t : requireRank(m, t, 2) ? swap(m, t, 0, 1) : vague(m, t),
  ),
  permute: permuteRule,
  'movedim moveaxis': onTensor((m, t, args) => {
    const dims = dimsOf(m, t);
    const from = axisOf(m, args.positional[0]);
    const to = axisOf(m, args.positional[1]);
    if (!dims || from === undefined || to === undefined) return vague(m, t);
    const order = dims.map((_, index) => index);
    const [moved] = order.splice(from, 1);
    order.splice(to < 0 ? to + dims.length : to, 0, moved!);
    return permute(m, t, order);
  }),
  expand: expand,
  broadcast_to: expand,
  'repeat tile': repeat,
  repeat_interleave: repeatInterleave,
  'matmul mv dot': matrix(),
  mm: matrix(2),
  bmm: bmm,
  baddbmm: (m, args) => bmm(m, without(args, 1)),
  addmm: (m, args) => matrix(2)(m, without(args, 1)),
  spmm: (m, args) => matrix(2)(m, args),
  einsum: einsumRule,
  'outer ger': outer,
  where: where,
  'masked_fill masked_fill_': maskedFill,
  masked_select: maskedSelect,
  'to type': cast,
  type_as: cast,
  float: castTo('float32'),
  double: castTo('float64'),
  half: castTo('float16'),
  bfloat16: castTo('bfloat16'),
  long: castTo('int64'),
  int: castTo('int32'),
  bool: castTo('bool'),
  byte: castTo('uint8'),
  'gather take_along_dim': gather,
  index_select: indexSelect,
  select: select,
  narrow: narrow,
  diag: diagonal,
  size: sizeOf,
  'dim ndimension': rankOf,
  'numel nelement': numel,
  item: onTensor((m, t) => {
    const dtype = dtypeOf(m, t);
    return dtype?.startsWith('int')
      ? m.unknownInteger()
      : dtype === 'bool'
        ? bool()
        : { k: 'float' };
  }),
  tolist: () => ({ k: 'many', item: unknown }),
  numpy: onTensor((m, t) => ({ ...t, library: m.library.tables.has('numpy') ? 'numpy' : LIBRARY })),
  backward: () => none,
  is_tensor: onTensor(() => bool(true)),
  'is_contiguous is_floating_point': () => bool(),
  meshgrid: meshgrid,
  embedding: embedding,
  one_hot: oneHot,
  'cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div huber_loss cosine_embedding_loss margin_ranking_loss':
    loss,
  linear: linearRule,
  scaled_dot_product_attention: attentionRule,
  pad: pad,
  'nonzero argwhere': nonzero,
  multinomial: multinomial,
  cosine_similarity: cosineSimilarity,
  glu: onTensor((m, t, args) => {
    const shape = editShape(m, t, axisOf(m, dimArg(args, 0)) ?? -1, (dim) => [
      floorDivide(dim, constant(2)),
    ]);
    return shape ? withShape(t, shape) : vague(m, t);
  }),
  'interpolate upsample': interpolate,
  adjoint: onTensor((m, t) => swap(m, t, -2, -1)),
  'index_put index_put_': same,
  get_device: (m) => m.unknownInteger(),
});
