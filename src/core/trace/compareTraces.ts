/** Two recorded runs side by side, tensor by tensor: how far apart, and from which step on. */
import type { Recorded, Recording } from './recording';
import { isState } from './places';

/** Values no farther apart are the same: float32 sums in another order differ by less. */
export const sameWithin = 1e-6;
/** Values of each side in memory at a time. */
const valuesAtOnce = 1 << 20;

export type TensorComparison = { readonly name: string } & (
  | {
      readonly kind: 'same' | 'differs';
      readonly shape: readonly number[];
      /** Largest |b − a| and its step; a value that is NaN on one side alone is infinitely far. */
      readonly largest: number;
      readonly largestStep: number;
      /** The first step that is farther apart than `sameWithin`; -1 is before the first step of a state. */
      readonly first?: number;
      /** Steps of either side beyond those of the other. */
      readonly more?: { readonly side: 'a' | 'b'; readonly steps: number };
    }
  | { readonly kind: 'reshaped'; readonly a: readonly number[]; readonly b: readonly number[] }
  | { readonly kind: 'added' | 'removed'; readonly shape: readonly number[] }
);

/** In the order of A, what only B has last. */
export async function compareTraces(a: Recording, b: Recording): Promise<TensorComparison[]> {
  const found: TensorComparison[] = [];
  for (const [name, one] of a.tensors) {
    const other = b.tensors.get(name);
    found.push(
      other ? await compareTensors(name, one, other) : { name, kind: 'removed', shape: one.shape },
    );
  }
  for (const [name, { shape }] of b.tensors) {
    if (!a.tensors.has(name)) found.push({ name, kind: 'added', shape });
  }
  return found;
}

/** `attention.…` is [heads, steps, …], all else [steps, …]. */
function layoutOf(name: string, shape: readonly number[]) {
  const axis = name.startsWith('attention.') ? 1 : 0;
  const product = (part: readonly number[]) => part.reduce((all, length) => all * length, 1);
  return {
    heads: product(shape.slice(0, axis)),
    steps: shape[axis] ?? 1,
    size: product(shape.slice(axis + 1)),
  };
}

async function compareTensors(name: string, a: Recorded, b: Recorded): Promise<TensorComparison> {
  const [x, y] = [layoutOf(name, a.shape), layoutOf(name, b.shape)];
  const alike = a.shape.length === b.shape.length && x.heads === y.heads && x.size === y.size;
  if (!alike) return { name, kind: 'reshaped', a: a.shape, b: b.shape };
  const steps = Math.min(x.steps, y.steps);
  const before = isState(name) ? 1 : 0;
  const atOnce = Math.max(1, Math.floor(valuesAtOnce / Math.max(1, x.size)));
  let largest = 0;
  let largestStep = 0;
  let first = Infinity;
  for (let head = 0; head < x.heads; head++) {
    for (let from = 0; from < steps; from += atOnce) {
      const count = Math.min(atOnce, steps - from) * x.size;
      const left = await a.read((head * x.steps + from) * x.size, count);
      const right = await b.read((head * y.steps + from) * y.size, count);
      for (let i = 0; i < count; i++) {
        const apart = distance(left[i]!, right[i]!);
        if (apart <= sameWithin && apart <= largest) continue;
        const step = from + Math.floor(i / x.size);
        if (apart > sameWithin) first = Math.min(first, step);
        if (apart > largest) [largest, largestStep] = [apart, step];
      }
    }
  }
  const longer = x.steps > y.steps ? ('a' as const) : ('b' as const);
  return {
    name,
    kind: first === Infinity && x.steps === y.steps ? 'same' : 'differs',
    shape: a.shape,
    largest,
    largestStep: largestStep - before,
    ...(first < Infinity && { first: first - before }),
    ...(x.steps !== y.steps && { more: { side: longer, steps: Math.abs(x.steps - y.steps) } }),
  };
}

function distance(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const apart = Math.abs(a - b);
  return Number.isNaN(apart) ? Infinity : apart;
}
