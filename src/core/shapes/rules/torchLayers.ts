/** The layers of `torch.nn`: what their constructors keep and what calling them gives. */
import {
  asInt,
  dimAt,
  dimsOf,
  dtypeOf,
  equate,
  known,
  requireDtype,
  requireRank,
  unknownSize,
  type Machine,
} from '../machine';
import { areDifferent, clash } from '../clash';
import { constantOf, floorDivide, multiply, type Poly } from '../poly';
import { repeat } from '../tally';
import { vague, withDtype, withShape } from '../tensors';
import {
  int,
  none,
  ranked,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Value,
} from '../values';
import { appended, spreadNames } from './array/common';
import { linear } from './array/product';
import { multihead, transformerPart, transformer } from './layers/attention';
import { container, sequential, moduleDict } from './layers/containers';
import { conv, pool, adaptive } from './layers/convolution';
import {
  kept,
  keptInt,
  isTrue,
  parameter,
  keeps,
  input,
  layer,
  set,
  same,
  perAxis,
} from './layers/layer';
import { recurrent, recurrentCell } from './layers/recurrent';
import { functions } from './torchFunctions';

const norm = (
  signature: string,
  weights: (size: (name: string) => Poly | undefined) => readonly (Poly | undefined)[],
  rank?: number,
): LibraryClass =>
  layer(
    keeps(signature, (m, self, size) => {
      const dims = weights(size);
      const has = (name: string): boolean => isTrue(m, self.attributes.get(name)) !== false;
      const isScaled = !['affine', 'elementwise_affine'].some(
        (name) => self.attributes.has(name) && !has(name),
      );
      const isShifted = isScaled && (!self.attributes.has('bias') || has('bias'));
      set(m, self, 'weight', isScaled ? parameter(m, dims) : none);
      set(m, self, 'bias', isShifted ? parameter(m, dims) : none);
    }),
    (m, self, t) => {
      requireDtype(m, t, 'float32');
      const channels = keptInt(m, self, 'num_features') ?? keptInt(m, self, 'num_channels');
      if (rank !== undefined && !dimsOf(m, t)) requireRank(m, t, rank);
      const dim = channels && dimsOf(m, t) && dimAt(m, t, 1);
      if (dim && areDifferent(m, dim, channels))
        clash(m, 'channels', t.shape, ranked([channels, channels]));
      if (dim) equate(m, dim, channels);
      const shape = known(m, kept(self, 'normalized_shape'));
      const last = shape.k === 'sequence' ? shape.items.at(-1) : shape;
      const width = last && asInt(m, last);
      const back = width && dimAt(m, t, -1);
      // A width of 1 is rather a sign that something before was not understood.
      if (back && width && constantOf(back) !== 1) {
        if (areDifferent(m, back, width)) clash(m, 'linear', t.shape, ranked([width, width]));
        equate(m, back, width);
      }
      return withShape(t, t.shape);
    },
  );

const batchNorm = (rank?: number): LibraryClass =>
  norm(
    'num_features eps=0 momentum=0 affine=True track_running_stats=True',
    (size) => [size('num_features')],
    rank,
  );
const instanceNorm = (rank: number): LibraryClass =>
  norm(
    'num_features eps=0 momentum=0 affine=False track_running_stats=False',
    (size) => [size('num_features')],
    rank,
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
    // Every pair of inputs has a weight: https://docs.pytorch.org/docs/stable/generated/torch.nn.Bilinear.html
    Bilinear: layer(keeps('in1_features in2_features out_features bias=True'), (m, self, t) => {
      const before = m.tally;
      const out = linear(m, t, keptInt(m, self, 'in1_features'), keptInt(m, self, 'out_features'));
      repeat(m, before, keptInt(m, self, 'in2_features'));
      return out;
    }),
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
    'Identity Dropout Dropout1d Dropout2d Dropout3d AlphaDropout ReLU ReLU6 GELU SiLU ELU SELU LeakyReLU Mish Hardswish Hardsigmoid Hardtanh Softplus LogSigmoid Threshold':
      same(keeps('p=0')),
    PReLU: same(keeps('num_parameters=1')),
    'Sigmoid Tanh': same(),
    'Softmax LogSoftmax Softmin Softmax2d': same(keeps('dim=None')),
    LayerNorm: norm('normalized_shape eps=0 elementwise_affine=True bias=True', (size) => [
      size('normalized_shape'),
    ]),
    RMSNorm: norm('normalized_shape eps=0 elementwise_affine=True bias=False', (size) => [
      size('normalized_shape'),
    ]),
    BatchNorm1d: batchNorm(),
    BatchNorm2d: batchNorm(4),
    BatchNorm3d: batchNorm(5),
    InstanceNorm1d: instanceNorm(3),
    InstanceNorm2d: instanceNorm(4),
    InstanceNorm3d: instanceNorm(5),
    GroupNorm: norm('num_groups num_channels eps=0 affine=True', (size) => [size('num_channels')]),
    Conv1d: conv(1),
    Conv2d: conv(2),
    Conv3d: conv(3),
    ConvTranspose1d: conv(1, true),
    ConvTranspose2d: conv(2, true),
    ConvTranspose3d: conv(3, true),
    MaxPool1d: pool(1),
    AvgPool1d: pool(1, true),
    MaxPool2d: pool(2),
    AvgPool2d: pool(2, true),
    MaxPool3d: pool(3),
    AvgPool3d: pool(3, true),
    'AdaptiveAvgPool1d AdaptiveMaxPool1d': adaptive(1),
    'AdaptiveAvgPool2d AdaptiveMaxPool2d': adaptive(2),
    RNN: recurrent(false),
    GRU: recurrent(false),
    LSTM: recurrent(true),
    'RNNCell GRUCell': recurrentCell(false),
    LSTMCell: recurrentCell(true),
    MultiheadAttention: multihead,
    'TransformerEncoderLayer TransformerDecoderLayer': transformerPart(
      'd_model nhead dim_feedforward=2048 dropout=0 activation=relu layer_norm_eps=0 batch_first=False norm_first=False bias=True',
    ),
    TransformerEncoder: transformerPart('encoder_layer num_layers norm=None'),
    TransformerDecoder: transformerPart('decoder_layer num_layers norm=None'),
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
