/** tf.data: a dataset is the structure that each of its steps gives. https://www.tensorflow.org/api_docs/python/tf/data/Dataset */
import { call } from '../interpret/calls';
import { join } from '../join';
import { asInt, dimsOf, fresh, known, unknownSize, unknownTensor, type Machine } from '../machine';
import { firstItem, insertAxis, make, withDtype, withShape } from '../tensors';
import {
  argument,
  native,
  positional,
  ranked,
  tuple,
  unknown,
  type Args,
  type Class,
  type LibraryClass,
  type Obj,
  type Tensor,
  type Value,
} from '../values';
import { truthy } from './array/common';
import { dtypeNamed } from './dtypes';
import { shapeGiven } from './numpyShapes';
import { tensor } from './tensorflowCommon';

const LIBRARY = 'tensorflow';
const scalar = (dtype: string): Tensor => make(LIBRARY, [], dtype);

/** The same structure of tuples and dictionaries with other tensors. */
function each(m: Machine, value: Value, change: (t: Tensor) => Value): Value {
  const v = known(m, value);
  if (v.k === 'sequence') return { ...v, items: v.items.map((item) => each(m, item, change)) };
  if (v.k === 'dict') {
    const entries = [...v.entries].map(([key, item]) => [key, each(m, item, change)] as const);
    return { ...v, entries: new Map(entries) };
  }
  const t = v.k === 'unknown' ? undefined : tensor(m, v);
  return t ? change({ ...t, library: LIBRARY }) : unknown;
}

const itemOf = (self: Obj): Value => self.attributes.get('item') ?? unknown;
export function datasetOf(m: Machine, item: Value): Obj {
  const attributes = new Map<string, Value>([['item', item]]);
  return { k: 'object', id: fresh(m), cls: datasetClass, attributes };
}
/** Slices of a list or array along its first axis; a tuple is one of several that belong together. */
function slices(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'sequence' && v.type === 'tuple')
    return tuple(v.items.map((item) => slices(m, item)));
  if (v.k === 'dict') {
    const entries = [...v.entries].map(([key, item]) => [key, slices(m, item)] as const);
    return { ...v, entries: new Map(entries) };
  }
  const t = v.k === 'unknown' ? undefined : tensor(m, v);
  return t ? firstItem(m, { ...t, library: LIBRARY }) : unknown;
}

/** A function that is mapped takes the parts of a tuple one by one. */
function mapped(m: Machine, self: Obj, args: Args): Value {
  const item = known(m, itemOf(self));
  const fn = argument(args, 0, 'map_func') ?? unknown;
  const parts = item.k === 'sequence' && item.type === 'tuple' ? item.items : [item];
  return call(m, fn, positional(...parts));
}

function batched(m: Machine, self: Obj, args: Args, open: boolean): Value {
  const count = asInt(m, argument(args, 0, 'batch_size'));
  const isFull = truthy(m, args.keyword.get('drop_remainder'));
  const rows = (isFull && count) || unknownSize(m, true);
  const more = (t: Tensor): Value => {
    const dims = open ? dimsOf(m, t)?.map(() => unknownSize(m, true)) : undefined;
    return insertAxis(m, dims ? withShape(t, ranked(dims)) : t, 0, rows);
  };
  return datasetOf(m, each(m, itemOf(self), more));
}

type Method = NonNullable<LibraryClass['methods']>[string];
const itself: Method = (_, self) => self;
const steps = (_: Machine, self: Obj): Value => ({ k: 'many', item: itemOf(self) });

const methods: Record<string, Method> = {
  map: (m, self, args) => datasetOf(m, mapped(m, self, args)),
  batch: (m, self, args) => batched(m, self, args, false),
  padded_batch: (m, self, args) => batched(m, self, args, true),
  unbatch: (m, self) =>
    datasetOf(
      m,
      each(m, itemOf(self), (t) => firstItem(m, t)),
    ),
  enumerate: (m, self) => datasetOf(m, tuple([scalar('int64'), itemOf(self)])),
  concatenate: (m, self, args) => {
    const other = known(m, args.positional[0] ?? unknown);
    return datasetOf(m, other.k === 'object' ? join(m, itemOf(self), itemOf(other)) : unknown);
  },
  as_numpy_iterator: (m, self) => ({
    k: 'many',
    item: each(m, itemOf(self), (t) => ({ ...t, library: 'numpy' })),
  }),
  get_single_element: (_, self) => itemOf(self),
  cardinality: () => scalar('int64'),
};
for (const name of ['flat_map', 'interleave'])
  methods[name] = (m, self, args) => {
    const inner = known(m, mapped(m, self, args));
    return inner.k === 'object' ? datasetOf(m, itemOf(inner)) : datasetOf(m, unknown);
  };
const same =
  'shuffle repeat take skip prefetch cache shard filter with_options apply take_while ignore_errors snapshot';
for (const name of same.split(' ')) methods[name] = itself;

const datasetClass: Class = {
  k: 'class',
  name: 'Dataset',
  bases: [],
  members: new Map(),
  library: { methods, iterate: steps },
};

/** `TensorSpec(shape, dtype)` and structures of them. */
const spec: Class = {
  k: 'class',
  name: 'TensorSpec',
  bases: [],
  members: new Map(),
  library: {
    make: (m, args) => {
      const shape = shapeGiven(m, argument(args, 0, 'shape'));
      const dtype = dtypeNamed(m, argument(args, 1, 'dtype'), 'float32') ?? 'float32';
      const made = shape ? withShape(unknownTensor(m, LIBRARY), shape) : unknownTensor(m, LIBRARY);
      return withDtype(made, dtype);
    },
  },
};

/** Ways to make a dataset. */
const makers: Record<string, (m: Machine, args: Args) => Value> = {
  from_tensor_slices: (m, args) => slices(m, argument(args, 0, 'tensors') ?? unknown),
  from_tensors: (m, args) => each(m, argument(args, 0, 'tensors') ?? unknown, (t) => t),
  range: () => scalar('int64'),
  list_files: () => scalar('string'),
  from_generator: (_, args) => args.keyword.get('output_signature') ?? unknown,
  zip: (m, args) => {
    const [first] = args.positional;
    const given = known(m, args.keyword.get('datasets') ?? first ?? unknown);
    const all = given.k === 'sequence' ? given.items : args.positional;
    return tuple(
      all.map((one) => {
        const v = known(m, one);
        return v.k === 'object' ? itemOf(v) : unknown;
      }),
    );
  },
};
const madeBy = new Map<string, Value>();

/** A name of `tf.data`, or `TensorSpec`. */
export function dataLookup(parts: readonly string[]): Value | undefined {
  const last = parts.at(-1)!;
  if (last === 'TensorSpec' || last === 'RaggedTensorSpec') return spec;
  if (parts[1] !== 'data') return undefined;
  if (last === 'Dataset') return { k: 'module', path: 'tensorflow.data.Dataset' };
  const maker = parts[2] === 'Dataset' ? makers[last] : undefined;
  if (maker) {
    const made =
      madeBy.get(last) ?? native(`Dataset.${last}`, (m, args) => datasetOf(m, maker(m, args)));
    madeBy.set(last, made);
    return made;
  }
  return /^(TextLineDataset|TFRecordDataset)$/.test(last)
    ? native(last, (m) => datasetOf(m, scalar('string')))
    : undefined;
}
