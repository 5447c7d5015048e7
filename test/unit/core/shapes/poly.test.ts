import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  add,
  ceilDivide,
  constant,
  floorDivide,
  multiply,
  printPoly,
  subtract,
  symbol,
  type Poly,
} from '../../../../src/core/shapes/poly';

const size = (name: string): Poly => symbol({ key: name, name });
const text = (p: Poly) => printPoly(p, (sym) => sym.name);
const [a, b] = [size('a'), size('b')];

test('products are written in one order, whatever order they came in', () => {
  assert.equal(multiply(a, b).key, multiply(b, a).key);
  assert.equal(subtract(multiply(a, b), multiply(b, a)).terms.length, 0);
});

test('division takes out what divides and keeps the rest', () => {
  assert.equal(text(floorDivide(multiply(a, b), b)), 'a');
  assert.equal(text(floorDivide(add(multiply(constant(2), a), constant(1)), constant(2))), 'a');
  assert.equal(text(floorDivide(a, b)), 'a // b');
  assert.equal(text(ceilDivide(a, constant(2))), '(a + 1) // 2');
});

test('a size without a name cannot be written', () => {
  assert.equal(text(add(a, symbol({ key: 'x' }))), undefined);
});
