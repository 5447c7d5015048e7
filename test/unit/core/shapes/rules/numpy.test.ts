import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('layers that keep arrays for the way back know them there', async () => {
  const at = await answersOf(`
import numpy as np

class Affine:
    def __init__(self, W):
        self.params = [W]
        self.cache = None

    def forward(self, x):
        W, = self.params
        self.cache = (x, W)
        return np.dot(x, W)

    def backward(self, dout):
        x, W = self.cache
        return np.dot(dout, W.T)

class Net:
    def __init__(self, inputs, outputs):
        self.layer = Affine(np.random.randn(inputs, outputs))

    def forward(self, x):
        N, D = x.shape
        return self.layer.forward(x)

    def backward(self):
        dout = np.ones((4, 2))
        return self.layer.backward(dout)
`);
  assert.equal(at('^x, W = self.cache'), '? [cache₀, W₀]');
  assert.equal(at('np.^dot(dout, W.T)'), '? [dout₀, W₀]');
});

test('a sum that begins as 0 is an array after the first round', async () => {
  const at = await answersOf(`
import numpy as np

def total(n, k):
    s = 0
    for i in range(k):
        s = s + np.ones((n, 2))
        last = s * 2
    return last
`);
  assert.equal(at('^last ='), 'float64 [n, 2]');
});

test('generators, pad, svd and differences have the shapes that NumPy documents', async () => {
  const at = await answersOf(`
import numpy as np

def f(n, d):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 4))
    i = rng.integers(0, 9, size=n)
    p = np.pad(x, ((0, 0), (1, 2)))
    u, s, v = np.linalg.svd(np.ones((6, 4)), full_matrices=False)
    steps = np.diff(x, axis=1)
    x *= 2
    top = np.maximum(n, 1)
    return np.take(x, i, axis=0)
`);
  assert.equal(at('^x = rng'), 'float64 [n, 4]');
  assert.equal(at('^i = rng'), 'int64 [n]');
  assert.equal(at('^p ='), 'float64 [n, 7]');
  assert.equal(at('^u, s'), 'float64 [6, 4]');
  assert.equal(at('u, ^s'), 'float64 [4]');
  assert.equal(at('^steps ='), 'float64 [n, 3]');
  assert.equal(at('^top ='), 'int64 []');
  assert.equal(at('np.^take'), 'float64 [n, 4]');
});

test('a class that inherits a method gives it its own instance, and what differs is not said', async () => {
  const at = await answersOf(`
import numpy as np

class Whole:
    def forward(self, x):
        return np.zeros((3, 4))

class Last(Whole):
    def forward(self, x):
        return np.zeros((3, 4, 5))

class Model:
    def __init__(self):
        self.encoder = Whole()

    def forward(self, x):
        h = self.encoder.forward(x)
        return h

class Other(Model):
    def __init__(self):
        self.encoder = Last()
`);
  assert.equal(at('^h = self'), undefined);
});

test('a returned function is looked at with the sizes of the calls that were seen', async () => {
  const at = await answersOf(`
import numpy as np

def sinusoid(length):
    def init(width):
        table = np.zeros((length, width))
        return table
    return init

def use(n, width):
    return sinusoid(n)(width)
`);
  assert.equal(at('^table ='), 'float64 [n, width]');
});
