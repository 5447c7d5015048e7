/** Which tensor of one checkpoint is which tensor of another. */
import { ggufName, isConv1D, withoutPrefix } from './names';

/** A tensor as matching sees it. */
export interface Named {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * How the values of B lie compared with those of A: alike, transposed (Conv1D and Linear), or with the
 * rows of each head in the order that llama.cpp's rotary embedding wants.
 */
export type Layout = 'straight' | 'transposed' | 'rotary';

export interface Pair<T extends Named> {
  readonly a?: T;
  readonly b?: T;
  readonly layout: Layout;
  /** Query or key heads whose rows lie in another order; there when the layout is rotary. */
  readonly heads?: number;
}

/** Heads of a llama-like GGUF model, whose query and key rows the converter reorders. */
export interface RotaryHeads {
  /** Which of the two checkpoints is the GGUF one. */
  readonly side: 'a' | 'b';
  readonly query: number;
  readonly key: number;
}

type Keys = (name: string) => string | undefined;
/** Tried in this order; what one leaves over is matched by the next. */
const stages: readonly Keys[] = [(name) => name, withoutPrefix, (name) => ggufName(name) ?? name];

/** Pairs in the order of A, then what only B has. Each tensor is in exactly one pair. */
export function matchTensors<T extends Named>(
  a: Iterable<T>,
  b: Iterable<T>,
  rotary?: RotaryHeads,
): readonly Pair<T>[] {
  const all = [...a];
  let left = all;
  let right = [...b];
  const partner = new Map<T, T>();
  for (const key of stages) {
    const [ofLeft, ofRight] = [unique(left, key), unique(right, key)];
    for (const [name, tensor] of ofLeft) {
      const found = ofRight.get(name);
      if (found) partner.set(tensor, found);
    }
    const taken = new Set(partner.values());
    left = left.filter((tensor) => !partner.has(tensor));
    right = right.filter((tensor) => !taken.has(tensor));
  }
  const pairs = all.map((tensor): readonly [T, T | undefined] => [tensor, partner.get(tensor)]);
  const conv1D = pairs.some(([x, y]) => y && isProjection(x, y) && isReversed(x.shape, y.shape));
  return [
    ...pairs.map(([x, y]): Pair<T> => {
      if (!y) return { a: x, layout: 'straight' };
      const heads = rotaryHeads(x, y, rotary);
      if (heads !== undefined) return { a: x, b: y, layout: 'rotary', heads };
      return { a: x, b: y, layout: isTransposed(x, y, conv1D) ? 'transposed' : 'straight' };
    }),
    ...right.map((tensor): Pair<T> => ({ b: tensor, layout: 'straight' })),
  ];
}

/** Tensors by key; a key that two of them share says nothing. */
function unique<T extends Named>(tensors: readonly T[], key: Keys): ReadonlyMap<string, T> {
  const found = new Map<string, T | undefined>();
  for (const tensor of tensors) {
    const name = key(tensor.name);
    if (name !== undefined) found.set(name, found.has(name) ? undefined : tensor);
  }
  return new Map([...found].flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : [])));
}

/**
 * Reversed shapes are a transposition. A square projection shows nothing by its shape: it goes with the
 * others of its checkpoint.
 */
function isTransposed(x: Named, y: Named, conv1D: boolean): boolean {
  if (x.shape.length !== 2 || y.shape.length !== 2) return false;
  if (x.shape[0] === x.shape[1]) return conv1D && isProjection(x, y) && sameShape(x.shape, y.shape);
  return isReversed(x.shape, y.shape);
}

const isProjection = (x: Named, y: Named) => isConv1D(x.name) || isConv1D(y.name);

const isReversed = (x: readonly number[], y: readonly number[]) =>
  x.length === 2 && y.length === 2 && x[0] !== x[1] && x[0] === y[1] && x[1] === y[0];

export function sameShape(x: readonly number[], y: readonly number[]): boolean {
  return x.length === y.length && x.every((length, axis) => length === y[axis]);
}

function rotaryHeads(x: Named, y: Named, rotary: RotaryHeads | undefined): number | undefined {
  if (!rotary || !sameShape(x.shape, y.shape)) return undefined;
  const [gguf, other] = rotary.side === 'a' ? [x, y] : [y, x];
  const [, part] = /^blk\.\d+\.attn_([qk])\.(?:weight|bias)$/.exec(gguf.name) ?? [];
  if (part === undefined || gguf.name === other.name) return undefined;
  const heads = part === 'q' ? rotary.query : rotary.key;
  return (x.shape[0] ?? 0) % (2 * heads) === 0 ? heads : undefined;
}
