/** PyTorch's functions by name; those whose first argument is a tensor are its methods too. */
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  fresh,
  known,
  requireRank,
  unknownSize,
  unknownTensor,
} from '../machine';
import { constant, floorDivide } from '../poly';
import {
  axisOf,
  editShape,
  make,
  permute,
  reshape,
  sizesOf,
  swap,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import { argument, bool, int, none, ranked, unknown, without } from '../values';
import { type Rule } from '../library';
import { dimArg, dtypeArg, onTensor, spreadNames } from './array/common';
import {
  same,
  float,
  floatTo,
  asBool,
  reduceWith,
  keepType,
  sumType,
  pair,
  topk,
  argReduce,
  loss,
  cosineSimilarity,
} from './array/reduce';
import { create, createLike, createNew, arange, fromData, meshgrid } from './array/create';
import { cat, stack, split, chunk, unbind, where } from './array/combine';
import {
  view,
  flatten,
  squeeze,
  unsqueeze,
  transpose,
  permuteRule,
  expand,
  repeat,
  repeatInterleave,
  pad,
  interpolate,
} from './array/reshape';
import {
  maskedFill,
  cast,
  castTo,
  gather,
  indexSelect,
  select,
  narrow,
  diagonal,
  sizeOf,
  rankOf,
  numel,
  nonzero,
  multinomial,
  maskedSelect,
  oneHot,
  elementwise,
} from './array/pick';
import {
  matrix,
  bmm,
  einsumRule,
  embedding,
  linearRule,
  scaledAttention,
  outer,
} from './array/product';

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
      ? { k: 'tensor', shape, dtype, library: m.dialect.library }
      : { ...unknownTensor(m, m.dialect.library), dtype };
  },
  randint: (m, args) => {
    const size =
      args.keyword.get('size') ??
      args.positional.find((value) => ['sequence', 'shape', 'many'].includes(known(m, value).k));
    const shape = sizesOf(m, [size ?? unknown]);
    const dtype = dtypeArg(m, args) ?? 'int64';
    return shape
      ? { k: 'tensor', shape, dtype, library: m.dialect.library }
      : { ...unknownTensor(m, m.dialect.library), dtype };
  },
  randperm: (m, args) =>
    make(
      m.dialect.library,
      [asInt(m, args.positional[0]) ?? unknownSize(m)],
      dtypeArg(m, args) ?? 'int64',
    ),
  'zeros_like ones_like empty_like rand_like randn_like full_like bernoulli': createLike(),
  randint_like: createLike(),
  'new_zeros new_ones new_empty': createNew(),
  new: createNew(),
  new_full: createNew(1),
  new_tensor: (m, args) => fromData(m, without(args, 1)),
  'arange range': arange,
  'linspace logspace': (m, args) =>
    make(
      m.dialect.library,
      [asInt(m, argument(args, 2, 'steps')) ?? constant(100)],
      dtypeArg(m, args) ?? 'float32',
    ),
  eye: (m, args) => {
    const n = asInt(m, argument(args, 0, 'n')) ?? unknownSize(m);
    const columns = args.positional[1] ?? args.keyword.get('m');
    return make(
      m.dialect.library,
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
    const other = asTensor(m, args.positional[0], m.dialect.library);
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
  numpy: onTensor((m, t) => ({
    ...t,
    library: m.library.tables.has('numpy') ? 'numpy' : m.dialect.library,
  })),
  backward: () => none,
  is_tensor: onTensor(() => bool(true)),
  'is_contiguous is_floating_point': () => bool(),
  meshgrid: meshgrid,
  embedding: embedding,
  one_hot: oneHot,
  'cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div huber_loss cosine_embedding_loss margin_ranking_loss':
    loss,
  linear: linearRule,
  scaled_dot_product_attention: scaledAttention,
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
