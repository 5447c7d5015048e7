/** Convolutions and poolings: sizes by kernel, stride, padding and dilation. */
import {
  dimsOf,
  dtypeOf,
  equate,
  known,
  requireDtype,
  requireRank,
  unknownSize,
  type Machine,
} from '../../machine';
import { areDifferent, clash } from '../../clash';
import {
  add,
  ceilDivide,
  constant,
  constantOf,
  floorDivide,
  multiply,
  one,
  subtract,
} from '../../poly';
import { spend, spendProducts } from '../../tally';
import { vague, withDtype, withShape } from '../../tensors';
import {
  argument,
  int,
  none,
  ranked,
  tuple,
  unknown,
  type Args,
  type LibraryClass,
  type Tensor,
  type Value,
} from '../../values';
import { kept, keptInt, isTrue, parameter, keeps, input, layer, set, perAxis } from './layer';

export const conv = (spatial: number, transposed = false): LibraryClass =>
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
      if (!dims || (dims.length !== spatial + 2 && dims.length !== spatial + 1)) {
        spend(m, undefined);
        return vague(m, t);
      }
      const channels = keptInt(m, self, 'in_channels');
      const given = dims.at(-spatial - 1)!;
      if (channels && areDifferent(m, given, channels))
        clash(m, 'channels', t.shape, ranked([channels, out]));
      if (channels) equate(m, given, channels);
      const axes = ['kernel_size', 'stride', 'padding', 'dilation', 'output_padding'].map((name) =>
        perAxis(m, kept(self, name), spatial),
      );
      const padding = known(m, kept(self, 'padding'));
      const next = dims.slice(-spatial).map((dim, axis) => {
        const [k, s, p, d, extra] = axes.map((values) => values[axis]);
        if (padding.k === 'string' && padding.value === 'same') return dim;
        if (!k || !s || !d) return unknownSize(m);
        const pad = padding.k === 'string' && padding.value === 'valid' ? constant(0) : p;
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
      const pixels = transposed ? dims.slice(-spatial) : next;
      const weight = self.attributes.get('weight');
      const kernel = weight?.k === 'tensor' ? (dimsOf(m, weight) ?? []).slice(1) : [undefined];
      const sides = transposed ? channels : out;
      spendProducts(m, ...dims.slice(0, -spatial - 1), ...pixels, sides, ...kernel);
      return {
        ...withShape(t, ranked([...dims.slice(0, -spatial - 1), out, ...next])),
        dtype: dtypeOf(m, t) ?? 'float32',
      };
    },
  );

const maximum = 'kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False';
const average = 'kernel_size stride=None padding=0 ceil_mode=False';

/** MaxPool2d and its kind; means have no dilation. */
export const pool = (spatial: number, isMean = false): LibraryClass =>
  layer(keeps(isMean ? average : maximum), (m, self, t) =>
    poolTensor(m, t, spatial, (name) => self.attributes.get(name)),
  );

function poolTensor(
  m: Machine,
  t: Tensor,
  spatial: number,
  option: (name: string) => Value | undefined,
): Value {
  const dims = dimsOf(m, t) ?? requireRank(m, t, spatial + 2);
  if (!dims || dims.length < spatial + 1) return vague(m, t);
  const get = (name: string) => perAxis(m, option(name) ?? unknown, spatial);
  const given = known(m, option('stride') ?? unknown);
  const [kernel, padding] = [get('kernel_size'), get('padding')];
  const dilation = option('dilation') ? get('dilation') : [];
  const isCeil = isTrue(m, option('ceil_mode'));
  const stride = given.k === 'none' || given.k === 'unknown' ? kernel : perAxis(m, given, spatial);
  const next = dims.slice(-spatial).map((dim, axis) => {
    const [k, s, p] = [kernel[axis], stride[axis], padding[axis]];
    if (!k || !s || !p) return unknownSize(m);
    const reach = multiply(dilation[axis] ?? one, subtract(k, one));
    const room = subtract(subtract(add(dim, multiply(constant(2), p)), reach), one);
    if (isCeil === false) return add(floorDivide(room, s), one);
    // A window that would begin in the padding at the end is left out: none does where windows are wide enough.
    const slack = constantOf(subtract(subtract(add(reach, constant(2)), p), s));
    if (!isCeil || slack === undefined || slack <= 0) return unknownSize(m);
    return add(ceilDivide(room, s), one);
  });
  const result = withShape(t, ranked([...dims.slice(0, -spatial), ...next]));
  const hasPlaces = isTrue(m, option('return_indices'));
  return hasPlaces ? tuple([result, withDtype(result, 'int64')]) : result;
}

/** F.max_pool2d and its kind; means have no dilation. */
export const poolFunction =
  (spatial: number, isMean = false) =>
  (m: Machine, args: Args): Value => {
    const t = input(m, args);
    const names = ['input', 'kernel_size', 'stride', 'padding', ...(isMean ? [] : ['dilation'])];
    names.push('ceil_mode');
    const defaults: Record<string, Value> = { stride: none, padding: int(constant(0)) };
    const option = (name: string): Value | undefined => {
      const index = names.indexOf(name);
      return index < 0 ? undefined : (argument(args, index, name) ?? defaults[name]);
    };
    return t ? poolTensor(m, t, spatial, option) : unknown;
  };

export const adaptive = (spatial: number): LibraryClass =>
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
