/** jax.nn, jax.lax and jax.random. https://docs.jax.dev/en/latest/jax.nn.html, …/jax.lax.html, …/jax.random.html */
import { type Rule } from '../library';
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  known,
  requireRank,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../machine';
import { constant, type Poly } from '../poly';
import { spendProducts } from '../tally';
import {
  axesOf,
  axisOf,
  editShape,
  make,
  reduceShape,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import { argument, int, ranked, tuple, unknown, type Args, type Value } from '../values';
import { appended, onTensor, spreadNames, truthy } from './array/common';
import { notedAttention } from './array/product';
import { float, same } from './array/reduce';
import { dtypeNamed } from './dtypes';
import { windowed } from './channelsLast';
import { shapeGiven } from './numpyShapes';

const LIBRARY = 'jax';
const dtypeOr = (m: Machine, value: Value | undefined, fallback: string): string =>
  dtypeNamed(m, value, 'float32') ?? fallback;

/** random.normal(key, shape, dtype): arrays of a shape given behind the key. */
const sampled =
  (place: number, dtype: string, typed = place + 1): Rule =>
  (m, args) => {
    const shape = argument(args, place, 'shape');
    const type = dtypeOr(m, argument(args, typed, 'dtype'), dtype);
    if (!shape) return make(LIBRARY, [], type);
    const sizes = shapeGiven(m, shape);
    return sizes
      ? { k: 'tensor', shape: sizes, dtype: type, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype: type };
  };

/** The shape given by name, or that of a parameter of the distribution. */
const shapedLike =
  (place: number, dtype: string | undefined): Rule =>
  (m, args) => {
    const shape = args.keyword.get('shape') ?? args.positional[place + 1];
    const t = asTensor(m, args.positional[place]);
    if (shape && known(m, shape).k !== 'none')
      return sampled(99, dtype ?? 'float32')(m, { ...args, keyword: new Map([['shape', shape]]) });
    return t ? withDtype(t, dtype ?? t.dtype) : make(LIBRARY, [], dtype ?? 'float32');
  };

const categorical: Rule = (m, args) => {
  const t = asTensor(m, argument(args, 1, 'logits'), LIBRARY);
  const axis = axisOf(m, argument(args, 2, 'axis') ?? int(constant(-1)));
  if (!t || args.keyword.has('shape')) return sampled(3, 'int32')(m, args);
  const shape = axis === undefined ? undefined : reduceShape(m, t, [axis], false);
  return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: 'int32' };
};

/** split(key, num): one more axis in front of the key's own. */
const splitKey: Rule = (m, args) => {
  const key = asTensor(m, args.positional[0], LIBRARY);
  const count = asInt(m, argument(args, 1, 'num') ?? int(constant(2)));
  const dims = key && dimsOf(m, key);
  if (!key || !dims) {
    const item = { k: 'many', item: unknown } as const;
    return { ...item, ...(count ? { length: count } : {}) };
  }
  return withShape(key, ranked([count ?? unknownSize(m), ...dims]));
};

export const random = spreadNames<Rule>({
  'normal uniform gumbel exponential laplace logistic cauchy orthogonal': sampled(1, 'float32'),
  truncated_normal: sampled(3, 'float32'),
  randint: sampled(1, 'int32', 4),
  bits: sampled(1, 'uint32'),
  bernoulli: shapedLike(1, 'bool'),
  'poisson gamma beta dirichlet': shapedLike(1, undefined),
  categorical,
  'permutation shuffle': (m, args) => {
    const from = known(m, args.positional[1] ?? unknown);
    return from.k === 'tensor' ? from : make(LIBRARY, [asInt(m, from) ?? unknownSize(m)], 'int32');
  },
  choice: (m, args) => {
    const from = known(m, args.positional[1] ?? unknown);
    return sampled(
      2,
      from.k === 'tensor' && typeof from.dtype === 'string' ? from.dtype : 'int32',
      99,
    )(m, args);
  },
  PRNGKey: () => make(LIBRARY, [constant(2)], 'uint32'),
  key: () => make(LIBRARY, [], 'key<fry>'),
  fold_in: same,
  split: splitKey,
});

const oneHot = onTensor((m, t, args) => ({
  ...appended(m, t, asInt(m, argument(args, 0, 'num_classes')) ?? unknownSize(m)),
  dtype: dtypeOr(m, argument(args, 1, 'dtype'), 'float32'),
}));

const logsumexp = onTensor((m, t, args) => {
  const where = argument(args, 0, 'axis');
  const axes = where && known(m, where).k !== 'none' ? axesOf(m, where) : undefined;
  const shape =
    where && !axes && known(m, where).k !== 'none'
      ? undefined
      : reduceShape(m, t, axes, truthy(m, args.keyword.get('keepdims')));
  return shape ? withShape(t, shape) : vague(m, t);
});

export const neural = spreadNames<Rule>({
  'relu relu6 gelu silu swish elu selu celu leaky_relu hard_tanh hard_sigmoid hard_swish softplus soft_sign sigmoid log_sigmoid softmax log_softmax standardize tanh mish identity normalize hard_silu squareplus':
    float,
  one_hot: oneHot,
  logsumexp,
  dot_product_attention: notedAttention(-3),
  glu: onTensor((m, t) => {
    const shape = editShape(m, t, -1, () => [unknownSize(m)]);
    return shape ? withShape(t, shape) : vague(m, t);
  }),
});

/** dot_general(a, b, ((contracting, …), (batch, …))): batch, what is left of a, what is left of b. */
const dotGeneral: Rule = (m, args) => {
  const [a, b] = [0, 1].map((index) => asTensor(m, args.positional[index], LIBRARY));
  const numbers = known(m, argument(args, 2, 'dimension_numbers') ?? unknown);
  const [contracting, batch] =
    numbers.k === 'sequence' ? numbers.items.map((item) => known(m, item)) : [];
  const pair = (v: Value | undefined) =>
    v?.k === 'sequence' ? v.items.map((item) => axesOf(m, item)) : [];
  const [[ca, cb], [ba, bb]] = [pair(contracting), pair(batch)];
  const [x, y] = [a && dimsOf(m, a), b && dimsOf(m, b)];
  if (!a || !b) return unknown;
  if (!x || !y || !ca || !cb || !ba || !bb) return vague(m, a);
  const rest = (dims: readonly Poly[], used: readonly number[]) =>
    dims.filter(
      (_, index) => !used.map((axis) => (axis < 0 ? axis + dims.length : axis)).includes(index),
    );
  const dims = [
    ...ba.map((axis) => x.at(axis)!),
    ...rest(x, [...ca, ...ba]),
    ...rest(y, [...cb, ...bb]),
  ];
  spendProducts(m, ...dims, ...ca.map((axis) => x.at(axis)));
  return { ...withShape(a, ranked(dims)), dtype: m.dialect.promote(m, a, b) };
};

/** conv_general_dilated with a channels-last or channels-first layout given by words. */
const convGeneral: Rule = (m, args) => {
  const [t, kernel] = [0, 1].map((index) => asTensor(m, args.positional[index], LIBRARY));
  const numbers = argument(args, 6, 'dimension_numbers');
  const layout = numbers && known(m, numbers);
  const words = layout?.k === 'sequence' ? layout.items.map((item) => known(m, item)) : [];
  const [from, filter, to] = words.map((word) => (word.k === 'string' ? word.value : undefined));
  const [x, w] = [t && dimsOf(m, t), kernel && dimsOf(m, kernel)];
  if (!t || !x || !w || !from || !filter || !to || args.keyword.has('lhs_dilation'))
    return t ? vague(m, t) : unknown;
  const letters = [...from].filter((letter) => letter !== 'N' && letter !== 'C');
  const spatial = windowed(
    m,
    letters.map((letter) => x[from.indexOf(letter)]!),
    {
      kernel: tuple(letters.map((letter) => int(w[filter.indexOf(letter)]!))),
      stride: argument(args, 2, 'window_strides'),
      padding: argument(args, 3, 'padding'),
      dilation: args.keyword.get('rhs_dilation'),
    },
  );
  const size = (letter: string): Poly =>
    letter === 'N'
      ? x[from.indexOf('N')]!
      : letter === 'C'
        ? w[filter.indexOf('O')]!
        : spatial[letters.indexOf(letter)]!;
  return withShape(t, ranked([...to].map(size)));
};

const resized = (size: (args: Args) => Value | undefined): Rule =>
  onTensor((m, t, args) => {
    const wanted = size(args);
    const shape = wanted && shapeGiven(m, wanted);
    return shape ? withShape(t, shape) : vague(m, t);
  });
const inDimension = (keeps: boolean): Rule =>
  onTensor((m, t, args) => {
    const axis = axisOf(m, argument(args, keeps ? 2 : 1, 'axis') ?? int(constant(0)));
    const keepdims = known(m, argument(args, 2, 'keepdims') ?? { k: 'bool', value: true });
    const size = keeps ? asInt(m, argument(args, 1, 'slice_size')) : constant(1);
    const drops = !keeps && keepdims.k === 'bool' && keepdims.value === false;
    const shape =
      axis === undefined
        ? undefined
        : editShape(m, t, axis, () => (drops ? [] : [size ?? unknownSize(m)]));
    return shape ? withShape(t, shape) : vague(m, t);
  });

/** dynamic_update_slice(operand, update, …): the operand, of which the update is a part with as many axes. */
const updated = onTensor((m, t, args) => {
  const part = asTensor(m, args.positional[0], LIBRARY);
  const [own, given] = [dimsOf(m, t), part && dimsOf(m, part)];
  if (own && part) requireRank(m, part, own.length);
  else if (given) requireRank(m, t, given.length);
  return withShape(t, t.shape);
});

/** reduce_window(operand, init, computation, window, strides, padding): a size for every axis. */
const reduceWindow = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  const kernel = known(m, argument(args, 2, 'window_dimensions') ?? unknown);
  if (!dims || kernel.k !== 'sequence' || kernel.items.length !== dims.length) return vague(m, t);
  const window = {
    kernel,
    stride: argument(args, 3, 'window_strides'),
    padding: argument(args, 4, 'padding'),
    dilation: args.keyword.get('window_dilation'),
  };
  return args.keyword.has('base_dilation')
    ? vague(m, t)
    : withShape(t, ranked(windowed(m, dims, window)));
});

export const lax = spreadNames<Rule>({
  reduce_window: reduceWindow,
  'dynamic_update_slice dynamic_update_slice_in_dim': updated,
  'rsqrt erf erf_inv logistic exp log tanh sin cos sqrt': float,
  'abs neg sign floor ceil round dynamic_update_index_in_dim rev cumsum cumprod cummax with_sharding_constraint pcast pvary':
    same,
  dynamic_slice: resized((args) => argument(args, 1, 'slice_sizes')),
  'broadcast_in_dim reshape': resized((args) => argument(args, 0, 'shape')),
  dynamic_slice_in_dim: inDimension(true),
  dynamic_index_in_dim: inDimension(false),
  dot_general: dotGeneral,
  conv_general_dilated: convGeneral,
  convert_element_type: onTensor((m, t, args) =>
    withDtype(t, dtypeOr(m, args.positional[0], 'float32')),
  ),
  select: (_, args) => args.positional[1] ?? unknown,
  iota: (m, args) =>
    make(
      LIBRARY,
      [asInt(m, args.positional[1]) ?? unknownSize(m)],
      dtypeOr(m, args.positional[0], 'int32'),
    ),
  broadcasted_iota: (m, args) => {
    const shape = shapeGiven(m, argument(args, 1, 'shape'));
    return {
      ...unknownTensor(m, LIBRARY),
      ...(shape ? { shape } : {}),
      dtype: dtypeOr(m, args.positional[0], 'int32'),
    };
  },
  axis_index: () => make(LIBRARY, [], 'int32'),
  top_k: onTensor((m, t, args) => {
    const k = asInt(m, argument(args, 0, 'k')) ?? unknownSize(m);
    const shape = dimAt(m, t, -1) && editShape(m, t, -1, () => [k]);
    const values = shape ? withShape(t, shape) : vague(m, t);
    return tuple([values, withDtype(values, 'int32')]);
  }),
});

/** Initialisers: a function of a key, a shape and a type. */
export const initialised: Rule = (m, args) => sampled(1, 'float32')(m, args);
