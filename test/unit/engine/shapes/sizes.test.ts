import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, chosenSize, evaluate, symbolsOf } from '../../../../src/engine/shapes/sizes';

const sizes: Record<string, number> = { B: 2, T: 7, C: 96, 'self.n_head': 4, 'x₀': 3, "N'": 5 };
const at = (expression: string) => evaluate(expression, (symbol) => sizes[symbol]);

test('expressions are evaluated as Python does', () => {
  const cases: Readonly<Record<string, number>> = {
    B: 2,
    '3*C': 288,
    'C // self.n_head': 24,
    '(C // self.n_head)*B + 1': 49,
    'T - B - 1': 4,
    '-B + T': 5,
    '(B - T) // 2': -3,
    '(B - T) % 4': 3,
    'min(T, C) + max(B, 1)': 9,
    'T // 2 // 2': 1,
    'x₀*B': 6,
    "N' + 1": 6,
  };
  for (const [expression, value] of Object.entries(cases))
    assert.equal(at(expression), value, expression);
});

test('what is open stays open', () => {
  for (const expression of ['D', 'B*D', '?', 'min(B, D)', 'B +', 'B // 0', '', 'B C'])
    assert.equal(at(expression), undefined, expression);
});

test('symbols are named once, in order, functions not among them', () => {
  assert.deepEqual(symbolsOf(['B', 3, 'min(T, self.block)', 'B*T', '?']), ['B', 'T', 'self.block']);
});

test('a chosen size is found by the whole name first, then by its last word', () => {
  assert.equal(chosenSize({ n_head: 8 }, 'self.n_head'), 8);
  assert.equal(chosenSize({ n_head: 8, 'self.n_head': 2 }, 'self.n_head'), 2);
  assert.equal(chosenSize({}, 'constructor'), undefined);
});

test('bytes are those of the element type, whole bytes for packed ones', () => {
  assert.equal(bytesOf('float32', [2, 3]), 24);
  assert.equal(bytesOf('bool', []), 1);
  assert.equal(bytesOf('int4', [3]), 2);
  assert.equal(bytesOf('float32', [2, 'T']), undefined);
  assert.equal(bytesOf(undefined, [2]), undefined);
});
