import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('variables of nnx are the arrays in them, classes that derive from one too, and streams give keys', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp, numpy as np
from flax import nnx

class Count(nnx.Variable):
    pass

class Linear(nnx.Module):
    def __init__(self, din: int, dout: int, *, rngs: nnx.Rngs):
        key = rngs.params()
        self.w = nnx.Param(jax.random.uniform(key, (din, dout)))
        self.b = nnx.Param(np.zeros((dout,)))
        self.noise = rngs.normal((din,))
        self.count = Count(jnp.array(0))

    def __call__(self, x):
        n = self.count.value
        z = self.noise
        return x @ self.w.value + self.b.value
`);
  assert.equal(at('^key ='), 'key<fry> []');
  assert.equal(at('self.b.^value'), 'float32 [dout]');
  assert.equal(at('^n ='), 'int32 []');
  assert.equal(at('^z ='), 'float32 [din]');
});

test('transformations of nnx see the modules among the arguments', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp
from flax import nnx

model = nnx.Linear(8, 3, rngs=nnx.Rngs(0))

@nnx.jit
def step(model, x, y):
    def loss_fn(model):
        pred = model(x)
        return jnp.mean((pred - y) ** 2)
    loss, grads = nnx.value_and_grad(loss_fn)(model)
    return loss

cached = nnx.cached_partial(step, model)
out = cached(jnp.ones((4, 8)), jnp.ones((4, 3)))

@nnx.scan(in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)
def layers(x, w):
    return x @ w
last = layers(jnp.ones((4, 8)), jnp.ones((5, 8, 8)))
`);
  assert.equal(at('^pred ='), 'float32 [x₀, 3]');
  assert.equal(at('^loss, grads'), 'float32 []');
  assert.equal(at('^out ='), 'float32 []');
  assert.equal(at('^last ='), 'float32 [4, 8]');
});

test('blocks that are made by a mapped constructor are scanned over one by one', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp
from flax import nnx

class Block(nnx.Module):
    def __init__(self, dim, *, rngs: nnx.Rngs):
        self.linear = nnx.Linear(dim, dim, rngs=rngs)
    def __call__(self, x):
        return self.linear(x)

class Stack(nnx.Module):
    def __init__(self, dim, n, *, rngs: nnx.Rngs):
        @nnx.split_rngs(splits=n)
        @nnx.vmap(axis_size=n)
        def create(rngs: nnx.Rngs):
            return Block(dim, rngs=rngs)
        self.layers = create(rngs)
    def __call__(self, x):
        @nnx.scan
        def through(x, block):
            return block(x), None
        y, _ = through(x, self.layers)
        return y

out = Stack(10, n=5, rngs=nnx.Rngs(0))(jnp.ones((3, 10)))
`);
  assert.equal(at('^out ='), 'float32 [3, 10]');
});
