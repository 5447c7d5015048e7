/** Element by element, and along axes. */
import { asInt, dtypeOf, known, unknownSize, type Machine } from '../../machine';
import { one } from '../../poly';
import { axesOf, axisOf, editShape, reduceShape, vague, withDtype, withShape } from '../../tensors';
import { argument, int, ranked, tuple, unknown, type Tensor, type Value } from '../../values';
import { binary } from '../../interpret/operators';
import { type Rule } from '../../library';
import { floating } from '../dtypes';
import { input, dimArg, dtypeArg, truthy, onTensor } from './common';

export const same = onTensor((_, t) => withShape(t, t.shape));

export const float = onTensor((m, t) => withDtype(t, floating(m, t, m.dialect.float)));

/** softmax and others that take `dtype=`. */
export const floatTo = onTensor((m, t, args) =>
  withDtype(t, dtypeArg(m, args) ?? floating(m, t, m.dialect.float)),
);

export const asBool = onTensor((_, t) => withDtype(t, 'bool'));

export const reduceWith = (dtype: (m: Machine, t: Tensor) => string | number): Rule =>
  onTensor((m, t, args) => {
    const where = dimArg(args, 0);
    const given = where && known(m, where);
    const axes = given && given.k !== 'none' ? axesOf(m, given) : undefined;
    const keep = truthy(
      m,
      args.keyword.get('keepdim') ?? args.keyword.get('keepdims') ?? args.positional[1],
    );
    const result = dtypeArg(m, args) ?? dtype(m, t);
    if (given && given.k !== 'none' && !axes) return { ...vague(m, t), dtype: result };
    const shape = reduceShape(m, t, axes, keep);
    return shape ? { ...withShape(t, shape), dtype: result } : { ...vague(m, t), dtype: result };
  });

export const keepType = (_: Machine, t: Tensor) => t.dtype;

export const sumType = (m: Machine, t: Tensor): string | number => {
  const dtype = dtypeOf(m, t);
  return dtype === 'bool' || dtype?.startsWith('int') || dtype?.startsWith('uint')
    ? 'int64'
    : t.dtype;
};

/** max/min/median/sort-like: values and indices when an axis is given. */
export const pair =
  (whole: boolean, keepSize = false): Rule =>
  (m, args) => {
    const other = argument(args, 1, 'other');
    const second = other && known(m, other);
    if (second?.k === 'tensor') return binary(m, '+', args.positional[0] ?? unknown, second);
    return onTensor((machine, t, rest) => {
      const where = dimArg(rest, 0);
      if (!where && whole) return withShape(t, ranked([]));
      const axis = where ? axisOf(machine, where) : -1;
      const keep = truthy(machine, rest.keyword.get('keepdim') ?? rest.positional[1]);
      const shape = keepSize
        ? t.shape
        : axis === undefined
          ? undefined
          : reduceShape(machine, t, [axis], keep);
      const values = shape ? withShape(t, shape) : vague(machine, t);
      return named(values, withDtype(values, 'int64'));
    })(m, args);
  };

export const named = (values: Tensor, indices: Tensor): Value => ({
  k: 'object',
  id: 0,
  cls: {
    k: 'class',
    name: 'return_types',
    bases: [],
    members: new Map(),
    library: { iterate: () => tuple([values, indices]) },
  },
  attributes: new Map<string, Value>([
    ['values', values],
    ['indices', indices],
  ]),
});

export const topk = onTensor((m, t, args) => {
  const axis = axisOf(m, args.keyword.get('dim') ?? args.positional[1]) ?? -1;
  const k = asInt(m, argument(args, 0, 'k')) ?? unknownSize(m);
  const shape = editShape(m, t, axis, () => [k]);
  const values = shape ? withShape(t, shape) : vague(m, t);
  return named(values, withDtype(values, 'int64'));
});

export const argReduce = onTensor((m, t, args) => {
  const where = dimArg(args, 0);
  const axis = where && known(m, where).k !== 'none' ? axisOf(m, where) : undefined;
  if (where && known(m, where).k !== 'none' && axis === undefined)
    return { ...vague(m, t), dtype: 'int64' };
  const keep = truthy(m, args.keyword.get('keepdim') ?? args.positional[1]);
  const shape = reduceShape(m, t, axis === undefined ? undefined : [axis], keep);
  return shape ? { ...withShape(t, shape), dtype: 'int64' } : { ...vague(m, t), dtype: 'int64' };
});

/** Losses: a scalar, unless `reduction='none'`. */
export const loss: Rule = (m, args) => {
  const t = input(m, args);
  const reduction = args.keyword.get('reduction');
  if (!t) return unknown;
  if (reduction?.k === 'string' && reduction.value === 'none') return vague(m, t);
  return { ...withShape(t, ranked([])), dtype: floating(m, t, m.dialect.float) };
};

export const cosineSimilarity: Rule = (m, args) => {
  const sum = binary(m, '+', args.positional[0] ?? unknown, args.positional[1] ?? unknown);
  return reduceWith(keepType)(m, {
    positional: [sum, dimArg(args, 2) ?? int(one)],
    keyword: new Map(),
  });
};
