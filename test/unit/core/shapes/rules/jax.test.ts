import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('fields of a Flax module are its constructor and name its sizes', async () => {
  const at = await answersOf(`
import jax.numpy as jnp
import flax.linen as nn

class Block(nn.Module):
    dim: int
    heads: int

    @nn.compact
    def __call__(self, x):
        b, t, d = x.shape
        qkv = nn.Dense(3 * self.dim)(nn.LayerNorm()(x))
        q, k, v = jnp.split(qkv, 3, axis=-1)
        q = q.reshape(b, t, self.heads, -1)
        scores = jnp.einsum('bqhd,bkhd->bhqk', q, q)
        mask = jnp.tril(jnp.ones((t, t), dtype=bool))
        return jnp.where(mask, scores, -1e9)

class Model(nn.Module):
    words: int
    dim: int

    def setup(self):
        self.embed = nn.Embed(self.words, self.dim)
        self.pos = self.param('pos', nn.initializers.normal(), (32, self.dim))

    def __call__(self, tokens):
        b, t = tokens.shape
        x = self.embed(tokens) + self.pos[:t]
        return self.embed.attend(x)
`);
  assert.equal(at('^qkv ='), 'float32 [b, t, 3*self.dim]');
  assert.equal(at('^q, k, v'), 'float32 [b, t, self.dim]');
  assert.equal(at('^scores ='), 'float32 [b, self.heads, t, t]');
  assert.equal(at('^mask ='), 'bool [t, t]');
  assert.equal(at('^x = self.embed'), 'float32 [b, t, self.dim]');
  assert.equal(at('.^attend(x)'), 'float32 [b, t, self.words]');
});

test('convolutions of Flax keep the size, pooling does not, images come as batch, height, width, channels', async () => {
  const at = await answersOf(`
import flax.linen as nn

class CNN(nn.Module):
    @nn.compact
    def __call__(self, x):
        b, h, w, c = x.shape
        x = nn.Conv(features=32, kernel_size=(3, 3))(x)
        y = nn.avg_pool(x, window_shape=(2, 2), strides=(2, 2))
        z = nn.Conv(64, (3, 3), padding='VALID')(x)
        return z.reshape((z.shape[0], -1))
`);
  assert.equal(at('^x = nn.Conv'), 'float32 [b, h, w, 32]');
  assert.equal(at('^z = nn'), 'float32 [b, h - 2, w - 2, 64]');
});

test('vmap shows the function one item and gives the axis back, scan stacks what each step gives', async () => {
  const at = await answersOf(`
import jax
import jax.numpy as jnp
from jax import lax

def distances(n, d):
    points = jnp.zeros((n, d))
    def norm(p):
        return jnp.sqrt(jnp.sum(p ** 2))
    all = jax.vmap(norm)(points)
    def step(carry, row):
        carry = carry + row
        return carry, row * 2
    total, rows = lax.scan(step, jnp.zeros(d), points)
    return all

@jax.vmap
def flipped(row):
    return jnp.flip(row)

def use(b):
    x = jnp.zeros((b, 3))
    y = flipped(x)
    return y.at[:, 0].set(1.0)
`);
  assert.equal(at('jnp.^sum(p ** 2)'), 'float32 []');
  assert.equal(at('^all ='), 'float32 [n]');
  assert.equal(at('^total, rows'), 'float32 [d]');
  assert.equal(at('total, ^rows'), 'float32 [n, d]');
  assert.equal(at('jnp.^flip(row)'), '? [row₀]');
  assert.equal(at('^y = flipped'), 'float32 [b, 3]');
  assert.equal(at('^set(1.0)'), 'float32 [b, 3]');
});

test('keys and random arrays of JAX have the sizes that are asked for, in 32 bits', async () => {
  const at = await answersOf(`
import jax
import jax.numpy as jnp
import numpy as np

def sample(n):
    key = jax.random.PRNGKey(0)
    key, sub = jax.random.split(key)
    x = jax.random.normal(sub, (n, 3))
    i = jnp.arange(n) + np.arange(n)
    best = jnp.argmax(x, axis=-1)
    grads = jax.grad(lambda p: jnp.sum(p * x))(x)
    return jax.nn.one_hot(best, 7)
`);
  assert.equal(at('^sub ='), 'uint32 [2]');
  assert.equal(at('^x ='), 'float32 [n, 3]');
  assert.equal(at('^i ='), 'int32 [n]');
  assert.equal(at('^best ='), 'int32 [n]');
  assert.equal(at('^grads ='), 'float32 [n, 3]');
  assert.equal(at('nn.^one_hot'), 'float32 [n, 7]');
});

test('a shape that may be a number or a tuple is not taken for either', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def make(shape):
    return jnp.zeros(shape)
`);
  assert.equal(at('jnp.^zeros(shape)'), undefined);
});

test('in the source of a library, its rules answer for a class whose code does not tell the shape', async () => {
  const at = await answersOf(
    `
import flax.linen as nn
from flax.linen.linear import DenseGeneral

class Heads(nn.Module):
    heads: int

    @nn.compact
    def __call__(self, x):
        b, t, d = x.shape
        y = DenseGeneral(features=(self.heads, 8), axis=-1)(x)
        return y
`,
    {
      'flax.linen.linear': `
from flax.linen.module import Module
from elsewhere import contract

class DenseGeneral(Module):
    features: tuple
    axis: int = -1

    def __call__(self, inputs):
        return contract(inputs, self.features)
`,
    },
  );
  assert.equal(at('return ^y'), 'float32 [b, t, self.heads, 8]');
});

test('a cache of Flax keeps the sizes of the call that made it', async () => {
  const at = await answersOf(`
import jax.numpy as jnp
import flax.linen as nn

class Keys(nn.Module):
    @nn.compact
    def __call__(self, key):
        b, t, d = key.shape
        cached = self.variable('cache', 'key', jnp.zeros, key.shape, key.dtype)
        _, length, _ = cached.value.shape
        mask = jnp.zeros((length, 4))
        return jnp.ones((t, 4)), mask
`);
  assert.equal(at('^mask ='), 'float32 [length, 4]');
  assert.equal(at('jnp.^ones'), 'float32 [t, 4]');
});

test('expand_dims takes several axes, from the front and from the back', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def expand(n, extra: int = 0):
    x = jnp.zeros((n, 3))
    y = jnp.expand_dims(x, axis=(0, -1))
    z = jnp.expand_dims(x, axis=tuple(range(extra)))
    return y, z
`);
  assert.equal(at('^y = jnp'), 'float32 [1, n, 3, 1]');
  assert.equal(at('^z = jnp'), 'float32 [n, 3]');
});

test('the limits of a type are numbers of that type, which a mask may pick', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def mask(n, keep):
    x = jnp.zeros((n, n, n))
    low = jnp.finfo(jnp.float32).min
    return jnp.where(keep, x, low)
`);
  assert.equal(at('^low ='), 'float32 []');
  assert.equal(at('jnp.^where'), 'float32 [n, n, n]');
});

test('any of many arrays may be of other sizes than the next, what may be one or several is not a number', async () => {
  const at = await answersOf(`
import jax
import jax.numpy as jnp

def first(*arrays):
    one = arrays[0]
    return one

def use(n, m, more):
    return first(jnp.zeros((n, 2)), jnp.zeros((m, 3)), *more)

def given(x: jax.Array | float):
    y = jnp.asarray(x)
    return y
`);
  assert.doesNotMatch(at('^one = arrays') ?? '', /[nm23]/);
  assert.equal(at('^y = jnp.asarray'), undefined);
});

test('split at places gives the parts between them, at sums that are known too', async () => {
  const at = await answersOf(`
import jax.numpy as jnp
import numpy as np

def gates(n: int, width: int):
    x = jnp.zeros((n, 3 * width))
    parts = jnp.split(x, np.cumsum([width, width]), axis=-1)
    last = parts[2]
    a, b = jnp.split(x, [4], axis=1)
    return last, a, b
`);
  assert.equal(at('^last ='), 'float32 [n, width]');
  assert.equal(at('^a, b'), 'float32 [n, 4]');
  assert.equal(at('a, ^b'), 'float32 [n, 3*width - 4]');
});

test('a documented function is looked at with the function that its parameter is by default', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def compare(rows, pair_fn=jnp.multiply):
    """Args:
      rows: the rows to compare.
      pair_fn: what compares two rows.
    """
    table = pair_fn(rows[:, None, :], rows[None, :, :])
    return table

def main(n, fn):
    return compare(jnp.zeros((n, 3)), fn)
`);
  assert.match(at('^table =') ?? '', /\[rows₀, rows₀, rows₁\]$/);
});

test('a compiled, mapped or differentiated function sees arrays of 32 bits, and plain numbers that are not static as arrays', async () => {
  const at = await answersOf(`
import functools
import jax, jax.numpy as jnp, numpy as np

@functools.partial(jax.jit, static_argnums=(2,), static_argnames=('m',))
def f(i, x, n, m):
    y = x[i] * n
    z = jnp.zeros((n, m))
    return y, z

out, z = f(3, np.ones((5, 4)), 2, 7)

@jax.jit
def g(i, x):
    return x + i
whole = g(1, np.ones(3))
rows = jax.vmap(lambda row: row * 2)(np.ones((6, 2)))
ints = jax.jit(lambda n: n)(np.arange(3))
`);
  assert.equal(at('^out, z'), 'float32 [4]');
  assert.equal(at('out, ^z ='), 'float32 [2, 7]');
  assert.equal(at('^whole ='), 'float32 [3]');
  assert.equal(at('^rows ='), 'float32 [6, 2]');
  assert.equal(at('^ints ='), 'int32 [3]');
});

test('named tuples are trees: they are mapped and scanned over item by item', async () => {
  const at = await answersOf(`
from typing import NamedTuple
import jax, jax.numpy as jnp

class State(NamedTuple):
    mean: jax.Array
    cov: jax.Array

s = State(jnp.ones((5, 4)), jnp.ones((5, 4, 4)))
def f(one):
    a = one.cov
    return one
back = jax.vmap(f)(s)
again = back.mean
half = jax.tree.map(lambda v: v / 2, s).cov
hess = jax.jacfwd(jax.grad(lambda p: (p ** 2).sum()))(jnp.ones((6, 4)))
`);
  assert.equal(at('^a ='), '? [cov₀, cov₁]');
  assert.equal(at('^again ='), 'float32 [5, 4]');
  assert.equal(at('^half ='), 'float32 [5, 4, 4]');
  assert.equal(at('^hess ='), 'float32 [6, 4, 6, 4]');
});
