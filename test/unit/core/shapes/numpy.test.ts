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

test('an array that is turned over may be a vector, unless it is the right side of a product', async () => {
  const at = await answersOf(`
import numpy as np

def penalty(w):
    return w.T.dot(w)

def scores(q, k):
    return q @ k.T
`);
  assert.equal(at('penalty(^w)'), undefined);
  assert.equal(at('return ^w.T'), undefined);
  assert.equal(at('scores(q, ^k)'), '? [k₀, k₁]');
});

test('an array of two axes or more is no vector after it is turned over', async () => {
  const at = await answersOf(`
import numpy as np

def fit(x, v):
    y = np.atleast_2d(x).T
    return y.dot(np.zeros(3))

def main(n, data):
    fit(data['x'], np.zeros(n))
`);
  assert.equal(at('^y = np'), undefined);
});

test('a list of numbers is an array to a function; of one that may be empty the type is open', async () => {
  const at = await answersOf(`
import numpy as np

def prior(n: int, points, limit):
    spread = np.diag([0.1] * n)
    near = []
    for point in points:
        if point < limit:
            near.append(1)
    found = np.array(near)
    return spread, found
`);
  assert.equal(at('^spread = np'), 'float64 [n, n]');
  assert.equal(at('^found = np'), '? [N]');
});

test('sizes out of one list are not one size, nor are numbers that two calls have in common', async () => {
  const at = await answersOf(`
import numpy as np

def taps(shape, kernel):
    channels, rows = shape
    height, width = kernel
    a = np.zeros((channels, rows))
    return np.zeros((height, width))

def main(sizes):
    taps([int(one) for one in sizes], (3, 3))
    taps([int(one) for one in sizes], (2, 2))
`);
  assert.equal(at('^a = np'), 'float64 [channels, rows]');
  assert.equal(at('return np.^zeros((height'), 'float64 [height, width]');
});

test('how much is drawn from a distribution may be a number or a shape', async () => {
  const at = await answersOf(`
import numpy as np

def sample(table, n):
    places = np.random.randint(0, 10, n)
    return places
`);
  assert.equal(at('^places = np'), undefined);
});
