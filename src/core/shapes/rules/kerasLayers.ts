/** The layers of Keras. https://keras.io/api/layers */
import { noteAttention } from '../attention';
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  known,
  requireRank,
  unknownSize,
  type Machine,
} from '../machine';
import { add, multiply, one, product, subtract, type Poly } from '../poly';
import { spend, spendProducts } from '../tally';
import {
  axesOf,
  axisOf,
  broadcastShapes,
  concatenate,
  editShape,
  insertAxis,
  permute,
  reduceShape,
  reshape,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import {
  argument,
  positional,
  ranked,
  tuple,
  unknown,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { appended, spreadNames, truthy } from './array/common';
import { convolved, dense } from './channelsLast';
import { autocast, layer, LIBRARY, onValue } from './kerasBase';
import { kept, keptInt } from './layers/layer';

const float = (t: Tensor): Tensor => withDtype(t, 'float32');
const same = (signature = 'rate=0'): LibraryClass => layer(signature, (_, __, t) => t);

const isFirst = (m: Machine, self: Obj): boolean => {
  const format = known(m, kept(self, 'data_format'));
  return format.k === 'string' && format.value !== 'channels_last';
};

const lookup = layer('input_dim output_dim', (m, self, t) =>
  float(appended(m, t, keptInt(m, self, 'output_dim') ?? unknownSize(m))),
);
/** Of numbers with `mask_zero=True` it tells which are none. */
const embedding: LibraryClass = {
  ...lookup,
  methods: {
    ...lookup.methods,
    compute_mask: (m, self, args) => {
      const masks = self.made?.keyword.get('mask_zero');
      const isMasked = masks && known(m, masks);
      const t = asTensor(m, argument(args, 0, 'inputs'), LIBRARY);
      if (isMasked?.k !== 'bool' || isMasked.value !== true || !t) return unknown;
      return withDtype(t, 'bool');
    },
  },
};

const conv = (spatial: number, transposed = false): LibraryClass =>
  layer(
    `filters kernel_size strides=1 padding=valid ${transposed ? 'output_padding=None data_format=None dilation_rate=1' : 'data_format=None dilation_rate=1'}`,
    (m, self, t) => {
      if (isFirst(m, self)) return float(vague(m, t));
      return float(
        convolved(
          m,
          t,
          spatial,
          keptInt(m, self, 'filters') ?? unknownSize(m),
          {
            kernel: kept(self, 'kernel_size'),
            stride: kept(self, 'strides'),
            dilation: kept(self, 'dilation_rate'),
            padding: kept(self, 'padding'),
          },
          transposed,
        ),
      );
    },
  );
const depthwise = (spatial: number): LibraryClass =>
  layer(
    'kernel_size strides=1 padding=valid depth_multiplier=1 data_format=None dilation_rate=1',
    (m, self, t) => {
      if (isFirst(m, self)) return float(vague(m, t));
      const moved = convolved(m, t, spatial, undefined, {
        kernel: kept(self, 'kernel_size'),
        stride: kept(self, 'strides'),
        dilation: kept(self, 'dilation_rate'),
        padding: kept(self, 'padding'),
      });
      const by = keptInt(m, self, 'depth_multiplier') ?? unknownSize(m);
      const shape = editShape(m, moved, -1, (dim) => [multiply(dim, by)]);
      return float(shape ? withShape(moved, shape) : moved);
    },
  );
const pool = (spatial: number): LibraryClass =>
  layer('pool_size=2 strides=None padding=valid data_format=None', (m, self, t) => {
    if (isFirst(m, self)) return vague(m, t);
    const stride = known(m, kept(self, 'strides'));
    return convolved(m, t, spatial, undefined, {
      kernel: kept(self, 'pool_size'),
      stride: stride.k === 'none' ? kept(self, 'pool_size') : stride,
      padding: kept(self, 'padding'),
    });
  });
const globalPool = (spatial: number): LibraryClass =>
  layer('data_format=None keepdims=False', (m, self, t) => {
    if (!requireRank(m, t, spatial + 2) || isFirst(m, self)) return vague(m, t);
    const axes = Array.from({ length: spatial }, (_, index) => index + 1);
    const shape = reduceShape(m, t, axes, truthy(m, kept(self, 'keepdims')));
    return shape ? withShape(t, shape) : vague(m, t);
  });
/** Spatial axes changed one by one, by a number or pair for each. */
const spatially = (
  spatial: number,
  signature: string,
  change: (m: Machine, dim: Poly, by: Value | undefined) => Poly,
): LibraryClass =>
  layer(signature, (m, self, t) => {
    const dims = requireRank(m, t, spatial + 2);
    const name = signature.split(/[ =]/)[0]!;
    if (!dims || isFirst(m, self)) return vague(m, t);
    const given = known(m, kept(self, name));
    const middle = dims
      .slice(1, -1)
      .map((dim, index) =>
        change(
          m,
          dim,
          given.k === 'sequence' && (spatial > 1 || given.items.length === 1)
            ? given.items[index]
            : given,
        ),
      );
    return withShape(t, ranked([dims[0]!, ...middle, dims.at(-1)!]));
  });
/** Both sides of `2`, or `(1, 1)`. */
function sides(m: Machine, value: Value | undefined): Poly | undefined {
  const v = known(m, value ?? unknown);
  const [low, high] =
    v.k === 'sequence' ? v.items.map((item) => asInt(m, item)) : [asInt(m, v), asInt(m, v)];
  return low && high && add(low, high);
}

const flatten = layer('data_format=None', (m, _, t) => {
  const dims = dimsOf(m, t);
  const first = dims?.[0] ?? dimAt(m, t, 0);
  if (!dims) return first ? withShape(t, ranked([first, unknownSize(m)])) : vague(m, t);
  return withShape(
    t,
    ranked(dims.length === 1 ? [dims[0]!, one] : [dims[0]!, product(dims.slice(1))]),
  );
});
const reshapeLayer = layer('target_shape', (m, self, t) => {
  const target = known(m, kept(self, 'target_shape'));
  const first = dimAt(m, t, 0);
  if (target.k !== 'sequence' || !first) return vague(m, t);
  const sizes = target.items.map((item) => asInt(m, item) ?? unknownSize(m));
  return reshape(m, t, ranked([first, ...sizes]));
});

/** Layers of a list of tensors. */
const merge = (
  run: (m: Machine, self: Obj, all: readonly Tensor[]) => Tensor | undefined,
  signature = 'axis=-1',
): LibraryClass =>
  onValue(signature, (m, self, given) => {
    const { items } = given.k === 'sequence' ? given : { items: undefined };
    const all = items?.map((item) => asTensor(m, item, LIBRARY)).map((t) => t && autocast(m, t));
    if (!all?.length || all.some((t) => !t)) return unknown;
    return run(m, self, all as Tensor[]) ?? unknown;
  });
const pointwise = merge((m, _, all) => {
  const shape = all.map((t) => t.shape).reduce((a, b) => broadcastShapes(m, a, b));
  return withShape(all[0]!, shape);
});

/** Attention of Keras: q·kᵀ·v of a list [query, value, key]. */
const attention = onValue('use_scale=False', (m, _, given) => {
  const items = given.k === 'sequence' ? given.items : [];
  const [q, v] = items.map((item) => asTensor(m, item, LIBRARY));
  const width = v && dimAt(m, v, -1);
  const shape = q && width && editShape(m, q, -1, () => [width]);
  return q && shape ? withShape(q, shape) : unknown;
});

/** MultiHeadAttention(query, value, key): queries of their own width, and scores if asked (Vaswani et al. 2017). */
const multihead: LibraryClass = onValue(
  'num_heads key_dim value_dim=None dropout=0 use_bias=True output_shape=None',
  (m, self, _, args) => {
    const q = asTensor(m, argument(args, 0, 'query'), LIBRARY);
    const v = asTensor(m, argument(args, 1, 'value'), LIBRARY);
    if (!q || !v) return unknown;
    const [dims, keys] = [
      dimsOf(m, q) ?? requireRank(m, q, 3),
      dimsOf(m, v) ?? requireRank(m, v, 3),
    ];
    const wanted = known(m, kept(self, 'output_shape'));
    const out = wanted.k === 'none' ? dims?.at(-1) : asInt(m, wanted);
    payAttention(m, self, dims, keys);
    if (dims?.length === 3 && keys?.length === 3) note(m, self, dims, keys, v, q === v);
    const shape = out && editShape(m, q, -1, () => [out]);
    const result = float(shape ? withShape(q, shape) : vague(m, q));
    const asked = known(
      m,
      args.keyword.get('return_attention_scores') ?? { k: 'bool', value: false },
    );
    if (asked.k !== 'bool' || asked.value === undefined) return unknown;
    if (!asked.value) return result;
    const heads = keptInt(m, self, 'num_heads') ?? unknownSize(m);
    const scores =
      dims?.length === 3 && keys?.length === 3
        ? withShape(result, ranked([dims[0]!, heads, dims[1]!, keys[1]!]))
        : vague(m, result);
    return tuple([result, scores]);
  },
);
function payAttention(
  m: Machine,
  self: Obj,
  dims: readonly Poly[] | undefined,
  keys: readonly Poly[] | undefined,
): void {
  const [heads, width] = ['num_heads', 'key_dim'].map((name) => keptInt(m, self, name));
  const inner = heads && width && multiply(heads, width);
  if (!dims || !keys || dims.length !== 3 || keys.length !== 3 || !inner)
    return spend(m, undefined);
  for (const rows of [dims[1]!, keys[1]!, keys[1]!, dims[1]!])
    spendProducts(m, dims[0], rows, dims[2], inner);
  for (let part = 0; part < 2; part += 1) spendProducts(m, dims[0], dims[1], keys[1], inner);
}

/** `isSelf`: the queries are the values, and the keys, too. */
function note(
  m: Machine,
  self: Obj,
  [batch, rows]: readonly Poly[],
  [, length]: readonly Poly[],
  v: Tensor,
  isSelf: boolean,
): void {
  const [heads, width] = ['num_heads', 'key_dim'].map((name) => keptInt(m, self, name));
  if (!batch || !rows || !length || !heads || !width) return;
  const values = keptInt(m, self, 'value_dim') ?? width;
  const kept = isSelf ? [batch, length, heads, add(width, values)] : [];
  noteAttention(m, [batch, heads, rows, length], kept, dtypeOf(m, v));
}

/** A layer run for each place of axis 1. */
const distributed = layer('layer', (m, self, t) => {
  const [length, shape] = [dimAt(m, t, 1), editShape(m, t, 1, () => [])];
  if (!length || !shape) return vague(m, t);
  const result = known(m, call(m, kept(self, 'layer'), positional(withShape(t, shape))));
  return result.k === 'tensor' ? insertAxis(m, result, 1, length) : unknown;
});

const sequential: LibraryClass = {
  init: (m, self, args) => {
    const given = argument(args, 0, 'layers');
    const v = given && known(m, given);
    self.attributes.set('layers', !v || v.k === 'none' ? tuple([]) : v);
  },
  call: (m, self, args) => {
    const { items } = elements(m, kept(self, 'layers'));
    const callable = items?.filter((item) => known(m, item).k === 'object');
    const x = args.positional[0] ?? args.keyword.values().next().value ?? unknown;
    return callable?.length
      ? callable.reduce((value, each) => call(m, each, positional(value)), x)
      : unknown;
  },
  iterate: (_, self) => kept(self, 'layers'),
  methods: {
    add: (m, self, args) => {
      const { items } = elements(m, kept(self, 'layers'));
      const next = items ? tuple([...items, args.positional[0] ?? unknown]) : unknown;
      if (self.id <= m.pureFrom) m.impure = true;
      self.attributes.set('layers', next);
      return { k: 'none' };
    },
  },
};

export const layers = spreadNames<LibraryClass>({
  Dense: layer('units activation=None use_bias=True', (m, self, t) =>
    float(dense(m, t, keptInt(m, self, 'units'))),
  ),
  EinsumDense: layer('equation output_shape', (m, _, t) => float(vague(m, t))),
  Embedding: embedding,
  'Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Activation Identity Masking':
    same(),
  'ReLU LeakyReLU PReLU ELU Softmax LayerNormalization BatchNormalization GroupNormalization UnitNormalization RMSNormalization Rescaling Normalization':
    layer('axis=-1', (_, __, t) => float(t)),
  Conv1D: conv(1),
  'Conv2D Convolution2D SeparableConv2D': conv(2),
  Conv3D: conv(3),
  SeparableConv1D: conv(1),
  Conv1DTranspose: conv(1, true),
  Conv2DTranspose: conv(2, true),
  Conv3DTranspose: conv(3, true),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  'MaxPooling1D MaxPool1D AveragePooling1D AvgPool1D': pool(1),
  'MaxPooling2D MaxPool2D AveragePooling2D AvgPool2D': pool(2),
  'MaxPooling3D MaxPool3D AveragePooling3D AvgPool3D': pool(3),
  'GlobalAveragePooling1D GlobalMaxPooling1D GlobalAvgPool1D GlobalMaxPool1D': globalPool(1),
  'GlobalAveragePooling2D GlobalMaxPooling2D GlobalAvgPool2D GlobalMaxPool2D': globalPool(2),
  'GlobalAveragePooling3D GlobalMaxPooling3D': globalPool(3),
  UpSampling1D: spatially(1, 'size=2', (m, dim, by) =>
    multiply(dim, asInt(m, by) ?? unknownSize(m)),
  ),
  UpSampling2D: spatially(2, 'size=2 data_format=None', (m, dim, by) =>
    multiply(dim, asInt(m, by) ?? unknownSize(m)),
  ),
  ZeroPadding1D: spatially(1, 'padding=1 data_format=None', (m, dim, by) =>
    add(dim, sides(m, by) ?? unknownSize(m)),
  ),
  ZeroPadding2D: spatially(2, 'padding=1 data_format=None', (m, dim, by) =>
    add(dim, sides(m, by) ?? unknownSize(m)),
  ),
  Cropping2D: spatially(2, 'cropping=0 data_format=None', (m, dim, by) =>
    subtract(dim, sides(m, by) ?? unknownSize(m)),
  ),
  Resizing: layer('height width', (m, self, t) => {
    const dims = requireRank(m, t, 4);
    const [height, width] = ['height', 'width'].map(
      (name) => keptInt(m, self, name) ?? unknownSize(m),
    );
    return dims ? float(withShape(t, ranked([dims[0]!, height!, width!, dims[3]!]))) : unknown;
  }),
  Flatten: flatten,
  Reshape: reshapeLayer,
  Permute: layer('dims', (m, self, t) => {
    const axes = axesOf(m, kept(self, 'dims'));
    return axes ? permute(m, t, [0, ...axes]) : vague(m, t);
  }),
  RepeatVector: layer('n', (m, self, t) =>
    insertAxis(m, t, 1, keptInt(m, self, 'n') ?? unknownSize(m)),
  ),
  Concatenate: merge((m, self, all) => {
    const axis = axisOf(m, kept(self, 'axis'));
    return axis === undefined ? undefined : concatenate(m, all, axis);
  }),
  'Add Subtract Multiply Average Maximum Minimum': pointwise,
  'Attention AdditiveAttention': attention,
  MultiHeadAttention: multihead,
  TimeDistributed: distributed,
  Lambda: onValue('function', (m, self, given) =>
    call(m, kept(self, 'function'), positional(given)),
  ),
  Sequential: sequential,
});
