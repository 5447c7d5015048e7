import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

test('NumPy makes float64 and keeps dimensions that are asked to be kept', async () => {
  const at = await answersOf(`
import numpy as np

def softmax(rows, columns):
    x = np.zeros((rows, columns))
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
`);
  assert.equal(at('^e = np'), 'float64 [rows, columns]');
  assert.equal(at('e.^sum(axis'), 'float64 [rows, 1]');
});

test('dot joins the last axis of one array with the last but one of the other', async () => {
  const at = await answersOf(`
import numpy as np

class Affine:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs)
        self.b = np.zeros(outputs)

    def forward(self, x):
        N, D = x.shape
        return np.dot(x, self.W) + self.b
`);
  assert.equal(at('self.W) ^+ self.b'), 'float64 [N, outputs]');
});

test('an index array takes rows, a new axis is one long', async () => {
  const at = await answersOf(`
import numpy as np

def lookup(words, width, count):
    table = np.zeros((words, width))
    picked = table[np.zeros(count, dtype='i')]
    return picked[:, None]
`);
  assert.equal(at('^picked = table'), 'float64 [count, width]');
  assert.equal(at('return picked^[:, None]'), 'float64 [count, 1, width]');
});
