/** The tensors that torch's own layers keep, by name, from what they were made with. */
import { constant, constantOf, multiply, one, subtract, type Poly } from './poly';

export type Dims = readonly (Poly | undefined)[];
/** Tensors of one size of which there are several, or perhaps none. */
export interface Several {
  readonly dims: Dims;
  readonly times: Poly | undefined;
}
export type Parts = Readonly<Record<string, Dims | Several>>;
/** A number that the layer was made with; undefined where it is not known. */
export type Size = (name: string) => Poly | undefined;
/** A yes or no that the layer was made with. */
export type Flag = (name: string, fallback: boolean) => boolean;
export type Layer = (size: Size, flag: Flag) => Parts;

const scaled = (count: number, size: Poly | undefined): Poly | undefined =>
  size && multiply(constant(count), size);
const withBias = (has: boolean, weight: Dims, width: Poly | undefined, prefix = '') => ({
  [`${prefix}weight`]: weight,
  ...(has ? { [`${prefix}bias`]: [width] } : {}),
});

/** Blocks that are written out, at most. */
export const mostBlocks = 200;
/** The parts of a number of blocks that are alike: `0.` to `11.`, or `*.` where it has no value. */
function blocks(prefix: string, count: Poly | undefined, parts: Parts): Parts {
  const all: Record<string, Dims | Several> = {};
  const number = count && constantOf(count);
  const isWritten = number !== undefined && number <= mostBlocks;
  const names = isWritten ? Array.from({ length: number }, (_, index) => `${index}`) : ['*'];
  for (const name of names) {
    for (const [part, dims] of Object.entries(parts)) {
      const several = 'dims' in dims ? dims : { dims, times: one };
      const times = count && several.times && multiply(count, several.times);
      all[`${prefix}${name}.${part}`] = isWritten ? dims : { dims: several.dims, times };
    }
  }
  return all;
}

function attention(
  width: Poly | undefined,
  has: boolean,
  prefix = '',
): Readonly<Record<string, Dims>> {
  return {
    [`${prefix}in_proj_weight`]: [scaled(3, width), width],
    ...(has ? { [`${prefix}in_proj_bias`]: [scaled(3, width)] } : {}),
    ...withBias(has, [width, width], width, `${prefix}out_proj.`),
  };
}
/** Keys or values of another width have projections of their own. */
const multihead: Layer = (size, flag) => {
  const [width, keys, values] = ['embed_dim', 'kdim', 'vdim'].map(size);
  const bias = flag('bias', true);
  const isSame = [keys, values].every((one) => !one || one.key === width?.key);
  const added: Record<string, Dims> = flag('add_bias_kv', false)
    ? { bias_k: [one, one, width], bias_v: [one, one, width] }
    : {};
  if (isSame) return { ...attention(width, bias), ...added };
  return {
    q_proj_weight: [width, width],
    k_proj_weight: [width, keys ?? width],
    v_proj_weight: [width, values ?? width],
    ...(bias ? { in_proj_bias: [scaled(3, width)] } : {}),
    ...withBias(bias, [width, width], width, 'out_proj.'),
    ...added,
  };
};
const transformerLayer =
  (crosses: boolean): Layer =>
  (size, flag) => {
    const [width, wide] = [size('d_model'), size('dim_feedforward')];
    const bias = flag('bias', true);
    return {
      ...attention(width, bias, 'self_attn.'),
      ...(crosses ? attention(width, bias, 'multihead_attn.') : {}),
      ...withBias(bias, [wide, width], wide, 'linear1.'),
      ...withBias(bias, [width, wide], width, 'linear2.'),
      ...withBias(bias, [width], width, 'norm1.'),
      ...withBias(bias, [width], width, 'norm2.'),
      ...(crosses ? withBias(bias, [width], width, 'norm3.') : {}),
    };
  };
/** Two stacks, each with a norm behind it. */
const transformer: Layer = (size, flag) =>
  Object.assign(
    {},
    ...['encoder', 'decoder'].map((side) => {
      const parts = transformerLayer(side === 'decoder')(size, flag);
      const width = size('d_model');
      return {
        ...blocks(`${side}.layers.`, size(`num_${side}_layers`), parts),
        ...withBias(flag('bias', true), [width], width, `${side}.norm.`),
      };
    }),
  ) as Parts;
/** Sak et al. 2014 where the state is projected (`proj_size`). Layers behind the first are alike. */
const recurrent =
  (gates: number): Layer =>
  (size, flag) => {
    const [width, hidden] = [size('input_size'), size('hidden_size')];
    const names = flag('bidirectional', false) ? ['', '_reverse'] : [''];
    const rows = scaled(gates, hidden);
    const given = size('proj_size');
    const isProjected = !!given && constantOf(given) !== 0;
    const state = isProjected ? given : hidden;
    const layer = (name: string, input: Poly | undefined, times: Poly | undefined): Parts =>
      Object.fromEntries(
        names.flatMap((direction) => {
          const biases = flag('bias', true) ? { bias_ih: [rows], bias_hh: [rows] } : {};
          const projection = isProjected ? { weight_hr: [given, hidden] } : {};
          const parts = { weight_ih: [rows, input], weight_hh: [rows, state], ...biases };
          return Object.entries<Dims>({ ...parts, ...projection }).map(([part, dims]) => [
            `${part}_l${name}${direction}`,
            times === one ? dims : { dims, times },
          ]);
        }),
      );
    const deep = scaled(names.length, state);
    const count = size('num_layers');
    const number = count && constantOf(count);
    const cells =
      number !== undefined && number <= mostBlocks
        ? Array.from({ length: number }, (_, index) => layer(`${index}`, index ? deep : width, one))
        : [layer('0', width, one), layer('*', deep, count && subtract(count, one))];
    return Object.assign({}, ...cells) as Parts;
  };
const cell =
  (gates: number): Layer =>
  (size, flag) => {
    const rows = scaled(gates, size('hidden_size'));
    const biases = flag('bias', true) ? { bias_ih: [rows], bias_hh: [rows] } : {};
    return {
      weight_ih: [rows, size('input_size')],
      weight_hh: [rows, size('hidden_size')],
      ...biases,
    };
  };
const batchNorm: Layer = (size, flag) => {
  const width = [size('num_features')];
  return {
    ...(flag('affine', true) ? { weight: width, bias: width } : {}),
    ...(flag('track_running_stats', true)
      ? { running_mean: width, running_var: width, num_batches_tracked: [] }
      : {}),
  };
};
const instanceNorm: Layer = (size, flag) =>
  flag('affine', false) ? { weight: [size('num_features')], bias: [size('num_features')] } : {};
const bilinear: Layer = (size, flag) =>
  withBias(
    flag('bias', true),
    [size('out_features'), size('in1_features'), size('in2_features')],
    size('out_features'),
  );
const groupNorm: Layer = (size, flag) =>
  flag('affine', true) ? { weight: [size('num_channels')], bias: [size('num_channels')] } : {};

/** Layers whose tensors are not simply `weight` and `bias` as their rules keep them. */
export const layers: Readonly<Record<string, Layer>> = {
  Bilinear: bilinear,
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  BatchNorm3d: batchNorm,
  InstanceNorm1d: instanceNorm,
  InstanceNorm2d: instanceNorm,
  InstanceNorm3d: instanceNorm,
  GroupNorm: groupNorm,
  RNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
  RNNCell: cell(1),
  GRUCell: cell(3),
  LSTMCell: cell(4),
  MultiheadAttention: multihead,
  TransformerEncoderLayer: transformerLayer(false),
  TransformerDecoderLayer: transformerLayer(true),
  Transformer: transformer,
  PReLU: (size) => ({ weight: [size('num_parameters') ?? one] }),
};
