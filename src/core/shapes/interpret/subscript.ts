/** `x[…]` of tensors (NumPy's rules, which the other libraries follow), sequences and dicts. */
import { join, oneOf } from '../join';
import {
  asInt,
  asNumber,
  asTensor,
  bindAny,
  dimAt,
  dimsOf,
  dtypeOf,
  isStored,
  fresh,
  known,
  normal,
  requireRank,
  shapeOf,
  unknownSize,
  write,
  type Machine,
} from '../machine';
import {
  add,
  ceilDivide,
  constant,
  constantOf,
  extreme,
  one,
  subtract,
  zero,
  type Poly,
} from '../poly';
import { broadcastShapes, editShape, vague, withShape } from '../tensors';
import { ranked, tuple, unknown, type Shape, type Tensor, type Value } from '../values';
import { callMethod } from './calls';
import { findMember, libraryBase } from './attributes';
import { displaced, elements, itemAt, partOf } from './sequences';

export function subscript(m: Machine, object: Value, index: Value): Value {
  const v = known(m, object);
  const i = known(m, index);
  switch (v.k) {
    case 'tensor':
      if (v.holds && picks(i)) return partOf(m, v, subscript(m, v.holds, i));
      return indexTensor(m, v, i);
    case 'any': {
      if (i.k === 'string' && i.value !== undefined) {
        const owner = v.name ?? '';
        bindAny(m, v, { k: 'dict', entries: new Map(), other: unknown, owner });
        return subscript(m, v, i);
      }
      const tensorLike =
        i.k === 'slice' ||
        i.k === 'none' ||
        i.k === 'ellipsis' ||
        (i.k === 'sequence' && i.items.length > 1);
      const t = tensorLike ? asTensor(m, v) : undefined;
      return t ? indexTensor(m, t, i) : { k: 'any', id: fresh(m) };
    }
    case 'shape':
      return indexShape(m, v.shape, i);
    case 'sequence':
      return indexSequence(m, v, i);
    case 'many':
      return i.k === 'slice'
        ? { k: 'many', item: displaced(m, v.item) }
        : itemAt(m, v.item, i.k === 'int' ? constantOf(i.value) : undefined);
    case 'dict': {
      const key = i.k === 'string' ? i.value : i.k === 'int' ? i.value.key : undefined;
      if (v.owner !== undefined && i.k === 'string' && i.value && !v.entries.has(i.value)) {
        const name = v.owner ? `${v.owner}.${i.value}` : i.value;
        write(m, v.entries, i.value, { k: 'any', id: fresh(m), name, stored: true });
      }
      const values = [...v.entries.values(), ...(v.other ? [v.other] : [])];
      if (key !== undefined && (v.entries.has(key) || v.other))
        return v.entries.get(key) ?? v.other!;
      return key === undefined ? oneOf(m, values) : unknown;
    }
    case 'object': {
      if (findMember(m, v.cls, '__getitem__')) return callMethod(m, v, '__getitem__', [i]);
      const iterable = libraryBase(m, v.cls, (library) => library.iterate?.(m, v));
      return iterable ? subscript(m, iterable, i) : unknown;
    }
    case 'union': {
      const all = v.options
        .filter((option) => option.k !== 'none')
        .map((option) => subscript(m, option, i));
      return oneOf(m, all);
    }
    default:
      return unknown;
  }
}

const picks = (i: Value): boolean => i.k === 'int' || i.k === 'slice' || i.k === 'tensor';

function indexSequence(m: Machine, v: Extract<Value, { k: 'sequence' }>, i: Value): Value {
  if (i.k === 'slice') {
    const [low, high, step] = i.parts.map((part) =>
      part && known(m, part).k !== 'none' ? asNumber(m, part) : null,
    );
    if (low === undefined || high === undefined || step === undefined) {
      const { items } = v;
      return items.length ? { k: 'many', item: items.reduce((a, b) => join(m, a, b)) } : unknown;
    }
    let items = v.items.slice(low ?? undefined, high ?? undefined);
    if (step === -1) items = [...v.items].reverse();
    else if (step) items = items.filter((_, index) => index % step === 0);
    return { ...v, items };
  }
  const place = asNumber(m, i);
  if (place !== undefined) return v.items.at(place) ?? unknown;
  return oneOf(m, v.items);
}

function indexShape(m: Machine, shape: Shape, i: Value): Value {
  const proxy: Tensor = { k: 'tensor', shape, dtype: '', library: '' };
  if (i.k === 'slice') {
    const [low, high] = i.parts.map((part) =>
      part && known(m, part).k !== 'none' ? asNumber(m, part) : null,
    );
    if (high && high < 0 && !low) {
      for (let at = high; at < 0; at += 1) editShape(m, proxy, at, (dim) => [dim]);
      const s = shapeOf(m, shape);
      return s.tail.length >= -high
        ? { k: 'shape', shape: { ...s, tail: s.tail.slice(0, s.tail.length + high) } }
        : unknown;
    }
    if (low && low < 0 && high === null) {
      editShape(m, proxy, low, (dim) => [dim]);
      const s = shapeOf(m, shape);
      return s.tail.length >= -low
        ? tuple(s.tail.slice(low).map((value) => ({ k: 'int', value })))
        : unknown;
    }
    if (!low && high && high > 0) {
      editShape(m, proxy, high - 1, (dim) => [dim]);
      const s = shapeOf(m, shape);
      return s.front.length >= high
        ? tuple(s.front.slice(0, high).map((value) => ({ k: 'int', value })))
        : unknown;
    }
    if (low && low > 0 && high === null) {
      editShape(m, proxy, low - 1, (dim) => [dim]);
      const s = shapeOf(m, shape);
      return s.front.length >= low
        ? { k: 'shape', shape: { ...s, front: s.front.slice(low) } }
        : unknown;
    }
    return unknown;
  }
  const place = asNumber(m, i);
  if (place === undefined) return { k: 'int', value: unknownSize(m) };
  return { k: 'int', value: dimAt(m, proxy, place) ?? unknownSize(m) };
}

/** Length of `dim[low:high:step]`. */
export function sliceLength(m: Machine, dim: Poly, parts: readonly (Value | undefined)[]): Poly {
  const [low, high, step] = parts.map((part) =>
    part && known(m, part).k !== 'none' ? part : undefined,
  );
  const by = step ? asInt(m, step) : one;
  const from = low ? asInt(m, low) : zero;
  const to = high ? asInt(m, high) : dim;
  if (!by || !from || !to) return unknownSize(m);
  const negative = constantOf(by);
  if (negative !== undefined && negative < 0) {
    return low || high ? unknownSize(m) : ceilDivide(dim, constant(-negative));
  }
  const length = span(m, dim, from, to, high !== undefined);
  return by.key === one.key ? length : ceilDivide(length, by);
}
function span(m: Machine, dim: Poly, from: Poly, to: Poly, bounded: boolean): Poly {
  const a = constantOf(from);
  const b = constantOf(to);
  const n = constantOf(normal(m, dim));
  if (n !== undefined && a !== undefined && b !== undefined) {
    const clamp = (value: number) => Math.min(Math.max(value < 0 ? value + n : value, 0), n);
    return constant(Math.max(0, clamp(b) - clamp(a)));
  }
  const isNegative = (p: Poly) => p.terms.length === 1 && p.terms[0]!.coefficient < 0;
  if (!bounded) {
    if (a === -1) return one;
    if (isNegative(from)) return extreme('min', subtract(zero, from), dim);
    return subtract(dim, from);
  }
  if (isNegative(to)) return isNegative(from) ? subtract(to, from) : subtract(add(dim, to), from);
  if (isNegative(from)) return unknownSize(m);
  if (a !== 0) return subtract(to, from);
  if (b === 1) return one;
  const difference = subtract(dim, to);
  // `x[:, :-k]` written as `x[:, :n - k]`.
  if (difference.terms.every((each) => each.coefficient > 0)) return to;
  return extreme('min', to, dim);
}

type Piece = { readonly keep: readonly Poly[] } | 'advanced';
/** NumPy indexing, basic and advanced. */
export function indexTensor(m: Machine, t: Tensor, index: Value): Tensor | Value {
  const items = index.k === 'sequence' && index.type === 'tuple' ? index.items : [index];
  const parts = items.map((item) => known(m, item));
  const consumed = parts.reduce((total, part) => total + consumes(m, part), 0);
  const dots = parts.findIndex((part) => part.k === 'ellipsis');
  const shape = shapeOf(m, t.shape);
  const rank = shape.head === null ? shape.front.length : undefined;
  if (rank !== undefined && consumed > rank) return vague(m, t);
  if (parts.some((part) => part.k === 'unknown' || part.k === 'many')) return vague(m, t);
  const before = dots < 0 ? parts : parts.slice(0, dots);
  const after = dots < 0 ? [] : parts.slice(dots + 1);
  const count = (all: readonly Value[]) =>
    all.reduce((total, part) => total + consumes(m, part), 0);
  // Makes the dimensions that are indexed visible in a shape of unknown rank.
  if (rank === undefined) {
    // `x[:, t, :]`: nobody writes out the last axis but to say that it is the last.
    if (dots < 0 && items.length > 1 && isWhole(parts.at(-1)!)) requireRank(m, t, consumed);
    if (count(before) > 0) editShape(m, t, count(before) - 1, (dim) => [dim]);
    if (count(after) > 0) editShape(m, t, -count(after), (dim) => [dim]);
  }
  const now = shapeOf(m, t.shape);
  const all = now.head === null ? now.front : undefined;
  const head = all ? all.slice(0, count(before)) : now.front;
  const back = all ? all.slice(all.length - count(after)) : now.tail;
  if (head.length < count(before) || back.length < count(after)) return vague(m, t);
  const middle: Shape = all
    ? ranked(all.slice(count(before), all.length - count(after)))
    : {
        front: head.slice(count(before)),
        head: now.head,
        tail: back.slice(0, back.length - count(after)),
      };
  const advanced: Shape[] = [];
  const isTable = t.role === 'parameter' || isStored(m, t);
  const first = take(m, head, before, advanced, isTable);
  const last = take(m, back.slice(back.length - count(after)), after, advanced, isTable);
  if (!first || !last) return vague(m, t);
  const front = splice(m, first, advanced, last.length === 0 || !last.includes('advanced'));
  const end = splice(m, last, front.used ? [] : advanced, true);
  const result: Shape = {
    front: [...front.dims, ...middle.front],
    head: middle.head,
    tail: [...middle.tail, ...end.dims],
  };
  return withShape(t, result.head === null ? ranked([...result.front, ...result.tail]) : result);
}
const isWhole = (part: Value): boolean =>
  part.k === 'slice' && part.parts.every((one) => one === undefined);

function consumes(m: Machine, part: Value): number {
  if (part.k === 'none' || part.k === 'ellipsis') return 0;
  if (part.k === 'tensor' && dtypeOf(m, part) === 'bool') return dimsOf(m, part)?.length ?? 1;
  return 1;
}
function take(
  m: Machine,
  dims: readonly Poly[],
  parts: readonly Value[],
  advanced: Shape[],
  isTable: boolean,
): Piece[] | undefined {
  const pieces: Piece[] = [];
  let place = 0;
  for (const part of parts) {
    const dim = dims[place];
    place += consumes(m, part);
    if (part.k === 'none') pieces.push({ keep: [one] });
    else if (part.k === 'slice') pieces.push({ keep: [sliceLength(m, dim!, part.parts)] });
    else if (part.k === 'int' || part.k === 'any') {
      if (part.k === 'any') return undefined;
      pieces.push({ keep: [] });
    } else {
      const shape = advancedShape(m, part, isTable);
      if (!shape) return undefined;
      advanced.push(shape);
      pieces.push('advanced');
    }
  }
  return pieces;
}
/** Rows of a table of weights are picked by their numbers, where nothing says that it is a mask. */
function advancedShape(m: Machine, part: Value, isTable: boolean): Shape | undefined {
  if (part.k === 'tensor') {
    const dtype = dtypeOf(m, part);
    if (dtype === 'bool') return ranked([unknownSize(m)]);
    return dtype === undefined && !isTable ? undefined : part.shape;
  }
  if (part.k === 'sequence') {
    // An empty list is one that is filled before it is an index.
    if (part.items.length === 0) return ranked([unknownSize(m)]);
    const nested = part.items[0] && known(m, part.items[0]);
    const rows = constant(part.items.length);
    return nested?.k === 'sequence'
      ? ranked([rows, constant(nested.items.length)])
      : ranked([rows]);
  }
  const { items, count } = elements(m, part);
  return items ? ranked([constant(items.length)]) : count ? ranked([count]) : undefined;
}
/** Puts the broadcast of the index arrays where they stand, or first when they stand apart. */
function splice(
  m: Machine,
  pieces: readonly Piece[],
  advanced: readonly Shape[],
  alone: boolean,
): { dims: Poly[]; used: boolean } {
  const places = pieces.flatMap((piece, index) => (piece === 'advanced' ? [index] : []));
  const plain = pieces.flatMap((piece) => (piece === 'advanced' ? [] : piece.keep));
  if (places.length === 0 || advanced.length === 0) return { dims: plain, used: false };
  const shape = shapeOf(
    m,
    advanced.reduce((a, b) => broadcastShapes(m, a, b)),
  );
  const dims = shape.head === null ? shape.front : [unknownSize(m)];
  const first = places[0]!;
  const together = places.at(-1)! - first === places.length - 1 && alone;
  if (!together) return { dims: [...dims, ...plain], used: true };
  const keep = (all: readonly Piece[]) =>
    all.flatMap((piece) => (piece === 'advanced' ? [] : piece.keep));
  return {
    dims: [...keep(pieces.slice(0, first)), ...dims, ...keep(pieces.slice(first))],
    used: true,
  };
}
