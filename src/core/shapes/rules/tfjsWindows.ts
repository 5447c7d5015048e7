/** TensorFlow.js: convolutions and poolings of tensors with channels last. */
import { type Rule } from '../library';
import { dimAt, dimsOf, known, requireRank, unknownSize, type Machine } from '../machine';
import { multiply, type Poly } from '../poly';
import { editShape, vague, withDtype, withShape } from '../tensors';
import { unknown, type Value } from '../values';
import { convolved, type Window } from './channelsLast';
import { onTensor, operand, shapeArgument } from './tfjsCommon';

const isChannelsLast = (m: Machine, format: Value | undefined): boolean => {
  const v = format && known(m, format);
  return !v || v.k === 'none' || (v.k === 'string' && /^N(W|HW|DHW)C$/.test(v.value ?? ''));
};
/** The kernel of a filter [...kernel, in, out] as sizes. */
const kernelOf = (dims: readonly Poly[], spatial: number): Value => ({
  k: 'sequence',
  type: 'list',
  items: dims.slice(0, spatial).map((value) => ({ k: 'int', value })),
});

const conv = (spatial: number, depthwise = false): Rule =>
  onTensor((m, t, [filter, strides, padding, format, dilation]) => {
    const f = operand(m, filter);
    const kernel = f && requireRank(m, f, spatial + 2);
    const isLast = isChannelsLast(m, format);
    if (!kernel || !isLast) return vague(m, t);
    const window: Window = {
      kernel: kernelOf(kernel, spatial),
      stride: strides,
      padding,
      dilation,
    };
    const moved = convolved(m, t, spatial, depthwise ? undefined : kernel.at(-1)!, window);
    if (!depthwise) return withDtype(moved, t.dtype);
    const shape = editShape(m, moved, -1, (dim) => [multiply(dim, kernel.at(-1)!)]);
    return shape ? withShape(moved, shape) : moved;
  });

/** maxPool(x, filterSize, strides, pad). */
const pool = (spatial: number): Rule =>
  onTensor((m, t, [size, strides, padding]) =>
    convolved(m, t, spatial, undefined, { kernel: size ?? unknown, stride: strides, padding }),
  );

/** conv2dTranspose(x, filter, outputShape, strides, pad). */
const transposed = onTensor((m, t, [, shape]) => {
  const sizes = shapeArgument(m, shape);
  return sizes ? withDtype(withShape(t, sizes), t.dtype) : vague(m, t);
});

const separable = onTensor((m, t, [depth, point, strides, padding]) => {
  const [d, p] = [operand(m, depth), operand(m, point)];
  const [kernel, out] = [d && dimsOf(m, d), p && dimAt(m, p, -1)];
  if (!kernel) return vague(m, t);
  return convolved(m, t, 2, out ?? unknownSize(m), {
    kernel: kernelOf(kernel, 2),
    stride: strides,
    padding,
  });
});

export const windows = new Map<string, Rule>([
  ['conv1d', conv(1)],
  ['conv2d', conv(2)],
  ['conv3d', conv(3)],
  ['depthwiseConv2d', conv(2, true)],
  ['separableConv2d', separable],
  ['conv2dTranspose', transposed],
  ['maxPool', pool(2)],
  ['avgPool', pool(2)],
  ['maxPool3d', pool(3)],
  ['avgPool3d', pool(3)],
]);
