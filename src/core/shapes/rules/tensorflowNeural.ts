/** Products, convolutions, poolings and losses of tf.linalg and tf.nn. https://www.tensorflow.org/api_docs/python/tf/nn */
import { type Rule } from '../library';
import { asInt, dimsOf, known, requireRank, unknownSize } from '../machine';
import { constant, type Poly } from '../poly';
import { axesOf, editShape, reduceShape, swap, vague, withDtype, withShape } from '../tensors';
import { argument, int, ranked, tuple, unknown, type Value } from '../values';
import { appended, spreadNames, truthy } from './array/common';
import { einsumRule, matmul } from './array/product';
import { axesOfWindow, convolved } from './channelsLast';

import { named, onData, tensor, typeAt } from './tensorflowCommon';

const matrix: Rule = named((m, args) => {
  const flag = (index: number, name: string) => truthy(m, argument(args, index, name));
  const [a, b] = [
    tensor(m, args.positional[0]),
    tensor(m, argument(args, 1, 'b') ?? args.keyword.get('x2')),
  ];
  if (!a || !b) return unknown;
  return matmul(
    m,
    flag(2, 'transpose_a') ? swap(m, a, -2, -1) : a,
    flag(3, 'transpose_b') ? swap(m, b, -2, -1) : b,
  );
});

/** tensordot(a, b, axes): what is left of a, then of b. */
const tensordot: Rule = named((m, args) => {
  const [a, b] = [tensor(m, args.positional[0]), tensor(m, argument(args, 1, 'b'))];
  const axes = known(m, argument(args, 2, 'axes') ?? unknown);
  const [x, y] = [a && dimsOf(m, a), b && dimsOf(m, b)];
  if (!a || !x || !y) return a ? vague(m, a) : unknown;
  const count = axes.k === 'int' ? axesOf(m, axes)?.[0] : undefined;
  const lists = axes.k === 'sequence' ? axes.items.map((item) => axesOf(m, item)) : [];
  const from = count === undefined ? lists[0] : x.map((_, i) => i).slice(x.length - count);
  const to = count === undefined ? lists[1] : y.map((_, i) => i).slice(0, count);
  if (!from || !to) return vague(m, a);
  const rest = (dims: readonly Poly[], used: readonly number[]) =>
    dims.filter((_, i) => !used.map((axis) => (axis < 0 ? axis + dims.length : axis)).includes(i));
  return withShape(a, ranked([...rest(x, from), ...rest(y, to)]));
});

const oneHot: Rule = named((m, args) => {
  const t = tensor(m, argument(args, 0, 'indices'));
  if (!t || args.keyword.has('axis')) return unknown;
  const depth = asInt(m, argument(args, 1, 'depth') ?? args.keyword.get('num_classes'));
  return withDtype(appended(m, t, depth ?? unknownSize(m)), typeAt(m, args, 5) ?? 'float32');
});

const crossEntropy: Rule = (m, args) => {
  const t = tensor(m, argument(args, 1, 'logits'));
  const shape = t && reduceShape(m, t, [-1], false);
  return t ? (shape ? withShape(t, shape) : vague(m, t)) : unknown;
};
const sigmoidCrossEntropy: Rule = (m, args) => tensor(m, argument(args, 1, 'logits')) ?? unknown;

/** conv2d(input, filters, strides, padding), channels last. */
const conv = (spatial: number): Rule =>
  named((m, args) => {
    const [t, w] = [tensor(m, args.positional[0]), tensor(m, argument(args, 1, 'filters'))];
    const dims = w && requireRank(m, w, spatial + 2);
    if (!t || !dims || args.keyword.has('data_format')) return t ? vague(m, t) : unknown;
    const strides = known(m, argument(args, 2, 'strides') ?? unknown);
    const stride =
      strides.k === 'sequence' && strides.items.length > spatial
        ? tuple(strides.items.slice(1, -1))
        : strides;
    return convolved(m, t, spatial, dims.at(-1), {
      kernel: tuple(dims.slice(0, spatial).map(int)),
      stride,
      padding: argument(args, 3, 'padding'),
    });
  });
const pool = (spatial: number): Rule =>
  named((m, args) => {
    const t = tensor(m, args.positional[0]);
    if (!t || args.keyword.has('data_format')) return t ? vague(m, t) : unknown;
    const inner = (value: Value | undefined): Value => {
      const v = known(m, value ?? unknown);
      return v.k === 'sequence' && v.items.length > spatial ? tuple(v.items.slice(1, -1)) : v;
    };
    const kernel = inner(argument(args, 1, 'ksize'));
    if (axesOfWindow(m, kernel) === undefined) return vague(m, t);
    return convolved(m, t, spatial, undefined, {
      kernel,
      stride: inner(argument(args, 2, 'strides')),
      padding: argument(args, 3, 'padding'),
    });
  });

export const neural = spreadNames<Rule>({
  matmul: matrix,
  einsum: einsumRule,
  tensordot,
  one_hot: oneHot,
  softmax_cross_entropy_with_logits: crossEntropy,
  sparse_softmax_cross_entropy_with_logits: crossEntropy,
  sigmoid_cross_entropy_with_logits: sigmoidCrossEntropy,
  conv1d: conv(1),
  conv2d: conv(2),
  conv3d: conv(3),
  'max_pool2d avg_pool2d max_pool avg_pool': pool(2),
  'max_pool1d avg_pool1d': pool(1),
  sequence_mask: named((m, args) => {
    const t = tensor(m, argument(args, 0, 'lengths'));
    const length = argument(args, 1, 'maxlen');
    return t
      ? withDtype(
          appended(m, t, (length && asInt(m, length)) ?? unknownSize(m)),
          typeAt(m, args, 2) ?? 'bool',
        )
      : unknown;
  }),
  top_k: onData((m, t, args) => {
    const k = asInt(m, argument(args, 0, 'k') ?? int(constant(1))) ?? unknownSize(m);
    const shape = editShape(m, t, -1, () => [k]);
    const values = shape ? withShape(t, shape) : vague(m, t);
    return tuple([values, withDtype(values, 'int32')]);
  }),
  moments: onData((m, t, args) => {
    const axes = axesOf(m, argument(args, 0, 'axes'));
    const shape = axes && reduceShape(m, t, axes, truthy(m, args.keyword.get('keepdims')));
    const one = shape ? withShape(t, shape) : vague(m, t);
    return tuple([one, one]);
  }),
});
