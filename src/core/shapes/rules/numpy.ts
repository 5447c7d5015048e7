/** The rule table of NumPy: the shared array rules under its names, with its axes and its types. */
import { elements } from '../interpret/sequences';
import { inDialect, type Dialect, type Rule, type Table } from '../library';
import {
  asInt,
  asNumber,
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  fresh,
  known,
  normal,
  unknownSize,
  unknownTensor,
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
  type Poly,
} from '../poly';
import {
  axesOf,
  axisOf,
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
  int,
  native,
  none,
  ranked,
  tuple,
  unknown,
  type Args,
  type Native,
  type Tensor,
  type Value,
} from '../values';
import { cat, split, stack, where } from './array/combine';
import { onTensor, spreadNames } from './array/common';
import { arange, createLike, fromData, meshgrid } from './array/create';
import { arrayBinary } from './array/operators';
import { cast, diagonal, elementwise } from './array/pick';
import { einsumRule, matmul, outer } from './array/product';
import { asBool, keepType, same, sumType } from './array/reduce';
import { flatten, squeeze } from './array/reshape';
import { dtypeNamed, floating, numpyPromote } from './dtypes';

const LIBRARY = 'numpy';
export const dialect: Dialect = {
  library: LIBRARY,
  float: 'float64',
  anyFloat: true,
  promote: numpyPromote,
};

const dtypeOfArgs = (m: Machine, args: Args, index: number): string | undefined =>
  dtypeNamed(m, args.keyword.get('dtype') ?? args.positional[index], 'float64');
const truthy = (value: Value | undefined): boolean => value?.k === 'bool' && value.value === true;

/** A function of one array gives a number for a number. */
const unary =
  (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  (m, args) => {
    const given = args.positional[0] && known(m, args.positional[0]);
    if (given?.k === 'int' || given?.k === 'float')
      return make(LIBRARY, [], given.k === 'int' ? 'int64' : 'float64');
    return onTensor((machine, t) => withDtype(t, dtype(machine, t)))(m, args);
  };
const toFloat = (m: Machine, t: Tensor): string | number => floating(m, t, 'float64');
const floatUnary: Rule = (m, args) => {
  const result = unary(toFloat)(m, args);
  return result.k === 'tensor' && dtypeOf(m, result) === 'int64'
    ? withDtype(result, 'float64')
    : result;
};

/** sum, mean…: `axis`, then `keepdims`. Lists of arrays count as arrays. */
const reduce =
  (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  (m, args) => {
    const given = known(m, args.positional[0] ?? unknown);
    const t =
      given.k === 'sequence' || given.k === 'many'
        ? asTensor(m, fromData(m, { positional: [given], keyword: new Map() }))
        : asTensor(m, given, LIBRARY);
    if (!t) return unknown;
    const where = argument(args, 1, 'axis');
    const axis = where && known(m, where);
    const axes = axis && axis.k !== 'none' ? axesOf(m, axis) : undefined;
    const result = dtypeNamed(m, args.keyword.get('dtype'), 'float64') ?? dtype(m, t);
    if (axis && axis.k !== 'none' && !axes) return { ...vague(m, t), dtype: result };
    const shape = reduceShape(m, t, axes, truthy(args.keyword.get('keepdims')));
    return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: result };
  };

const create: Rule = (m, args) => {
  const shape = sizesOf(m, [argument(args, 0, 'shape') ?? unknown]);
  const dtype = dtypeOfArgs(m, args, 1) ?? 'float64';
  return shape
    ? { k: 'tensor', shape, dtype, library: LIBRARY }
    : { ...unknownTensor(m, LIBRARY), dtype };
};
/** random.randn(2, 3) takes sizes one by one, random.normal(size=…) as one. */
const randomSizes: Rule = (m, args) => {
  if (args.rest) return unknown;
  const shape = sizesOf(m, args.positional);
  return shape ? { k: 'tensor', shape, dtype: 'float64', library: LIBRARY } : unknown;
};
const randomSize =
  (dtype: string, index: number): Rule =>
  (m, args) => {
    const size = argument(args, index, 'size');
    if (!size || known(m, size).k === 'none') return make(LIBRARY, [], dtype);
    const shape = sizesOf(m, [size]);
    return shape
      ? { k: 'tensor', shape, dtype, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype };
  };

const withAxis =
  (rule: Rule, fallback: number): Rule =>
  (m, args) => {
    const axis = args.keyword.get('axis') ?? args.positional[1] ?? int(constant(fallback));
    return rule(m, { positional: [args.positional[0] ?? unknown, axis], keyword: new Map() });
  };

/** dot: the last axis of a with the last but one of b; the other axes of b follow. */
const dot: Rule = (m, args) => {
  const [a, b] = [args.positional[0], args.positional[1]].map((value) =>
    asTensor(m, value, LIBRARY),
  );
  if (!a || !b) return unknown;
  const [x, y] = [dimsOf(m, a), dimsOf(m, b)];
  if (!y || y.length <= 2 || !x || x.length <= 1) return matmul(m, a, b);
  return {
    ...withShape(a, ranked([...x.slice(0, -1), ...y.slice(0, -2), y.at(-1)!])),
    dtype: numpyPromote(m, a, b),
  };
};

const transpose: Rule = onTensor((m, t, args) => {
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
const reshapeRule: Rule = onTensor((m, t, args) => {
  const shape = sizesOf(
    m,
    args.keyword.has('newshape') ? [args.keyword.get('newshape')!] : args.positional,
  );
  return shape ? reshape(m, t, shape) : vague(m, t);
});
/** repeat: along an axis, or of the flattened array. */
const repeat: Rule = onTensor((m, t, args) => {
  const times = asInt(m, argument(args, 0, 'repeats')) ?? unknownSize(m);
  const where = argument(args, 1, 'axis');
  const dims = dimsOf(m, t);
  if (!where) return dims ? withShape(t, ranked([multiply(product(dims), times)])) : vague(m, t);
  const axis = axisOf(m, where);
  const shape =
    axis === undefined ? undefined : editShape(m, t, axis, (dim) => [multiply(dim, times)]);
  return shape ? withShape(t, shape) : vague(m, t);
});
const tile: Rule = onTensor((m, t, args) => {
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
const cumulate: Rule = (m, args) => {
  const given = known(m, args.positional[0] ?? unknown);
  const items = given.k === 'sequence' ? given.items.map((item) => known(m, item)) : undefined;
  if (items?.length && items.every((item) => item.k === 'int')) {
    let total: Poly = constant(0);
    const sums = items.map((item) =>
      int((total = add(total, (item as Extract<Value, { k: 'int' }>).value))),
    );
    return { ...make(LIBRARY, [constant(sums.length)], 'int64'), elements: sums };
  }
  return onTensor((machine, t) => {
    const dims = dimsOf(machine, t);
    const flat = !args.keyword.has('axis') && args.positional.length < 2;
    return withDtype(flat && dims ? withShape(t, ranked([product(dims)])) : t, sumType(machine, t));
  })(m, args);
};
const expandDims: Rule = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'axis'));
  return axis === undefined ? vague(m, t) : insertAxis(m, t, axis);
});
const swapaxes: Rule = onTensor((m, t, args) => {
  const [a, b] = [axisOf(m, args.positional[0]), axisOf(m, args.positional[1])];
  return a === undefined || b === undefined ? vague(m, t) : swap(m, t, a, b);
});
const hstack: Rule = (m, args) => {
  const first = elements(m, args.positional[0] ?? unknown);
  const t = asTensor(m, first.items?.[0] ?? first.item);
  const axis = t && dimsOf(m, t)?.length === 1 ? 0 : 1;
  return cat(m, {
    positional: [args.positional[0] ?? unknown, int(constant(axis))],
    keyword: new Map(),
  });
};
/** split into equal parts, or at positions. */
const splitRule: Rule = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 1, 'axis') ?? int(constant(0)));
  const count = asNumber(m, argument(args, 0, 'indices_or_sections'));
  const dim = axis === undefined ? undefined : dimAt(m, t, axis);
  const given = known(m, argument(args, 0, 'indices_or_sections') ?? unknown);
  if (axis === undefined || !dim) return { k: 'many', item: vague(m, t) };
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
const divide = (m: Machine, dim: Poly, by: Poly): Poly => wholeQuotient(normal(m, dim), by);
const wholeQuotient = (dim: Poly, by: Poly): Poly =>
  (by.terms.length === 1 ? divideExactly(dim, by) : undefined) ?? floorDivide(dim, by);

const argReduce: Rule = (m, args) => {
  const result = reduce(() => 'int64')(m, args);
  return result;
};
const takeAlong: Rule = onTensor((m, t, args) => {
  const index = asTensor(m, args.positional[0], LIBRARY);
  return index ? withShape(t, index.shape) : vague(m, t);
});
const whereRule: Rule = (m, args) => {
  if (args.positional.length > 1) return where(m, args);
  const rank = dimsOf(
    m,
    asTensor(m, args.positional[0], LIBRARY) ?? unknownTensor(m, LIBRARY),
  )?.length;
  const found = make(LIBRARY, [unknownSize(m)], 'int64');
  return rank === undefined
    ? { k: 'many', item: found }
    : tuple(Array.from({ length: rank }, () => found));
};

const functions = spreadNames<Rule>({
  'exp log log2 log10 log1p expm1 sqrt cbrt sin cos tan tanh sinh cosh arctan arcsin arccos':
    floatUnary,
  'abs absolute negative sign clip square floor ceil round rint nan_to_num positive real conj conjugate':
    unary(keepType),
  'copy sort flip flipud fliplr roll triu tril ascontiguousarray nan_to_num fill': same,
  'isnan isinf isfinite logical_not': asBool,
  'equal not_equal less less_equal greater greater_equal logical_and logical_or isclose':
    elementwise('=='),
  add: elementwise('+'),
  subtract: elementwise('-'),
  'multiply maximum minimum arctan2 fmax fmin mod hypot': elementwise('*'),
  'divide true_divide': elementwise('/'),
  floor_divide: elementwise('//'),
  power: elementwise('**'),
  'sum prod nansum': reduce(sumType),
  'mean std var median average nanmean percentile quantile': reduce(toFloat),
  'max min amax amin nanmax nanmin ptp': reduce(keepType),
  'all any': reduce(() => 'bool'),
  'argmax argmin count_nonzero': argReduce,
  argsort: onTensor((_, t) => withDtype(t, 'int64')),
  'cumsum cumprod': cumulate,
  'zeros ones empty': create,
  full: (m, args) => {
    const shape = sizesOf(m, [argument(args, 0, 'shape') ?? unknown]);
    const fill = known(m, argument(args, 1, 'fill_value') ?? unknown);
    const dtype =
      dtypeOfArgs(m, args, 2) ??
      (fill.k === 'int'
        ? 'int64'
        : fill.k === 'bool'
          ? 'bool'
          : fill.k === 'float'
            ? 'float64'
            : fresh(m));
    return shape
      ? { k: 'tensor', shape, dtype, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype };
  },
  'zeros_like ones_like empty_like full_like': createLike(),
  'array asarray asanyarray': (m, args) => {
    const result = fromData(m, args);
    const dtype = dtypeOfArgs(m, args, 1);
    return dtype && result.k === 'tensor' ? withDtype(result, dtype) : result;
  },
  arange,
  'linspace logspace': (m, args) =>
    make(
      LIBRARY,
      [asInt(m, argument(args, 2, 'num') ?? int(constant(50))) ?? unknownSize(m)],
      'float64',
    ),
  'eye identity': (m, args) => {
    const n = asInt(m, args.positional[0]) ?? unknownSize(m);
    const columns = argument(args, 1, 'M');
    return make(
      LIBRARY,
      [n, columns ? (asInt(m, columns) ?? unknownSize(m)) : n],
      dtypeNamed(m, args.keyword.get('dtype'), 'float64') ?? 'float64',
    );
  },
  meshgrid,
  'concatenate concat': withAxis(cat, 0),
  stack: withAxis(stack, 0),
  hstack,
  vstack: (m, args) =>
    cat(m, { positional: [args.positional[0] ?? unknown, int(constant(0))], keyword: new Map() }),
  'split array_split': splitRule,
  hsplit: (m, args) =>
    splitRule(m, {
      positional: [...args.positional.slice(0, 2), int(constant(1))],
      keyword: new Map(),
    }),
  reshape: reshapeRule,
  'ravel flatten': (m, args) =>
    flatten(m, { positional: args.positional.slice(0, 1), keyword: new Map() }),
  transpose,
  squeeze: squeeze,
  expand_dims: expandDims,
  swapaxes,
  repeat,
  tile,
  broadcast_to: onTensor((m, t, args) => {
    const shape = sizesOf(m, [args.positional[0] ?? unknown]);
    return shape ? withShape(t, shape) : vague(m, t);
  }),
  dot,
  matmul: (m, args) => {
    const [a, b] = [args.positional[0], args.positional[1]].map((value) =>
      asTensor(m, value, LIBRARY),
    );
    return a && b ? matmul(m, a, b) : unknown;
  },
  einsum: einsumRule,
  outer,
  where: whereRule,
  take_along_axis: takeAlong,
  astype: cast,
  'diag diagonal': diagonal,
  item: () => unknown,
  tolist: () => ({ k: 'many', item: unknown }),
  unique: onTensor((m, t) => withShape(t, ranked([unknownSize(m)]))),
  nonzero: whereRule,
  'random.randn random.rand': randomSizes,
  'random.normal random.uniform': randomSize('float64', 2),
  'random.random random.random_sample random.standard_normal': randomSize('float64', 0),
  'random.randint': randomSize('int64', 2),
  'random.choice': (m, args) => {
    const from = known(m, args.positional[0] ?? unknown);
    return randomSize(from.k === 'tensor' ? (dtypeOf(m, from) ?? 'int64') : 'int64', 1)(m, args);
  },
  'random.permutation': (m, args) => {
    const from = known(m, args.positional[0] ?? unknown);
    const size = from.k === 'int' ? from.value : undefined;
    return from.k === 'tensor' ? from : make(LIBRARY, [size ?? unknownSize(m)], 'int64');
  },
  'random.shuffle random.seed random.RandomState': () => none,
  'linalg.norm': reduce(toFloat),
  'linalg.inv': same,
});
/** Methods whose arguments are sizes or axes one by one, as in the functions. */
const methods = new Set([...functions.keys()].filter((name) => !name.includes('.')));

const attributes: Record<string, (m: Machine, t: Tensor) => Value> = {
  shape: (m, t) => known(m, { k: 'shape', shape: t.shape }),
  ndim: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(constant(dims.length)) : m.unknownInteger();
  },
  size: (m, t) => {
    const dims = dimsOf(m, t);
    return dims ? int(product(dims)) : m.unknownInteger();
  },
  dtype: (m, t) => {
    const dtype = dtypeOf(m, t);
    return dtype ? { k: 'dtype', name: dtype } : unknown;
  },
  T: (m, t) => transpose(m, { positional: [t], keyword: new Map() }),
};

const made = new Map<string, Native>();
function asNative(name: string, rule: Rule): Native {
  const seen =
    made.get(name) ?? native(name, (m, args) => inDialect(m, dialect, () => rule(m, args)));
  made.set(name, seen);
  return seen;
}
const types = new Set(
  'float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ bool complex64 complex128 int_ float_'.split(
    ' ',
  ),
);

function lookup(path: string): Value | undefined {
  const name = path.slice(path.indexOf('.') + 1);
  if (name === 'random' || name === 'linalg' || name === 'fft') return { k: 'module', path };
  if (name === 'pi' || name === 'e' || name === 'inf' || name === 'nan') return { k: 'float' };
  if (name === 'newaxis') return none;
  if (name === 'ndarray') return { k: 'class', name: 'ndarray', bases: [], members: new Map() };
  if (types.has(name))
    return {
      k: 'dtype',
      name:
        name === 'int_' ? 'int64' : name === 'float_' ? 'float64' : name.replace('bool_', 'bool'),
    };
  const rule = functions.get(name);
  return rule ? asNative(name, rule) : undefined;
}

export const numpy: Table = {
  dialect,
  packages: ['numpy', 'cupy'],
  lookup,
  attribute: (m, t, name) => {
    const special = attributes[name];
    if (special) return inDialect(m, dialect, () => special(m, t));
    const rule = methods.has(name) ? functions.get(name) : undefined;
    return (
      rule &&
      native(name, (machine, args) =>
        inDialect(machine, dialect, () =>
          rule(machine, { ...args, positional: [t, ...args.positional] }),
        ),
      )
    );
  },
  isTensorAttribute: (name) =>
    [
      'shape',
      'ndim',
      'T',
      'astype',
      'reshape',
      'transpose',
      'dot',
      'flatten',
      'ravel',
      'argmax',
      'swapaxes',
      'squeeze',
      'dtype',
    ].includes(name),
  binary: (m, op, left, right) => inDialect(m, dialect, () => arrayBinary(m, op, left, right)),
  unary: (_, __, t) => withShape(t, t.shape),
};
