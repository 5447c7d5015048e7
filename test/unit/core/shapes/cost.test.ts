import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hoverAt,
  hoverText,
  linearCost,
  recurrentCost,
  selfAttentionCost,
} from '../../../../src/core/shapes';

test('a linear layer costs two operations for each weight and row', () => {
  const cost = linearCost(10, 768, 2304);
  assert.equal(cost.flops, 2 * 10 * 768 * 2304);
  assert.equal(cost.parameters, 768 * 2304 + 2304);
});

test('an LSTM of torch has two biases for each of its four gates', () => {
  assert.equal(recurrentCost('lstm', 1, 1, 10, 20).parameters, 4 * 20 * (10 + 20) + 8 * 20);
});

test('self-attention grows with the square of the length', () => {
  const at = (length: number) => selfAttentionCost(1, length, 64, 4).flops - 8 * length * 64 ** 2;
  assert.equal(at(200), 4 * at(100));
});

test('a hover names the word, the type, the shape and the values seen at calls', () => {
  const answer = {
    file: 'm.py',
    line: 1,
    column: 4,
    dtype: 'float32',
    shape: ['B', 'h'],
    seen: { h: 12 },
  };
  const found = hoverAt([answer], 'y = softmax(x)', 1, 6);
  assert.equal(found?.name, 'softmax');
  assert.equal(hoverText('softmax', answer), 'softmax: float32 [B, h]\nh = 12 where it is called');
  assert.equal(hoverAt([answer], 'y = softmax(x)', 1, 12), undefined);
});
