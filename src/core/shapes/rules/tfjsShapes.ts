/** TensorFlow.js: making tensors, and changing, joining and cutting their shapes. */
import { type Rule } from '../library';
import {
  asInt,
  asNumber,
  asTensor,
  dimsOf,
  fresh,
  known,
  requireRank,
  shapeOf,
  unknownSize,
  unknownTensor,
  type Machine,
} from '../machine';
import {
  add,
  ceilDivide,
  constant,
  constantOf,
  multiply,
  product,
  subtract,
  type Poly,
} from '../poly';
import {
  axisOf,
  editShape,
  insertAxis,
  reduceShape,
  reshape,
  vague,
  withDtype,
  withShape,
} from '../tensors';
import { list, positional, ranked, unknown, type Shape, type Tensor, type Value } from '../values';
import { appended, spreadNames } from './array/common';
import { cat, split as splitSizes, stack, unbind } from './array/combine';
import { splitRule, tile, transpose } from './numpyShapes';
import {
  axesArgument,
  LIBRARY,
  nested,
  onTensor,
  operand,
  shapeArgument,
  shaped,
  sizeArgument,
  tensor,
  typeArgument,
  zeroth,
} from './tfjsCommon';

const given = (m: Machine, value: Value | undefined): Value | undefined =>
  value && known(m, value).k !== 'none' ? value : undefined;

/** tensor(values, shape?, dtype?), tensor2d(…) and their kind. */
const fromValues =
  (rank?: number): Rule =>
  (m, args) => {
    const [values = unknown, second, third] = args.positional;
    const v = known(m, values);
    const isType = second && known(m, second).k === 'string';
    const shape = isType ? undefined : given(m, second);
    const made = shape ? filled(m, shape, v, rank) : nested(m, v, rank);
    const scalar = v.k === 'int' || v.k === 'float' || v.k === 'bool';
    const t = made ?? (scalar && rank === undefined ? operand(m, v) : undefined);
    const open = t ?? ofRank(m, rank);
    // A shape of which less is known is one of that many sizes.
    if (rank !== undefined) requireRank(m, open, rank);
    const dtype = given(m, isType ? second : third);
    return dtype ? withDtype(open, typeArgument(m, dtype, 'float32')) : open;
  };
/** Values in a shape of their own. */
function filled(m: Machine, shape: Value, values: Value, rank: number | undefined): Tensor {
  const sizes = shapeArgument(m, shape);
  const inner = nested(m, values, undefined);
  const dtype = inner?.dtype ?? fresh(m);
  return sizes
    ? { k: 'tensor', shape: sizes, dtype, library: LIBRARY }
    : { ...ofRank(m, rank), dtype };
}
export function ofRank(m: Machine, rank: number | undefined, name?: string): Tensor {
  const t = unknownTensor(m, LIBRARY, name);
  if (rank !== undefined) requireRank(m, t, rank);
  return t;
}

/** zeros(shape, dtype), randomNormal(shape, mean, deviation, dtype). */
const filledWith =
  (place: number): Rule =>
  (m, args) => {
    const shape = shapeArgument(m, args.positional[0]);
    const dtype = typeArgument(m, args.positional[place], 'float32');
    return shape
      ? { k: 'tensor', shape, dtype, library: LIBRARY }
      : { ...unknownTensor(m, LIBRARY), dtype };
  };

const range: Rule = (m, args) => {
  const [start, stop, step] = args.positional.map((value) => asInt(m, value));
  const by = args.positional[2] && known(m, args.positional[2]).k !== 'none' ? step : constant(1);
  const backwards = start && stop && (constantOf(subtract(stop, start)) ?? 0) < 0;
  const count =
    start && stop && by && !backwards ? ceilDivide(subtract(stop, start), by) : undefined;
  return tensor([count ?? unknownSize(m)], typeArgument(m, args.positional[3], 'float32'));
};
const eye: Rule = (m, args) => {
  const rows = sizeArgument(m, args.positional[0]);
  const columns = given(m, args.positional[1]);
  const batch = given(m, args.positional[2]);
  const lead = batch ? shapeArgument(m, batch) : ranked([]);
  const dims = [rows, columns ? sizeArgument(m, columns) : rows];
  const dtype = typeArgument(m, args.positional[3], 'float32');
  return lead ? tensor([...lead.front, ...dims], dtype) : { ...unknownTensor(m, LIBRARY), dtype };
};

const reshapeRule = onTensor((m, t, [shape]) => {
  const sizes = shapeArgument(m, shape);
  return sizes ? reshape(m, t, sizes) : vague(m, t);
});
/** as2D(rows, columns) and its kind. */
const asRank: Rule = onTensor((m, t, sizes) =>
  reshape(m, t, ranked(sizes.map((size) => sizeArgument(m, size)))),
);
const flatten = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  return withShape(t, ranked([dims ? product(dims) : unknownSize(m)]));
});

const expandDims = onTensor((m, t, [axis]) => {
  const place = given(m, axis) ? axisOf(m, axis) : 0;
  return place === undefined ? vague(m, t) : insertAxis(m, t, place);
});
const squeeze = onTensor((m, t, [axis]) => {
  const axes = axesArgument(m, axis);
  if (axes) return shaped(m, t, reduceShape(m, t, axes, false));
  const dims = axes === null ? dimsOf(m, t) : undefined;
  // A size that is not known may be 1.
  if (!dims?.every((dim) => constantOf(dim) !== undefined)) return vague(m, t);
  return withShape(t, ranked(dims.filter((dim) => constantOf(dim) !== 1)));
});

const concat: Rule = (m, args) => {
  const listed = known(m, args.positional[0] ?? unknown);
  const axis = given(m, args.positional[1]) ?? zeroth;
  if (listed.k === 'tensor') return listed;
  return cat(m, positional(listed, axis));
};
/** `x.concat(y, axis)`, where y is one or an array. */
const concatWith: Rule = (m, args) => {
  const [t = unknown, other = unknown, axis = zeroth] = args.positional;
  const more = known(m, other);
  return concat(m, positional(list([t, ...(more.k === 'sequence' ? more.items : [more])]), axis));
};
const stackRule: Rule = (m, args) =>
  stack(m, positional(args.positional[0] ?? unknown, given(m, args.positional[1]) ?? zeroth));
const unstack: Rule = (m, args) =>
  unbind(m, positional(args.positional[0] ?? unknown, given(m, args.positional[1]) ?? zeroth));
const split: Rule = (m, args) => {
  const [t = unknown, parts = unknown, axis] = args.positional;
  const rule = known(m, parts).k === 'int' ? splitRule : splitSizes;
  return rule(m, positional(t, parts, given(m, axis) ?? zeroth));
};

/** gather(x, indices, axis = 0, batchDims = 0): the indices' shape in place of the axis. */
const gather = onTensor((m, t, [indices, axis, batch]) => {
  const index = operand(m, indices);
  const place = given(m, axis) ? axisOf(m, axis) : 0;
  const inner = index && dimsOf(m, index);
  const lead = given(m, batch) ? asNumber(m, batch) : 0;
  if (!inner || place === undefined || lead === undefined) return vague(m, t);
  return shaped(
    m,
    t,
    editShape(m, t, place, () => inner.slice(lead)),
  );
});

/** slice(x, begin, size): a size of -1, or none, is all that is left. */
const slice = onTensor((m, t, [begin, size]) => {
  const items = (value: Value | undefined): (Value | undefined)[] | undefined => {
    const v = given(m, value) && known(m, value!);
    if (!v) return [];
    if (v.k === 'int' || v.k === 'float') return [v];
    return v.k === 'sequence' ? [...v.items] : undefined;
  };
  const [starts, sizes] = [items(begin), items(size)];
  const isOne = begin && /^(int|float)$/.test(known(m, begin).k);
  if (!starts || !sizes) return kept(m, t);
  let current = t;
  const count = Math.max(starts.length, sizes.length);
  for (let index = 0; index < count; index += 1) {
    const from = starts[index] ? asInt(m, starts[index]) : constant(0);
    const asked = sizes[index] ? asInt(m, sizes[index]) : constant(-1);
    const isRest = asked && constantOf(asked) === -1;
    const shape = editShape(m, current, index, (dim) => [
      isRest ? (from ? subtract(dim, from) : unknownSize(m)) : (asked ?? unknownSize(m)),
    ]);
    if (!shape) return vague(m, t);
    current = withShape(t, shape);
  }
  return isOne || starts.length > 0 ? current : kept(m, t);
});
/** The rank stays, the sizes do not. */
function kept(m: Machine, t: Tensor): Tensor {
  const dims = dimsOf(m, t);
  return dims ? withShape(t, ranked(dims.map(() => unknownSize(m)))) : vague(m, t);
}

/** pad(x, [[before, after], …]). */
const pad = onTensor((m, t, [paddings]) => {
  const v = known(m, paddings ?? unknown);
  if (v.k !== 'sequence') return kept(m, t);
  // pad1d takes one pair.
  const pairs = v.items.map((item) => known(m, item));
  const all = pairs.every(({ k }) => k === 'int') ? [v] : pairs;
  let current = t;
  for (const [index, pair] of all.entries()) {
    const [low, high] = pair.k === 'sequence' ? pair.items.map((item) => asInt(m, item)) : [];
    const shape = editShape(m, current, index, (dim) => [
      low && high ? add(dim, add(low, high)) : unknownSize(m),
    ]);
    if (!shape) return vague(m, t);
    current = withShape(t, shape);
  }
  return current;
});

const oneHot = onTensor((m, t, [depth, , , dtype]) =>
  withDtype(appended(m, t, sizeArgument(m, depth)), typeArgument(m, dtype, 'int32')),
);
/** multinomial(logits, count): as many for each row of a matrix, or of a vector. */
const multinomial = onTensor((m, t, [count]) => {
  const { front, tail } = shapeOf(m, t.shape);
  if (front.length + tail.length > 1) requireRank(m, t, 2);
  return withDtype(
    shaped(
      m,
      t,
      editShape(m, t, -1, () => [sizeArgument(m, count)]),
    ),
    'int32',
  );
});
const broadcastTo = onTensor((m, t, [shape]) => shaped(m, t, shapeArgument(m, shape)));
const repeated = onTensor((m, t, [times]) => tile(m, positional(t, times ?? unknown)));
const diag = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  return dims ? withShape(t, ranked([...dims, ...dims])) : vague(m, t);
});
const booleanMask = onTensor((m, t, [, axis]) =>
  given(m, axis)
    ? kept(m, t)
    : shaped(
        m,
        t,
        editShape(m, t, 0, () => [unknownSize(m)]),
      ),
);

/** resizeBilinear(images, [height, width]). */
const resize = onTensor((m, t, [size]) => {
  const sizes = shapeArgument(m, size);
  const [height, width] = sizes?.front ?? [];
  const at = dimsOf(m, t);
  if (!at || at.length < 3) return vague(m, t);
  const next = [height ?? unknownSize(m), width ?? unknownSize(m)];
  return withDtype(withShape(t, ranked([...at.slice(0, -3), ...next, at.at(-1)!])), 'float32');
});
const pixels: Rule = (m, args) =>
  tensor(
    [
      unknownSize(m),
      unknownSize(m),
      given(m, args.positional[1]) ? sizeArgument(m, args.positional[1]) : constant(3),
    ],
    'int32',
  );

export const images = spreadNames<Rule>({ 'resizeBilinear resizeNearestNeighbor': resize });
export const browser = new Map<string, Rule>([['fromPixels', pixels]]);

export const shapes = spreadNames<Rule>({
  tensor: fromValues(),
  scalar: (m, args) => {
    const t = operand(m, args.positional[0]);
    const dtype = typeArgument(
      m,
      args.positional[1],
      typeof t?.dtype === 'string' ? t.dtype : 'float32',
    );
    return tensor([], t || given(m, args.positional[1]) ? dtype : fresh(m));
  },
  tensor1d: fromValues(1),
  tensor2d: fromValues(2),
  tensor3d: fromValues(3),
  tensor4d: fromValues(4),
  tensor5d: fromValues(5),
  tensor6d: fromValues(6),
  'zeros ones': filledWith(1),
  fill: filledWith(2),
  'randomNormal randomUniform truncatedNormal randomGamma': filledWith(3),
  randomStandardNormal: filledWith(1),
  range,
  linspace: (m, args) => tensor([sizeArgument(m, args.positional[2])]),
  eye,
  'zerosLike onesLike': onTensor((_, t) => withShape(t, t.shape)),
  reshape: reshapeRule,
  'as1D flatten': flatten,
  asScalar: onTensor((_, t) => withShape(t, ranked([]))),
  'as2D as3D as4D as5D': asRank,
  transpose: (m, args) => {
    const [t = unknown, order] = args.positional;
    const x = operand(m, t) ?? asTensor(m, t, LIBRARY);
    return x
      ? transpose(m, order && given(m, order) ? positional(x, order) : positional(x))
      : unknown;
  },
  expandDims,
  squeeze,
  concat,
  'concat1d concat2d concat3d concat4d': concat,
  stack: stackRule,
  unstack,
  split,
  gather,
  'slice slice1d slice2d slice3d slice4d': slice,
  'pad pad1d pad2d pad3d pad4d mirrorPad': pad,
  tile: repeated,
  oneHot,
  multinomial,
  broadcastTo,
  diag,
  booleanMaskAsync: booleanMask,
  stridedSlice: onTensor((m, t) => kept(m, t)),
});
export { concatWith };
export const sizeProduct = (shape: Shape): Poly | undefined =>
  shape.head === null ? shape.front.reduce(multiply, constant(1)) : undefined;
