import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

test('an array that is turned over is a matrix, and the product takes it as one', async () => {
  const at = await answersOf(`
import numpy as np

class MatMul:
    def __init__(self, W):
        self.W = W

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W)

    def backward(self, dout):
        dW = np.dot(self.x.T, dout)
        dx = np.dot(dout, self.W.T)
        self.grad = np.zeros_like(self.W)
        self.grad[...] = dW
        return dx
`);
  assert.match(at('self.W = ^W') ?? '', /^\? \[\w+₀, \w+₁\]$/);
  assert.match(at('^dW = np') ?? '', /^\? \[[^,]+, [^,]+\]$/);
});

test('an axis that is written out whole at the end is the last', async () => {
  const at = await answersOf(`
import numpy as np

def last(xs):
    return xs[:, -1, :]

def some(xs):
    return xs[:, -1]
`);
  assert.match(at('return xs^[:, -1, :]') ?? '', /^\? \[[^,]+, [^,]+\]$/);
  assert.equal(at('return xs^[:, -1]'), undefined);
});

test('what is added to a product has no more axes than it, but other data may', async () => {
  const at = await answersOf(`
import numpy as np

def project(rows, width, out, b, x):
    h = np.zeros((rows, width)) @ np.zeros((width, out))
    y = h + b
    z = np.zeros((rows, width)) + x
    return y, z
`);
  assert.equal(at('^y = h'), 'float64 [rows, out]');
  assert.equal(at('^z = np'), undefined);
});

test('weights out of an unknown dict meet rows of data as matrices', async () => {
  const at = await answersOf(`
import numpy as np

def linear(x, w, b):
    return x @ w + b

def model(rows, width, layers):
    h = np.zeros((rows, width))
    for layer in layers:
        h = linear(h, **layer)
    return h
`);
  assert.match(at('^x @ w') ?? '', /^\? \[[^,]+, [^,]+\]$/);
  assert.match(at('return ^h') ?? '', /\[rows, [^,]+\]$/);
});

test('a rank that every branch finds for itself holds after them', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def heads(x, grouped: bool):
    if grouped:
        y = jnp.einsum('btd,dk->btk', x, jnp.zeros((4, 6)))
    else:
        y = jnp.einsum('btd,dk->btk', x, jnp.zeros((4, 8)))
    return x

def alone(z, grouped: bool):
    if grouped:
        y = jnp.einsum('btd,dk->btk', z, jnp.zeros((4, 6)))
    return z
`);
  assert.match(at('    return ^x') ?? '', /^\? \[[^,]+, [^,]+, 4\]$/);
  assert.equal(at('return ^z'), undefined);
});

test('a sum that begins as 0 is an array from the second round on', async () => {
  const at = await answersOf(`
import numpy as np

class Cell:
    def backward(self, dh_next):
        return dh_next * 2

class Layer:
    def backward(self, dhs):
        N, T, H = dhs.shape
        cell = Cell()
        dh = 0
        for t in range(T):
            dh = cell.backward(dhs[:, t, :] + dh)
        return dhs
`);
  assert.equal(at('dhs[:, t, :] ^+ dh'), '? [N, H]');
  assert.match(at('dh_next ^* 2') ?? '', /^\? \[[^,]+, [^,]+\]$/);
});

test('an entry of an unknown dict is what its use makes it, each by its own word', async () => {
  const at = await answersOf(`
import numpy as np

def model(rows, width, params):
    h = np.zeros((rows, width)) @ params['w'] + params['b']
    return h, params['w'], params['b']
`);
  assert.match(at('^h = np') ?? '', /\[rows, [^,]+\]$/);
  assert.match(at("return h, params^['w']") ?? '', /^\? \[[^,]+, [^,]+\]$/);
  assert.equal(at("return h, params['w'], params^['b']"), undefined);
});

test('arrays that are asserted to have as many axes have them, in chains of comparisons too', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def check(n, query, key, value):
    query = jnp.zeros((n, 4, 5))
    assert key.ndim == query.ndim == value.ndim
    return jnp.exp(key), jnp.exp(value)
`);
  assert.match(at('exp(^key)') ?? '', /^\? \[[^,]+, [^,]+, [^,]+\]$/);
  assert.match(at('exp(^value)') ?? '', /^\? \[[^,]+, [^,]+, [^,]+\]$/);
});

test('what is left of a size without a name may be 1, and is not the size that it meets', async () => {
  const at = await answersOf(readFileSync('samples/ntm-copy/model.py', 'utf8'));
  assert.match(at('^similarity =') ?? '', /\[k₀, memory₁\]/);
  // Of three shifts the last is one wide: `s[:, 2:] * gated` is as wide as the memory is long.
  assert.doesNotMatch(at('^w = shifted') ?? '', /s₁/);
});
