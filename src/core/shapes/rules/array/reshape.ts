/** The same elements in another shape. */
import { clash } from '../../clash';
import {
  asInt,
  asNumber,
  dimAt,
  dimsOf,
  known,
  shapeOf,
  unknownSize,
  type Machine,
} from '../../machine';
import { add, constant, constantOf, multiply, product, type Poly } from '../../poly';
import {
  axesOf,
  axisOf,
  editShape,
  insertAxis,
  permute,
  removable,
  reshape,
  sizesOf,
  swap,
  vague,
  withDtype,
  withShape,
} from '../../tensors';
import { argument, int, ranked, tuple, unknown, type Tensor } from '../../values';
import { elements } from '../../interpret/sequences';
import { dtypeNamed } from '../dtypes';
import { dimArg, onTensor } from './common';

export const view = onTensor((m, t, args) => {
  const type = dtypeNamed(m, args.positional[0], m.dialect.float);
  if (type && args.positional.length === 1) return withDtype(t, type);
  const shape = sizesOf(
    m,
    args.keyword.has('shape') ? [args.keyword.get('shape')!] : args.positional,
  );
  return shape ? reshape(m, t, shape) : vague(m, t);
});

export const flatten = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  const from = asNumber(m, argument(args, 0, 'start_dim') ?? int(constant(0)));
  const to = asNumber(m, argument(args, 1, 'end_dim') ?? int(constant(-1)));
  if (from === undefined || to === undefined) return vague(m, t);
  if (!dims) {
    const shape = shapeOf(m, t.shape);
    if (to !== -1 || from < 0) return vague(m, t);
    if (shape.front.length < from && !dimAt(m, t, from)) return vague(m, t);
    return withShape(t, ranked([...shapeOf(m, t.shape).front.slice(0, from), unknownSize(m)]));
  }
  const end = to < 0 ? to + dims.length : to;
  const start = from < 0 ? from + dims.length : from;
  return withShape(
    t,
    ranked([...dims.slice(0, start), product(dims.slice(start, end + 1)), ...dims.slice(end + 1)]),
  );
});

export const squeeze = onTensor((m, t, args) => {
  const where = dimArg(args, 0);
  const dims = dimsOf(m, t);
  if (!where) {
    // A dimension that nothing shows to be more than 1 may vanish.
    if (!dims || dims.some((dim) => constantOf(dim) === undefined)) return vague(m, t);
    return withShape(t, ranked(dims.filter((dim) => constantOf(dim) !== 1)));
  }
  const axes = axesOf(m, where);
  if (!axes) return vague(m, t);
  let result = t;
  for (const axis of removable(axes, dims?.length)) {
    const dim = dimAt(m, result, axis);
    const value = dim && constantOf(dim);
    if (value !== undefined && value !== 1) continue;
    const shape = editShape(m, result, axis, () => []);
    if (!shape) return vague(m, t);
    result = withShape(result, shape);
  }
  return result;
});

export const unsqueeze = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 0));
  return axis === undefined ? vague(m, t) : insertAxis(m, t, axis);
});

export const transpose = onTensor((m, t, args) => {
  const a = axisOf(m, argument(args, 0, 'dim0'));
  const b = axisOf(m, argument(args, 1, 'dim1'));
  return a === undefined || b === undefined ? vague(m, t) : swap(m, t, a, b);
});

export const permuteRule = onTensor((m, t, args) => {
  const list =
    args.positional.length === 1 && !args.keyword.size
      ? args.positional[0]
      : (args.keyword.get('dims') ?? tuple(args.positional));
  const order = axesOf(m, list);
  return order ? permute(m, t, order) : vague(m, t);
});

/** expand: -1 keeps a dimension, new ones come in front. */
export const expand = onTensor((m, t, args) => {
  const wanted = sizesOf(m, args.positional);
  const target = wanted && shapeOf(m, wanted);
  if (!target) return vague(m, t);
  if (target.head !== null) return withShape(t, target);
  const extra = target.front;
  checkExpanded(m, t, extra);
  return withShape(
    t,
    ranked(
      extra.map((dim, index) => {
        if (constantOf(dim) !== -1) return dim;
        return dimAt(m, t, index - extra.length) ?? unknownSize(m);
      }),
    ),
  );
});

/** Only a dimension of 1 becomes larger. */
function checkExpanded(m: Machine, t: Tensor, wanted: readonly Poly[]): void {
  const dims = dimsOf(m, t) ?? [];
  const sizes = dims.map((dim, index) =>
    [dim, wanted[index + wanted.length - dims.length]].map((one) => one && asNumber(m, int(one))),
  );
  const isWrong = sizes.some(
    ([from, to]) => from !== undefined && to !== undefined && from !== 1 && to > 0 && from !== to,
  );
  if (isWrong) clash(m, 'broadcast', t.shape, ranked(wanted));
}

export const repeat = onTensor((m, t, args) => {
  const times = sizesOf(m, args.positional);
  const counts = times && shapeOf(m, times);
  const dims = dimsOf(m, t);
  if (!counts || counts.head !== null) return vague(m, t);
  const length = counts.front.length;
  if (!dims) {
    return withShape(t, ranked(counts.front.map(() => unknownSize(m))));
  }
  return withShape(
    t,
    ranked(
      counts.front.map((count, index) => {
        const dim = dims[index - length + dims.length];
        return dim ? multiply(count, dim) : count;
      }),
    ),
  );
});

export const repeatInterleave = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 1));
  const times = asInt(m, argument(args, 0, 'repeats'));
  if (axis === undefined || !times) return vague(m, t);
  const shape = editShape(m, t, axis, (dim) => [multiply(dim, times)]);
  return shape ? withShape(t, shape) : vague(m, t);
});

export const pad = onTensor((m, t, args) => {
  const amounts = elements(m, argument(args, 0, 'pad') ?? unknown).items?.map((value) =>
    asInt(m, value),
  );
  if (!amounts || amounts.some((amount) => !amount))
    return dimsOf(m, t)
      ? withShape(t, ranked(dimsOf(m, t)!.map(() => unknownSize(m))))
      : vague(m, t);
  let result = t;
  for (let pairIndex = 0; pairIndex < amounts.length / 2; pairIndex += 1) {
    const more = add(amounts[2 * pairIndex]!, amounts[2 * pairIndex + 1]!);
    const shape = editShape(m, result, -1 - pairIndex, (dim) => [add(dim, more)]);
    if (!shape) return vague(m, t);
    result = withShape(result, shape);
  }
  return result;
});

export const interpolate = onTensor((m, t, args) => {
  const dims = dimsOf(m, t);
  const size = argument(args, 0, 'size');
  const scale = argument(args, 1, 'scale_factor');
  if (!dims || dims.length < 3) return vague(m, t);
  const spatial = dims.length - 2;
  const sizes = size && known(m, size).k !== 'none' ? sizesOf(m, [size]) : undefined;
  const wanted = sizes && shapeOf(m, sizes).front;
  const factor = scale && asNumber(m, scale);
  const next = dims
    .slice(2)
    .map((dim, index) =>
      wanted
        ? wanted.length === 1
          ? wanted[0]!
          : (wanted[index] ?? unknownSize(m))
        : factor !== undefined
          ? multiply(dim, constant(factor))
          : unknownSize(m),
    );
  return withShape(t, ranked([...dims.slice(0, 2), ...next.slice(0, spatial)]));
});
