/** tf.TensorArray: tensors of one shape that a loop writes one by one. https://www.tensorflow.org/api_docs/python/tf/TensorArray */
import { join } from '../join';
import {
  asInt,
  asTensor,
  dimAt,
  dimsOf,
  equate,
  fresh,
  known,
  requireRank,
  unknownSize,
  type Machine,
} from '../machine';
import { firstItem, insertAxis, editShape, vague, withShape } from '../tensors';
import {
  argument,
  int,
  none,
  unknown,
  type Class,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { dtypeNamed } from './dtypes';

const LIBRARY = 'tensorflow';

/** Learns the sizes of one tensor from another of the same shape. */
function alike(m: Machine, a: Tensor, b: Tensor): void {
  const rank = dimsOf(m, a)?.length ?? dimsOf(m, b)?.length;
  if (rank === undefined) return;
  const [x, y] = [requireRank(m, a, rank), requireRank(m, b, rank)];
  x?.forEach((dim, index) => y?.[index] && equate(m, dim, y[index]));
}

/** Every write gives the array with one more tensor in it: all are of one shape. */
function holdingAlso(m: Machine, self: Obj, item: Value): Value {
  const before = known(m, self.attributes.get('item') ?? none);
  const attributes = new Map(self.attributes);
  const [old, added] = [before, item].map((value) => asTensor(m, value, LIBRARY));
  if (old && added) alike(m, old, added);
  attributes.set('item', before.k === 'none' ? item : join(m, before, item));
  return { k: 'object', id: fresh(m), cls: self.cls, attributes };
}

function itemOf(m: Machine, self: Obj): Tensor | undefined {
  const item = known(m, self.attributes.get('item') ?? unknown);
  const t = item.k === 'none' ? undefined : asTensor(m, item, LIBRARY);
  const dtype = dtypeNamed(m, self.attributes.get('dtype'), 'float32');
  return t && { ...withShape(t, t.shape), ...(dtype ? { dtype } : {}) };
}

function stacked(m: Machine, self: Obj): Value {
  const t = itemOf(m, self);
  const grows = known(m, self.attributes.get('dynamic_size') ?? { k: 'bool', value: false });
  const size = asInt(m, self.attributes.get('size'));
  const isFixed = grows.k === 'bool' && grows.value === false;
  return t ? insertAxis(m, t, 0, isFixed && size ? size : unknownSize(m)) : unknown;
}

/** The items end to end along the first axis. */
function joined(m: Machine, self: Obj): Value {
  const t = itemOf(m, self);
  const shape = t && editShape(m, t, 0, () => [unknownSize(m)]);
  return t ? (shape ? withShape(t, shape) : vague(m, t)) : unknown;
}

export const tensorArray: Class = {
  k: 'class',
  name: 'TensorArray',
  bases: [],
  members: new Map(),
  library: {
    init: (_, self, args) => {
      const given: [string, Value | undefined][] = [
        ['dtype', argument(args, 0, 'dtype')],
        ['size', argument(args, 1, 'size')],
        ['dynamic_size', argument(args, 2, 'dynamic_size')],
        ['item', none],
      ];
      for (const [name, value] of given) if (value) self.attributes.set(name, value);
    },
    methods: {
      write: (m, self, args) => holdingAlso(m, self, argument(args, 1, 'value') ?? unknown),
      unstack: (m, self, args) => {
        const t = asTensor(m, args.positional[0], LIBRARY);
        const made = holdingAlso(m, self, t ? firstItem(m, t) : unknown);
        const length = t && dimAt(m, t, 0);
        if (made.k === 'object' && length) made.attributes.set('size', int(length));
        return made;
      },
      read: (m, self) => itemOf(m, self) ?? unknown,
      stack: stacked,
      gather: (m, self, args) => {
        const [t, index] = [itemOf(m, self), asTensor(m, args.positional[0], LIBRARY)];
        return t ? insertAxis(m, t, 0, (index && dimAt(m, index, 0)) ?? unknownSize(m)) : unknown;
      },
      concat: joined,
      size: (m, self) => {
        const size = asInt(m, self.attributes.get('size'));
        return size ? int(size) : m.unknownInteger();
      },
      close: () => none,
    },
  },
};
