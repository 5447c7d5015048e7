/** NumPy's functions: the shared array rules under its names, with its axes and its types. */
import { type Dialect, type Rule } from '../library';
import {
  asInt,
  asTensor,
  dimsOf,
  dtypeOf,
  fresh,
  known,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../machine';
import { constant } from '../poly';
import { axesOf, make, reduceShape, sizesOf, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  int,
  none,
  ranked,
  tuple,
  unknown,
  type Args,
  type Tensor,
  type Value,
} from '../values';
import { cat, stack, where } from './array/combine';
import { onTensor, spreadNames } from './array/common';
import { arange, createLike, fromData, meshgrid } from './array/create';
import { cast, diagonal, elementwise } from './array/pick';
import { einsumRule, matmul, outer } from './array/product';
import { asBool, keepType, same, sumType } from './array/reduce';
import { flatten, squeeze } from './array/reshape';
import { dtypeNamed, floating, numpyPromote } from './dtypes';
import {
  LIBRARY,
  withAxis,
  dot,
  rightSide,
  transpose,
  reshapeRule,
  repeat,
  tile,
  cumulate,
  expandDims,
  swapaxes,
  hstack,
  splitRule,
  shapeGiven,
} from './numpyShapes';

export const dialect: Dialect = {
  library: LIBRARY,
  float: 'float64',
  anyFloat: true,
  yields: true,
  promote: numpyPromote,
};

const dtypeOfArgs = (m: Machine, args: Args, index: number): string | undefined =>
  dtypeNamed(m, args.keyword.get('dtype') ?? args.positional[index], m.dialect.float);

const truthy = (value: Value | undefined): boolean => value?.k === 'bool' && value.value === true;

/** A function of one array gives a number for a number. */
const unary =
  (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  (m, args) => {
    const given = args.positional[0] && known(m, args.positional[0]);
    if (given?.k === 'int' || given?.k === 'float')
      return make(m.dialect.library, [], given.k === 'int' ? 'int64' : m.dialect.float);
    return onTensor((machine, t) => withDtype(t, dtype(machine, t)))(m, args);
  };

/** A rule for an array, which a list of numbers is taken for. */
export const ofArray =
  (rule: Rule): Rule =>
  (m, args) => {
    const [first, ...others] = args.positional;
    const given = first && known(m, first);
    if (given?.k !== 'sequence' && given?.k !== 'many') return rule(m, args);
    const array = fromData(m, { positional: [given], keyword: new Map() });
    return rule(m, array.k === 'tensor' ? { ...args, positional: [array, ...others] } : args);
  };

/** Two operands by the broadcasting rules; two numbers give an array without dimensions. */
const pairwise =
  (op: string): Rule =>
  (m, args) => {
    const sides = [0, 1].map((index) => known(m, args.positional[index] ?? unknown));
    const number = (v: Value) => v.k === 'int' || v.k === 'float' || v.k === 'bool';
    if (!sides.every(number)) return elementwise(op)(m, args);
    const whole = op !== '/' && sides.every((v) => v.k !== 'float');
    return make(m.dialect.library, [], whole ? 'int64' : m.dialect.float);
  };

const toFloat = (m: Machine, t: Tensor): string | number => floating(m, t, m.dialect.float);

const floatUnary: Rule = (m, args) => {
  const result = unary(toFloat)(m, args);
  return result.k === 'tensor' && dtypeOf(m, result) === 'int64'
    ? withDtype(result, m.dialect.float)
    : result;
};

/** sum, mean…: `axis` at its place, `keepdims`. Lists of arrays count as arrays. */
const reduce =
  (dtype: (m: Machine, t: Tensor) => string | number, place = 1): Rule =>
  (m, args) => {
    const given = known(m, args.positional[0] ?? unknown);
    const t =
      given.k === 'sequence' || given.k === 'many'
        ? asTensor(m, fromData(m, { positional: [given], keyword: new Map() }))
        : asTensor(m, given, m.dialect.library);
    if (!t) return unknown;
    const where = argument(args, place, 'axis');
    const axis = where && known(m, where);
    const axes = axis && axis.k !== 'none' ? axesOf(m, axis) : undefined;
    const result = dtypeNamed(m, args.keyword.get('dtype'), m.dialect.float) ?? dtype(m, t);
    if (axis && axis.k !== 'none' && !axes) return { ...vague(m, t), dtype: result };
    const shape = reduceShape(m, t, axes, truthy(args.keyword.get('keepdims')));
    return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: result };
  };

const create: Rule = (m, args) => {
  const shape = shapeGiven(m, argument(args, 0, 'shape'));
  const dtype = dtypeOfArgs(m, args, 1) ?? m.dialect.float;
  return shape
    ? { k: 'tensor', shape, dtype, library: m.dialect.library }
    : { ...unknownTensor(m, m.dialect.library), dtype };
};

/** One random number is Python's own. */
const oneNumber = (m: Machine, dtype: string): Value =>
  dtype === 'int64' ? m.unknownInteger() : { k: 'float' };

/** random.randn(2, 3) takes sizes one by one, random.normal(size=…) as one. */
const randomSizes: Rule = (m, args) => {
  if (args.rest) return unknown;
  if (args.positional.length === 0) return oneNumber(m, m.dialect.float);
  const shape = sizesOf(m, args.positional);
  return shape
    ? { k: 'tensor', shape, dtype: m.dialect.float, library: m.dialect.library }
    : unknown;
};

/** Without a size there is a number for each of the arguments' elements. */
const randomSize =
  (dtype: string, index: number): Rule =>
  (m, args) => {
    const size = argument(args, index, 'size');
    if (!size || known(m, size).k === 'none') return drawnFor(m, args, dtype);
    // What is drawn from a distribution is asked for by a number or by a shape.
    const isOpen = known(m, size).k === 'any' && args.positional[0] !== undefined;
    const shape = isOpen ? undefined : shapeGiven(m, size);
    return shape
      ? { k: 'tensor', shape, dtype, library: m.dialect.library }
      : { ...unknownTensor(m, m.dialect.library), dtype };
  };

function drawnFor(m: Machine, args: Args, dtype: string): Value {
  const given = [...args.positional, ...args.keyword.values()].map((value) => known(m, value));
  const some = given.filter(({ k }) => k !== 'none' && k !== 'dtype');
  if (some.every(({ k }) => k === 'int' || k === 'float')) return oneNumber(m, dtype);
  if (!some.every(({ k }) => k === 'int' || k === 'float' || k === 'tensor')) return unknown;
  const met = some.reduce((a, b) =>
    elementwise('*')(m, { positional: [a, b], keyword: new Map() }),
  );
  return met.k === 'tensor' ? withDtype(met, dtype) : unknown;
}

const argReduce: Rule = (m, args) => {
  const result = reduce(() => 'int64')(m, args);
  return result;
};

/** choice(a, size): of a number one below it, else an item. */
const choice: Rule = (m, args) => {
  const from = known(m, argument(args, 0, 'a') ?? unknown);
  const size = argument(args, 1, 'size');
  if (from.k === 'int')
    return randomSize('int64', 1)(m, {
      positional: [],
      keyword: new Map(size ? [['size', size] as const] : [['a', from] as const]),
    });
  const t =
    from.k === 'tensor'
      ? from
      : from.k === 'sequence' || from.k === 'many'
        ? asTensor(m, fromData(m, { positional: [from], keyword: new Map() }))
        : undefined;
  const shape = !size || known(m, size).k === 'none' ? ranked([]) : shapeGiven(m, size);
  // Strings are drawn as well.
  if (!t || dimsOf(m, t)?.length !== 1 || !shape) return unknown;
  return withShape(t, shape);
};

/** percentile(a, q, axis): one for each of the axis, several when several are asked for. */
const quantile: Rule = (m, args) => {
  const asked = known(m, argument(args, 1, 'q') ?? unknown);
  const one = reduce(toFloat, 2)(m, args);
  if (asked.k === 'int' || asked.k === 'float') return one;
  if (asked.k !== 'sequence' || one.k !== 'tensor') return unknown;
  const dims = dimsOf(m, one);
  return dims ? withShape(one, ranked([constant(asked.items.length), ...dims])) : one;
};

const takeAlong: Rule = onTensor((m, t, args) => {
  const index = asTensor(m, args.positional[0], m.dialect.library);
  return index ? withShape(t, index.shape) : vague(m, t);
});

const whereRule: Rule = (m, args) => {
  if (args.positional.length > 1) return where(m, args);
  const rank = dimsOf(
    m,
    asTensor(m, args.positional[0], m.dialect.library) ?? unknownTensor(m, m.dialect.library),
  )?.length;
  const found = make(m.dialect.library, [unknownSize(m)], 'int64');
  return rank === undefined
    ? { k: 'many', item: found }
    : tuple(Array.from({ length: rank }, () => found));
};

export const functions = spreadNames<Rule>({
  'exp log log2 log10 log1p expm1 sqrt cbrt sin cos tan tanh sinh cosh arctan arcsin arccos':
    floatUnary,
  'abs absolute negative sign clip square floor ceil round rint nan_to_num positive real conj conjugate':
    unary(keepType),
  'copy sort flip flipud fliplr roll triu tril ascontiguousarray nan_to_num fill': same,
  'isnan isinf isfinite logical_not': asBool,
  'equal not_equal less less_equal greater greater_equal logical_and logical_or isclose':
    elementwise('=='),
  'add subtract multiply maximum minimum arctan2 fmax fmin mod remainder fmod hypot floor_divide power float_power logaddexp':
    pairwise('*'),
  'divide true_divide': pairwise('/'),
  'sum prod nansum': reduce(sumType),
  'mean std var median average nanmean nanstd nanvar nanmedian': reduce(toFloat),
  'percentile quantile nanpercentile nanquantile': quantile,
  'max min amax amin nanmax nanmin ptp': reduce(keepType),
  'all any': reduce(() => 'bool'),
  'argmax argmin count_nonzero': argReduce,
  argsort: onTensor((_, t) => withDtype(t, 'int64')),
  'cumsum cumprod': cumulate,
  'zeros ones empty': create,
  full: (m, args) => {
    const shape = shapeGiven(m, argument(args, 0, 'shape'));
    const fill = known(m, argument(args, 1, 'fill_value') ?? unknown);
    const dtype =
      dtypeOfArgs(m, args, 2) ??
      (fill.k === 'int'
        ? 'int64'
        : fill.k === 'bool'
          ? 'bool'
          : fill.k === 'float'
            ? m.dialect.float
            : fresh(m));
    return shape
      ? { k: 'tensor', shape, dtype, library: m.dialect.library }
      : { ...unknownTensor(m, m.dialect.library), dtype };
  },
  'zeros_like ones_like empty_like full_like': createLike(),
  'array asarray asanyarray': (m, args) => {
    const result = fromData(m, args);
    const dtype = dtypeOfArgs(m, args, 1);
    if (result.k !== 'tensor') return result;
    const given = known(m, args.positional[0] ?? unknown);
    // Of a list that may be empty it is the type of fractions.
    const mayBeEmpty = given.k === 'many' && !given.length && result.dtype === 'int64';
    return (dtype ?? mayBeEmpty) ? withDtype(result, dtype ?? fresh(m)) : result;
  },
  arange,
  'linspace logspace': (m, args) => {
    const count = asInt(m, argument(args, 2, 'num') ?? int(constant(50))) ?? unknownSize(m);
    return make(m.dialect.library, [count], dtypeOfArgs(m, args, 5) ?? m.dialect.float);
  },
  'eye identity': (m, args) => {
    const n = asInt(m, args.positional[0]) ?? unknownSize(m);
    const columns = argument(args, 1, 'M');
    return make(
      m.dialect.library,
      [n, columns ? (asInt(m, columns) ?? unknownSize(m)) : n],
      dtypeNamed(m, args.keyword.get('dtype'), m.dialect.float) ?? m.dialect.float,
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
    const shape = shapeGiven(m, argument(args, 0, 'shape'));
    return shape ? withShape(t, shape) : vague(m, t);
  }),
  dot,
  matmul: (m, args) => {
    const [a, b] = [args.positional[0], args.positional[1]].map((value) =>
      asTensor(m, value, m.dialect.library),
    );
    return a && b ? matmul(m, a, rightSide(m, a, b)) : unknown;
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
  'random.choice': choice,
  'random.permutation': (m, args) => {
    const from = known(m, args.positional[0] ?? unknown);
    const size = from.k === 'int' ? from.value : undefined;
    return from.k === 'tensor' ? from : make(m.dialect.library, [size ?? unknownSize(m)], 'int64');
  },
  'random.shuffle random.seed': () => none,
  'linalg.norm': reduce(toFloat, 2),
  'linalg.inv': same,
});

/** What else takes a list of numbers, or of lists, for an array. */
const ofLists =
  'abs sqrt exp log square floor ceil round sign isnan flip sort argsort unique diag reshape ravel transpose squeeze expand_dims swapaxes repeat tile dot matmul outer linalg.inv nonzero';
for (const name of ofLists.split(' ')) {
  const rule = functions.get(name);
  if (rule) functions.set(name, ofArray(rule));
}
