/** Arrays joined and taken apart along an axis. */
import { join } from '../../join';
import { areDifferent, clash } from '../../clash';
import {
  asInt,
  asNumber,
  asTensor,
  dimAt,
  dimsOf,
  known,
  unknownSize,
  type Machine,
} from '../../machine';
import { ceilDivide, constant, constantOf, floorDivide, multiply, type Poly } from '../../poly';
import {
  axisOf,
  broadcastShapes,
  concatenate,
  editShape,
  insertAxis,
  make,
  vague,
  withDtype,
  withShape,
} from '../../tensors';
import { argument, int, tuple, unknown, type Tensor, type Value } from '../../values';
import { elements } from '../../interpret/sequences';
import { binary } from '../../interpret/operators';
import { type Rule } from '../../library';
import { dimArg, onTensor } from './common';

export const cat: Rule = (m, args) => {
  const { items, item, count } = elements(m, argument(args, 0, 'tensors') ?? unknown);
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  if (!items) {
    const t = item && asTensor(m, item, m.dialect.library);
    if (!t || axis === undefined) return t ? vague(m, t) : unknown;
    const shape = editShape(m, t, axis, (dim) => [count ? multiply(count, dim) : unknownSize(m)]);
    return shape ? withShape(t, shape) : vague(m, t);
  }
  const tensors = items.map((value) => asTensor(m, value, m.dialect.library));
  if (axis === undefined || tensors.length === 0 || tensors.some((t) => !t)) return unknown;
  const result = concatenate(m, tensors as Tensor[], axis);
  const dtype = (tensors as Tensor[])
    .slice(1)
    .reduce<string | number>(
      (type, t) => m.dialect.promote(m, { ...tensors[0]!, dtype: type }, t),
      tensors[0]!.dtype,
    );
  return result ? withDtype(result, dtype) : unknown;
};

export const stack: Rule = (m, args) => {
  const { items, item, count } = elements(m, argument(args, 0, 'tensors') ?? unknown);
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  const t = asTensor(
    m,
    items ? items.reduce<Value>((a, b) => join(m, a, b), items[0] ?? unknown) : item,
    m.dialect.library,
  );
  if (!t || axis === undefined) return unknown;
  checkAlike(m, items ?? []);
  return insertAxis(m, t, axis, items ? constant(items.length) : (count ?? unknownSize(m)));
};

/** What is stacked has the same sizes. */
function checkAlike(m: Machine, items: readonly Value[]): void {
  const [first, ...others] = items.map((value) => known(m, value));
  const dims = first?.k === 'tensor' ? dimsOf(m, first) : undefined;
  for (const other of others) {
    const mine = other.k === 'tensor' ? dimsOf(m, other) : undefined;
    if (first?.k !== 'tensor' || other.k !== 'tensor' || !dims || !mine) continue;
    const isAlike =
      mine.length === dims.length && mine.every((dim, at) => !areDifferent(m, dims[at]!, dim));
    if (!isAlike) return clash(m, 'concatenate', first.shape, other.shape);
  }
}

export const split = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  const given = known(
    m,
    argument(args, 0, 'split_size_or_sections') ?? args.keyword.get('split_size') ?? unknown,
  );
  if (axis === undefined) return { k: 'many', item: vague(m, t) };
  const part = (size: Poly): Value => {
    const shape = editShape(m, t, axis, () => [size]);
    return shape ? withShape(t, shape) : vague(m, t);
  };
  if (given.k === 'sequence')
    return tuple(given.items.map((value) => part(asInt(m, value) ?? unknownSize(m))));
  if (given.k === 'many') return { k: 'many', item: part(asInt(m, given.item) ?? unknownSize(m)) };
  const size = asInt(m, given);
  const dim = dimAt(m, t, axis);
  const count = size && dim ? constantOf(floorDivide(dim, size)) : undefined;
  if (
    size &&
    dim &&
    count !== undefined &&
    count < 64 &&
    multiply(constant(count), size).key === dim.key
  ) {
    return tuple(Array.from({ length: count }, () => part(size)));
  }
  return { k: 'many', item: part(size ?? unknownSize(m)) };
});

export const chunk = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 1) ?? int(constant(0)));
  const count = asNumber(m, argument(args, 0, 'chunks'));
  if (axis === undefined || count === undefined || count < 1 || count > 64)
    return { k: 'many', item: vague(m, t) };
  const shape = editShape(m, t, axis, (dim) => [ceilDivide(dim, constant(count))]);
  const item = shape ? withShape(t, shape) : vague(m, t);
  return tuple(Array.from({ length: count }, () => item));
});

export const unbind = onTensor((m, t, args) => {
  const axis = axisOf(m, dimArg(args, 0) ?? int(constant(0))) ?? 0;
  const dim = dimAt(m, t, axis);
  const shape = editShape(m, t, axis, () => []);
  const item = shape ? withShape(t, shape) : vague(m, t);
  const count = dim && constantOf(dim);
  return count !== undefined && count <= 64
    ? tuple(Array.from({ length: count }, () => item))
    : { k: 'many', item, ...(dim ? { length: dim } : {}) };
});

export const where: Rule = (m, args) => {
  const [condition, x, y] = [0, 1, 2].map((index) => args.positional[index] ?? unknown) as [
    Value,
    Value,
    Value,
  ];
  const c = asTensor(m, condition, m.dialect.library);
  if (args.positional.length === 1 && c)
    return { k: 'many', item: make(m.dialect.library, [unknownSize(m)], 'int64') };
  const values = binary(m, '+', x, y);
  if (!c) return unknown;
  if (values.k === 'any' || values.k === 'unknown' || values.k === 'union') return vague(m, c);
  if (values.k !== 'tensor') return withDtype(c, values.k === 'int' ? 'int64' : m.dialect.float);
  const met = withShape(values, broadcastShapes(m, c.shape, values.shape));
  // A mask of which nothing is known has no more axes than large arrays that it picks from.
  const isLarge = (dimsOf(m, values)?.length ?? 0) >= 3;
  return !dimsOf(m, met) && isLarge ? withShape(values, values.shape) : met;
};
