/** TensorFlow.js: element by element, along axes, and products. https://js.tensorflow.org/api/latest/#Operations */
import { type Rule } from '../library';
import { dimAt, dimsOf, dtypeOf, fresh, known, requireRank, type Machine } from '../machine';
import { one } from '../poly';
import {
  axisOf,
  broadcastShapes,
  editShape,
  reduceShape,
  swap,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import { ranked, unknown, type Tensor, type Value } from '../values';
import { spreadNames } from './array/common';
import { einsumRule, matmul } from './array/product';
import { dot as dotRule } from './numpyShapes';
import {
  axesArgument,
  dialect,
  isTrue,
  onTensor,
  operand,
  sizeArgument,
  tensor,
  typeArgument,
} from './tfjsCommon';

/** Floats stay; other types become float32 in some kernels and stay in others. */
const floats = (m: Machine, t: Tensor): string | number =>
  dtypeOf(m, t) === 'float32' ? 'float32' : fresh(m);

const unary = onTensor((_, t) => withShape(t, t.shape));
const unaryFloat = onTensor((m, t) => withDtype(t, floats(m, t)));
const asBool = onTensor((_, t) => withDtype(t, 'bool'));

const pair =
  (dtype: (m: Machine, a: Tensor, b: Tensor) => string | number): Rule =>
  (m, args) => {
    const [left, right] = args.positional.map((value) => known(m, value));
    const [a, b] = [operand(m, left), operand(m, right)];
    if (!a && !b) return unknown;
    // What is not known may be a number, or of more dimensions.
    if (!a || !b) return { ...vague(m, (a ?? b)!), dtype: fresh(m) };
    return withDtype(withShape(a, broadcastShapes(m, a.shape, b.shape)), dtype(m, a, b));
  };
const arithmetic = pair((m, a, b) => dialect.promote(m, a, b));
const comparison = pair(() => 'bool');

const reduction = (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  onTensor((m, t, [axis, keep]) => {
    const result = dtype(m, t);
    const axes = axesArgument(m, axis);
    const keeps = isTrue(m, keep);
    if (axes === undefined || keeps === undefined) return { ...vague(m, t), dtype: result };
    const shape = reduceShape(m, t, axes ?? undefined, keeps);
    return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: result };
  });
const summed = (m: Machine, t: Tensor): string | number => {
  const dtype = dtypeOf(m, t);
  return dtype === 'bool' ? 'int32' : (dtype ?? t.dtype);
};
const ownType = (_: Machine, t: Tensor) => t.dtype;
const float = () => 'float32';

/** argMax(x, axis = 0). */
const arg = onTensor((m, t, [axis]) => {
  const given =
    axisOf(m, axis ?? { k: 'none' }) ?? (axis && known(m, axis).k !== 'none' ? undefined : 0);
  const shape = given === undefined ? undefined : reduceShape(m, t, [given], false);
  return withDtype(shape ? withShape(t, shape) : vague(m, t), 'int32');
});

const matMul: Rule = (m, args) => {
  const [a, b] = [operand(m, args.positional[0]), operand(m, args.positional[1])];
  if (!a || !b) return unknown;
  const turned = (t: Tensor, flag: Value | undefined): Tensor | undefined => {
    const transposes = isTrue(m, flag);
    if (transposes === undefined) return undefined;
    return transposes ? swap(m, t, -2, -1) : t;
  };
  const [x, y] = [turned(a, args.positional[2]), turned(b, args.positional[3])];
  if (!x || !y) return vague(m, a);
  // Both have at least two dimensions, or the program would stop here.
  if (!dimsOf(m, x) && dimsOf(m, y)?.length === 2) dimAt(m, x, -2);
  return matmul(m, x, y);
};

const dot: Rule = (m, args) => {
  const [a, b] = [operand(m, args.positional[0]), operand(m, args.positional[1])];
  return a && b ? dotRule(m, { positional: [a, b], keyword: new Map() }) : unknown;
};
const outer: Rule = (m, args) => {
  const [a, b] = [operand(m, args.positional[0]), operand(m, args.positional[1])];
  const [x, y] = [a && requireRank(m, a, 1), b && requireRank(m, b, 1)];
  return a && b && x && y
    ? { ...withShape(a, ranked([x[0]!, y[0]!])), dtype: dialect.promote(m, a, b) }
    : unknown;
};

/** norm(x, ord, axis, keepDims). */
const norm: Rule = (m, args) =>
  reduction(floats)(m, {
    ...args,
    positional: [args.positional[0] ?? unknown, ...args.positional.slice(2)],
  });

const moments: Rule = (m, args) => {
  const each = reduction(float)(m, args);
  return {
    k: 'dict',
    entries: new Map([
      ['mean', each],
      ['variance', each],
    ]),
  };
};

const topk = onTensor((m, t, [k]) => {
  const size = k && known(m, k).k !== 'none' ? sizeArgument(m, k) : one;
  const shape = editShape(m, t, -1, () => [size]);
  const values = shape ? withShape(t, shape) : vague(m, t);
  return {
    k: 'dict',
    entries: new Map<string, Value>([
      ['values', values],
      ['indices', withDtype(values, 'int32')],
    ]),
  };
});

/** where(condition, a, b): all of one shape, or the condition a mask of the first axis. */
const where: Rule = (m, args) => {
  const [c, a, b] = [0, 1, 2].map((index) => operand(m, args.positional[index]));
  if (!a || !b) return unknown;
  const both = broadcastShapes(m, a.shape, b.shape);
  const isMask = c && dimsOf(m, c)?.length === 1;
  const shape = c && !isMask ? broadcastShapes(m, c.shape, both) : both;
  return withDtype(c ? withShape(a, shape) : vague(m, a), dialect.promote(m, a, b));
};

const lossOf: Rule = (m, args) => {
  const reductionArgument = args.positional.slice(3);
  // Without a reduction argument a loss is the mean over all items.
  if (reductionArgument.some((value) => /^(any|unknown)$/.test(known(m, value).k))) return unknown;
  return tensor([]);
};

export const losses = spreadNames<Rule>({
  'absoluteDifference computeWeightedLoss hingeLoss huberLoss logLoss meanSquaredError sigmoidCrossEntropy softmaxCrossEntropy':
    lossOf,
  cosineDistance: lossOf,
});

export const math = spreadNames<Rule>({
  'abs neg relu relu6 clipByValue square cumsum cumprod reverse reverse1d reverse2d reverse3d reverse4d step sign ceil floor round clone variable stopGradient':
    unary,
  'exp expm1 log log1p sqrt rsqrt reciprocal sigmoid logSigmoid softplus elu selu leakyRelu tanh sinh cosh sin cos tan asin acos atan asinh acosh atanh erf softmax logSoftmax batchNorm batchNorm2d batchNorm3d batchNorm4d localResponseNormalization dropout prelu mish':
    unaryFloat,
  'isNaN isInf isFinite logicalNot': asBool,
  'add addStrict sub subStrict mul mulStrict div divNoNan floorDiv maximum minimum mod pow squaredDifference atan2':
    arithmetic,
  'equal notEqual greater greaterEqual less lessEqual logicalAnd logicalOr logicalXor': comparison,
  'sum cumulative': reduction(summed),
  'max min': reduction(ownType),
  prod: reduction(summed),
  'mean logSumExp': reduction(float),
  'all any': reduction(() => 'bool'),
  'argMax argMin': arg,
  matMul,
  dot,
  outerProduct: outer,
  norm,
  euclideanNorm: norm,
  moments,
  topk,
  where,
  einsum: einsumRule,
});

export const cast = onTensor((m, t, [dtype]) => withDtype(t, typeArgument(m, dtype, 'float32')));
export const castTo = (dtype: string): Rule => onTensor((_, t) => withDtype(t, dtype));
/** addN(list). */
export const addN: Rule = (m, args) => {
  const given = known(m, args.positional[0] ?? unknown);
  return given.k === 'sequence' ? (operand(m, given.items[0]) ?? unknown) : unknown;
};
