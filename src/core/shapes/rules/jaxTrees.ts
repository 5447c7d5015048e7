/** Trees: arrays in lists, dicts, named tuples and dataclasses. https://docs.jax.dev/en/latest/pytrees.html */
import { libraryBase } from '../interpret/attributes';
import { call } from '../interpret/calls';
import { type Rule } from '../library';
import { known, type Machine } from '../machine';
import { list, none, unknown, type Obj, type Tensor, type Value } from '../values';
import { narrow } from './dtypes';
import { dialect } from './jaxDialect';
import { recordOf } from './records';

const LIBRARY = dialect.library;

/** A named tuple or a dataclass of arrays is a tree too; a module is not. */
const isRecord = (m: Machine, v: Obj): boolean =>
  !!v.cls.fields && !libraryBase(m, v.cls, (library) => library.methods);
/** The same tree with other tensors; of what holds arrays without being a tree, `other`. */
export function mapTensors(
  m: Machine,
  value: Value,
  each: (t: Tensor) => Value,
  other: (v: Value) => Value = (v) => (v.k === 'object' ? v : unknown),
): Value {
  const v = known(m, value);
  const inner = (item: Value) => mapTensors(m, item, each, other);
  const all = (items: ReadonlyMap<string, Value>) =>
    new Map([...items].map(([key, item]) => [key, inner(item)]));
  switch (v.k) {
    case 'tensor':
      return each(v);
    case 'sequence':
      return { ...v, items: v.items.map(inner) };
    case 'many':
      return { ...v, item: inner(v.item) };
    case 'dict':
      return { k: 'dict', entries: all(v.entries), ...(v.other ? { other: inner(v.other) } : {}) };
    case 'none':
      return v;
    case 'object':
      return isRecord(m, v) ? recordOf(m, v.cls, all(v.attributes)) : other(v);
    default:
      return other(v);
  }
}
/** The array as JAX has it. */
export const asJaxTensor = (t: Tensor): Tensor =>
  t.library === LIBRARY
    ? t
    : { ...t, library: LIBRARY, dtype: typeof t.dtype === 'string' ? narrow(t.dtype) : t.dtype };
/** What a function sees of an argument when it is traced: NumPy's arrays are JAX's, of 32 bits. */
export function traced(m: Machine, value: Value): Value {
  let isOther = false;
  mapTensors(m, value, (t) => ((isOther ||= t.library !== LIBRARY), t));
  return isOther ? mapTensors(m, value, asJaxTensor, (v) => v) : value;
}

/** tree_map: the function on each leaf, with the leaves at the same place of the other trees. */
export const treeMap: Rule = (m, args) => {
  const [fn = unknown, ...trees] = args.positional;
  const visit = (all: readonly Value[]): Value => {
    const first = known(m, all[0] ?? unknown);
    const others = all.map((each) => known(m, each));
    if (first.k === 'sequence') {
      return {
        ...first,
        items: first.items.map((_, index) =>
          visit(
            others.map((each) =>
              each.k === 'sequence' ? (each.items[index] ?? unknown) : unknown,
            ),
          ),
        ),
      };
    }
    if (first.k === 'dict') {
      const entries = new Map(
        [...first.entries.keys()].map((key) => [
          key,
          visit(
            others.map((each) =>
              each.k === 'dict' ? (each.entries.get(key) ?? unknown) : unknown,
            ),
          ),
        ]),
      );
      return { k: 'dict', entries, ...(first.other ? { other: unknown } : {}) };
    }
    if (first.k === 'object' && isRecord(m, first)) {
      const attributes = new Map(
        [...first.attributes.keys()].map((key) => [
          key,
          visit(
            others.map((each) =>
              each.k === 'object' ? (each.attributes.get(key) ?? unknown) : unknown,
            ),
          ),
        ]),
      );
      return recordOf(m, first.cls, attributes);
    }
    if (first.k === 'none') return none;
    return first.k === 'tensor' || first.k === 'int' || first.k === 'float'
      ? call(m, fn, { positional: all, keyword: new Map() })
      : unknown;
  };
  return visit(trees);
};

export const treeLeaves: Rule = (m, args) => {
  const leaves: Value[] = [];
  mapTensors(m, args.positional[0] ?? unknown, (t) => (leaves.push(t), t));
  return leaves.length ? list(leaves) : { k: 'many', item: unknown };
};
