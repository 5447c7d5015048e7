import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictions } from '../../../src/engine/predictions';

test('the likeliest tokens come first, with probabilities that do not overflow', () => {
  const logits = Float32Array.of(1000, 1000 + Math.log(3), -1000);
  const found = predictions(logits, 2, (id) => `t${id}`);
  assert.deepEqual(
    found.map(({ id, label, probability }) => [id, label, probability.toFixed(3)]),
    [
      [1, 't1', '0.750'],
      [0, 't0', '0.250'],
    ],
  );
});
