/** The layers of flax.linen and flax.nnx. https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html */
import { elements } from '../interpret/sequences';
import { noteAttention } from '../attention';
import { join } from '../join';
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  known,
  unknownSize,
  type Machine,
} from '../machine';
import { constant, product, type Poly } from '../poly';
import { spend, spendProducts } from '../tally';
import { axesOf, editShape, reduceShape, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  none,
  positional,
  ranked,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { appended, spreadNames } from './array/common';
import { einsumRule } from './array/product';
import { axesOfWindow, convolved, dense } from './channelsLast';
import { dtypeNamed } from './dtypes';
import { recurrentLayers } from './flaxRecurrent';
import { dialect } from './jaxDialect';
import { inDialect } from '../library';
import { kept, keptInt, keeps } from './layers/layer';

type Run = (m: Machine, self: Obj, t: Tensor, args: Args) => Value;

/** A layer called with an array; each alternative of an array is followed. */
export const layer = (signature: string, run: Run): LibraryClass => ({
  init: keeps(signature),
  call: (m, self, args) =>
    inDialect(m, dialect, () => {
      const given = known(m, args.positional[0] ?? args.keyword.values().next().value ?? unknown);
      const options = given.k === 'union' ? given.options : [given];
      const results = options
        .filter((option) => option.k !== 'none')
        .map((option) => asTensor(m, option, dialect.library))
        .map((t) => (t ? run(m, self, t, args) : unknown));
      return results.length ? results.reduce((a, b) => join(m, a, b)) : unknown;
    }),
});

/** The type asked for, or what the input and 32-bit parameters give. */
export function resultType(m: Machine, self: Obj, t: Tensor): string | number {
  const given = known(m, kept(self, 'dtype'));
  if (given.k !== 'none') return dtypeNamed(m, given, 'float32') ?? (m.next += 1);
  const stored = known(m, self.attributes.get('param_dtype') ?? none);
  if (stored.k !== 'none' && dtypeNamed(m, stored, 'float32') !== 'float32') return (m.next += 1);
  return dialect.promote(m, t, { ...withShape(t, ranked([unknownSize(m)])), dtype: 'float32' });
}
const typed = (m: Machine, self: Obj, t: Tensor): Tensor => withDtype(t, resultType(m, self, t));

const same = (signature: string): LibraryClass =>
  layer(signature, (m, self, t) => typed(m, self, withShape(t, t.shape)));

/** DenseGeneral: the axes (the last ones) become the axes of `features`. */
const denseGeneral = (signature: string, features: string): LibraryClass =>
  layer(signature, (m, self, t) => {
    const wanted = known(m, kept(self, features));
    const out =
      wanted.k === 'sequence'
        ? wanted.items.map((item) => asInt(m, item) ?? unknownSize(m))
        : [asInt(m, wanted) ?? unknownSize(m)];
    const axes = axesOf(m, kept(self, 'axis'));
    const shape = axes && reduceShape(m, t, axes, false);
    if (!shape || wanted.k === 'unknown' || wanted.k === 'many') return typed(m, self, vague(m, t));
    const result = out.reduce((all, dim) => appended(m, all, dim), withShape(t, shape));
    const dims = dimsOf(m, result);
    if (dims)
      spendProducts(m, ...dims, product(axes.map((axis) => dimAt(m, t, axis) ?? unknownSize(m))));
    else spend(m, undefined);
    return typed(m, self, result);
  });

const conv = (features: string, transposed = false, signature = ''): LibraryClass =>
  layer(
    `${signature}${features} kernel_size strides=1 padding=SAME input_dilation=1 kernel_dilation=1 feature_group_count=1 use_bias=True mask=None dtype=None`,
    (m, self, t) => {
      const kernel = kept(self, 'kernel_size');
      const spatial = axesOfWindow(m, kernel);
      if (spatial === undefined) return typed(m, self, vague(m, t));
      const channels = keptInt(m, self, features) ?? unknownSize(m);
      const window = {
        kernel,
        stride: kept(self, 'strides'),
        dilation: kept(self, 'kernel_dilation'),
        padding: kept(self, 'padding'),
      };
      return typed(m, self, convolved(m, t, spatial, channels, window, transposed));
    },
  );

const embed = (signature: string): LibraryClass => ({
  ...layer(signature, (m, self, t) =>
    typed(
      m,
      self,
      withDtype(appended(m, t, keptInt(m, self, 'features') ?? unknownSize(m)), 'float32'),
    ),
  ),
  methods: {
    attend: (m, self, args) => {
      const t = asTensor(m, args.positional[0], dialect.library);
      return t ? dense(m, t, keptInt(m, self, 'num_embeddings')) : unknown;
    },
  },
});

/** Queries, perhaps keys and values: the queries with the width `out_features`, or their own. */
const attention = (signature: string): LibraryClass =>
  layer(
    `${signature} dtype=None param_dtype=None qkv_features=None out_features=None`,
    (m, self, t, args) => {
      const out = known(m, kept(self, 'out_features'));
      const own = known(m, kept(self, 'in_features'));
      const width =
        out.k !== 'none' ? asInt(m, out) : own.k === 'int' ? own.value : dimAt(m, t, -1);
      payAttention(m, self, t, args);
      const shape = width && editShape(m, t, -1, () => [width]);
      return typed(m, self, shape ? withShape(t, shape) : vague(m, t));
    },
  );

/** Vaswani et al. 2017, §3.2: four projections, scores and their use. */
function payAttention(m: Machine, self: Obj, t: Tensor, args: Args): void {
  const keys = args.positional[1] && known(m, args.positional[1]);
  const other = keys?.k === 'tensor' ? keys : t;
  const [dims, length] = [dimsOf(m, t), dimAt(m, other, -2)];
  const inner = known(m, kept(self, 'qkv_features'));
  const width: Poly | undefined = inner.k === 'int' ? inner.value : dims?.at(-1);
  if (!dims || dims.length < 2 || !length || !width) return spend(m, undefined);
  const [lead, rows] = [dims.slice(0, -2), dims.at(-2)!];
  for (const count of [rows, length, length, rows])
    spendProducts(m, ...lead, count, width, dims.at(-1));
  for (let part = 0; part < 2; part += 1) spendProducts(m, ...lead, rows, length, width);
  const heads = keptInt(m, self, 'num_heads');
  const cached = keys && known(m, keys) !== t ? [] : [constant(2), ...lead, length, width];
  if (heads) noteAttention(m, [...lead, heads, rows, length], cached, dtypeOf(m, t));
}

type Call = (m: Machine, callee: Value, args: Args) => Value;
const sequential = (call: Call): LibraryClass => ({
  init: (m, self, args) => {
    const first = args.positional[0] ?? args.keyword.get('layers') ?? unknown;
    const v = known(m, first);
    const { items } = v.k === 'sequence' ? elements(m, v) : { items: args.positional };
    self.attributes.set('layers', items ? tuple(items) : unknown);
  },
  call: (m, self, args) => {
    const { items } = elements(m, kept(self, 'layers'));
    if (!items?.length) return unknown;
    const [first, ...more] = items;
    return more.reduce((x, each) => call(m, each, positional(x)), call(m, first!, args));
  },
});

const normSignature = 'epsilon=0 dtype=None';
export const layers = (call: Call): Map<string, LibraryClass> =>
  spreadNames<LibraryClass>({
    Dense: layer('features use_bias=True dtype=None param_dtype=None', (m, self, t) =>
      typed(m, self, dense(m, t, keptInt(m, self, 'features'))),
    ),
    DenseGeneral: denseGeneral(
      'features axis=-1 batch_dims=() use_bias=True dtype=None',
      'features',
    ),
    Einsum: layer('shape einsum_str=None use_bias=True dtype=None', (m, self, t, args) => {
      const shape = known(m, kept(self, 'shape'));
      const dims =
        shape.k === 'sequence'
          ? shape.items.map((item) => asInt(m, item) ?? unknownSize(m))
          : undefined;
      const given = args.positional[1] ?? kept(self, 'einsum_str');
      if (!dims) return unknown;
      return einsumRule(
        m,
        positional(given, t, { ...withShape(t, ranked(dims)), dtype: 'float32' }),
      );
    }),
    'Conv ConvLocal': conv('features'),
    ConvTranspose: conv('features', true),
    Embed: embed('num_embeddings features dtype=None'),
    'LayerNorm RMSNorm InstanceNorm': same(normSignature),
    BatchNorm: same('use_running_average=None axis=-1 momentum=0 epsilon=0 dtype=None'),
    GroupNorm: same('num_groups=32 group_size=None epsilon=0 dtype=None'),
    'Dropout PReLU': layer('rate=0', (_, __, t) => withShape(t, t.shape)),
    'MultiHeadDotProductAttention MultiHeadAttention SelfAttention': attention('num_heads'),
    Sequential: sequential(call),
    ...recurrentLayers(call),
  });

export const nnxLayers = (call: Call): Map<string, LibraryClass> =>
  spreadNames<LibraryClass>({
    Linear: layer('in_features out_features use_bias=True dtype=None', (m, self, t) =>
      typed(m, self, dense(m, t, keptInt(m, self, 'out_features'))),
    ),
    LinearGeneral: denseGeneral('in_features out_features axis=-1 dtype=None', 'out_features'),
    Conv: conv('out_features', false, 'in_features '),
    ConvTranspose: conv('out_features', true, 'in_features '),
    Embed: embed('num_embeddings features dtype=None'),
    'LayerNorm RMSNorm GroupNorm BatchNorm': same('num_features epsilon=0 dtype=None'),
    Dropout: layer('rate=0', (_, __, t) => withShape(t, t.shape)),
    MultiHeadAttention: attention('num_heads in_features'),
    Sequential: sequential(call),
    Einsum: layer('einsum_str kernel_shape bias_shape=None', (m, self, t, args) => {
      const shape = known(m, kept(self, 'kernel_shape'));
      const dims =
        shape.k === 'sequence'
          ? shape.items.map((item) => asInt(m, item) ?? unknownSize(m))
          : undefined;
      const given = argument(args, 1, 'einsum_str') ?? kept(self, 'einsum_str');
      return dims
        ? einsumRule(m, positional(given, t, { ...withShape(t, ranked(dims)), dtype: 'float32' }))
        : unknown;
    }),
  });
