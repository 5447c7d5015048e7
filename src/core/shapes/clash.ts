/** Sizes that certainly do not fit: what an operation was given, where no run of the program could do it. */
import type { At } from './ast';
import { normal, shapeOf, type Machine } from './machine';
import { constantOf, product, subtract, type Poly } from './poly';
import { ranked, type Shape, type Tensor } from './values';

/** `linear`, `channels`: the second shape is what the layer leads from and to; `reshape`, `axes`: the one that is asked for. */
export type ClashKind =
  'linear' | 'channels' | 'product' | 'reshape' | 'axes' | 'concatenate' | 'broadcast';

export interface Clash {
  readonly kind: ClashKind;
  readonly left: Shape;
  readonly right: Shape;
  /** Where the operation stands; undefined until its expression is left. */
  readonly position?: At;
}

/** Two numbers, or sizes of which one is larger whatever the symbols are (a size is at least 1). */
export function areDifferent(m: Machine, left: Poly, right: Poly): boolean {
  const { terms } = subtract(normal(m, left), normal(m, right));
  const [first] = terms;
  return (
    !!first &&
    terms.every(
      ({ coefficient, factors }) =>
        Math.sign(coefficient) === Math.sign(first.coefficient) &&
        factors.every(([sym, power]) => power > 0 && !sym.op && !sym.free && !sym.varies),
    )
  );
}

/** Notes a clash. Of rounds of a loop, which are run as one, nothing is certain. */
export function clash(m: Machine, kind: ClashKind, left: Shape, right: Shape): void {
  if (m.looping > 0) return;
  const settled = (shape: Shape): Shape => {
    const { front, head, tail } = shapeOf(m, shape);
    const all = (dims: readonly Poly[]) => dims.map((dim) => normal(m, dim));
    return { front: all(front), head, tail: all(tail) };
  };
  m.clashes.push({ kind, left: settled(left), right: settled(right) });
}

/** Runs something of which it is not certain that it happens. */
export function perhaps<T>(m: Machine, run: () => T): T {
  const { length } = m.clashes;
  try {
    return run();
  } finally {
    m.clashes.length = length;
  }
}

/** The clashes since then stand at this position, unless they have one of their own. */
export function placeClashes(m: Machine, from: number, position: At): void {
  for (let index = from; index < m.clashes.length; index += 1) {
    m.clashes[index] = { position, ...m.clashes[index]! };
  }
}

/** A view with another number of elements; `asked`: with a -1, and the others must divide the elements. */
export function checkElements(
  m: Machine,
  t: Tensor,
  from: readonly Poly[],
  to: readonly Poly[],
  asked?: readonly Poly[],
): void {
  const [a, b] = [product(from.map((dim) => normal(m, dim))), product(to)];
  const [x, y] = [constantOf(a), constantOf(normal(m, b))];
  const isWrong = asked
    ? x !== undefined && y !== undefined && y > 0 && x % y !== 0
    : areDifferent(m, a, b);
  if (isWrong) clash(m, 'reshape', t.shape, ranked(asked ?? to));
}
