/** torch.utils.data: what a dataset's items are, and the batches that a loader makes of them. https://docs.pytorch.org/docs/stable/data.html */
import { findMember } from '../interpret/attributes';
import { call, callMethod } from '../interpret/calls';
import { anyOf, elements, lengthOf } from '../interpret/sequences';
import { join } from '../join';
import { asInt, asTensor, fresh, known, size, write, type Machine } from '../machine';
import { add, ceilDivide, constant, constantOf, floorDivide, one, type Poly } from '../poly';
import { firstItem, insertAxis, make, withShape } from '../tensors';
import {
  argument,
  int,
  list,
  native,
  none,
  positional,
  tuple,
  unknown,
  type Class,
  type LibraryClass,
  type Obj,
  type Value,
} from '../values';
import { truthy } from './array/common';

const LIBRARY = 'torch';

const isGiven = (m: Machine, value: Value | undefined): value is Value =>
  value !== undefined && known(m, value).k !== 'none';
const held = (self: Obj, name: string): Value => self.attributes.get(name) ?? unknown;
const many = (item: Value, length?: Poly): Value => ({
  k: 'many',
  item,
  ...(length ? { length } : {}),
});

/** Items of a dataset are asked for by number, unless it gives them in an order of its own. */
function itemOf(m: Machine, dataset: Value): Value {
  const v = known(m, dataset);
  if (v.k === 'object' && !isStream(m, v) && findMember(m, v.cls, '__getitem__')) {
    const index = int(size(m, undefined, { varies: true, counts: true }));
    return callMethod(m, v, '__getitem__', [index]);
  }
  return anyOf(m, elements(m, v));
}
const isStream = (m: Machine, v: Value): boolean =>
  v.k === 'object' && findMember(m, v.cls, '__iter__') !== undefined;
function countOf(m: Machine, dataset: Value): Poly | undefined {
  const length = known(m, lengthOf(m, dataset));
  return length.k === 'int' ? length.value : undefined;
}

/** What only its use may show. */
const open = (m: Machine): Value => ({ k: 'any', id: fresh(m) });
/** What `default_collate` makes of `rows` items that are like one. */
function collated(m: Machine, item: Value, rows: Poly): Value {
  const v = known(m, item);
  switch (v.k) {
    case 'tensor':
      return insertAxis(m, { ...withShape(v, v.shape), library: LIBRARY }, 0, rows);
    case 'int':
      return make(LIBRARY, [rows], 'int64');
    case 'float':
      return make(LIBRARY, [rows], 'float64');
    case 'bool':
      return make(LIBRARY, [rows], 'bool');
    case 'string':
      return many(v, rows);
    case 'sequence':
      return list(v.items.map((part) => collated(m, part, rows)));
    case 'many':
      return many(collated(m, v.item, rows), v.length);
    case 'dict': {
      const entries = [...v.entries].map(([key, part]) => [key, collated(m, part, rows)] as const);
      const other = v.other ? { other: collated(m, v.other, rows) } : {};
      return { k: 'dict', entries: new Map(entries), ...other };
    }
    case 'any':
    case 'unknown':
      return open(m);
    default:
      return unknown;
  }
}
/** Without batches, arrays of NumPy become tensors all the same. */
function converted(m: Machine, item: Value): Value {
  const v = known(m, item);
  if (v.k === 'tensor') return { ...v, library: LIBRARY };
  return v.k === 'sequence' ? { ...v, items: v.items.map((part) => converted(m, part)) } : v;
}

/** Whether every batch has as many items as are asked for: the last one has what is left of them. */
function isFull(m: Machine, self: Obj, rows: Poly): boolean {
  if (truthy(m, held(self, 'drop_last')) || constantOf(rows) === 1) return true;
  if (isGiven(m, self.attributes.get('sampler'))) return false;
  const dataset = known(m, held(self, 'dataset'));
  const total = isStream(m, dataset) ? undefined : countOf(m, dataset);
  if (total?.key === rows.key) return true;
  const [all, each] = [total && constantOf(total), constantOf(rows)];
  return all !== undefined && each !== undefined && each > 0 && all % each === 0;
}
function batches(m: Machine, self: Obj): Value {
  const item = itemOf(m, held(self, 'dataset'));
  const collate = self.attributes.get('collate_fn');
  const given = known(m, held(self, 'batch_size'));
  const byItem = given.k === 'none' && !isGiven(m, self.attributes.get('batch_sampler'));
  if (given.k === 'union') return many(open(m));
  if (byItem)
    return many(isGiven(m, collate) ? call(m, collate, positional(item)) : converted(m, item));
  const wanted = isGiven(m, self.attributes.get('batch_sampler')) ? undefined : asInt(m, given);
  const fewer = asInt(m, held(self, 'batch')) ?? one;
  const rows = wanted && isFull(m, self, wanted) ? wanted : fewer;
  const batch = isGiven(m, collate)
    ? call(m, collate, positional(many(item, rows)))
    : collated(m, item, rows);
  return many(batch, wanted && steps(m, self, wanted));
}
function steps(m: Machine, self: Obj, rows: Poly): Poly | undefined {
  if (isGiven(m, self.attributes.get('sampler'))) return undefined;
  const total = countOf(m, held(self, 'dataset'));
  const split = truthy(m, held(self, 'drop_last')) ? floorDivide : ceilDivide;
  return total && constantOf(rows) !== 0 ? split(total, rows) : undefined;
}

/** The parameters of a loader by place. */
const parameters =
  'dataset batch_size shuffle sampler batch_sampler num_workers collate_fn pin_memory drop_last';
const loader: LibraryClass = {
  init: (m, self, args) => {
    parameters.split(' ').forEach((name, index) => {
      const value = argument(args, index, name);
      if (value) write(m, self.attributes, name, value);
    });
    // Nothing is known of a loader that only an annotation tells of.
    if (argument(args, 0, 'dataset') && !args.rest && !argument(args, 1, 'batch_size'))
      write(m, self.attributes, 'batch_size', int(one));
    // One of its batches stands for all of them, and the last may be smaller.
    const batch = size(m, 'B', { free: true, varies: true });
    write(m, self.attributes, 'batch', int(batch));
  },
  iterate: batches,
};

/** Keeps some arguments, so that objects that are made alike are told to be so. */
const keeping =
  (...names: string[]): NonNullable<LibraryClass['init']> =>
  (m, self, args) => {
    names.forEach((name, index) =>
      write(m, self.attributes, name, argument(args, index, name) ?? unknown),
    );
  };
const tensorsOf = (m: Machine, self: Obj) =>
  elements(m, held(self, 'tensors')).items?.map((value) => asTensor(m, value, LIBRARY));
const tensorDataset: LibraryClass = {
  init: (m, self, args) =>
    write(m, self.attributes, 'tensors', args.rest ? unknown : tuple(args.positional)),
  iterate: (m, self) => {
    const tensors = tensorsOf(m, self);
    if (!tensors) return many(unknown);
    const row = tensors.map((t) => (t ? firstItem(m, t) : unknown));
    const length = tensors[0] && known(m, lengthOf(m, tensors[0]));
    return many(tuple(row), length?.k === 'int' ? length.value : undefined);
  },
};
const subset: LibraryClass = {
  init: keeping('dataset', 'indices'),
  iterate: (m, self) => many(itemOf(m, held(self, 'dataset')), countOf(m, held(self, 'indices'))),
};
const concatenated: LibraryClass = {
  init: keeping('datasets'),
  iterate: (m, self) => {
    const { items } = elements(m, held(self, 'datasets'));
    if (!items?.length) return many(unknown);
    const counts = items.map((dataset) => countOf(m, dataset));
    const isCounted = counts.every((count) => count !== undefined);
    const item = items.map((dataset) => itemOf(m, dataset)).reduce((a, b) => join(m, a, b));
    return many(item, isCounted ? (counts as Poly[]).reduce(add) : undefined);
  },
};

export const datasetClass: Class = {
  k: 'class',
  name: 'Dataset',
  bases: [],
  members: new Map(),
  library: {},
};
const derived = (name: string, library: LibraryClass): [string, Class] => [
  name,
  { k: 'class', name, bases: [datasetClass], members: new Map(), library },
];
const classes = new Map<string, Class>([
  ['Dataset', datasetClass],
  derived('IterableDataset', {}),
  derived('TensorDataset', tensorDataset),
  derived('Subset', subset),
  derived('ConcatDataset', concatenated),
  [
    'DataLoader',
    { k: 'class', name: 'DataLoader', bases: [], members: new Map(), library: loader },
  ],
]);

/** `random_split(dataset, lengths)`: of shares of the whole, only their number is followed. */
const randomSplit = native('random_split', (m, args) => {
  const dataset = argument(args, 0, 'dataset') ?? unknown;
  const { items } = elements(m, argument(args, 1, 'lengths') ?? unknown);
  const part = (length: Value): Value => {
    const v = known(m, length);
    const indices = many(m.unknownInteger(), v.k === 'int' ? v.value : undefined);
    return call(m, classes.get('Subset')!, positional(dataset, indices));
  };
  return items ? list(items.map(part)) : many(part(none));
});
const defaultCollate = native('default_collate', (m, args) => {
  const { items, item, count } = elements(m, args.positional[0] ?? unknown);
  const rows = items ? constant(items.length) : count;
  const row = anyOf(m, items ? { items } : { item: item ?? unknown });
  return rows ? collated(m, row, rows) : unknown;
});

/** A name of `torch.utils.data`. */
export function dataLookup(last: string): Value | undefined {
  if (last === 'random_split') return randomSplit;
  if (last === 'default_collate') return defaultCollate;
  return classes.get(last);
}
