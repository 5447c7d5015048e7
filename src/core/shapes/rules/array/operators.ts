/** Operators of arrays: broadcasting, promotion, comparison and the matrix product. */
import {
  asTensor,
  dimsOf,
  isStored,
  known,
  nameOf,
  requireRank,
  shapeOf,
  unknownSize,
  type Machine,
} from '../../machine';
import { broadcastShapes, vague, withShape } from '../../tensors';
import { constantOf, symbolOf, type Poly } from '../../poly';
import { ranked, unknown, type Tensor, type Value } from '../../values';
import { matmul } from './product';

/**
 * `x @ W + b` has the axes of the product, and so has data that is scaled or shifted by what is stored; of two products
 * that are added, one has those of the other. What has three axes or more is rarely the smaller side.
 */
function affine(m: Machine, op: string, a: Value, b: Value): Tensor | undefined {
  const isSum = op === '+' || op === '-';
  for (const [data, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const dims = data.k === 'tensor' ? dimsOf(m, data) : undefined;
    if (data.k !== 'tensor' || !dims?.length) continue;
    const open = other.k === 'any' || (other.k === 'tensor' && !dimsOf(m, other));
    if (!open || shapesBeyond(m, other, dims.length)) continue;
    const isProduct = data.product && isSum;
    // A matrix may be made of two vectors, one of which stands upright.
    if (dims.length === 1 && other.k === 'tensor' && other.product) continue;
    const isLarge = dims.length >= 3;
    if (!isProduct && !isLarge && !(dims.length > 1 && isStored(m, other))) continue;
    if (other.k === 'tensor' && other.product) requireRank(m, other, dims.length);
    if (isProduct) return { ...withShape(data, data.shape), product: true };
    const sizes = dims.map((dim) => (mayBeOne(m, dim) ? unknownSize(m) : dim));
    return withShape(data, ranked(sizes));
  }
  return undefined;
}
/** One, or a size of which nothing is said. */
function mayBeOne(m: Machine, dim: Poly): boolean {
  const sym = symbolOf(dim);
  return constantOf(dim) === 1 || (!!sym?.loose && nameOf(m, sym) === undefined);
}
const shapesBeyond = (m: Machine, v: Value, rank: number): boolean => {
  const shape = v.k === 'tensor' ? shapeOf(m, v.shape) : undefined;
  return shape !== undefined && shape.front.length + shape.tail.length > rank;
};

export function arrayBinary(m: Machine, op: string, left: Value, right: Value): Value | undefined {
  const a = known(m, left);
  const b = known(m, right);
  if (op === '@') {
    const [x, y] = [asTensor(m, a, m.dialect.library), asTensor(m, b, m.dialect.library)];
    return x && y ? matmul(m, x, y) : unknown;
  }
  const t = a.k === 'tensor' ? a : b.k === 'tensor' ? b : undefined;
  if (!t) return undefined;
  const other = t === a ? b : a;
  const dtype = /^[<>=!]/.test(op) ? 'bool' : m.dialect.promote(m, a, b, op === '/');
  if (other.k === 'int' || other.k === 'float' || other.k === 'bool') {
    return { ...withShape(t, t.shape), dtype, ...(t.product ? { product: true } : {}) };
  }
  const met =
    other.k === 'tensor'
      ? withShape(t, broadcastShapes(m, (a as Tensor).shape, (b as Tensor).shape))
      : vague(m, t);
  return { ...(dimsOf(m, met) ? met : (affine(m, op, a, b) ?? met)), dtype };
}
