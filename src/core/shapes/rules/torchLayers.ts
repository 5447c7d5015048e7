/** The layers of `torch.nn`: what their constructors keep and what calling them gives. */
import { join } from '../join';
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  dtypeOf,
  equate,
  known,
  requireDtype,
  requireRank,
  unknownSize,
  write,
  type Machine,
} from '../machine';
import { add, constant, floorDivide, multiply, one, subtract, type Poly } from '../poly';
import { editShape, make, vague, withDtype, withShape } from '../tensors';
import {
  argument,
  int,
  none,
  ranked,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { elements } from '../interpret/sequences';
import { rearranged } from './einops';
import { appended, namedSizes, spreadNames } from './array/common';
import { linear } from './array/product';
import { functions } from './torchFunctions';

const LIBRARY = 'torch';

const kept = (self: Obj, name: string): Value => self.attributes.get(name) ?? unknown;
const keptInt = (m: Machine, self: Obj, name: string): Poly | undefined => {
  const v = self.attributes.get(name);
  return v && asInt(m, v);
};
const isTrue = (m: Machine, value: Value | undefined): boolean | undefined => {
  const v = value && known(m, value);
  return v?.k === 'bool' ? v.value : v ? undefined : false;
};
const parameter = (m: Machine, dims: readonly (Poly | undefined)[]): Tensor =>
  make(
    LIBRARY,
    dims.map((dim) => dim ?? unknownSize(m)),
    'float32',
  );

/** A constructor that keeps its arguments by name; `name=value` gives the default. */
function keeps(
  signature: string,
  more?: (m: Machine, self: Obj, size: (name: string) => Poly | undefined) => void,
) {
  const names = signature
    .split(' ')
    .map((entry) => entry.split('=') as [string, string | undefined]);
  return (m: Machine, self: Obj, args: Args): void => {
    names.forEach(([name, fallback], index) => {
      const value = argument(args, index, name) ?? (args.rest ? unknown : literal(fallback));
      const v = known(m, value);
      write(
        m,
        self.attributes,
        name,
        v.k === 'any' && /features|size|dim|channels|num_|embed|d_model/.test(name)
          ? int(asInt(m, v)!)
          : v,
      );
    });
    more?.(m, self, (name) => keptInt(m, self, name));
  };
}
function literal(text: string | undefined): Value {
  if (text === undefined || text === 'None') return none;
  if (text === 'True' || text === 'False') return { k: 'bool', value: text === 'True' };
  return /^-?\d+$/.test(text) ? int(constant(Number(text))) : { k: 'string', value: text };
}

const input = (m: Machine, args: Args): Tensor | undefined =>
  asTensor(m, args.positional[0] ?? args.keyword.values().next().value, LIBRARY);
const layer = (
  init: LibraryClass['init'],
  call: (m: Machine, self: Obj, t: Tensor, args: Args) => Value,
): LibraryClass => ({
  ...(init ? { init } : {}),
  call: (m, self, args) => {
    const given = args.positional[0] && known(m, args.positional[0]);
    if (given?.k === 'union') {
      const all = given.options.filter((option) => option.k === 'tensor');
      return all.length
        ? all.map((option) => call(m, self, option as Tensor, args)).reduce((a, b) => join(m, a, b))
        : unknown;
    }
    const t = input(m, args);
    return t ? call(m, self, t, args) : unknown;
  },
});
const set = (m: Machine, self: Obj, name: string, value: Value) =>
  write(m, self.attributes, name, value);
const same = (init?: LibraryClass['init']): LibraryClass =>
  layer(init, (_, __, t) => withShape(t, t.shape));

/** n numbers of a size that may be one for all axes. */
function perAxis(m: Machine, value: Value, count: number): (Poly | undefined)[] {
  const v = known(m, value);
  const items = v.k === 'sequence' ? v.items : undefined;
  return Array.from({ length: count }, (_, index) => asInt(m, items ? items[index] : v));
}

const conv = (spatial: number, transposed = false): LibraryClass =>
  layer(
    keeps(
      'in_channels out_channels kernel_size stride=1 padding=0' +
        (transposed
          ? ' output_padding=0 groups=1 bias=True dilation=1'
          : ' dilation=1 groups=1 bias=True'),
      (m, self, size) => {
        const kernel = perAxis(m, kept(self, 'kernel_size'), spatial);
        const groups = size('groups') ?? one;
        const [a, b] = transposed
          ? ['in_channels', 'out_channels']
          : ['out_channels', 'in_channels'];
        set(
          m,
          self,
          'weight',
          parameter(m, [size(a!), size(b!) && floorDivide(size(b!)!, groups), ...kernel]),
        );
        set(
          m,
          self,
          'bias',
          isTrue(m, kept(self, 'bias')) === false ? none : parameter(m, [size('out_channels')]),
        );
      },
    ),
    (m, self, t) => {
      // An image without a batch is accepted too, but a layer inside a model gets batches.
      const dims = dimsOf(m, t) ?? requireRank(m, t, spatial + 2);
      requireDtype(m, t, 'float32');
      const out = keptInt(m, self, 'out_channels') ?? unknownSize(m);
      if (!dims || (dims.length !== spatial + 2 && dims.length !== spatial + 1)) return vague(m, t);
      const channels = keptInt(m, self, 'in_channels');
      if (channels) equate(m, dims.at(-spatial - 1)!, channels);
      const axes = ['kernel_size', 'stride', 'padding', 'dilation', 'output_padding'].map((name) =>
        perAxis(m, kept(self, name), spatial),
      );
      const padding = known(m, kept(self, 'padding'));
      const next = dims.slice(-spatial).map((dim, axis) => {
        const [k, s, p, d, extra] = axes.map((values) => values[axis]);
        if (padding.k === 'string' && padding.value === 'same') return dim;
        if (!k || !s || !d) return unknownSize(m);
        const pad = padding.k === 'string' ? constant(0) : p;
        if (!pad) return unknownSize(m);
        const reach = multiply(d, subtract(k, one));
        const double = multiply(constant(2), pad);
        if (transposed)
          return add(
            subtract(add(multiply(subtract(dim, one), s), reach), double),
            add(extra ?? constant(0), one),
          );
        return add(floorDivide(subtract(subtract(add(dim, double), reach), one), s), one);
      });
      return {
        ...withShape(t, ranked([...dims.slice(0, -spatial - 1), out, ...next])),
        dtype: dtypeOf(m, t) ?? 'float32',
      };
    },
  );

const pool = (spatial: number): LibraryClass =>
  layer(keeps('kernel_size stride=None padding=0 dilation=1'), (m, self, t) =>
    poolTensor(m, t, spatial, (name) => kept(self, name)),
  );
function poolTensor(
  m: Machine,
  t: Tensor,
  spatial: number,
  option: (name: string) => Value,
): Tensor {
  const dims = dimsOf(m, t) ?? requireRank(m, t, spatial + 2);
  if (!dims || dims.length < spatial + 1) return vague(m, t);
  const get = (name: string) => perAxis(m, option(name), spatial);
  const given = known(m, option('stride'));
  const [kernel, padding, dilation] = [get('kernel_size'), get('padding'), get('dilation')];
  const stride = given.k === 'none' || given.k === 'unknown' ? kernel : perAxis(m, given, spatial);
  const next = dims.slice(-spatial).map((dim, axis) => {
    const [k, s, p] = [kernel[axis], stride[axis], padding[axis]];
    if (!k || !s || !p) return unknownSize(m);
    const reach = multiply(dilation[axis] ?? one, subtract(k, one));
    return add(
      floorDivide(subtract(subtract(add(dim, multiply(constant(2), p)), reach), one), s),
      one,
    );
  });
  return withShape(t, ranked([...dims.slice(0, -spatial), ...next]));
}
/** F.max_pool2d and its kind. */
export const poolFunction =
  (spatial: number) =>
  (m: Machine, args: Args): Value => {
    const t = input(m, args);
    const names = ['input', 'kernel_size', 'stride', 'padding', 'dilation'];
    const defaults: Record<string, Value> = {
      stride: none,
      padding: int(constant(0)),
      dilation: int(one),
    };
    return t
      ? poolTensor(
          m,
          t,
          spatial,
          (name) => argument(args, names.indexOf(name), name) ?? defaults[name] ?? unknown,
        )
      : unknown;
  };
const adaptive = (spatial: number): LibraryClass =>
  layer(keeps('output_size'), (m, self, t) => {
    const dims = dimsOf(m, t) ?? requireRank(m, t, spatial + 2);
    const sizes = perAxis(m, kept(self, 'output_size'), spatial);
    return dims
      ? withShape(
          t,
          ranked([
            ...dims.slice(0, -spatial),
            ...sizes.map((size, index) => size ?? dims.at(index - spatial)!),
          ]),
        )
      : vague(m, t);
  });

/** RNN, GRU, LSTM: the sequence of outputs and the last states. */
const recurrent = (cell: boolean): LibraryClass =>
  layer(
    keeps(
      'input_size hidden_size num_layers=1 bias=True batch_first=False dropout=0 bidirectional=False proj_size=0',
    ),
    (m, self, t, args) => {
      const dims = dimsOf(m, t) ?? requireRank(m, t, 3);
      const [width, hidden, layers] = ['input_size', 'hidden_size', 'num_layers'].map((name) =>
        keptInt(m, self, name),
      );
      if (!dims || !hidden || (dims.length !== 3 && dims.length !== 2))
        return tuple([vague(m, t), unknown]);
      if (width) equate(m, dims.at(-1)!, width);
      requireDtype(m, t, 'float32');
      const first = isTrue(m, kept(self, 'batch_first'));
      const both = isTrue(m, kept(self, 'bidirectional'));
      const directions = both === undefined ? unknownSize(m) : constant(both ? 2 : 1);
      const batch =
        dims.length === 2 ? [] : [first === undefined ? unknownSize(m) : dims[first ? 0 : 1]!];
      const output = withShape(t, ranked([...dims.slice(0, -1), multiply(directions, hidden)]));
      const state = withShape(
        t,
        ranked([multiply(directions, layers ?? unknownSize(m)), ...batch, hidden]),
      );
      shareStates(m, args.positional[1], cell, state);
      return tuple([output, cell ? tuple([state, state]) : state]);
    },
  );
/** What is passed in as a state has the shape of what comes out. */
function shareStates(m: Machine, given: Value | undefined, cell: boolean, state: Tensor): void {
  const v = given && known(m, given);
  if (!v || v.k === 'none') return;
  const parts = cell ? (v.k === 'any' ? [] : (elements(m, v).items ?? [])) : [v];
  for (const part of parts) {
    const t = asTensor(m, part, LIBRARY);
    const dims = t && requireRank(m, t, dimsOf(m, state)!.length);
    dims?.forEach((dim, index) => equate(m, dim, dimsOf(m, state)![index]!));
  }
}
const recurrentCell = (cell: boolean): LibraryClass =>
  layer(keeps('input_size hidden_size bias=True'), (m, self, t, args) => {
    const hidden = keptInt(m, self, 'hidden_size') ?? unknownSize(m);
    const width = keptInt(m, self, 'input_size');
    const last = dimAt(m, t, -1);
    if (width && last) equate(m, last, width);
    const shape = editShape(m, t, -1, () => [hidden]);
    const given = args.positional[1] && known(m, args.positional[1]);
    const previous = given?.k === 'sequence' ? given.items[0] : given;
    const before = previous && known(m, previous);
    // Without a batch the cell takes vectors; inside a model it gets matrices.
    if (!dimsOf(m, t))
      requireRank(m, t, (before?.k === 'tensor' && dimsOf(m, before)?.length) || 2);
    const dtype = before?.k === 'tensor' ? (dtypeOf(m, before) ?? 'float32') : 'float32';
    const next = shape ? withShape(t, shape) : vague(m, t);
    requireDtype(m, t, dtype);
    const state = withDtype(next, dtypeOf(m, t) ?? dtype);
    return cell ? tuple([state, state]) : state;
  });

const multihead: LibraryClass = {
  init: keeps(
    'embed_dim num_heads dropout=0 bias=True add_bias_kv=False add_zero_attn=False kdim=None vdim=None batch_first=False',
  ),
  call: (m, self, args) => {
    const [q, k] = [
      asTensor(m, argument(args, 0, 'query'), LIBRARY),
      asTensor(m, argument(args, 1, 'key'), LIBRARY),
    ];
    if (!q || !k) return unknown;
    const dims = dimsOf(m, q) ?? requireRank(m, q, 3);
    const keys = dimsOf(m, k) ?? requireRank(m, k, 3);
    const width = keptInt(m, self, 'embed_dim');
    if (!dims || !keys || dims.length !== 3 || keys.length !== 3)
      return tuple([vague(m, q), unknown]);
    if (width) equate(m, dims[2]!, width);
    const first = isTrue(m, kept(self, 'batch_first'));
    const weights = isTrue(m, args.keyword.get('need_weights') ?? { k: 'bool', value: true });
    const [batch, length, source] = first
      ? [dims[0]!, dims[1]!, keys[1]!]
      : [dims[1]!, dims[0]!, keys[0]!];
    return tuple([
      withShape(q, ranked(dims)),
      weights === false
        ? none
        : first === undefined
          ? unknown
          : withShape(q, ranked([batch, length, source])),
    ]);
  },
};
const transformerPart = (signature: string): LibraryClass =>
  layer(keeps(signature), (m, self, t) => {
    const dims = dimsOf(m, t) ?? requireRank(m, t, 3);
    const inner = self.attributes.get('d_model') ?? encoderWidth(m, self);
    const width = inner && asInt(m, inner);
    if (dims && width) equate(m, dims.at(-1)!, width);
    requireDtype(m, t, 'float32');
    return withShape(t, t.shape);
  });
function encoderWidth(m: Machine, self: Obj): Value | undefined {
  const inner = known(
    m,
    self.attributes.get('encoder_layer') ?? self.attributes.get('decoder_layer') ?? unknown,
  );
  return inner.k === 'object' ? inner.attributes.get('d_model') : undefined;
}
const transformer: LibraryClass = {
  init: keeps(
    'd_model nhead num_encoder_layers=6 num_decoder_layers=6 dim_feedforward=2048 dropout=0 activation=relu',
  ),
  attribute: (m, self, name) => {
    if (name !== 'encoder' && name !== 'decoder') return undefined;
    const value: Value = {
      k: 'object',
      id: self.id + 0.5,
      cls: { k: 'class', name, bases: [], members: new Map(), library: transformerPart('d_model') },
      attributes: new Map([['d_model', kept(self, 'd_model')]]),
    };
    write(m, self.attributes, name, value);
    return value;
  },
  call: (m, self, args) => {
    const width = keptInt(m, self, 'd_model');
    const sides = [argument(args, 0, 'src'), argument(args, 1, 'tgt')].map((value) =>
      asTensor(m, value, LIBRARY),
    );
    for (const side of sides) {
      const last = side && requireRank(m, side, 3)?.[2];
      if (last && width) equate(m, last, width);
    }
    return sides[1] ? withShape(sides[1], sides[1].shape) : unknown;
  },
};

const norm = (
  signature: string,
  weights: (size: (name: string) => Poly | undefined) => readonly (Poly | undefined)[],
  rank?: number,
): LibraryClass =>
  layer(
    keeps(signature, (m, self, size) => {
      const dims = weights(size);
      set(m, self, 'weight', parameter(m, dims));
      set(m, self, 'bias', parameter(m, dims));
    }),
    (m, self, t) => {
      requireDtype(m, t, 'float32');
      const channels = keptInt(m, self, 'num_features') ?? keptInt(m, self, 'num_channels');
      if (rank !== undefined && !dimsOf(m, t)) requireRank(m, t, rank);
      const dim = channels && dimsOf(m, t) && dimAt(m, t, 1);
      if (dim) equate(m, dim, channels);
      const shape = known(m, kept(self, 'normalized_shape'));
      const last = shape.k === 'sequence' ? shape.items.at(-1) : shape;
      const width = last && asInt(m, last);
      const back = width && dimAt(m, t, -1);
      if (back && width) equate(m, back, width);
      return withShape(t, t.shape);
    },
  );

const scalarLoss: LibraryClass = {
  init: keeps('weight=None size_average=None ignore_index=-100 reduce=None reduction=mean'),
  call: (m, self, args) => {
    const t = input(m, args);
    const given = self.made?.keyword.get('reduction');
    if (!t) return unknown;
    return given?.k === 'string' && given.value === 'none'
      ? vague(m, t)
      : { ...withShape(t, ranked([])), dtype: dtypeOf(m, t) ?? 'float32' };
  },
};

/** The items of ModuleList, Sequential, ParameterList. */
export const itemsOf = (self: Obj): Value => self.attributes.get('items') ?? tuple([]);
const container: LibraryClass = {
  init: (m, self, args) => {
    const { items, item } = args.positional[0] ? elements(m, args.positional[0]) : { items: [] };
    set(m, self, 'items', items ? tuple(items) : { k: 'many', item: item ?? unknown });
  },
  iterate: (_, self) => itemsOf(self),
  methods: {
    append: (m, self, args) => addItem(m, self, args.positional[0] ?? unknown),
    add_module: (m, self, args) => addItem(m, self, args.positional[1] ?? unknown),
    extend: (m, self, args) => {
      const { items, item } = elements(m, args.positional[0] ?? unknown);
      for (const one of items ?? [item ?? unknown]) addItem(m, self, one);
      return self;
    },
  },
};
function addItem(m: Machine, self: Obj, item: Value): Value {
  const items = known(m, itemsOf(self));
  if (items.k === 'sequence' && items.items.length < 64)
    set(m, self, 'items', { ...items, items: [...items.items, item] });
  else if (items.k === 'many')
    set(m, self, 'items', { k: 'many', item: join(m, items.item, item) });
  return self;
}
const sequential = (call: (m: Machine, callee: Value, args: Args) => Value): LibraryClass => ({
  ...container,
  init: (m, self, args) => {
    const first = args.positional[0] && known(m, args.positional[0]);
    const all: Value =
      first?.k === 'dict'
        ? tuple([...first.entries.values()])
        : args.rest
          ? { k: 'many', item: args.rest }
          : tuple(args.positional);
    set(m, self, 'items', all);
  },
  call: (m, self, args) => {
    const { items, item } = elements(m, itemsOf(self));
    const x = args.positional[0] ?? unknown;
    const run = (value: Value, callee: Value) =>
      call(m, callee, { positional: [value], keyword: new Map() });
    if (items) return items.reduce(run, x);
    const once = run(x, item ?? unknown);
    return run(join(m, x, once), item ?? unknown);
  },
});
const moduleDict: LibraryClass = {
  init: (m, self, args) => {
    const from = args.positional[0] && known(m, args.positional[0]);
    if (from?.k === 'dict') for (const [name, value] of from.entries) set(m, self, name, value);
    set(
      m,
      self,
      'entries',
      from?.k === 'dict' ? from : { k: 'dict', entries: new Map(), other: unknown },
    );
  },
  iterate: (_, self) => kept(self, 'entries'),
};

/** Layers by class name; `call` runs a callable value. */
export const layers = (call: (m: Machine, callee: Value, args: Args) => Value) =>
  spreadNames<LibraryClass>({
    Linear: layer(
      keeps('in_features out_features bias=True', (m, self, size) => {
        const bias = isTrue(m, kept(self, 'bias'));
        set(m, self, 'weight', parameter(m, [size('out_features'), size('in_features')]));
        const vector = parameter(m, [size('out_features')]);
        set(m, self, 'bias', bias === false ? none : vector);
      }),
      (m, self, t) =>
        withDtype(
          linear(m, t, keptInt(m, self, 'in_features'), keptInt(m, self, 'out_features')),
          dtypeOf(m, t) ?? 'float32',
        ),
    ),
    Bilinear: layer(keeps('in1_features in2_features out_features'), (m, self, t) =>
      linear(m, t, keptInt(m, self, 'in1_features'), keptInt(m, self, 'out_features')),
    ),
    Embedding: layer(
      keeps('num_embeddings embedding_dim padding_idx=None', (m, self, size) =>
        set(m, self, 'weight', parameter(m, [size('num_embeddings'), size('embedding_dim')])),
      ),
      (m, self, t) => {
        requireDtype(m, t, 'int64');
        return withDtype(
          appended(m, t, keptInt(m, self, 'embedding_dim') ?? unknownSize(m)),
          'float32',
        );
      },
    ),
    'Identity Dropout Dropout1d Dropout2d Dropout3d AlphaDropout ReLU ReLU6 GELU SiLU ELU SELU LeakyReLU PReLU Mish Hardswish Hardsigmoid Hardtanh Softplus LogSigmoid Threshold':
      same(keeps('p=0')),
    'Sigmoid Tanh': same(),
    'Softmax LogSoftmax Softmin Softmax2d': same(keeps('dim=None')),
    'LayerNorm RMSNorm': norm('normalized_shape eps=0', (size) => [size('normalized_shape')]),
    BatchNorm1d: norm('num_features', (size) => [size('num_features')]),
    'BatchNorm2d InstanceNorm2d': norm('num_features', (size) => [size('num_features')], 4),
    'BatchNorm3d InstanceNorm3d': norm('num_features', (size) => [size('num_features')], 5),
    InstanceNorm1d: norm('num_features', (size) => [size('num_features')], 3),
    GroupNorm: norm('num_groups num_channels', (size) => [size('num_channels')]),
    Conv1d: conv(1),
    Conv2d: conv(2),
    Conv3d: conv(3),
    ConvTranspose1d: conv(1, true),
    ConvTranspose2d: conv(2, true),
    ConvTranspose3d: conv(3, true),
    'MaxPool1d AvgPool1d': pool(1),
    'MaxPool2d AvgPool2d': pool(2),
    'MaxPool3d AvgPool3d': pool(3),
    'AdaptiveAvgPool1d AdaptiveMaxPool1d': adaptive(1),
    'AdaptiveAvgPool2d AdaptiveMaxPool2d': adaptive(2),
    RNN: recurrent(false),
    GRU: recurrent(false),
    LSTM: recurrent(true),
    'RNNCell GRUCell': recurrentCell(false),
    LSTMCell: recurrentCell(true),
    MultiheadAttention: multihead,
    'TransformerEncoderLayer TransformerDecoderLayer': transformerPart(
      'd_model nhead dim_feedforward=2048 dropout=0 activation=relu',
    ),
    TransformerEncoder: transformerPart('encoder_layer num_layers'),
    TransformerDecoder: transformerPart('decoder_layer num_layers'),
    Transformer: transformer,
    'ModuleList ParameterList': container,
    ModuleDict: moduleDict,
    Sequential: sequential(call),
    Flatten: layer(keeps('start_dim=1 end_dim=-1'), (m, self, t) =>
      functions.get('flatten')!(m, {
        positional: [t, kept(self, 'start_dim'), kept(self, 'end_dim')],
        keyword: new Map(),
      }),
    ),
    Unflatten: layer(keeps('dim unflattened_size'), (m, self, t) =>
      functions.get('unflatten')!(m, {
        positional: [t, kept(self, 'dim'), kept(self, 'unflattened_size')],
        keyword: new Map(),
      }),
    ),
    Upsample: layer(keeps('size=None scale_factor=None'), (m, self, t) =>
      functions.get('interpolate')!(m, {
        positional: [t, kept(self, 'size'), kept(self, 'scale_factor')],
        keyword: new Map(),
      }),
    ),
    PixelShuffle: layer(keeps('upscale_factor'), (m, self, t) => {
      const dims = dimsOf(m, t);
      const r = keptInt(m, self, 'upscale_factor');
      if (!dims || dims.length < 3 || !r) return vague(m, t);
      const [c, h, w] = dims.slice(-3) as [Poly, Poly, Poly];
      return withShape(
        t,
        ranked([
          ...dims.slice(0, -3),
          floorDivide(c, multiply(r, r)),
          multiply(h, r),
          multiply(w, r),
        ]),
      );
    }),
    ZeroPad2d: layer(keeps('padding'), (m, self, t) => {
      const [l, r, top, bottom] = perAxis(m, kept(self, 'padding'), 4);
      const pads = [l, r, top, bottom].map((value) => int(value ?? unknownSize(m)));
      return functions.get('pad')!(m, { positional: [t, tuple(pads)], keyword: new Map() });
    }),
    'CrossEntropyLoss NLLLoss MSELoss L1Loss SmoothL1Loss BCELoss BCEWithLogitsLoss KLDivLoss HuberLoss CosineEmbeddingLoss':
      scalarLoss,
    CosineSimilarity: {
      init: keeps('dim=1'),
      call: (m, self, args) =>
        functions.get('cosine_similarity')!(m, {
          positional: [...args.positional, kept(self, 'dim')],
          keyword: new Map(),
        }),
    },
  });

/** The layer form of einops' functions: `Rearrange('b n (h d) -> b h n d', h=8)`. */
export const einopsLayer: LibraryClass = {
  init: (m, self, args) => {
    set(m, self, 'pattern', argument(args, 0, 'pattern') ?? unknown);
    set(m, self, 'sizes', { k: 'dict', entries: new Map(args.keyword) });
  },
  call: (m, self, args) => {
    const t = input(m, args);
    const pattern = known(m, kept(self, 'pattern'));
    const sizes = known(m, kept(self, 'sizes'));
    if (!t || pattern.k !== 'string' || pattern.value === undefined || sizes.k !== 'dict')
      return t ? vague(m, t) : unknown;
    const shape = rearranged(
      m,
      t,
      pattern.value,
      namedSizes(m, { positional: [], keyword: sizes.entries }),
    );
    return shape ? withShape(t, shape) : vague(m, t);
  },
};
