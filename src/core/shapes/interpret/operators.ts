/** Operators on numbers, sequences, shapes and tensors; those of objects are their methods. */
import { fingerprint, join, oneOf, truth } from '../join';
import { asInt, dimsOf, dtypeOf, fresh, known, shapeOf, type Machine } from '../machine';
import {
  add,
  constant,
  constantOf,
  floorDivide,
  modulo,
  multiply,
  power,
  subtract,
  type Poly,
} from '../poly';
import { bool, int, unknown, type Shape, type Value } from '../values';
import { perhaps } from '../clash';
import { eitherCosts } from '../tally';
import { callMethod } from './calls';
import { findMember, libraryBase } from './attributes';

const methods: Record<string, string> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'truediv',
  '//': 'floordiv',
  '%': 'mod',
  '**': 'pow',
  '@': 'matmul',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
};

export function binary(m: Machine, op: string, left: Value, right: Value, inPlace = false): Value {
  let a = known(m, left);
  let b = known(m, right);
  if (a.k === 'union' || b.k === 'union')
    return distribute(m, a, b, (x, y) => binary(m, op, x, y, inPlace));
  const extend =
    inPlace && op === '+' && a.k === 'object'
      ? libraryBase(m, a.cls, (library) => library.methods?.['extend'])
      : undefined;
  if (extend && a.k === 'object') return extend(m, a, { positional: [b], keyword: new Map() });
  for (const [self, other, prefix] of [
    [a, b, '__'],
    [b, a, '__r'],
  ] as const) {
    const name = `${prefix}${methods[op] ?? ''}__`;
    if (self.k === 'object' && findMember(m, self.cls, name))
      return callMethod(m, self, name, [other]);
  }
  if (a.k === 'tensor' || b.k === 'tensor') return tensorBinary(m, op, a, b, inPlace);
  if (a.k === 'any' || b.k === 'any') {
    const number =
      numberLike(a) || numberLike(b) || (a.k === 'any' && b.k === 'any' && m.constructing > 0);
    if (op === '@') return tensorBinary(m, op, a, b, inPlace);
    if (!number || (m.constructing === 0 && !isSize(a) && !isSize(b))) {
      for (const side of [a, b]) if (side.k === 'any') m.missed.add(side.id);
      return { k: 'any', id: fresh(m) };
    }
    a = a.k === 'any' ? int(asInt(m, a)!) : a;
    b = b.k === 'any' ? int(asInt(m, b)!) : b;
  }
  if (a.k === 'bool' && a.value !== undefined) a = int(constant(Number(a.value)));
  if (b.k === 'bool' && b.value !== undefined) b = int(constant(Number(b.value)));
  if (a.k === 'int' && b.k === 'int') return integers(m, op, a.value, b.value);
  if ((a.k === 'int' || a.k === 'float') && (b.k === 'int' || b.k === 'float'))
    return floats(op, a, b);
  return sequences(m, op, a, b);
}
const isSize = (v: Value): boolean => v.k === 'int' && constantOf(v.value) === undefined;
const numberLike = (v: Value): boolean => v.k === 'int' || v.k === 'float';

function tensorBinary(m: Machine, op: string, a: Value, b: Value, inPlace: boolean): Value {
  const first = a.k === 'tensor' ? a.library : b.k === 'tensor' ? b.library : m.library.default;
  const yields = b.k === 'tensor' && m.library.tables.get(first)?.dialect.yields;
  const library = yields ? b.library : first;
  const table = m.library.tables.get(library);
  const result = table?.binary?.(m, op, a, b) ?? unknown;
  if (!inPlace || a.k !== 'tensor' || result.k !== 'tensor') return result;
  // Where the name is bound anew, what is not known of the other side is not taken to have more axes.
  if (table?.dialect.rebinds)
    return dimsOf(m, a)?.length && !dimsOf(m, result) ? { ...result, shape: a.shape } : result;
  // `x += y` keeps the shape and the element type of x; one without dimensions may be a number that is replaced.
  return dimsOf(m, a)?.length
    ? { ...result, shape: a.shape, dtype: dtypeOf(m, a) ?? result.dtype }
    : result;
}

/** Applies to each alternative but None, which no operator takes, and joins. */
export function distribute(
  m: Machine,
  a: Value,
  b: Value,
  apply: (a: Value, b: Value) => Value,
): Value {
  const options = (v: Value) =>
    v.k === 'union' ? v.options.filter((option) => option.k !== 'none') : [v];
  const runs = options(a).flatMap((x) => options(b).map((y) => () => apply(x, y)));
  const run = () => eitherCosts(m, runs);
  if (runs.length === 1) return oneOf(m, run());
  const { mismatches } = m;
  const all = perhaps(m, run);
  // What does not fit one of them may never meet it.
  m.mismatches = mismatches;
  return oneOf(m, all);
}

function integers(m: Machine, op: string, a: Poly, b: Poly): Value {
  switch (op) {
    case '+':
      return int(add(a, b));
    case '-':
      return int(subtract(a, b));
    case '*':
      return int(multiply(a, b));
    case '//':
      return int(floorDivide(a, b));
    case '%':
      return int(modulo(a, b));
    case '/': {
      const [x, y] = [constantOf(a), constantOf(b)];
      return x !== undefined && y
        ? { k: 'float', value: x / y, ratio: [a, b] }
        : { k: 'float', ratio: [a, b] };
    }
    case '**': {
      const exponent = constantOf(b);
      const base = constantOf(a);
      if (exponent === undefined) return m.unknownInteger();
      if (exponent < 0) return { k: 'float', ...(base ? { value: base ** exponent } : {}) };
      return int(base !== undefined ? constant(base ** exponent) : power(a, exponent));
    }
    default:
      return m.unknownInteger();
  }
}

type Num = Extract<Value, { k: 'int' | 'float' }>;
function floats(op: string, a: Num, b: Num): Value {
  const ratio = (v: Num): readonly [Poly, Poly] | undefined =>
    v.k === 'int'
      ? [v.value, constant(1)]
      : (v.ratio ??
        (v.value !== undefined && Number.isInteger(v.value)
          ? [constant(v.value), constant(1)]
          : decimal(v.value)));
  const number = (v: Num): number | undefined => (v.k === 'int' ? constantOf(v.value) : v.value);
  const [x, y] = [number(a), number(b)];
  const value = x !== undefined && y !== undefined ? compute(op, x, y) : undefined;
  const [p, q] = [ratio(a), ratio(b)];
  let result: readonly [Poly, Poly] | undefined;
  if (p && q && op === '*') result = [multiply(p[0], q[0]), multiply(p[1], q[1])];
  if (p && q && op === '/') result = [multiply(p[0], q[1]), multiply(p[1], q[0])];
  if (p && q && (op === '+' || op === '-')) {
    const other = multiply(q[0], p[1]);
    const mine = multiply(p[0], q[1]);
    result = [op === '+' ? add(mine, other) : subtract(mine, other), multiply(p[1], q[1])];
  }
  return {
    k: 'float',
    ...(value !== undefined ? { value } : {}),
    ...(result ? { ratio: result } : {}),
  };
}
/** 0.25 as 1/4, where that is exact in few digits. */
function decimal(value: number | undefined): readonly [Poly, Poly] | undefined {
  if (value === undefined) return undefined;
  for (const by of [2, 4, 5, 8, 10, 100, 1000]) {
    if (Number.isInteger(value * by)) return [constant(value * by), constant(by)];
  }
  return undefined;
}
function compute(op: string, x: number, y: number): number | undefined {
  switch (op) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '//':
      return Math.floor(x / y);
    case '**':
      return x ** y;
    default:
      return undefined;
  }
}

function sequences(m: Machine, op: string, a: Value, b: Value): Value {
  if (op === '+' && (a.k === 'shape' || b.k === 'shape')) {
    const [x, y] = [asShape(m, a), asShape(m, b)];
    if (!x || !y) return unknown;
    if (x.head !== null && y.head !== null) return unknown;
    return x.head !== null
      ? { k: 'shape', shape: { ...x, tail: [...x.tail, ...y.front] } }
      : { k: 'shape', shape: { ...y, front: [...x.front, ...y.front] } };
  }
  if (a.k === 'sequence' && b.k === 'sequence' && op === '+')
    return { ...a, items: [...a.items, ...b.items] };
  if (a.k === 'string' && b.k === 'string' && op === '+') {
    return a.value !== undefined && b.value !== undefined
      ? { k: 'string', value: a.value + b.value }
      : { k: 'string' };
  }
  if (op === '*' && (a.k === 'sequence' || b.k === 'sequence')) {
    const [seq, times] = a.k === 'sequence' ? [a, b] : [b as Extract<Value, { k: 'sequence' }>, a];
    const count = times.k === 'int' ? constantOf(times.value) : undefined;
    if (count !== undefined && count * seq.items.length <= 64) {
      return { ...seq, items: Array.from({ length: Math.max(0, count) }, () => seq.items).flat() };
    }
    const item = seq.items.length ? seq.items.reduce((x, y) => join(m, x, y)) : unknown;
    return {
      k: 'many',
      item,
      ...(times.k === 'int' && seq.items.length === 1 ? { length: times.value } : {}),
    };
  }
  const item = (v: Value) =>
    v.k === 'many'
      ? v.item
      : v.k === 'sequence'
        ? v.items.reduce<Value | undefined>((x, y) => (x ? join(m, x, y) : y), undefined)
        : undefined;
  if (op === '+' && (a.k === 'many' || b.k === 'many')) {
    const [x, y] = [item(a), item(b)];
    const all = x && y ? join(m, x, y) : (x ?? y);
    return all ? { k: 'many', item: all } : unknown;
  }
  if (op === '%' && a.k === 'string') return { k: 'string' };
  return unknown;
}
function asShape(m: Machine, v: Value): Shape | undefined {
  if (v.k === 'shape') return shapeOf(m, v.shape);
  if (v.k !== 'sequence') return undefined;
  const dims = v.items.map((item) => asInt(m, item));
  return dims.every((dim) => dim) ? { front: dims as Poly[], head: null, tail: [] } : undefined;
}

export function unary(m: Machine, op: string, value: Value): Value {
  const v = known(m, value);
  if (v.k === 'tensor') return m.library.tables.get(v.library)?.unary?.(m, op, v) ?? v;
  if (v.k === 'int')
    return op === '-' ? int(subtract(constant(0), v.value)) : op === '+' ? v : m.unknownInteger();
  if (v.k === 'float')
    return op === '-' && v.value !== undefined ? { k: 'float', value: -v.value } : { k: 'float' };
  return v.k === 'any' ? { k: 'any', id: fresh(m) } : unknown;
}

export function logicalNot(m: Machine, value: Value): Value {
  const decided = truth(m, value);
  return bool(decided === undefined ? undefined : !decided);
}

export function compare(
  m: Machine,
  left: Value,
  rest: readonly (readonly [string, Value])[],
): Value {
  if (rest.length !== 1) return bool();
  const [op, right] = rest[0]!;
  const a = known(m, left);
  const b = known(m, right);
  if (op === 'is' || op === 'is not' || b.k === 'none' || a.k === 'none') {
    const same = identical(a, b);
    return bool(same === undefined ? undefined : same === !/not|!/.test(op));
  }
  if (op === 'in' || op === 'not in') {
    const found = contains(m, a, b);
    return bool(found === undefined ? undefined : found === (op === 'in'));
  }
  if (a.k === 'tensor' || b.k === 'tensor') return tensorBinary(m, op, a, b, false);
  if (a.k === 'union' || b.k === 'union')
    return distribute(m, a, b, (x, y) => compare(m, x, [[op, y]]));
  // An array is compared item by item.
  if (m.runtime.comparesArrays && (a.k === 'any' || b.k === 'any') && m.constructing === 0)
    return { k: 'any', id: fresh(m) };
  if (a.k === 'int' && b.k === 'int')
    return bool(compareNumbers(op, constantOf(subtract(a.value, b.value))));
  if (a.k === 'string' && b.k === 'string' && a.value !== undefined && b.value !== undefined) {
    return bool(
      op.startsWith('==')
        ? a.value === b.value
        : op.startsWith('!')
          ? a.value !== b.value
          : undefined,
    );
  }
  if (op === '==' && a.k === 'sequence' && b.k === 'sequence') {
    return bool(
      a.items.length !== b.items.length
        ? false
        : fingerprint(m, a) === fingerprint(m, b)
          ? true
          : undefined,
    );
  }
  const number = (v: Value) =>
    v.k === 'float' ? v.value : v.k === 'int' ? constantOf(v.value) : undefined;
  const [x, y] = [number(a), number(b)];
  return bool(x !== undefined && y !== undefined ? compareNumbers(op, x - y) : undefined);
}
function compareNumbers(op: string, difference: number | undefined): boolean | undefined {
  if (difference === undefined) return undefined;
  switch (op) {
    case '==':
    case '===':
      return difference === 0;
    case '!=':
    case '!==':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      return undefined;
  }
}
function identical(a: Value, b: Value): boolean | undefined {
  if (a.k === 'union' || b.k === 'union') return undefined;
  if (a.k === 'any' || b.k === 'any' || a.k === 'unknown' || b.k === 'unknown') return undefined;
  if (a.k === 'none' || b.k === 'none') return a.k === b.k;
  if (a.k === 'bool' && b.k === 'bool')
    return a.value === undefined || b.value === undefined ? undefined : a.value === b.value;
  return a === b ? true : undefined;
}
function contains(m: Machine, item: Value, all: Value): boolean | undefined {
  if (all.k === 'dict' && item.k === 'string' && item.value !== undefined) {
    return all.entries.has(item.value) || (all.other ? undefined : false);
  }
  if (all.k !== 'sequence' || item.k !== 'string' || item.value === undefined) return undefined;
  const values = all.items.map((each) => known(m, each));
  if (values.some((each) => each.k === 'string' && each.value === item.value)) return true;
  return values.every((each) => each.k === 'string' && each.value !== undefined)
    ? false
    : undefined;
}
