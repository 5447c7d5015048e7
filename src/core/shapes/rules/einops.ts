/** Strings that name axes: einsum equations and einops patterns. */
import {
  dimAt,
  dimsOf,
  equate,
  nameOf,
  normal,
  requireRank,
  shapeOf,
  unknownSize,
  type Machine,
} from '../machine';
import {
  constant,
  constantOf,
  divideExactly,
  floorDivide,
  one,
  product,
  symbolOf,
  type Poly,
} from '../poly';
import { clash } from '../clash';
import { ranked, type Shape, type Tensor } from '../values';
import { spend, spendProducts } from '../tally';
import { broadcastDim } from '../tensors';

type Axis = readonly string[];

/** `b (h d) ... 1` as a list of groups of names. */
export function parseAxes(text: string): Axis[] {
  const groups: string[][] = [];
  let open: string[] | undefined;
  for (const [token] of text.replaceAll('…', '...').matchAll(/\.\.\.|[()]|[A-Za-z_]\w*|\d+|\*/g)) {
    if (token === '(') open = [];
    else if (token === ')') {
      groups.push(open ?? []);
      open = undefined;
    } else if (open) open.push(token);
    else groups.push([token]);
  }
  return groups;
}
const isDots = (axis: Axis): boolean => axis.length === 1 && (axis[0] === '...' || axis[0] === '*');

/** A dimension that has no name of its own takes the axis's. */
function christen(m: Machine, dim: Poly, name: string): void {
  const sym = symbolOf(dim);
  if (
    sym &&
    /^[A-Za-z_]/.test(name) &&
    (nameOf(m, sym) === undefined || (sym.loose && !m.names.has(sym.key)))
  ) {
    m.names.set(sym.key, name);
  }
}

/** Reads the axes of a tensor by a pattern; false when it certainly does not fit. */
function bindAxes(
  m: Machine,
  t: Tensor,
  axes: readonly Axis[],
  sizes: Map<string, Poly>,
): { dots: Shape } | undefined {
  const dots = axes.findIndex(isDots);
  if (!hasRank(m, t, axes, dots < 0)) return undefined;
  const before = dots < 0 ? axes : axes.slice(0, dots);
  const after = dots < 0 ? [] : axes.slice(dots + 1);
  const given = new Map(sizes);
  before.forEach((axis, index) => bindAxis(m, axis, dimAt(m, t, index), sizes));
  after.forEach((axis, index) => bindAxis(m, axis, dimAt(m, t, index - after.length), sizes));
  const { front, head, tail } = shapeOf(m, t.shape);
  if (dots < 0 && !axes.every((axis, index) => isWhole(m, axis, front[index], given)))
    clash(m, 'axes', t.shape, asked(m, axes, given));
  if (dots < 0) return { dots: ranked([]) };
  if (head === null)
    return { dots: ranked(front.slice(before.length, front.length - after.length)) };
  return {
    dots: {
      front: front.slice(before.length),
      head,
      tail: tail.slice(0, tail.length - after.length),
    },
  };
}

/** The sizes that a pattern asks for, in its own words where it gives no number. */
function asked(m: Machine, axes: readonly Axis[], sizes: ReadonlyMap<string, Poly>): Shape {
  const size = (name: string): Poly => {
    const known = sizes.get(name) ?? (/^\d+$/.test(name) ? constant(Number(name)) : undefined);
    const dim = known ?? unknownSize(m);
    if (!known) christen(m, dim, name);
    return dim;
  };
  return ranked(axes.map((axis) => product(axis.map(size))));
}
function hasRank(m: Machine, t: Tensor, axes: readonly Axis[], isExact: boolean): boolean {
  if (!isExact || requireRank(m, t, axes.length)) return true;
  if (dimsOf(m, t)) clash(m, 'axes', t.shape, asked(m, axes, new Map()));
  return false;
}
/** Whether the sizes that are given can be parts of a dimension. */
function isWhole(
  m: Machine,
  axis: Axis,
  dim: Poly | undefined,
  sizes: ReadonlyMap<string, Poly>,
): boolean {
  const total = dim && constantOf(normal(m, dim));
  const numbers = axis.map((name) => {
    const size = sizes.get(name);
    return size ? constantOf(normal(m, size)) : /^\d+$/.test(name) ? Number(name) : undefined;
  });
  const by = numbers.reduce<number>((all, one) => all * (one ?? 1), 1);
  const isAll = numbers.every((one) => one !== undefined);
  return total === undefined || by <= 0 || (isAll ? total === by : total % by === 0);
}

function bindAxis(m: Machine, axis: Axis, dim: Poly | undefined, sizes: Map<string, Poly>): void {
  if (!dim) return;
  const open = axis.filter((name) => !sizes.has(name) && !/^\d+$/.test(name));
  const size = (name: string) => sizes.get(name) ?? constant(Number(name));
  const others = product(axis.filter((name) => !open.includes(name)).map(size));
  if (open.length === 0) {
    if (axis.length > 0) equate(m, dim, others);
  } else if (open.length === 1) {
    const rest =
      others.key === one.key
        ? dim
        : (divideExactly(normal(m, dim), others) ?? floorDivide(normal(m, dim), others));
    sizes.set(open[0]!, rest);
    christen(m, rest, open[0]!);
  } else {
    for (const name of open) {
      const rest = unknownSize(m);
      christen(m, rest, name);
      sizes.set(name, rest);
    }
  }
}

function compose(
  m: Machine,
  axes: readonly Axis[],
  sizes: ReadonlyMap<string, Poly>,
  dots: Shape,
): Shape {
  const place = axes.findIndex(isDots);
  const size = (name: string): Poly =>
    normal(m, sizes.get(name) ?? (/^\d+$/.test(name) ? constant(Number(name)) : unknownSize(m)));
  const dims = (all: readonly Axis[]): Poly[] => all.map((axis) => product(axis.map(size)));
  if (place < 0) return ranked(dims(axes));
  const before = dims(axes.slice(0, place));
  const after = dims(axes.slice(place + 1));
  return dots.head === null
    ? ranked([...before, ...dots.front, ...after])
    : { front: [...before, ...dots.front], head: dots.head, tail: [...dots.tail, ...after] };
}

/** Shape after `rearrange`, `reduce` or `repeat` by a pattern such as `b n (h d) -> b h n d`. */
export function rearranged(
  m: Machine,
  t: Tensor,
  pattern: string,
  sizes: ReadonlyMap<string, Poly>,
): Shape | undefined {
  const [left, right] = pattern.split('->');
  if (left === undefined || right === undefined) return undefined;
  const known = new Map(sizes);
  const bound = bindAxes(m, t, parseAxes(left), known);
  return bound && compose(m, parseAxes(right), known, bound.dots);
}

/** Two operands that share an axis which is summed are a batch of matrix products; one alone is only moved. */
function payEinsum(
  m: Machine,
  operands: number,
  names: readonly string[],
  output: readonly (readonly string[])[] | undefined,
  sizes: readonly Poly[],
): void {
  if (operands < 2) return;
  const kept = new Set(output?.flat());
  const isSummed = output
    ? names.some((name) => name !== '...' && !kept.has(name))
    : new Set(names).size < names.length;
  if (operands > 2) spend(m, undefined);
  else if (isSummed) spendProducts(m, ...sizes);
}

/** Shape of `einsum(equation, …)`; einops' spaced equations name axes by words. */
export function einsum(
  m: Machine,
  equation: string,
  tensors: readonly Tensor[],
): Shape | undefined {
  const [inputs = '', output] = equation.split('->');
  const spaced = /\w\s+\w/.test(inputs);
  const axes = (text: string) =>
    parseAxes(spaced ? text : text.replace(/\s+/g, '').replaceAll('...', '…').split('').join(' '));
  const terms = inputs.split(',').map(axes);
  const sizes = new Map<string, Poly>();
  let dots: Shape = ranked([]);
  for (const [index, term] of terms.entries()) {
    const t = tensors[index];
    if (!t) return undefined;
    const place = term.findIndex(isDots);
    if (!hasRank(m, t, term, place < 0)) return undefined;
    term.forEach(([name = ''], at) => {
      if (name === '...') return;
      const dim = dimAt(m, t, place >= 0 && at > place ? at - term.length : at);
      if (!dim) return;
      const before = sizes.get(name);
      const from = before && terms.findIndex((one) => one.some(([own]) => own === name));
      const numbers = [before, dim].map((size) => size && constantOf(normal(m, size)));
      if (numbers.every((one) => one !== undefined && one > 1) && numbers[0] !== numbers[1])
        clash(m, 'product', tensors[from!]!.shape, t.shape);
      if (before && constantOf(before) !== 1 && constantOf(dim) !== 1) equate(m, before, dim);
      sizes.set(name, before ? broadcastDim(m, before, dim) : dim);
      christen(m, dim, name);
    });
    if (place >= 0) {
      const shape = shapeOf(m, t.shape);
      const after = term.length - place - 1;
      if (shape.head !== null) return undefined;
      const mine = shape.front.slice(place, shape.front.length - after);
      if (mine.length >= dots.front.length) dots = ranked(mine);
    }
  }
  const names = terms.flat().map(([name = '']) => name);
  payEinsum(m, terms.length, names, output === undefined ? undefined : axes(output), [
    ...sizes.values(),
    ...dots.front,
  ]);
  const implicit = [...new Set(names)]
    .filter((name) => names.filter((other) => other === name).length === 1)
    .sort();
  return compose(
    m,
    output === undefined ? implicit.map((name) => [name]) : axes(output),
    sizes,
    dots,
  );
}
