/**
 * Integer polynomials over named sizes: what a dimension is.
 * Floor division, remainder, min and max are atoms of their own; an exponent below zero is a division known to be exact.
 */

export interface Sym {
  readonly key: string;
  /** The person's own word; undefined: nothing is known about it (shown as `?`). */
  readonly name?: string;
  readonly op?: { readonly fn: '//' | '%' | 'min' | 'max'; readonly a: Poly; readonly b: Poly };
  /** Value at the call sites or default that was seen; never assumed to be the only one. */
  readonly hint?: number;
  /** May be bound to another expression that the program shows to be equal. */
  readonly free?: boolean;
  /** Stands for different sizes in one run of a function: rounds of a loop, sides of a branch. */
  readonly varies?: boolean;
  /** Stands for each item of a list that goes by this name. */
  readonly itemOf?: string;
  /** The number of a round, another in each. */
  readonly counts?: boolean;
  /** May be 1 where its neighbour is not (an input whose size nothing has shown). */
  readonly loose?: boolean;
  /** What two or more sizes broadcast to: their keys. */
  readonly meets?: readonly string[];
}

interface Term {
  readonly coefficient: number;
  readonly factors: readonly (readonly [sym: Sym, exponent: number])[];
  readonly key: string;
}

export interface Poly {
  readonly terms: readonly Term[];
  readonly key: string;
}

const term = (coefficient: number, factors: Term['factors']): Term => ({
  coefficient,
  factors,
  key: factors.map(([sym, exponent]) => `${sym.key}^${exponent}`).join('*'),
});

/** Symbols in the order in which they were made (`s9` before `s10`), wherever counting began. */
const inOrder = (a: string, b: string): number =>
  a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

function poly(terms: readonly Term[]): Poly {
  const kept = terms.length > 1 ? merged(terms) : terms.filter((one) => one.coefficient !== 0);
  const [only, more] = kept;
  if (!only) return { terms: [], key: '' };
  if (!more) return { terms: kept, key: `${only.coefficient}·${only.key}` };
  const key = kept.map((one) => `${one.coefficient}·${one.key}`).join('+');
  return kept.length > mostTerms || key.length > longestKey ? opaque(key) : { terms: kept, key };
}
/** Beyond, nobody reads a size any more, while every step may make it longer: it becomes one without a name. */
const mostTerms = 200;
const longestKey = 8000;
function opaque(key: string): Poly {
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < key.length; index += 1) {
    const code = key.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + index), 0x85ebca6b);
    low ^= low >>> 13;
  }
  return symbol({ key: `wide${high >>> 0}.${low >>> 0}` });
}
function merged(terms: readonly Term[]): Term[] {
  const sorted = [...terms].sort((a, b) => inOrder(a.key, b.key));
  const kept: Term[] = [];
  for (const one of sorted) {
    const last = kept.at(-1);
    if (last?.key === one.key) {
      kept[kept.length - 1] = { ...one, coefficient: last.coefficient + one.coefficient };
    } else kept.push(one);
  }
  return kept.filter((one) => one.coefficient !== 0);
}

const small = Array.from({ length: 64 }, (_, value) => poly([term(value, [])]));
export const constant = (value: number): Poly => small[value] ?? poly([term(value, [])]);
export const symbol = (sym: Sym): Poly => poly([term(1, [[sym, 1]])]);
export const one = constant(1);
export const zero = constant(0);

/** The value of a polynomial without symbols. */
export function constantOf(a: Poly): number | undefined {
  if (a.terms.length === 0) return 0;
  return a.terms.length === 1 && a.terms[0]!.key === '' ? a.terms[0]!.coefficient : undefined;
}
/** The symbol that a polynomial is, and nothing else. */
export function symbolOf(a: Poly): Sym | undefined {
  const [only, more] = a.terms;
  if (!only || more || only.coefficient !== 1 || only.factors.length !== 1) return undefined;
  return only.factors[0]![1] === 1 ? only.factors[0]![0] : undefined;
}
/** Every symbol inside, also inside the atoms. */
export function symbolsOf(a: Poly): Sym[] {
  return a.terms.flatMap((one) =>
    one.factors.flatMap(([sym]) =>
      sym.op ? [sym, ...symbolsOf(sym.op.a), ...symbolsOf(sym.op.b)] : [sym],
    ),
  );
}

export const add = (a: Poly, b: Poly): Poly =>
  a.terms.length === 0 ? b : b.terms.length === 0 ? a : poly([...a.terms, ...b.terms]);
export const negate = (a: Poly): Poly =>
  poly(a.terms.map((one) => ({ ...one, coefficient: -one.coefficient })));
export const subtract = (a: Poly, b: Poly): Poly => add(a, negate(b));

function timesTerm(a: Term, b: Term, sign: 1 | -1): Term {
  const exponents = new Map<string, [Sym, number]>();
  for (const [sym, exponent] of a.factors) exponents.set(sym.key, [sym, exponent]);
  for (const [sym, exponent] of b.factors) {
    const total = (exponents.get(sym.key)?.[1] ?? 0) + sign * exponent;
    exponents.set(sym.key, [sym, total]);
  }
  const factors = [...exponents.values()]
    .filter(([, exponent]) => exponent !== 0)
    .sort(([x], [y]) => inOrder(x.key, y.key));
  const coefficient = sign === 1 ? a.coefficient * b.coefficient : a.coefficient / b.coefficient;
  return term(coefficient, factors);
}
const isOne = (a: Poly): boolean => a.key === '1·';
export const multiply = (a: Poly, b: Poly): Poly => {
  if (isOne(a)) return b;
  return isOne(b) ? a : multiplied(a, b);
};
const multiplied = (a: Poly, b: Poly): Poly =>
  poly(a.terms.flatMap((x) => b.terms.map((y) => timesTerm(x, y, 1))));
export const product = (all: readonly Poly[]): Poly => all.reduce(multiply, one);
export const sum = (all: readonly Poly[]): Poly => all.reduce(add, zero);

export function power(a: Poly, exponent: number): Poly {
  return Number.isInteger(exponent) && exponent >= 0 && exponent < 16
    ? product(Array.from({ length: exponent }, () => a))
    : symbol({ key: `(${a.key})**${exponent}` });
}

/** a / b where b is one term and every coefficient divides; the exponents may become negative. */
export function divideExactly(a: Poly, b: Poly): Poly | undefined {
  const by = b.terms[0];
  if (!by || b.terms.length !== 1) return longDivision(a, b);
  if (a.terms.some((one) => one.coefficient % by.coefficient !== 0)) return undefined;
  return poly(a.terms.map((one) => timesTerm(one, by, -1)));
}

const divides = (by: Term, one: Term): boolean =>
  one.coefficient % by.coefficient === 0 &&
  by.factors.every(([sym, exponent]) => {
    const has = one.factors.find(([other]) => other.key === sym.key)?.[1] ?? 0;
    return exponent <= 0 ? has <= exponent : has >= exponent;
  });

/** Quotient of two polynomials when there is no remainder. */
function longDivision(a: Poly, b: Poly): Poly | undefined {
  const lead = (p: Poly) =>
    [...p.terms].sort((x, y) => degree(y) - degree(x) || (x.key < y.key ? -1 : 1))[0];
  const by = lead(b);
  let rest = a;
  let quotient = zero;
  for (let step = 0; by && rest.terms.length > 0; step += 1) {
    const head = lead(rest)!;
    if (step > 12 || !divides(by, head)) return undefined;
    const part = poly([timesTerm(head, by, -1)]);
    quotient = add(quotient, part);
    rest = subtract(rest, multiply(part, b));
  }
  return by ? quotient : undefined;
}
const degree = (one: Term): number => one.factors.reduce((total, [, e]) => total + e, 0);

/** Floor division; whole multiples of the divisor are taken out first. */
export function floorDivide(a: Poly, b: Poly): Poly {
  const by = constantOf(b);
  const value = constantOf(a);
  if (by === 1) return a;
  if (value !== undefined && by !== undefined && by !== 0) return constant(Math.floor(value / by));
  if (by === 0) return symbol({ key: `undefined` });
  const single = b.terms.length === 1 ? b.terms[0]! : undefined;
  if (!single) return longDivision(a, b) ?? operation('//', a, b);
  const whole = a.terms.filter((one) => divides(single, one));
  const rest = poly(a.terms.filter((one) => !divides(single, one)));
  const quotient = poly(whole.map((one) => timesTerm(one, single, -1)));
  if (rest.terms.length === 0) return quotient;
  const restValue = constantOf(rest);
  if (by !== undefined && restValue !== undefined) {
    return add(quotient, constant(Math.floor(restValue / by)));
  }
  const inner = symbolOf(rest)?.op;
  if (inner?.fn === '//') {
    return add(quotient, floorDivide(inner.a, multiply(inner.b, b)));
  }
  return add(quotient, operation('//', rest, b));
}
export function modulo(a: Poly, b: Poly): Poly {
  const quotient = floorDivide(a, b);
  const hasAtom = quotient.terms.some((one) => one.factors.some(([sym]) => sym.op?.fn === '//'));
  return hasAtom ? operation('%', a, b) : subtract(a, multiply(b, quotient));
}
export const ceilDivide = (a: Poly, b: Poly): Poly => floorDivide(subtract(add(a, b), one), b);

export function extreme(fn: 'min' | 'max', a: Poly, b: Poly): Poly {
  const difference = constantOf(subtract(a, b));
  if (difference !== undefined) return (fn === 'min') === difference < 0 ? a : b;
  return a.key < b.key ? operation(fn, a, b) : operation(fn, b, a);
}

function operation(fn: '//' | '%' | 'min' | 'max', a: Poly, b: Poly): Poly {
  const key = `(${a.key})${fn}(${b.key})`;
  return key.length > longestKey ? opaque(key) : symbol({ key, op: { fn, a, b } });
}

export function applyOperation(fn: '//' | '%' | 'min' | 'max', a: Poly, b: Poly): Poly {
  if (fn === '//') return floorDivide(a, b);
  return fn === '%' ? modulo(a, b) : extreme(fn, a, b);
}

const mentions = (a: Poly, lookup: (sym: Sym) => unknown): boolean =>
  a.terms.some((one) =>
    one.factors.some(
      ([sym]) =>
        lookup(sym) !== undefined ||
        (sym.op && (mentions(sym.op.a, lookup) || mentions(sym.op.b, lookup))),
    ),
  );

/** Replaces symbols by what `lookup` says they are, and simplifies the atoms anew. */
export function substitute(a: Poly, lookup: (sym: Sym) => Poly | undefined): Poly {
  if (!mentions(a, lookup)) return a;
  let changed = false;
  const parts = a.terms.map((one) => {
    let result: Poly | undefined;
    one.factors.forEach(([sym, exponent], index) => {
      let by = lookup(sym);
      if (!by && sym.op) {
        const x = substitute(sym.op.a, lookup);
        const y = substitute(sym.op.b, lookup);
        if (x !== sym.op.a || y !== sym.op.b) by = applyOperation(sym.op.fn, x, y);
      }
      if (by && !result) {
        changed = true;
        result = poly([term(one.coefficient, one.factors.slice(0, index))]);
      }
      if (!result) return;
      const factor = by ?? symbol(sym);
      for (let step = 0; step < exponent; step += 1) result = multiply(result, factor);
      for (let step = 0; step > exponent; step -= 1) {
        result = divideExactly(result, factor) ?? floorDivide(result, factor);
      }
    });
    return result ?? poly([one]);
  });
  return changed ? sum(parts) : a;
}

/** Text that a person and the scorer read, e.g. `C // n_head`; undefined when a symbol has no name. */
export function printPoly(a: Poly, name: (sym: Sym) => string | undefined): string | undefined {
  if (a.terms.length === 0) return '0';
  const parts: string[] = [];
  // Names before constants, positive terms before negative ones.
  const ordered = [...a.terms].sort(
    (x, y) =>
      Number(x.key === '') - Number(y.key === '') ||
      Number(x.coefficient < 0) - Number(y.coefficient < 0),
  );
  for (const one of ordered) {
    const text = printTerm(one, name);
    if (text === undefined) return undefined;
    const sign = one.coefficient < 0 ? '-' : '+';
    parts.push(parts.length === 0 ? (sign === '-' ? `-${text}` : text) : ` ${sign} ${text}`);
  }
  return parts.join('');
}

function printTerm(one: Term, name: (sym: Sym) => string | undefined): string | undefined {
  const above: string[] = [];
  const below: string[] = [];
  const magnitude = Math.abs(one.coefficient);
  if (magnitude !== 1 || one.factors.length === 0) above.push(String(magnitude));
  const single = one.factors.length === 1 && magnitude === 1;
  for (const [sym, exponent] of one.factors) {
    const text = printSym(sym, name, !single || exponent !== 1 || one.coefficient < 0);
    if (text === undefined) return undefined;
    const list = exponent > 0 ? above : below;
    for (let step = 0; step < Math.abs(exponent); step += 1) list.push(text);
  }
  if (above.length === 0) above.push('1');
  return below.length ? `${above.join('*')} // ${below.join(' // ')}` : above.join('*');
}

function printSym(
  sym: Sym,
  name: (sym: Sym) => string | undefined,
  inside: boolean,
): string | undefined {
  const own = name(sym);
  if (own !== undefined || !sym.op) return own;
  const a = printPoly(sym.op.a, name);
  const b = printPoly(sym.op.b, name);
  if (a === undefined || b === undefined) return undefined;
  if (sym.op.fn === 'min' || sym.op.fn === 'max') return `${sym.op.fn}(${a}, ${b})`;
  const bare = (text: string) => (/^[\w.\u0080-\uffff']+$/.test(text) ? text : `(${text})`);
  const text = `${bare(a)} ${sym.op.fn} ${bare(b)}`;
  return inside ? `(${text})` : text;
}
