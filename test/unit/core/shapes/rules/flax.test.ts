import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('a class that is derived from a layer is made with what the layer takes', async () => {
  const at = await answersOf(`
import flax.linen as nn

class StandardConv(nn.Conv):
    def param(self, name, init, *more):
        return super().param(name, init, *more)

class Stem(nn.Module):
    @nn.compact
    def __call__(self, x):
        b, h, w, c = x.shape
        y = StandardConv(features=16, kernel_size=(3, 3), strides=(2, 2))(x)
        return y
`);
  assert.match(at('^y = Standard') ?? '', /\[b, .*, .*, 16\]$/);
});

test('a window of a configuration may be a pair: the axes are those that the code shows', async () => {
  const at = await answersOf(`
import flax.linen as nn
import jax.numpy as jnp

class Patches(nn.Module):
    config: object

    @nn.compact
    def __call__(self, images):
        x = nn.Conv(8, self.config.size, strides=self.config.size)(images)
        b, h, w, c = x.shape
        return jnp.reshape(x, (b, h * w, c))
`);
  assert.equal(at('(^images)'), undefined);
  assert.match(at('jnp.^reshape') ?? '', /\[b, h\*w, c\]$/);
});

test('LinearGeneral of NNX gives the axes of its output features', async () => {
  const at = await answersOf(`
from flax import nnx

class Heads(nnx.Module):
    def __init__(self, width: int, heads: int, *, rngs):
        self.query = nnx.LinearGeneral(width, out_features=(heads, 8), rngs=rngs)

    def __call__(self, x):
        b, t, c = x.shape
        q = self.query(x)
        return q
`);
  assert.match(at('^q = self') ?? '', /\[b, t, (?:self\.)?heads, 8\]$/);
});
