/** Shape arithmetic that every array library shares: axes, broadcasting, reductions, reshapes. */
import {
  asInt,
  asNumber,
  dimAt,
  dimsOf,
  equate,
  equateProducts,
  fresh,
  isDimension,
  known,
  normal,
  requireRank,
  shapeOf,
  unknownSize,
  unknownTensor,
  write,
  type Machine,
} from './machine';
import {
  add as addPoly,
  constant,
  constantOf,
  divideExactly,
  floorDivide,
  one,
  product,
  symbol,
  symbolOf,
  symbolsOf,
  type Poly,
  type Sym,
} from './poly';
import { areDifferent, checkElements, clash } from './clash';
import { ranked, type Shape, type Tensor, type Value } from './values';

export const make = (library: string, dims: readonly Poly[], dtype: string | number): Tensor => ({
  k: 'tensor',
  shape: ranked(dims),
  dtype,
  library,
});
export const withShape = (t: Tensor, shape: Shape): Tensor => ({
  k: 'tensor',
  shape,
  dtype: t.dtype,
  library: t.library,
});
export const withDtype = (t: Tensor, dtype: string | number): Tensor => ({
  ...withShape(t, t.shape),
  dtype,
});

/** A tensor of the same rank as nothing known, same element type. */
export function vague(m: Machine, t: Tensor): Tensor {
  const { head } = shapeOf(m, t.shape);
  if (head !== null) m.missed.add(head);
  return { ...unknownTensor(m, t.library), dtype: t.dtype };
}

/** The shape with the dimension at `index` (negative from the back) replaced by others. */
export function editShape(
  m: Machine,
  t: Tensor,
  index: number,
  replace: (dim: Poly) => readonly Poly[],
): Shape | undefined {
  const dim = dimAt(m, t, index);
  if (!dim) return undefined;
  const shape = shapeOf(m, t.shape);
  // It may be one of the last dimensions, or lie before them.
  if (shape.head !== null && index >= shape.front.length) return undefined;
  const fromBack = shape.head !== null && index < 0;
  const list = fromBack ? shape.tail : shape.front;
  const place = index < 0 ? list.length + index : index;
  const next = [...list.slice(0, place), ...replace(dim), ...list.slice(place + 1)];
  return fromBack ? { ...shape, tail: next } : { ...shape, front: next };
}

/** Axes in an order in which what is taken out does not move those that are still to go. */
export const removable = (axes: readonly number[], rank = 0): number[] =>
  axes.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => (a < 0 ? a - b : b - a));

/** The shape without some axes, or with 1 in their place; undefined axes: all of them. */
export function reduceShape(
  m: Machine,
  t: Tensor,
  axes: readonly number[] | undefined,
  keep: boolean,
): Shape | undefined {
  const dims = dimsOf(m, t);
  if (!axes) {
    if (!keep) return ranked([]);
    return dims ? ranked(dims.map(() => one)) : undefined;
  }
  const places = removable(axes, dims?.length);
  if (dims && places.some((place) => place < 0 || place >= dims.length)) return undefined;
  let current = t;
  for (const place of places) {
    const shape = editShape(m, current, place, () => (keep ? [one] : []));
    if (!shape) return undefined;
    current = withShape(t, shape);
  }
  return current.shape;
}

/** One item along the first axis. */
export function firstItem(m: Machine, t: Tensor): Value {
  const shape = editShape(m, t, 0, () => []);
  return shape ? withShape(t, shape) : vague(m, t);
}

const isLoose = (m: Machine, sym: Sym | undefined): boolean =>
  !!sym?.loose && !m.names.has(sym.key);

const isLooseSum = (m: Machine, dim: Poly): boolean =>
  dim.terms.length > 1 && symbolsOf(dim).every((sym) => isLoose(m, sym));

/** More sizes than this in one broadcast are not told apart. */
const mostMeeting = 8;

/** The same sizes broadcast to the same size everywhere, in any order and however often. */
function meeting(m: Machine, p: Sym, q: Sym): Poly {
  const keys = [...new Set([p, q].flatMap((sym) => sym.meets ?? [sym.key]))].sort();
  if (p.varies || q.varies || keys.length > mostMeeting) return unknownSize(m);
  return symbol({ key: `<${keys.join('&')}>`, free: true, loose: true, meets: keys });
}

/** The size that two aligned dimensions broadcast to. A size with a name of its own is not 1. */
export function broadcastDim(m: Machine, left: Poly, right: Poly): Poly {
  const a = normal(m, left);
  const b = normal(m, right);
  if (a.key === b.key) return a;
  const [x, y] = [constantOf(a), constantOf(b)];
  if (x === 1) return b;
  if (y === 1) return a;
  if (x !== undefined) return a;
  if (y !== undefined) return b;
  const [p, q] = [symbolOf(a), symbolOf(b)];
  for (const [sym, other] of [
    [p, b],
    [q, a],
  ] as const) {
    // `pe[:, :T]` is min(T, length) long until it is added to something T long.
    if (
      sym?.op?.fn === 'min' &&
      [sym.op.a, sym.op.b].some((side) => normal(m, side).key === other.key)
    ) {
      write(m, m.bindings, sym.key, other);
      return other;
    }
  }
  if (p && q && isLoose(m, p) && isLoose(m, q)) return meeting(m, p, q);
  // `s₁ - 2` of sizes that have no names may be 1.
  if ((isLoose(m, p) && isLooseSum(m, b)) || (isLoose(m, q) && isLooseSum(m, a)))
    return unknownSize(m);
  if (isLoose(m, p)) return b;
  if (isLoose(m, q)) return a;
  return a.terms.length <= b.terms.length ? a : b;
}

/** Two arrays that begin with the same axis, as batches do, and end unlike, are hardly meant to meet at their ends. */
function isAskew(m: Machine, left: readonly Poly[], right: readonly Poly[]): boolean {
  if (left.length === right.length || Math.min(left.length, right.length) < 2) return false;
  const [a, b, c, d] = [left[0]!, right[0]!, left.at(-1)!, right.at(-1)!].map((p) => normal(m, p));
  const isOne = (p: Poly | undefined) => !!p && constantOf(p) === 1;
  return !!symbolOf(a!) && a!.key === b!.key && c!.key !== d!.key && !isOne(c) && !isOne(d);
}

export function broadcastShapes(m: Machine, left: Shape, right: Shape): Shape {
  const a = shapeOf(m, left);
  const b = shapeOf(m, right);
  if (a.head === null && b.head === null) {
    if (isAskew(m, a.front, b.front)) m.mismatches += 1;
    const rank = Math.max(a.front.length, b.front.length);
    const numbers = (s: Shape, index: number) => {
      const dim = s.front.at(index);
      return index >= -s.front.length && dim ? constantOf(normal(m, dim)) : undefined;
    };
    for (let index = -1; index >= -rank; index -= 1) {
      const [x, y] = [numbers(a, index), numbers(b, index)];
      if (x === undefined || y === undefined || x === y || x === 1 || y === 1) continue;
      clash(m, 'broadcast', left, right);
      break;
    }
    const dims = Array.from({ length: rank }, (_, index) => {
      const x = a.front.at(index - rank);
      const y = b.front.at(index - rank);
      const has = (s: Shape) => s.front.length >= rank - index;
      return has(a) && has(b) ? broadcastDim(m, x!, y!) : has(a) ? x! : y!;
    });
    return ranked(dims);
  }
  if (a.head === null && a.front.length === 0) return b;
  if (b.head === null && b.front.length === 0) return a;
  if (a.head === b.head && a.front.length === b.front.length && a.tail.length === b.tail.length) {
    const pair = (x: readonly Poly[], y: readonly Poly[]) =>
      x.map((dim, i) => broadcastDim(m, dim, y[i]!));
    return { front: pair(a.front, b.front), head: a.head, tail: pair(a.tail, b.tail) };
  }
  const [open, other] = a.head === null ? [b, a] : [a, b];
  // A size of the open shape at its own place in the other: they align only if the ranks agree.
  // A vector meets the columns of a square matrix too.
  const isAligned = other.head === null && other.front.length > 1;
  if (isAligned && other.front.some((dim, i) => isDimension(m, dim, open, i))) {
    const t: Tensor = { k: 'tensor', shape: open, dtype: '', library: '' };
    if (requireRank(m, t, other.front.length)) return broadcastShapes(m, open, other);
  }
  const trailing = other.head === null ? other.front : other.tail;
  if (other.head === null && trailing.length <= open.tail.length) {
    const cut = open.tail.length - trailing.length;
    const tail = open.tail.map((dim, i) =>
      i < cut ? dim : broadcastDim(m, dim, trailing[i - cut]!),
    );
    return { ...open, tail };
  }
  const common = Math.min(open.tail.length, trailing.length);
  const tail = Array.from({ length: common }, (_, i) =>
    broadcastDim(m, open.tail.at(i - common)!, trailing.at(i - common)!),
  );
  return { front: [], head: fresh(m), tail };
}

/** Sizes written as `f(2, 3)`, `f((2, 3))` or `f(*shape)`: a shape, -1 kept as it is. */
export function sizesOf(m: Machine, values: readonly Value[]): Shape | undefined {
  const [first] = values;
  const v = first && known(m, first);
  if (v && values.length === 1) {
    if (v.k === 'sequence') return sizesOf2(m, v.items);
    if (v.k === 'shape') return v.shape;
    if (v.k === 'tensor' && v.holds) return sizesOf(m, [v.holds]);
    if (v.k === 'many' || v.k === 'unknown') return undefined;
  }
  return sizesOf2(m, values);
}
function sizesOf2(m: Machine, values: readonly Value[]): Shape | undefined {
  const dims: Poly[] = [];
  for (const value of values) {
    const v = known(m, value);
    if (v.k === 'shape') return undefined;
    dims.push(asInt(m, v) ?? unknownSize(m));
  }
  return ranked(dims);
}

/** `reshape`: -1 becomes what is left of the elements. */
export function reshape(m: Machine, t: Tensor, target: Shape): Tensor {
  const wanted = shapeOf(m, target);
  if (wanted.head !== null) return withShape(t, reshapeOpen(m, t, wanted));
  const open = wanted.front.findIndex((dim) => constantOf(dim) === -1);
  if (open < 0) closeRank(m, t, wanted.front);
  const from = dimsOf(m, t);
  if (open < 0) {
    if (from) checkElements(m, t, from, wanted.front);
    if (from) equateProducts(m, from, wanted.front);
    return withShape(t, ranked(wanted.front));
  }
  const others = wanted.front.filter((_, index) => index !== open);
  if (from) checkElements(m, t, from, others, wanted.front);
  const rest = from ? remainder(m, from, others) : unknownSize(m);
  return withShape(t, ranked(wanted.front.map((dim, index) => (index === open ? rest : dim))));
}
/** The same, where not all axes are known: what both have of those stays. */
function reshapeOpen(m: Machine, t: Tensor, wanted: Shape): Shape {
  const isOpen = (dim: Poly): boolean => constantOf(dim) === -1;
  const from = shapeOf(m, t.shape);
  const others = [...wanted.front, ...wanted.tail].filter((dim) => !isOpen(dim));
  const rest =
    from.head === wanted.head
      ? remainder(m, [...from.front, ...from.tail], others)
      : unknownSize(m);
  const filled = (dims: readonly Poly[]): Poly[] => dims.map((dim) => (isOpen(dim) ? rest : dim));
  return { ...wanted, front: filled(wanted.front), tail: filled(wanted.tail) };
}
/** Where the sizes that are known make up all elements, there are no others. */
function closeRank(m: Machine, t: Tensor, wanted: readonly Poly[]): void {
  const { front, head, tail } = shapeOf(m, t.shape);
  if (head === null || front.length + tail.length < 2) return;
  const all = (dims: readonly Poly[]) => product(dims.map((dim) => normal(m, dim))).key;
  if (all([...front, ...tail]) === all(wanted)) requireRank(m, t, front.length + tail.length);
}
function remainder(m: Machine, from: readonly Poly[], others: readonly Poly[]): Poly {
  const left = [...from].map((dim) => normal(m, dim));
  const right: Poly[] = [];
  for (const dim of others.map((each) => normal(m, each))) {
    const same = left.findIndex((mine) => mine.key === dim.key);
    if (same >= 0) left.splice(same, 1);
    else right.push(dim);
  }
  const total = product(left);
  const by = product(right);
  // What is left over divides without remainder, or the program would stop here.
  return divideWhole(total, by) ?? floorDivide(total, by);
}
export function divideWhole(total: Poly, by: Poly): Poly | undefined {
  return by.terms.length === 1 ? divideExactly(total, by) : undefined;
}

/** An axis given by the program; undefined when it is not known. */
export const axisOf = (m: Machine, value: Value | undefined): number | undefined =>
  asNumber(m, value);
export function axesOf(m: Machine, value: Value | undefined): number[] | undefined {
  const v = value && known(m, value);
  if (v?.k === 'sequence') {
    const all = v.items.map((item) => asNumber(m, item));
    return all.every((axis) => axis !== undefined) ? (all as number[]) : undefined;
  }
  const axis = asNumber(m, v);
  return axis === undefined ? undefined : [axis];
}

/** Axes in a new order. */
export function permute(m: Machine, t: Tensor, order: readonly number[]): Tensor {
  const dims = requireRank(m, t, order.length);
  if (!dims) return vague(m, t);
  return withShape(t, ranked(order.map((axis) => dims.at(axis) ?? unknownSize(m))));
}
export function swap(m: Machine, t: Tensor, a: number, b: number): Tensor {
  const x = dimAt(m, t, a);
  const y = dimAt(m, t, b);
  const first = x && y && editShape(m, t, a, () => [y]);
  const both = first && x && editShape(m, withShape(t, first), b, () => [x]);
  return both ? withShape(t, both) : vague(m, t);
}
/** A new axis of size 1 before `index`. */
export function insertAxis(m: Machine, t: Tensor, index: number, dim: Poly = one): Tensor {
  const shape = shapeOf(m, t.shape);
  if (shape.head === null) {
    const place = index < 0 ? index + shape.front.length + 1 : index;
    if (place > shape.front.length || place < 0) return vague(m, t);
    return withShape(t, ranked([...shape.front.slice(0, place), dim, ...shape.front.slice(place)]));
  }
  if (index < 0) {
    if (index < -1 && !dimAt(m, t, index + 1)) return vague(m, t);
    const { front, head, tail } = shapeOf(m, t.shape);
    const place = tail.length + index + 1;
    return withShape(t, {
      front,
      head,
      tail: [...tail.slice(0, place), dim, ...tail.slice(place)],
    });
  }
  if (index > 0 && !dimAt(m, t, index - 1)) return vague(m, t);
  const { front, head, tail } = shapeOf(m, t.shape);
  return withShape(t, {
    front: [...front.slice(0, index), dim, ...front.slice(index)],
    head,
    tail,
  });
}

/** Tensors joined along an axis: the others agree, this one is the sum. */
export function concatenate(
  m: Machine,
  tensors: readonly Tensor[],
  axis: number,
): Tensor | undefined {
  const [first] = tensors;
  if (!first) return undefined;
  const rank = tensors.map((t) => dimsOf(m, t)?.length).find((r) => r !== undefined);
  if (rank !== undefined) for (const t of tensors) requireRank(m, t, rank);
  const dims = tensors.map((t) => dimAt(m, t, axis));
  if (dims.some((dim) => !dim)) return vague(m, first);
  const place = axis < 0 && rank !== undefined ? axis + rank : axis;
  if (rank !== undefined) {
    const all = tensors.map((t) => dimsOf(m, t)!);
    const other = all.findIndex((each) => each && each.length !== rank);
    // torch leaves out vectors without elements.
    if (other > 0 && all[0]!.length > 1 && all[other]!.length > 1)
      clash(m, 'concatenate', first.shape, tensors[other]!.shape);
    if (all.some((each) => each?.length !== rank)) return vague(m, first);
    const misfit = tensors.findIndex((_, at) =>
      all[at]!.some((dim, index) => index !== place && areDifferent(m, all[0]![index]!, dim)),
    );
    if (misfit > 0) clash(m, 'concatenate', first.shape, tensors[misfit]!.shape);
    const result = all[0]!.map((dim, index) => {
      if (index === place)
        return all.reduce((total, each) => addPoly(total, each[index]!), constant(0));
      for (const each of all.slice(1)) equate(m, dim, each[index]!);
      return best(
        m,
        all.map((each) => each[index]!),
      );
    });
    return withShape(first, ranked(result));
  }
  const total = (dims as Poly[]).reduce(addPoly);
  const shape = editShape(m, first, axis, () => [total]);
  return shape ? withShape(first, shape) : vague(m, first);
}
/** Of sizes that are equal at run time, the one that says most. */
function best(m: Machine, dims: readonly Poly[]): Poly {
  const all = dims.map((dim) => normal(m, dim));
  return (
    all.find((dim) => constantOf(dim) !== undefined) ??
    all.find((dim) => !isLoose(m, symbolOf(dim))) ??
    all[0]!
  );
}
