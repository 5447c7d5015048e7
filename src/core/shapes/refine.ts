/** What is learnt of sizes, ranks, element types and values while the code is followed. */
import { type Machine, fresh, write, size } from './state';
import {
  constant,
  constantOf,
  divideExactly,
  multiply,
  one,
  product,
  substitute,
  subtract,
  symbol,
  symbolOf,
  symbolsOf,
  type Poly,
  type Sym,
} from './poly';
import { tuple, type Any, type Shape, type Tensor, type Value } from './values';

/** A dimension about which nothing is known. */
export const unknownSize = (m: Machine, varies = m.looping > 0): Poly =>
  size(m, undefined, { free: true, loose: true, ...(varies ? { varies } : {}) });

/** A new tensor about which nothing is known. */
export function unknownTensor(m: Machine, library: string, name?: string): Tensor {
  const head = fresh(m);
  if (name) m.origins.set(head, name);
  return { k: 'tensor', shape: { front: [], head, tail: [] }, dtype: fresh(m), library };
}

/** A polynomial with all that has been learnt put in. */
export function normal(m: Machine, a: Poly): Poly {
  if (m.bindings.size === 0 || a.terms.every((t) => t.factors.length === 0)) return a;
  for (let round = 0; round < 8; round += 1) {
    const b = substitute(a, (sym) => m.bindings.get(sym.key) as Poly | undefined);
    if (b === a) return a;
    a = b;
  }
  return a;
}

export function shapeOf(m: Machine, shape: Shape): Shape {
  let { front, head, tail } = shape;
  while (head !== null) {
    const inner = m.bindings.get(head) as Shape | undefined;
    if (!inner) return { front, head, tail };
    front = [...front, ...inner.front];
    tail = [...inner.tail, ...tail];
    head = inner.head;
  }
  return { front: [...front, ...tail], head, tail: [] };
}

/** Dimensions of a tensor whose rank is known. */
export function dimsOf(m: Machine, t: Tensor): readonly Poly[] | undefined {
  const shape = shapeOf(m, t.shape);
  return shape.head === null ? shape.front.map((dim) => normal(m, dim)) : undefined;
}

/** A weight rather than data, of which no more is known than that. */
export function isStored(m: Machine, value: Value): boolean {
  const v = known(m, value);
  if (v.k === 'any') return v.stored === true;
  const head = v.k === 'tensor' ? shapeOf(m, v.shape).head : null;
  return head !== null && m.stored.has(head);
}

export const dtypeOf = (m: Machine, t: Tensor): string | undefined =>
  typeof t.dtype === 'string' ? t.dtype : (m.bindings.get(t.dtype) as string | undefined);

export function requireDtype(m: Machine, t: Tensor, dtype: string): void {
  if (typeof t.dtype === 'number' && !m.bindings.has(t.dtype)) write(m, m.bindings, t.dtype, dtype);
}

/** Makes the rank known, where it is not and nothing contradicts it; returns the dimensions. */
export function requireRank(m: Machine, t: Tensor, rank: number): readonly Poly[] | undefined {
  const shape = shapeOf(m, t.shape);
  if (shape.head === null) {
    if (shape.front.length === rank) return dimsOf(m, t);
    m.mismatches += 1;
    return undefined;
  }
  const missing = rank - shape.front.length - shape.tail.length;
  if (missing < 0) return undefined;
  const front = newDims(m, shape.head, shape.front.length, missing);
  write(m, m.bindings, shape.head, { front, head: null, tail: [] });
  settlePending(m);
  return dimsOf(m, t);
}

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

function newDims(m: Machine, head: number, from: number, count: number): Poly[] {
  const origin = m.origins.get(head);
  return Array.from({ length: count }, (_, index) =>
    size(m, undefined, {
      free: true,
      loose: true,
      ...(origin ? { name: `${origin}${subscripts[from + index] ?? ''}` } : {}),
    }),
  );
}

/** The dimension at an index from the front or (negative) the back, also of an unknown rank. */
export function dimAt(m: Machine, t: Tensor, index: number): Poly | undefined {
  const shape = shapeOf(m, t.shape);
  if (shape.head === null) {
    const dim = shape.front.at(index);
    return index < shape.front.length && index >= -shape.front.length && dim
      ? normal(m, dim)
      : undefined;
  }
  if (index >= 0) {
    if (index >= shape.front.length) {
      // Behind known trailing dimensions the index might be one of them; it is settled with the rank.
      if (shape.tail.length > 0) return pendingSize(m, shape, index);
      const front = newDims(m, shape.head, shape.front.length, index + 1 - shape.front.length);
      grow(m, shape.head, front, []);
    }
    return normal(m, shapeOf(m, t.shape).front[index]!);
  }
  if (-index > shape.tail.length) {
    if (shape.front.length > 0) return undefined;
    const tail = Array.from({ length: -index - shape.tail.length }, () => unknownSize(m));
    grow(m, shape.head, [], tail);
  }
  return normal(m, shapeOf(m, t.shape).tail.at(index)!);
}

function pendingSize(m: Machine, shape: Shape, index: number): Poly {
  for (const entry of m.pending.values()) {
    if (entry.index === index && shapeOf(m, entry.shape).head === shape.head) return entry.size;
  }
  const dim = unknownSize(m);
  m.pending.set(symbolOf(dim)!.key, { shape, index, size: dim });
  return dim;
}

/** Learns the sizes that were read by index, now that the rank is known. */
function settlePending(m: Machine): void {
  for (const [key, { shape, index, size: dim }] of m.pending) {
    const { head, front } = shapeOf(m, shape);
    const real = head === null ? front[index] : undefined;
    if (real && !m.bindings.has(key)) equate(m, dim, real);
  }
}

/** Whether a size is that of dimension `index` of a shape of unknown rank. */
export function isDimension(m: Machine, dim: Poly, shape: Shape, index: number): boolean {
  const resolved = shapeOf(m, shape);
  const own = resolved.front[index];
  const size = normal(m, dim);
  if (own && normal(m, own).key === size.key) return true;
  const sym = symbolOf(size);
  if (!sym) return false;
  if (sym.op?.fn === 'min')
    return [sym.op.a, sym.op.b].some((side) => isDimension(m, side, shape, index));
  const entry = m.pending.get(sym.key);
  return entry?.index === index && shapeOf(m, entry.shape).head === resolved.head;
}

function grow(m: Machine, head: number, front: readonly Poly[], tail: readonly Poly[]): void {
  const inner = fresh(m);
  const origin = m.origins.get(head);
  if (origin) m.origins.set(inner, origin);
  if (m.stored.has(head)) m.stored.add(inner);
  m.rests.add(inner);
  write(m, m.bindings, head, { front, head: inner, tail });
}

/** Learns that two sizes are the same. False: they certainly are not. */
export function equate(m: Machine, left: Poly, right: Poly): boolean {
  const a = normal(m, left);
  const b = normal(m, right);
  if (a.key === b.key) return true;
  const difference = subtract(a, b);
  const value = constantOf(difference);
  if (value !== undefined) {
    m.mismatches += 1;
    return false;
  }
  const candidates = [symbolOf(a), symbolOf(b)].filter((sym) => sym?.free && !sym.varies) as Sym[];
  // What has no name of its own gives way to what has one.
  candidates.sort(
    (x, y) => Number(nameOf(m, x) !== undefined) - Number(nameOf(m, y) !== undefined),
  );
  for (const sym of candidates) {
    const other = symbolOf(a)?.key === sym.key ? b : a;
    if (symbolsOf(other).some((inner) => inner.key === sym.key)) continue;
    write(m, m.bindings, sym.key, other);
    return true;
  }
  for (const one of difference.terms) {
    const [factor, more] = one.factors;
    if (!factor || more || !factor[0].free || factor[0].varies || factor[1] !== 1) continue;
    if (Math.abs(one.coefficient) !== 1) continue;
    const rest = subtract(difference, multiply(constant(one.coefficient), symbol(factor[0])));
    if (symbolsOf(rest).some((sym) => sym.key === factor[0].key)) continue;
    write(m, m.bindings, factor[0].key, multiply(constant(-one.coefficient), rest));
    return true;
  }
  return true;
}

/** `_`, `__`, `_T`: what is not looked at again is no name for a size. */
export const isThrowaway = (name: string): boolean => /^_.?$/u.test(name);

export function nameOf(m: Machine, sym: Sym): string | undefined {
  const given = m.names.get(sym.key);
  return given !== undefined && !isThrowaway(given) ? given : sym.name;
}

/** Learns from two shapes having equally many elements; floor divisions in them become exact. */
export function equateProducts(m: Machine, left: readonly Poly[], right: readonly Poly[]): void {
  const rest = [...right];
  const mine: Poly[] = [];
  for (const dim of left) {
    const same = rest.findIndex((other) => other.key === dim.key);
    if (same >= 0) rest.splice(same, 1);
    else if (constantOf(dim) !== 1) mine.push(dim);
  }
  for (const dim of [...mine, ...rest]) makeExact(m, dim, product(mine), product(rest));
  const [a, b] = [product(mine), product(rest)].map((p) => normal(m, p)) as [Poly, Poly];
  if (a.key === b.key) return;
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const sym = from.terms[0]?.factors.find(([s, e]) => s.free && !s.varies && e === 1)?.[0];
    if (from.terms.length !== 1 || !sym) continue;
    const quotient = divideExactly(to, divideExactly(from, symbol(sym)) ?? one);
    if (quotient && !symbolsOf(quotient).some((s) => s.key === sym.key)) {
      equate(m, symbol(sym), quotient);
      return;
    }
  }
}

function makeExact(m: Machine, dim: Poly, left: Poly, right: Poly): void {
  for (const { key, op } of symbolsOf(dim)) {
    if (op?.fn !== '//') continue;
    const exact = divideExactly(op.a, op.b);
    if (!exact) continue;
    const replace = (p: Poly) => substitute(p, (sym) => (sym.key === key ? exact : undefined));
    if (replace(left).key === replace(right).key) write(m, m.bindings, key, exact);
  }
}

/** Learns that b divides a (from an assertion). */
export function declareDivisible(m: Machine, a: Poly, b: Poly): void {
  const x = normal(m, a);
  const y = normal(m, b);
  const exact = divideExactly(x, y);
  const sym = symbolOf(divideAtom(x, y));
  if (exact && sym) write(m, m.bindings, sym.key, exact);
}

const divideAtom = (a: Poly, b: Poly): Poly =>
  symbol({ key: `(${a.key})//(${b.key})`, op: { fn: '//', a, b } });

/** Whether a value of another file was not needed so far. */
export const isLater = (m: Machine, value: Value): boolean =>
  value.k === 'any' && value.later !== undefined && !m.bindings.has(value.id);

/** Gets it, for good: it does not depend on the branch that needs it. */
function gotten(m: Machine, { id, later }: Any): Value | undefined {
  if (!later || m.opening.has(id)) return undefined;
  m.opening.add(id);
  try {
    const value = later();
    // While modules import each other, a name may be there only afterwards.
    if (!value || (value.k === 'any' && m.isLoading())) return undefined;
    // Modules that have a name from each other: it is nowhere defined.
    if (value.k === 'any' && m.opening.has(value.id)) return undefined;
    m.bindings.set(id, value);
    return value;
  } finally {
    m.opening.delete(id);
  }
}

/** A value with its binding put in. */
export function known(m: Machine, value: Value): Value {
  while (value.k === 'any') {
    const bound = (m.bindings.get(value.id) as Value | undefined) ?? gotten(m, value);
    if (!bound) return value;
    value = bound;
  }
  if (value.k === 'shape') {
    const shape = shapeOf(m, value.shape);
    return shape.head === null
      ? tuple(shape.front.map((dim) => ({ k: 'int', value: normal(m, dim) })))
      : { k: 'shape', shape };
  }
  if (value.k === 'int') {
    const next = normal(m, value.value);
    return next === value.value ? value : { k: 'int', value: next };
  }
  return value;
}

export function bindAny(m: Machine, value: Value, to: Value): void {
  if (value.k === 'any' && !m.bindings.has(value.id)) write(m, m.bindings, value.id, to);
}

/** The integer that a value is, or that a tensor without dimensions holds. */
export function heldInt(m: Machine, value: Value): Poly | undefined {
  const v = known(m, value);
  if (v.k === 'tensor' && v.holds?.k === 'int') return normal(m, v.holds.value);
  return v.k === 'int' ? v.value : undefined;
}

/** The value as an integer; what is not known yet becomes one. */
export function asInt(m: Machine, value: Value | undefined): Poly | undefined {
  const v = value && known(m, value);
  if (!v) return undefined;
  const whole = heldInt(m, v);
  if (whole) return whole;
  if (v.k === 'bool' && v.value !== undefined) return constant(Number(v.value));
  if (v.k === 'float' && v.value !== undefined && Number.isInteger(v.value))
    return constant(v.value);
  if (v.k === 'float' && v.ratio && m.runtime.dividesExactly) return divideExactly(...v.ratio);
  if (v.k === 'any') {
    const result = size(m, v.name);
    bindAny(m, v, { k: 'int', value: result });
    return result;
  }
  return undefined;
}

/** A number that structure depends on (an axis, a count): a constant, or the value seen at the call sites. */
export function asNumber(m: Machine, value: Value | undefined): number | undefined {
  const given = value && known(m, value);
  const v = given?.k === 'tensor' && given.holds ? known(m, given.holds) : given;
  if (v?.k !== 'int') return v?.k === 'bool' && v.value !== undefined ? Number(v.value) : undefined;
  const result = constantOf(v.value);
  if (result !== undefined) return result;
  const hinted = substitute(v.value, (sym) =>
    sym.hint === undefined ? undefined : constant(sym.hint),
  );
  return constantOf(hinted);
}

/** The value as a tensor; what is not known yet becomes one. */
export function asTensor(
  m: Machine,
  value: Value | undefined,
  library = m.library.default,
): Tensor | undefined {
  const v = value && known(m, value);
  if (v?.k === 'tensor') return v;
  if (v?.k === 'any') {
    const t = unknownTensor(m, library, v.name);
    if (v.stored) m.stored.add(t.shape.head!);
    bindAny(m, v, t);
    return t;
  }
  if (v?.k === 'union') {
    const options = v.options.filter((option) => option.k !== 'none');
    return options.length === 1 ? asTensor(m, options[0], library) : undefined;
  }
  return undefined;
}
