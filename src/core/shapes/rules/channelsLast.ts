/** Dense layers, convolutions and poolings of libraries that keep channels last (Keras, Flax). */
import { elements } from '../interpret/sequences';
import { asInt, dimAt, dimsOf, known, requireRank, unknownSize, type Machine } from '../machine';
import {
  add,
  ceilDivide,
  constant,
  extreme,
  floorDivide,
  multiply,
  one,
  subtract,
  symbolOf,
  type Poly,
} from '../poly';
import { spend, spendProducts } from '../tally';
import { editShape, vague, withShape } from '../tensors';
import { ranked, unknown, type Tensor, type Value } from '../values';

/** The last axis becomes `units` wide, by a product with a matrix. */
export function dense(m: Machine, t: Tensor, units: Poly | undefined): Tensor {
  const width = dimAt(m, t, -1);
  const shape = editShape(m, t, -1, () => [units ?? unknownSize(m)]);
  const result = shape ? withShape(t, shape) : vague(m, t);
  const dims = dimsOf(m, result);
  if (dims) spendProducts(m, ...dims, width);
  else spend(m, undefined);
  return result;
}

export interface Window {
  /** One size for all axes, or one for each. */
  readonly kernel: Value;
  readonly stride?: Value | undefined;
  readonly dilation?: Value | undefined;
  /** `'same'`, `'valid'`, `'causal'` in any case, a number, or a pair for each axis. */
  readonly padding?: Value | undefined;
}

/** n sizes of a value that may be one for all; a missing one is 1. */
export function sizesFor(
  m: Machine,
  value: Value | undefined,
  count: number,
): (Poly | undefined)[] {
  const v = value && known(m, value);
  if (!v || v.k === 'none') return Array.from({ length: count }, () => one);
  const items = v.k === 'sequence' ? v.items : undefined;
  if (items?.length === 1 && count > 1) return sizesFor(m, items[0], count);
  return Array.from({ length: count }, (_, index) => asInt(m, items ? items[index] : v));
}

/** Zeros on both sides of axis `index`; undefined: not known. */
function padded(m: Machine, value: Value | undefined, index: number): Poly | undefined {
  const v = value && known(m, value);
  const each = v?.k === 'sequence' ? v.items[index] && known(m, v.items[index]!) : v;
  if (each?.k === 'sequence') {
    const [low, high] = each.items.map((item) => asInt(m, item));
    return low && high && add(low, high);
  }
  const both = each && asInt(m, each);
  return both && multiply(constant(2), both);
}

/** Sizes of the spatial axes after a window has moved over them. */
export function windowed(m: Machine, spatial: readonly Poly[], window: Window): Poly[] {
  const count = spatial.length;
  const [kernel, stride, dilation] = [window.kernel, window.stride, window.dilation].map((value) =>
    sizesFor(m, value, count),
  ) as [(Poly | undefined)[], (Poly | undefined)[], (Poly | undefined)[]];
  const padding = window.padding && known(m, window.padding);
  const word = padding?.k === 'string' ? padding.value?.toLowerCase() : undefined;
  return spatial.map((dim, index) => {
    const [k, s, d] = [kernel[index], stride[index], dilation[index]];
    if (!s) return unknownSize(m);
    if (word === 'same' || word === 'causal' || word === 'circular') return ceilDivide(dim, s);
    if (!k || !d || (padding?.k === 'string' && word !== 'valid')) return unknownSize(m);
    const extra = padding && word === undefined ? padded(m, padding, index) : constant(0);
    if (!extra) return unknownSize(m);
    const reach = multiply(d, subtract(k, one));
    return add(floorDivide(subtract(subtract(add(dim, extra), reach), one), s), one);
  });
}

/** Sizes after a transposed convolution, `same` or `valid`. */
export function unwindowed(m: Machine, spatial: readonly Poly[], window: Window): Poly[] {
  const [kernel, stride] = [window.kernel, window.stride].map((value) =>
    sizesFor(m, value, spatial.length),
  ) as [(Poly | undefined)[], (Poly | undefined)[]];
  const padding = window.padding && known(m, window.padding);
  const word = padding?.k === 'string' ? padding.value?.toLowerCase() : undefined;
  return spatial.map((dim, index) => {
    const [k, s] = [kernel[index], stride[index]];
    if (!s) return unknownSize(m);
    const grown = multiply(dim, s);
    if (word === 'same') return grown;
    return word === 'valid' && k
      ? add(grown, extreme('max', subtract(k, s), constant(0)))
      : unknownSize(m);
  });
}

/** A convolution over the axes between the first and the last; an open rank is taken to have one batch axis. */
export function convolved(
  m: Machine,
  t: Tensor,
  spatial: number,
  channels: Poly | undefined,
  window: Window,
  transposed = false,
): Tensor {
  const dims = dimsOf(m, t) ?? requireRank(m, t, spatial + 2);
  if (!dims || dims.length < spatial + 1) return vague(m, t);
  const batch = dims.slice(0, dims.length - spatial - 1);
  const middle = dims.slice(-spatial - 1, -1);
  const next = (transposed ? unwindowed : windowed)(m, middle, window);
  const out = channels ?? dims.at(-1)!;
  if (channels) {
    const kernel = sizesFor(m, window.kernel, spatial);
    spendProducts(m, ...batch, ...(transposed ? middle : next), channels, dims.at(-1), ...kernel);
  }
  return withShape(t, ranked([...batch, ...next, out]));
}

/** How many axes a window has, where it is written down; what a configuration holds may be a pair. */
export function axesOfWindow(m: Machine, kernel: Value | undefined): number | undefined {
  const v = known(m, kernel ?? unknown);
  if (v.k === 'int') return symbolOf(v.value)?.name?.includes('.') ? undefined : 1;
  return v.k === 'sequence' ? elements(m, v).items?.length : undefined;
}
