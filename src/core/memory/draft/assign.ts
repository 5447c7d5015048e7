/** Which tensor plays which role of an architecture: sizes decide, then what the names have in common. */
import type { TensorShape } from '../../model/architecture';
import { expected, fit, type Sizes } from './dims';
import type { Role, Template } from './templates';

export interface Assignment {
  readonly template: Template;
  /** Tensors by the names of their roles. */
  readonly tensors: ReadonlyMap<string, TensorShape>;
  /** Roles that nothing fits: `ntm.fc.bias [8]`. */
  readonly missing: readonly string[];
  readonly unused: readonly TensorShape[];
  /** Roles with the other tensors that would do as well. */
  readonly open: ReadonlyMap<string, readonly string[]>;
  /** 1 when every role and every tensor is taken. */
  readonly score: number;
}

/** Choices of anchors that are tried, at most. */
const mostTries = 20_000;

/** Undefined when the anchors do not fit. */
export function assign(
  template: Template,
  tensors: readonly TensorShape[],
): Assignment | undefined {
  const anchors = template.roles.filter((role) => role.anchor);
  const start = placeAnchors(anchors, tensors);
  if (!start) return undefined;
  const placed = new Map(start.placed);
  const missing: Role[] = [];
  let { sizes } = start;
  for (const role of template.roles) {
    if (role.anchor) continue;
    const [best] = candidates(role, tensors, placed, sizes);
    if (best) {
      placed.set(role.name, best.tensor);
      sizes = best.sizes;
    } else if (!role.optional) missing.push(role);
  }
  improve(placed);
  const taken = new Set(placed.values());
  const unused = tensors.filter((tensor) => !taken.has(tensor));
  return {
    template,
    tensors: new Map(
      template.roles.flatMap(({ name }) => {
        const tensor = placed.get(name);
        return tensor ? [[name, tensor] as const] : [];
      }),
    ),
    missing: missing.map(({ name, dimensions }) => `${name} ${expected(dimensions, sizes)}`),
    unused,
    open: openRoles(placed, unused),
    score: (placed.size / (placed.size + missing.length)) * (placed.size / tensors.length),
  };
}

type Placed = Map<string, TensorShape>;

function candidates(
  { name, dimensions }: Role,
  tensors: readonly TensorShape[],
  placed: ReadonlyMap<string, TensorShape>,
  sizes: Sizes,
): { readonly tensor: TensorShape; readonly sizes: Sizes }[] {
  const taken = new Set(placed.values());
  return tensors
    .flatMap((tensor) => {
      const found = taken.has(tensor) ? undefined : fit(dimensions, tensor.shape, sizes);
      return found ? [{ tensor, sizes: found }] : [];
    })
    .sort((a, b) => kinship(name, b.tensor.name) - kinship(name, a.tensor.name));
}

function placeAnchors(
  anchors: readonly Role[],
  tensors: readonly TensorShape[],
): { readonly placed: Placed; readonly sizes: Sizes } | undefined {
  let tries = 0;
  const place = (index: number, placed: Placed, sizes: Sizes): ReturnType<typeof placeAnchors> => {
    const role = anchors[index];
    if (!role) return { placed, sizes };
    for (const choice of candidates(role, tensors, placed, sizes)) {
      if (++tries > mostTries) return undefined;
      const next = new Map(placed).set(role.name, choice.tensor);
      const done = place(index + 1, next, choice.sizes);
      if (done) return done;
    }
    return undefined;
  };
  return place(0, new Map(), new Map());
}

const sameShape = (a: TensorShape, b: TensorShape): boolean =>
  a.shape.length === b.shape.length && a.shape.every((length, axis) => length === b.shape[axis]);

/** What exchanging two tensors would bring. */
const gain = (a: string, ofA: TensorShape, b: string, ofB: TensorShape): number =>
  kinship(a, ofB.name) + kinship(b, ofA.name) - kinship(a, ofA.name) - kinship(b, ofB.name);

/** Exchanges tensors of equal shape while their names then fit better. */
function improve(placed: Placed): void {
  const roles = [...placed.keys()];
  for (const a of roles) {
    for (const b of roles) {
      const [ofA, ofB] = [placed.get(a)!, placed.get(b)!];
      if (sameShape(ofA, ofB) && gain(a, ofA, b, ofB) > 0) placed.set(a, ofB).set(b, ofA);
    }
  }
}

function openRoles(
  placed: ReadonlyMap<string, TensorShape>,
  unused: readonly TensorShape[],
): Map<string, string[]> {
  const open = new Map<string, string[]>();
  for (const [a, ofA] of placed) {
    const others = [...placed].filter(
      ([b, ofB]) => a !== b && sameShape(ofA, ofB) && gain(a, ofA, b, ofB) >= 0,
    );
    const left = unused.filter(
      (tensor) => sameShape(ofA, tensor) && kinship(a, tensor.name) >= kinship(a, ofA.name),
    );
    const names = [...others.map(([, tensor]) => tensor.name), ...left.map(({ name }) => name)];
    if (names.length > 0) open.set(a, names);
  }
  return open;
}

/** How many words two names share; half for one that begins with the other (`read`, `reader`). */
function kinship(a: string, b: string): number {
  const others = wordsOf(b);
  return wordsOf(a).reduce((sum, word) => {
    if (others.includes(word)) return sum + 1;
    const begins = others.some(
      (other) =>
        word.length > 2 && other.length > 2 && (other.startsWith(word) || word.startsWith(other)),
    );
    return sum + (begins ? 0.5 : 0);
  }, 0);
}

const wordsOf = (name: string): readonly string[] => name.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
