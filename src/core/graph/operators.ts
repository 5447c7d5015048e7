/** The ONNX operators that model families use, under the names of their equations (onnx/docs/Operators.md). */
import type { GraphCore, Value } from './graph';

/** An operand: an edge, or a number that becomes a constant. */
export type Operand = Value | number;

export interface Operators {
  add(a: Operand, b: Operand): Value;
  sub(a: Operand, b: Operand): Value;
  mul(a: Operand, b: Operand): Value;
  div(a: Operand, b: Operand): Value;
  /** a, or b where `condition` holds not. */
  where(condition: Value, a: Operand, b: Operand): Value;
  max(a: Operand, b: Operand): Value;
  greater(a: Operand, b: Operand): Value;
  /** Matrix product over the last two axes; the axes before them broadcast. */
  matmul(a: Value, b: Value): Value;
  /** x·W + b for x [n, in]; W is [in, out], or [out, in] when `transposed`. */
  linear(x: Value, weight: Value, bias?: Value, transposed?: boolean): Value;
  /** Over the last axis. */
  softmax(x: Value): Value;
  /** Over the last axis (Ba, Kiros & Hinton 2016). */
  layerNorm(x: Value, scale: Value, bias: Value | undefined, epsilon: number): Value;
  log(x: Value): Value;
  sqrt(x: Value): Value;
  cos(x: Value): Value;
  sin(x: Value): Value;
  relu(x: Value): Value;
  sigmoid(x: Value): Value;
  tanh(x: Value): Value;
  /** Gaussian error linear unit (Hendrycks & Gimpel 2016): x·Φ(x), or its approximation by tanh. */
  gelu(x: Value, approximate: 'none' | 'tanh'): Value;
  isNaN(x: Value): Value;
  toFloat(x: Value): Value;
  transpose(x: Value, order: readonly number[]): Value;
  /** 0 keeps an axis, -1 is inferred. */
  reshape(x: Value, shape: readonly number[]): Value;
  /** [heads, n, m] → [to, n · heads / to, m], in the same order. */
  flatten(x: Value, to: number): Value;
  /** Length of an axis, int64, no axes. */
  lengthOf(x: Value, axis: number): Value;
  /** Whole numbers `from` … `to` - 1, [to - from], int64. */
  range(from: Value, to: Value): Value;
  /** Whole numbers x within `low` … `high`. */
  clip(x: Value, low: number, high: number): Value;
  /** Equal parts along an axis. */
  split(x: Value, parts: number, axis: number): readonly Value[];
  concat(values: readonly Value[], axis: number): Value;
  /** x[start:end:step] along an axis. */
  slice(x: Value, start: number, end: number, axis: number, step?: number): Value;
  /** Places `indices` of an axis. */
  take(x: Value, indices: Value, axis: number): Value;
  /** Sum, mean or maximum over axes, which go or are kept with length 1. */
  reduce(kind: 'Sum' | 'Mean' | 'Max', x: Value, axes: readonly number[], keep?: boolean): Value;
  /** Maximum over k × k cells of the last two axes; partial windows at the end count. x is [heads, rows, columns]. */
  maxPool(x: Value, rows: number, columns: number): Value;
  /** [n, n] for x [n, …]: 0 up to the diagonal, -∞ above it. */
  causalMask(x: Value): Value;
}

/** TensorProto.FLOAT. */
const float32 = 1;

export function operators(g: GraphCore): Operators {
  const edge = (operand: Operand) =>
    typeof operand === 'number' ? g.constant('float32', [], [operand]) : operand;
  const ints = (values: readonly number[]) => g.constant('int64', [values.length], values);
  const two = (operator: string) => (a: Operand, b: Operand) =>
    g.node(operator, [edge(a), edge(b)]);
  const one = (operator: string) => (x: Value) => g.node(operator, [x]);
  return {
    add: two('Add'),
    sub: two('Sub'),
    mul: two('Mul'),
    div: two('Div'),
    max: two('Max'),
    greater: two('Greater'),
    where: (condition, a, b) => g.node('Where', [condition, edge(a), edge(b)]),
    matmul: (a, b) => g.node('MatMul', [a, b]),
    linear: (x, weight, bias, transposed = false) =>
      g.node('Gemm', bias ? [x, weight, bias] : [x, weight], { transB: transposed ? 1 : 0 }),
    softmax: (x) => g.node('Softmax', [x], { axis: -1 }),
    layerNorm: (x, scale, bias, epsilon) =>
      g.node('LayerNormalization', bias ? [x, scale, bias] : [x, scale], {
        axis: -1,
        epsilon: { real: epsilon },
      }),
    log: one('Log'),
    sqrt: one('Sqrt'),
    cos: one('Cos'),
    sin: one('Sin'),
    relu: one('Relu'),
    sigmoid: one('Sigmoid'),
    tanh: one('Tanh'),
    gelu: (x, approximate) => g.node('Gelu', [x], { approximate }),
    isNaN: one('IsNaN'),
    toFloat: (x) => g.node('Cast', [x], { to: float32 }),
    transpose: (x, order) => g.node('Transpose', [x], { perm: order }),
    reshape: (x, shape) => g.node('Reshape', [x, ints(shape)]),
    flatten: (x, to) => g.node('Reshape', [x, ints([to, -1, 0])]),
    lengthOf: (x, axis) =>
      g.node('Squeeze', [g.node('Shape', [x], { start: axis, end: axis + 1 }), ints([0])]),
    range: (from, to) => g.node('Range', [from, to, g.constant('int64', [], [1])]),
    clip: (x, low, high) =>
      g.node('Clip', [x, g.constant('int64', [], [low]), g.constant('int64', [], [high])]),
    split: (x, parts, axis) => g.nodes('Split', [x], parts, { axis, num_outputs: parts }),
    concat: (values, axis) => g.node('Concat', values, { axis }),
    slice: (x, from, to, axis, step = 1) =>
      g.node('Slice', [x, ints([from]), ints([to]), ints([axis]), ints([step])]),
    take: (x, indices, axis) => g.node('Gather', [x, indices], { axis }),
    reduce: (kind, x, axes, keep = false) =>
      g.node(`Reduce${kind}`, [x, ints(axes)], { keepdims: keep ? 1 : 0 }),
    maxPool(x, rows, columns) {
      const planes = g.node('Unsqueeze', [x, ints([0])]);
      const window = [rows, columns];
      const pooled = g.node('MaxPool', [planes], {
        kernel_shape: window,
        strides: window,
        ceil_mode: 1,
      });
      return g.node('Squeeze', [pooled, ints([0])]);
    },
    causalMask(x) {
      const length = g.node('Shape', [x], { start: 0, end: 1 });
      const square = g.node('Concat', [length, length], { axis: 0 });
      const blocked = g.node('Expand', [edge(-Infinity), square]);
      return g.node('Trilu', [blocked, g.constant('int64', [], [1])], { upper: 1 });
    },
  };
}
