/** Sizes of several calls at once: equal ones stay equal, varying ones become symbols. */
import { normal, size, type Machine } from '../machine';
import { constantOf, substitute, symbolOf, symbolsOf, type Poly, type Sym } from '../poly';
import { type Value } from '../values';

export interface General {
  /** Symbol by the sizes that it stands for, one per call. */
  readonly sizes: Map<string, Poly>;
  readonly objects: Map<string, Value>;
  /** The calls that are seen are hardly all: what is equal in them need not be so in others. */
  readonly isSample?: boolean;
  /** Of arrays in them neither is the type. */
  readonly openTypes?: boolean;
  /** The items of lists are generalised: one size stands for all of a list. */
  readonly inList?: true;
  /** With one call only, its own symbols by ours. */
  readonly single: Map<string, Poly>;
  /** Lists of one length so far may have another in a further call. */
  readonly openLists?: true;
}

export function generalSize(
  m: Machine,
  g: General,
  all: readonly Poly[],
  name: string | undefined,
): Poly {
  const sizes = all.map((each) => normal(m, each));
  const numbers = sizes.map(constantOf);
  const constant = numbers.every((number) => number !== undefined && number === numbers[0]);
  if (constant && (name === undefined || numbers[0]! < 0)) return sizes[0]!;
  if (constant) return size(m, name, { hint: numbers[0]! });
  // Numbers of one program are equal by chance.
  if (numbers.every((number) => number !== undefined)) return newSize(m, sizes, name);
  const key = sizes.map((each) => each.key).join('|');
  const seen = g.sizes.get(key);
  if (seen) return seen;
  if (sizes.every((each) => each.key === sizes[0]!.key)) {
    // One size in every call: written with what already has a name here, where that is possible.
    const same = sizes[0]!;
    const parts = symbolsOf(same).filter((sym) => !sym.op);
    if (!symbolOf(same) && parts.every((sym) => g.single.has(sym.key)))
      return substitute(same, (sym) => g.single.get(sym.key));
  }
  if (g.inList && varied(m, sizes)) return itemSize(m, name);
  const result =
    name === undefined && symbolOf(sizes[0]!) && sizes.every((each) => each.key === sizes[0]!.key)
      ? sizes[0]!
      : newSize(m, sizes, name);
  g.sizes.set(key, result);
  const sym = symbolOf(sizes[0]!);
  if (sym && sizes.every((each) => each.key === sizes[0]!.key)) g.single.set(sym.key, result);
  return result;
}

/** Any of the numbers in a list, which are unlike. */
export const itemSize = (m: Machine, name: string | undefined): Poly =>
  size(m, undefined, { free: true, loose: true, varies: true, ...(name ? { itemOf: name } : {}) });

function newSize(m: Machine, sizes: readonly Poly[], name: string | undefined): Poly {
  // Still open (to be bound or broadcast) if it was open in some call.
  const open = sizes.map(symbolOf).filter((sym): sym is Sym => !!sym?.free);
  const loose = open.some((sym) => sym.loose && !m.names.has(sym.key));
  return size(
    m,
    name,
    open.length > 0 || constantsIn(sizes) ? { free: true, loose: loose || constantsIn(sizes) } : {},
  );
}

const constantsIn = (sizes: readonly Poly[]): boolean =>
  sizes.some((each) => constantOf(each) === 1);

/** A dimension: as a size, but it may still turn out to be something that the body knows. */
export function openSize(
  m: Machine,
  g: General,
  column: readonly Poly[],
  label: string | undefined,
): Poly {
  const key = column.map((dim) => normal(m, dim).key).join('|');
  const constant = column.every((dim) => constantOf(normal(m, dim)) !== undefined);
  // Sizes that differ from round to round are not equal because one symbol stands for them.
  const linked = !constant && !varied(m, column) && !g.isSample;
  const seen = linked ? g.sizes.get(key) : undefined;
  if (seen) return seen;
  const compound = generalSizeIfCompound(m, g, column);
  if (compound) return compound;
  const loose = column.some((dim) => {
    const sym = symbolOf(normal(m, dim));
    return constantOf(normal(m, dim)) === 1 || (sym?.loose && !m.names.has(sym.key));
  });
  const result = size(m, label, { free: true, loose: loose || label !== undefined });
  if (linked) g.sizes.set(key, result);
  const sym = symbolOf(normal(m, column[0]!));
  if (sym && column.every((dim) => normal(m, dim).key === normal(m, column[0]!).key))
    g.single.set(sym.key, result);
  return result;
}

const varied = (m: Machine, column: readonly Poly[]): boolean =>
  column.some((dim) => symbolsOf(normal(m, dim)).some((sym) => sym.varies));

function generalSizeIfCompound(m: Machine, g: General, column: readonly Poly[]): Poly | undefined {
  const first = normal(m, column[0]!);
  if (symbolOf(first) || !column.every((dim) => normal(m, dim).key === first.key)) return undefined;
  const parts = symbolsOf(first).filter((sym) => !sym.op);
  return parts.length > 0 && parts.every((sym) => g.single.has(sym.key))
    ? substitute(first, (sym) => g.single.get(sym.key))
    : undefined;
}
