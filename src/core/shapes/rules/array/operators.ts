/** Operators of arrays: broadcasting, promotion, comparison and the matrix product. */
import { asTensor, known, type Machine } from '../../machine';
import { broadcastShapes, vague, withShape } from '../../tensors';
import { unknown, type Tensor, type Value } from '../../values';
import { matmul } from './product';

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
    return { ...withShape(t, t.shape), dtype };
  }
  if (other.k !== 'tensor') return { ...vague(m, t), dtype };
  const shape = broadcastShapes(m, (a as Tensor).shape, (b as Tensor).shape);
  return { ...withShape(t, shape), dtype };
}
