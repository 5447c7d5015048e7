/** What a paused program holds, put into the run of its function just before the statement that comes next. */
import { blocksOf, lineOf, type FunctionDef, type Stmt } from '../ast';
import { lookup } from '../interpret/assign';
import {
  bindAny,
  equate,
  known,
  nameOf,
  normal,
  requireDtype,
  requireRank,
  write,
  type Machine,
} from '../machine';
import { constant, symbolOf, type Poly } from '../poly';
import { make } from '../tensors';
import { int, type Env, type Value } from '../values';

export interface Paused {
  /** Of the statement that comes next, 1-based. */
  readonly line: number;
  /** By what one would write for them: `x`, `self.weight`. */
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  readonly integers: Readonly<Record<string, number>>;
}

/** A size as the code has it, and as the program has it. */
export type ActualSize = readonly [size: Poly, value: number];

/** The statement of a function that a row of its definition belongs to: the last one that begins there or above. */
export function statementAt(fn: FunctionDef, row: number): Stmt | undefined {
  let found: Stmt | undefined;
  const visit = (body: readonly Stmt[]): void => {
    for (const s of body) {
      const first = firstRow(s);
      if (first === undefined || first > row) continue;
      found = s;
      if (s.k === 'function') visit(s.fn.body);
      else blocksOf(s).forEach(visit);
    }
  };
  visit(fn.body);
  return found;
}

function firstRow(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { at } = node as { readonly at?: number };
  const own = at !== undefined && at >= 0 ? lineOf(at) : undefined;
  return Object.values(node).reduce<number | undefined>((least, inner) => {
    const row = firstRow(inner);
    return row === undefined || (least !== undefined && least <= row) ? least : row;
  }, own);
}

/** Gives the variables of a scope what the program holds; returns the sizes that the code has words for. */
export function takeActual(m: Machine, env: Env, paused: Paused): ActualSize[] {
  const pairs: ActualSize[] = [];
  for (const [path, value] of Object.entries(paused.integers)) {
    const place = placeOf(m, env, path);
    const v = place && known(m, place.value);
    if (v?.k === 'int') pairs.push([v.value, value]);
    else if (v?.k === 'any') bindAny(m, v, int(constant(value)));
    else if (v?.k === 'unknown') place?.set(int(constant(value)));
  }
  for (const { name, dtype, shape } of paused.tensors) {
    const place = placeOf(m, env, name);
    if (!place) continue;
    const v = known(m, place.value);
    const library = v.k === 'tensor' ? v.library : m.library.default;
    const actual = make(library, shape.map(constant), dtype);
    if (v.k === 'any') bindAny(m, v, actual);
    else if (v.k === 'tensor' && agree(m, requireRank(m, v, shape.length), shape, pairs))
      requireDtype(m, v, dtype);
    else if (v.k !== 'object') place.set(actual);
  }
  return pairs;
}

/** Whether the sizes can be those of the program; those without a name become them. */
function agree(
  m: Machine,
  dims: readonly Poly[] | undefined,
  shape: readonly number[],
  pairs: ActualSize[],
): boolean {
  if (!dims) return false;
  const all = dims.map((dim) => normal(m, dim));
  const isConstant = (dim: Poly): boolean => dim.terms.every(({ factors }) => factors.length === 0);
  if (all.some((dim, index) => isConstant(dim) && dim.key !== constant(shape[index]!).key))
    return false;
  all.forEach((dim, index) => {
    const sym = symbolOf(dim);
    const isNameless = sym?.free && !sym.op && !isWord(nameOf(m, sym));
    if (isNameless) equate(m, dim, constant(shape[index]!));
    else if (!isConstant(dim)) pairs.push([dim, shape[index]!]);
  });
  return true;
}

/** `x₀` is made up for a size of `x`. */
const isWord = (name: string | undefined): boolean => name !== undefined && !/[₀-₉]$/u.test(name);

interface Held {
  readonly value: Value;
  set(next: Value): void;
}
function placeOf(m: Machine, env: Env, path: string): Held | undefined {
  const [first = '', ...rest] = path.split('.');
  if (![first, ...rest].every((word) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(word))) return undefined;
  let value = lookup(env, first);
  let set = (next: Value): void => write(m, env.variables, first, next);
  for (const word of rest) {
    const object = value && known(m, value);
    if (object?.k !== 'object') return undefined;
    const { attributes } = object;
    value = attributes.get(word);
    set = (next) => write(m, attributes, word, next);
  }
  return value && { value, set };
}
