/** What iterating over a value gives. */
import { join } from '../join';
import { asInt, fresh, known, shapeOf, size, unknownSize, type Machine } from '../machine';
import { constant, constantOf, symbol, symbolOf, type Poly } from '../poly';
import { int, ranked, string, tuple, unknown, type Tensor, type Value } from '../values';
import { firstItem } from '../tensors';
import { callMethod } from './calls';
import { findMember } from './attributes';

export interface Elements {
  /** All of them, in order. */
  readonly items?: readonly Value[];
  /** One that stands for all. */
  readonly item?: Value;
  readonly count?: Poly;
}

export function elements(m: Machine, value: Value): Elements {
  const v = known(m, value);
  switch (v.k) {
    case 'sequence':
      return { items: v.items };
    case 'many':
      return { item: v.item, ...(v.length ? { count: v.length } : {}) };
    case 'dict':
      if (v.other) return { item: string() };
      return { items: [...v.entries.keys()].map((key) => string(key)) };
    case 'tensor': {
      if (v.holds) return heldElements(m, v, v.holds);
      const shape = shapeOf(m, v.shape);
      const first = shape.front[0];
      const length = first && constantOf(first);
      const item = firstItem(m, v);
      if (length !== undefined && length <= 8) return { items: Array.from({ length }, () => item) };
      return { item, ...(first ? { count: first } : {}) };
    }
    case 'object': {
      const own = v.cls.library?.iterate?.(m, v);
      if (own) return elements(m, own);
      if (findMember(m, v.cls, '__iter__')) return elements(m, callMethod(m, v, '__iter__', []));
      if (findMember(m, v.cls, '__getitem__'))
        return { item: callMethod(m, v, '__getitem__', [unknown]) };
      const iterate = inherited(m, v);
      return iterate ? elements(m, iterate) : { item: unknown };
    }
    case 'union': {
      const option = v.options.filter((one) => one.k !== 'none');
      return option.length === 1 ? elements(m, option[0]!) : { item: unknown };
    }
    case 'any':
      return { item: { k: 'any', id: fresh(m) } };
    default:
      return { item: unknown };
  }
}
/** What an operation on the integers in a tensor gives: again a tensor, where the library has no numbers of its own. */
export function partOf(m: Machine, whole: Tensor, part: Value): Value {
  const isTensor = m.library.tables.get(whole.library)?.dialect.tensorsOnly;
  return isTensor ? holding(m, whole, part) : part;
}
/** A tensor of integers that are known. */
export function holding(m: Machine, like: Pick<Tensor, 'library' | 'dtype'>, part: Value): Value {
  const v = known(m, part);
  const { library, dtype } = like;
  if (v.k === 'int') return { k: 'tensor', shape: ranked([]), dtype, library, holds: v };
  const length = v.k === 'sequence' ? constant(v.items.length) : unknownSize(m);
  return v.k === 'sequence' || v.k === 'shape' || v.k === 'many'
    ? { k: 'tensor', shape: ranked([length]), dtype, library, holds: v }
    : unknown;
}
function heldElements(m: Machine, t: Tensor, holds: Value): Elements {
  const { items, item } = elements(m, holds);
  return items
    ? { items: items.map((each) => partOf(m, t, each)) }
    : { item: partOf(m, t, item ?? unknown) };
}

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

/** The item at a place: of unlike numbers in a list, the one at each place is a size of its own. */
export function itemAt(m: Machine, item: Value, place: number | undefined): Value {
  const v = known(m, item);
  const sym = v.k === 'int' ? symbolOf(v.value) : undefined;
  const digit = place === undefined ? undefined : subscripts[Math.abs(place)];
  if (sym?.itemOf === undefined || place === undefined || !digit) return item;
  const name = `${sym.itemOf}${place < 0 ? '₋' : ''}${digit}`;
  return int(symbol({ key: `${sym.key}[${place}]`, name, free: true, loose: true }));
}

/** One of the items that a list is taken apart into: a size among them is not that of the others. */
export function another(m: Machine, item: Value, place: number): Value {
  const placed = itemAt(m, item, place);
  if (placed !== item) return placed;
  const v = known(m, item);
  return v.k === 'int' && constantOf(v.value) === undefined ? int(unknownSize(m, false)) : item;
}

/** Some of a list, or the same in another order: its items are at other places. */
export function displaced(m: Machine, item: Value): Value {
  const v = known(m, item);
  const sym = v.k === 'int' ? symbolOf(v.value) : undefined;
  return sym?.itemOf === undefined ? item : int(unknownSize(m, true));
}

/** How many rounds a loop over them has. */
export const roundsOf = (
  items: readonly Value[] | undefined,
  count: Poly | undefined,
): Poly | undefined => (items ? constant(items.length) : count);

function inherited(m: Machine, v: Extract<Value, { k: 'object' }>): Value | undefined {
  const visit = (cls: Value): Value | undefined => {
    if (cls.k !== 'class') return undefined;
    const own = cls.library?.iterate?.(m, v);
    if (own) return own;
    for (const base of cls.bases) {
      const found = visit(known(m, base));
      if (found) return found;
    }
    return undefined;
  };
  return visit(v.cls);
}

/** `range(a, b, c)`: its items when they are few and known. */
export function range(m: Machine, args: readonly Value[]): Value {
  const [first, second] = args;
  const numbers = args.map((arg) => asNumberExactly(m, arg));
  if (numbers.every((one) => one !== undefined)) {
    const [start, stop, step] =
      numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
    const count = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
    if (count <= 16) {
      return tuple(
        Array.from({ length: count }, (_, index) => int(constant(start + index * step))),
      );
    }
  }
  const index = int(size(m, undefined, { varies: true, counts: true }));
  const count = !second && first ? asInt(m, first) : undefined;
  return { k: 'many', item: index, ...(count ? { length: count } : {}) };
}
const asNumberExactly = (m: Machine, value: Value): number | undefined => {
  const v = known(m, value);
  return v.k === 'int' ? constantOf(v.value) : undefined;
};

/** One of them, whichever. */
export const anyOf = (m: Machine, { items, item }: Elements): Value =>
  item ?? (items?.length ? items.reduce((a, b) => join(m, a, b)) : unknown);

/** How many there are, as an integer value. */
export function lengthOf(m: Machine, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'shape') return m.unknownInteger();
  if (v.k === 'string' && v.value !== undefined) return int(constant(v.value.length));
  if (v.k === 'dict') return v.other ? m.unknownInteger() : int(constant(v.entries.size));
  if (v.k === 'tensor') {
    const first = shapeOf(m, v.shape).front[0];
    return first ? int(first) : m.unknownInteger();
  }
  if (v.k === 'object' && findMember(m, v.cls, '__len__')) return callMethod(m, v, '__len__', []);
  const { items, count } = elements(m, v);
  if (items) return int(constant(items.length));
  return count ? int(count) : m.unknownInteger();
}
