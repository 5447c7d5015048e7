/** Making, casting, reducing and reshaping tensors. https://www.tensorflow.org/api_docs/python/tf */
import { binary } from '../interpret/operators';
import { elements, holding } from '../interpret/sequences';
import { type Rule } from '../library';
import {
  asInt,
  dimAt,
  dimsOf,
  fresh,
  heldInt,
  known,
  requireRank,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../machine';
import {
  add,
  ceilDivide,
  constant,
  constantOf,
  multiply,
  product,
  subtract,
  type Poly,
} from '../poly';
import {
  axesOf,
  axisOf,
  editShape,
  make,
  permute,
  reduceShape,
  reshape,
  swap,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import {
  argument,
  int,
  none,
  positional,
  ranked,
  tuple,
  unknown,
  type Args,
  type Tensor,
  type Value,
} from '../values';
import { cat, split, stack, unbind, where } from './array/combine';
import { spreadNames, truthy } from './array/common';
import { elementwise } from './array/pick';
import { squeeze } from './array/reshape';
import { dtypeNamed } from './dtypes';
import { expandDims, repeat, shapeGiven, splitRule as evenly } from './numpyShapes';

import { float, fromNumbers, named, onData, same, tensor, typeAt } from './tensorflowCommon';
import { clipByGlobalNorm } from './tensorflowGradients';
import { neural } from './tensorflowNeural';

const LIBRARY = 'tensorflow';

const constantRule: Rule = named((m, args) => {
  const made = fromNumbers(m, args);
  const dtype = typeAt(m, args, 1);
  const shape = args.keyword.get('shape') && shapeGiven(m, args.keyword.get('shape'));
  if (made.k !== 'tensor') return made;
  const holds = shape ? undefined : heldBy(m, args.positional[0] ?? unknown);
  return {
    ...made,
    ...(shape ? { shape } : {}),
    ...(holds ? { holds } : {}),
    dtype: dtype ?? made.dtype,
  };
});

const reduce = (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  onData((m, t, args) => {
    const given = argument(args, 0, 'axis');
    const axis = given && known(m, given);
    const axes = axis && axis.k !== 'none' ? axesOf(m, axis) : undefined;
    const keep = truthy(m, argument(args, 1, 'keepdims'));
    const shape = axis && axis.k !== 'none' && !axes ? undefined : reduceShape(m, t, axes, keep);
    return withDtype(shape ? withShape(t, shape) : vague(m, t), dtype(m, t));
  });
const keep = (_: Machine, t: Tensor): string | number => t.dtype;

const argReduce: Rule = onData((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'axis') ?? int(constant(0)));
  const shape = axis === undefined ? undefined : reduceShape(m, t, [axis], false);
  const type = args.keyword.get('output_type');
  return withDtype(
    shape ? withShape(t, shape) : vague(m, t),
    (type && dtypeNamed(m, type, 'float32')) ?? 'int64',
  );
});

const filled = (place: number, dtype = 'float32'): Rule =>
  named((m, args) => {
    const shape = shapeGiven(m, args.positional[0]);
    const type = typeAt(m, args, place) ?? dtype;
    return shape
      ? { k: 'tensor', shape, dtype: type, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype: type };
  });
const castRule: Rule = (m, args) => {
  // What a constructor is given is rather a number than a tensor.
  const given = m.constructing > 0 ? known(m, args.positional[0] ?? unknown) : unknown;
  return castTensor(
    m,
    given.k === 'any' ? { ...args, positional: [scalar, ...args.positional.slice(1)] } : args,
  );
};
const scalar = make(LIBRARY, [], 'int32');
const castTensor: Rule = onData((m, t, args) => {
  const dtype = dtypeNamed(m, argument(args, 0, 'dtype'), 'float32');
  const cast = withDtype(t, dtype ?? fresh(m));
  return t.holds && dtype?.startsWith('int') ? { ...cast, holds: t.holds } : cast;
});
const fill: Rule = named((m, args) => {
  const shape = shapeGiven(m, args.positional[0]);
  const value = tensor(m, argument(args, 1, 'value'));
  return {
    ...unknownTensor(m, LIBRARY),
    ...(shape ? { shape } : {}),
    dtype: value?.dtype ?? fresh(m),
  };
});
const like: Rule = onData((m, t, args) => withDtype(t, typeAt(m, args, 0) ?? t.dtype));

const held = (m: Machine, value: Value, dtype = 'int32'): Value =>
  holding(m, { library: LIBRARY, dtype }, value);
/** The integers in a tensor or list of which they are known. */
function heldBy(m: Machine, value: Value): Value | undefined {
  const v = known(m, value);
  if (v.k === 'tensor') return v.holds && known(m, v.holds);
  if (v.k === 'int') return v;
  const items = v.k === 'sequence' ? v.items.map((item) => heldInt(m, item)) : [];
  return items.length > 0 && items.every((item) => item)
    ? tuple((items as Poly[]).map(int))
    : undefined;
}
/** tf.shape: its numbers are the sizes. */
const shapeRule: Rule = onData((m, t, args) =>
  held(m, { k: 'shape', shape: t.shape }, dtypeNamed(m, argument(args, 0, 'out_type'), 'float32')),
);
/** Integers that are joined are known as well. */
const heldTogether = (m: Machine, args: Args, together: (all: readonly Value[]) => Value) => {
  const { items } = elements(m, args.positional[0] ?? unknown);
  const all = items?.map((item) => heldBy(m, item));
  const isTensor = items?.some((item) => known(m, item).k === 'tensor');
  return isTensor && all?.every((one) => one) ? held(m, together(all as Value[])) : undefined;
};

const range: Rule = (m, args) => {
  const values = args.positional.map((value) => known(m, value));
  const [a, b, step] = values.map((value) => asInt(m, value));
  const isFloat = values.some((value) => value.k === 'float');
  const count = values.length === 1 ? a : a && b ? subtract(b, a) : undefined;
  const stepped = values.length > 2 ? count && step && ceilDivide(count, step) : count;
  return make(
    LIBRARY,
    [stepped ?? unknownSize(m)],
    typeAt(m, args, 99) ?? (isFloat ? 'float32' : 'int32'),
  );
};

const transpose: Rule = onData((m, t, args) => {
  const given = argument(args, 0, 'perm') ?? args.keyword.get('axes');
  const dims = dimsOf(m, t);
  if (given && known(m, given).k !== 'none') {
    const order = axesOf(m, given);
    return order ? permute(m, t, order) : vague(m, t);
  }
  return dims
    ? permute(
        m,
        t,
        dims.map((_, index) => dims.length - 1 - index),
      )
    : vague(m, t);
});

/** split(value, number or sizes, axis=0). */
const splitRule: Rule = onData((m, t, args) => {
  const axis = argument(args, 1, 'axis') ?? int(constant(0));
  const given = known(m, argument(args, 0, 'num_or_size_splits') ?? unknown);
  if (given.k !== 'int') return split(m, positional(t, given, axis));
  const at = axisOf(m, axis);
  const dim = at === undefined ? undefined : dimAt(m, t, at);
  return dim ? evenly(m, positional(t, given, axis)) : { k: 'many', item: vague(m, t) };
});

const gather: Rule = named((m, args) => {
  const t = tensor(m, args.positional[0]);
  const index = tensor(m, argument(args, 1, 'indices'));
  const batch = args.keyword.get('batch_dims');
  const axis = axisOf(m, argument(args, 3, 'axis') ?? args.keyword.get('axis') ?? int(constant(0)));
  const inner = index && dimsOf(m, index);
  if (!t || axis === undefined || !inner || batch) return t ? vague(m, t) : unknown;
  const shape = editShape(m, t, axis, () => inner);
  return shape ? withShape(t, shape) : vague(m, t);
});

const pad: Rule = onData((m, t, args) => {
  const pairs = elements(m, argument(args, 0, 'paddings') ?? unknown).items;
  const dims = dimsOf(m, t) ?? (pairs && requireRank(m, t, pairs.length));
  if (!pairs || !dims || pairs.length !== dims.length) return vague(m, t);
  const sums = pairs.map((pair) => elements(m, pair).items?.map((item) => asInt(m, item)));
  return withShape(
    t,
    ranked(
      dims.map((dim, i) =>
        sums[i]?.[0] && sums[i]?.[1] ? add(dim, add(sums[i]![0]!, sums[i]![1]!)) : unknownSize(m),
      ),
    ),
  );
});

const tile: Rule = onData((m, t, args) => {
  const times = elements(m, argument(args, 0, 'multiples') ?? unknown).items?.map((item) =>
    asInt(m, item),
  );
  const dims = times && (dimsOf(m, t) ?? requireRank(m, t, times.length));
  if (!times || dims?.length !== times.length) return vague(m, t);
  return withShape(
    t,
    ranked(dims.map((dim, i) => (times[i] ? multiply(dim, times[i]) : unknownSize(m)))),
  );
});

/** Functions by their last word; `math`, `nn`, `linalg` and `tf` itself share them. */
const plain = spreadNames<Rule>({
  'identity stop_gradient clip_by_value clip_by_norm reverse sort roll band_part ensure_shape l2_normalize dropout bias_add batch_normalization abs negative sign square floor ceil round relu relu6 leaky_relu elu selu gelu silu swish shuffle cumsum cumprod print stateless_shuffle':
    same,
  'exp log log1p expm1 sqrt rsqrt sin cos tan tanh sigmoid softmax log_softmax softplus softsign erf reciprocal log_sigmoid':
    float,
  'logical_not is_nan is_inf is_finite': onData((_, t) => withDtype(t, 'bool')),
  'equal not_equal less less_equal greater greater_equal logical_and logical_or logical_xor':
    elementwise('=='),
  'add subtract multiply maximum minimum pow floormod mod squared_difference floordiv multiply_no_nan':
    elementwise('*'),
  'divide truediv divide_no_nan': elementwise('/'),
  'reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_logsumexp reduce_std reduce_variance norm':
    reduce(keep),
  'reduce_all reduce_any': reduce(() => 'bool'),
  count_nonzero: reduce(() => 'int64'),
  'argmax argmin': argReduce,
  argsort: onData((_, t) => withDtype(t, 'int32')),
  'cast saturate_cast': castRule,
  'constant convert_to_tensor Variable': constantRule,
  'zeros ones': filled(1),
  fill,
  'zeros_like ones_like': like,
  eye: (m, args) => {
    const n = asInt(m, args.positional[0]) ?? unknownSize(m);
    const columns = argument(args, 1, 'num_columns');
    return args.keyword.has('batch_shape')
      ? unknown
      : make(LIBRARY, [n, (columns && asInt(m, columns)) ?? n], typeAt(m, args, 3) ?? 'float32');
  },
  range,
  linspace: (m, args) =>
    make(LIBRARY, [asInt(m, argument(args, 2, 'num')) ?? unknownSize(m)], 'float32'),
  shape: shapeRule,
  size: onData((m, t) => held(m, dimsOf(m, t) ? int(product(dimsOf(m, t)!)) : m.unknownInteger())),
  rank: onData((m, t) =>
    held(m, dimsOf(m, t) ? int(constant(dimsOf(m, t)!.length)) : m.unknownInteger()),
  ),
  reshape: onData((m, t, args) => {
    const shape = shapeGiven(m, argument(args, 0, 'shape'));
    return shape ? reshape(m, t, shape) : vague(m, t);
  }),
  broadcast_to: onData((m, t, args) => {
    const shape = shapeGiven(m, argument(args, 0, 'shape'));
    return shape ? withShape(t, shape) : vague(m, t);
  }),
  transpose,
  'matrix_transpose adjoint': onData((m, t) => swap(m, t, -2, -1)),
  expand_dims: named(expandDims),
  squeeze: named(squeeze),
  concat: named(
    (m, args) =>
      heldTogether(m, args, (all) => all.reduce((a, b) => binary(m, '+', a, b))) ??
      cat(m, positional(args.positional[0] ?? unknown, argument(args, 1, 'axis') ?? unknown)),
  ),
  'stack parallel_stack': named(
    (m, args) =>
      heldTogether(m, args, tuple) ??
      stack(
        m,
        positional(args.positional[0] ?? unknown, argument(args, 1, 'axis') ?? int(constant(0))),
      ),
  ),
  unstack: named((m, args) => {
    const t = tensor(m, args.positional[0]);
    // Its numbers are taken apart as they are.
    if (t?.holds) return t;
    return unbind(m, positional(t ?? unknown, argument(args, 2, 'axis') ?? int(constant(0))));
  }),
  split: splitRule,
  tile,
  repeat: named(repeat),
  gather,
  embedding_lookup: gather,
  boolean_mask: onData((m, t, args) => {
    const mask = tensor(m, argument(args, 0, 'mask'));
    const rank = mask && dimsOf(m, mask)?.length;
    const dims = dimsOf(m, t);
    return dims && rank ? withShape(t, ranked([unknownSize(m), ...dims.slice(rank)])) : vague(m, t);
  }),
  where: named((m, args) => {
    if (args.positional.length + args.keyword.size > 1)
      return where(
        m,
        positional(
          ...[0, 1, 2].map((i) => argument(args, i, ['condition', 'x', 'y'][i]!) ?? unknown),
        ),
      );
    const t = tensor(m, args.positional[0]);
    const rank = t && dimsOf(m, t)?.length;
    return make(
      LIBRARY,
      [unknownSize(m), rank === undefined ? unknownSize(m) : constant(rank)],
      'int64',
    );
  }),
  pad,
  meshgrid: (m, args) => {
    const axes = args.positional.map((value) => tensor(m, value));
    const dims = axes.map((t) => (t && requireRank(m, t, 1)?.[0]) ?? unknownSize(m));
    const ij = args.keyword.get('indexing');
    if (!(ij?.k === 'string' && ij.value === 'ij') && dims.length > 1)
      dims.splice(0, 2, dims[1]!, dims[0]!);
    return tuple(axes.map((t) => (t ? withShape(t, ranked(dims)) : unknown)));
  },
  gather_nd: named((m, args) => {
    const t = tensor(m, args.positional[0]);
    const index = tensor(m, argument(args, 1, 'indices'));
    const dims = index && dimsOf(m, index);
    const depth = dims?.at(-1) && constantOf(dims.at(-1)!);
    const own = t && dimsOf(m, t);
    if (!t || !dims || !own || depth === undefined || args.keyword.has('batch_dims'))
      return t ? vague(m, t) : unknown;
    return withShape(t, ranked([...dims.slice(0, -1), ...own.slice(depth)]));
  }),
  'add_n accumulate_n': named((m, args) => {
    const { items, item } = elements(m, args.positional[0] ?? unknown);
    const all = (items ?? [item ?? unknown]).map((each) => tensor(m, each));
    const sure = all.find((t) => t && dimsOf(m, t)) ?? all[0];
    return sure ? withShape(sure, sure.shape) : unknown;
  }),
  'tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub tensor_scatter_nd_max':
    same,
  scatter_nd: (m, args) => {
    const shape = shapeGiven(m, argument(args, 2, 'shape'));
    const updates = tensor(m, argument(args, 1, 'updates'));
    return shape && updates ? withShape(updates, shape) : unknown;
  },
  'l2_loss global_norm': onData((_, t) => withDtype(withShape(t, ranked([])), t.dtype)),
  clip_by_global_norm: clipByGlobalNorm,
  newaxis: () => none,
});
/** Functions by their last word; `math`, `nn`, `linalg` and `tf` itself share them. */
export const functions = new Map([...plain, ...neural]);

export const random = spreadNames<Rule>({
  'normal truncated_normal stateless_normal gamma poisson': filled(3),
  'uniform stateless_uniform': filled(3),
  categorical: onData((m, t, args) => {
    const count = asInt(m, argument(args, 0, 'num_samples')) ?? unknownSize(m);
    const dims = requireRank(m, t, 2);
    return dims ? withDtype(withShape(t, ranked([dims[0]!, count])), 'int64') : unknown;
  }),
  shuffle: same,
});
