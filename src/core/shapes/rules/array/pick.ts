/** Parts of arrays, casts and questions about them. */
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  known,
  requireDtype,
  requireRank,
  unknownSize,
} from '../../machine';
import { constant, product } from '../../poly';
import {
  axisOf,
  broadcastShapes,
  editShape,
  make,
  vague,
  withDtype,
  withShape,
} from '../../tensors';
import { argument, int, ranked, unknown } from '../../values';
import { binary } from '../../interpret/operators';
import { type Rule } from '../../library';
import { dtypeNamed } from '../dtypes';
import { dtypeArg, onTensor, appended } from './common';

/** x.masked_fill(mask, value): the mask broadcasts. */
export const maskedFill = onTensor((m, t, args) => {
  const mask = asTensor(m, argument(args, 0, 'mask'), m.dialect.library);
  if (mask) requireDtype(m, mask, 'bool');
  return withShape(t, mask && dimsOf(m, mask) ? broadcastShapes(m, t.shape, mask.shape) : t.shape);
});

export const cast = onTensor((m, t, args) => {
  const other = args.positional[0] && known(m, args.positional[0]);
  if (other?.k === 'tensor') return withDtype(t, other.dtype);
  const dtype =
    dtypeArg(m, args) ??
    args.positional.map((value) => dtypeNamed(m, value, m.dialect.float)).find((one) => one);
  if (other?.k === 'any' || other?.k === 'unknown') return withDtype(t, dtype ?? t.dtype);
  return dtype ? withDtype(t, dtype) : withShape(t, t.shape);
});

export const castTo = (dtype: string): Rule => onTensor((_, t) => withDtype(t, dtype));

export const gather = onTensor((m, t, args) => {
  const index = asTensor(m, argument(args, 1, 'index'), m.dialect.library);
  return index ? { ...withShape(t, index.shape) } : vague(m, t);
});

export const indexSelect = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'dim'));
  const index = asTensor(m, argument(args, 1, 'index'), m.dialect.library);
  const count = index && requireRank(m, index, 1)?.[0];
  const shape =
    axis === undefined ? undefined : editShape(m, t, axis, () => [count ?? unknownSize(m)]);
  return shape ? withShape(t, shape) : vague(m, t);
});

export const select = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'dim'));
  const shape = axis === undefined ? undefined : editShape(m, t, axis, () => []);
  return shape ? withShape(t, shape) : vague(m, t);
});

export const narrow = onTensor((m, t, args) => {
  const axis = axisOf(m, argument(args, 0, 'dim'));
  const length = asInt(m, argument(args, 2, 'length')) ?? unknownSize(m);
  const shape = axis === undefined ? undefined : editShape(m, t, axis, () => [length]);
  return shape ? withShape(t, shape) : vague(m, t);
});

export const diagonal = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  if (dims?.length === 1) return withShape(t, ranked([dims[0]!, dims[0]!]));
  return dims?.length === 2 ? withShape(t, ranked([dims[0]!])) : vague(m, t);
});

export const sizeOf = onTensor((m, t, args) => {
  const where = argument(args, 0, 'dim');
  if (!where) return known(m, { k: 'shape', shape: t.shape });
  const axis = axisOf(m, where);
  const dim = axis === undefined ? undefined : dimAt(m, t, axis);
  return int(dim ?? unknownSize(m));
});

export const rankOf = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  return dims ? int(constant(dims.length)) : m.unknownInteger();
});

export const numel = onTensor((m, t) => {
  const dims = dimsOf(m, t);
  return dims ? int(product(dims)) : m.unknownInteger();
});

export const nonzero = onTensor((m, t, args) => {
  const rank = dimsOf(m, t)?.length;
  const asTuple = args.keyword.get('as_tuple');
  if (asTuple) return { k: 'many', item: make(m.dialect.library, [unknownSize(m)], 'int64') };
  return make(
    m.dialect.library,
    [unknownSize(m), rank === undefined ? unknownSize(m) : constant(rank)],
    'int64',
  );
});

export const multinomial = onTensor((m, t, args) => {
  const count = asInt(m, argument(args, 0, 'num_samples')) ?? unknownSize(m);
  const shape = editShape(m, t, -1, () => [count]);
  return { ...(shape ? withShape(t, shape) : vague(m, t)), dtype: 'int64' };
});

export const maskedSelect = onTensor((m, t) => withShape(t, ranked([unknownSize(m)])));

export const oneHot = onTensor((m, t, args) => ({
  ...appended(m, t, asInt(m, argument(args, 0, 'num_classes')) ?? unknownSize(m)),
  dtype: 'int64',
}));

export const elementwise =
  (op: string): Rule =>
  (m, args) =>
    binary(
      m,
      op,
      args.positional[0] ?? args.keyword.get('input') ?? unknown,
      args.positional[1] ?? args.keyword.get('other') ?? unknown,
    );
