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

test('a returned function is looked at with the calls that were seen, among the sizes of the one that makes it', async () => {
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
  assert.equal(at('^table ='), 'float64 [length, width]');
});

test('one random number is a plain number; drawn for an array there is one for each of its elements', async () => {
  const at = await answersOf(`
import numpy as np

n = np.random.randint(3, 9)
x = np.random.randn()
means = np.zeros((4, 3))
drawn = np.random.normal(means, 1.0)
some = np.random.choice(5, n)
`);
  assert.equal(at('^n = np'), undefined);
  assert.equal(at('^x = np'), undefined);
  assert.equal(at('^drawn ='), 'float64 [4, 3]');
  assert.equal(at('^some ='), 'int64 [n]');
});

test('norm and percentile take the axis third', async () => {
  const at = await answersOf(`
import numpy as np

x = np.zeros((4, 3))
lengths = np.linalg.norm(x, 2, 1)
middle = np.percentile(x, 50, 0)
both = np.percentile(x, [25, 75], axis=1)
`);
  assert.equal(at('^lengths ='), 'float64 [4]');
  assert.equal(at('^middle ='), 'float64 [3]');
  assert.equal(at('^both ='), 'float64 [2, 4]');
});

test('arrays of unlike sizes make no array; beside a number all are numbers', async () => {
  const at = await answersOf(`
import numpy as np

def rows(a, given):
    alike = np.array([np.zeros(3), np.ones(3)])
    unlike = np.array([np.zeros(3), np.ones((3, 3))])
    lists = np.array([[1, 2], [3, 4, 5]])
    mixed = np.array([given, 1.0])
    span = np.arange(start=a, stop=a + 4)
    return alike, unlike, lists, mixed, span
`);
  assert.equal(at('^alike = np'), 'float64 [2, 3]');
  assert.equal(at('^unlike = np'), undefined);
  assert.equal(at('^lists = np'), undefined);
  assert.equal(at('^mixed = np'), 'float64 [2]');
  assert.equal(at('^span = np'), 'int64 [4]');
});

test('what is given to reshape alone may be a whole shape', async () => {
  const at = await answersOf(`
import numpy as np

class Flatten:
    def __init__(self):
        self.before = None

    def forward(self, x):
        self.before = x.shape
        return x.reshape((x.shape[0], -1))

    def backward(self, gradient):
        return gradient.reshape(self.before)
`);
  assert.equal(at('gradient.^reshape'), undefined);
});

test('turning over what is left of an array does not say how many axes there are', async () => {
  const at = await answersOf(`
import numpy as np

def scatter(X):
    mean = np.mean(X, axis=0)
    for row in X:
        around = row.T
    return mean.T

def turned(X):
    return X.T
`);
  assert.equal(at('np.^mean(X'), undefined);
  assert.equal(at('for ^row'), undefined);
  assert.equal(at('return X.^T'), undefined);
});

test('an index that is filled later has no length yet', async () => {
  const at = await answersOf(`
import numpy as np

x = np.zeros((4, 3))
groups = [[] for _ in range(2)]
for i in range(4):
    groups[i % 2].append(i)
for group in groups:
    picked = x[group]
`);
  assert.equal(at('^picked ='), 'float64 [?, 3]');
});

test('a method that something unknown may be is not known by the calls that are seen', async () => {
  const text = (more: string) => `
import numpy as np

class Relu:
    def gradient(self, x):
        return x > 0

def train():
    return Relu().gradient(np.zeros((4, 3)))
${more}`;
  const open = `
def step(layer, x):
    return layer.gradient(x)
`;
  assert.equal((await answersOf(text('')))('return ^x >'), '? [x₀, x₁]');
  assert.equal((await answersOf(text(open)))('return ^x >'), undefined);
});
