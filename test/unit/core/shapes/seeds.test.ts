import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

test('a comment that the code contradicts is dropped, with all that was called on its word', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def twice(part):
    return part * 2

def rotate(
    inputs,  # [B, L]
    positions,  # [B, L]
    width: int,
):
    angle = positions[..., None] / jnp.arange(width // 2)[None, None, :]
    angle = angle[..., None, :]
    first, second = jnp.split(inputs, 2, axis=-1)
    return twice(first * jnp.cos(angle))

def right(
    x,  # [B, L]
    mask,  # [B, L]
):
    return x * mask
`);
  assert.equal(at('split(^inputs'), undefined);
  assert.doesNotMatch(at('return ^part * 2') ?? '', /\bL\b/);
  assert.equal(at('return ^x * mask'), '? [B, L]');
});

test('a docstring is not believed where the code asks for the rank, or where it tells of other parameters', async () => {
  const at = await answersOf(`
import numpy as np

def any_rank(x):
    """Args:
      x: the input, of shape (N, D).
    """
    return np.sum(x, axis=tuple(range(1, x.ndim)))

def checked(y):
    """Args:
      y: the input, of shape (N, D).
    """
    assert y.ndim == 2
    return np.exp(y)

def stale(z, mask):
    """Does it.

    Args:
      z: the input, of shape (N, D).
      lengths: how long each is.
    """
    return np.exp(z)
`);
  assert.equal(at('np.sum(^x'), undefined);
  assert.equal(at('np.exp(^y)'), '? [N, D]');
  assert.equal(at('np.exp(^z)'), undefined);
});

test('a plain number is one by its annotation where the caller does not know it', async () => {
  const at = await answersOf(`
import jax.numpy as jnp
from settings import SCALE

def scaled(x, factor: float):
    x /= factor
    return x / factor

def main(n):
    return scaled(jnp.zeros((n, 4)), SCALE)
`);
  assert.match(at('return x ^/ factor') ?? '', /^\? \[[^,]+, [^,]+\]$/);
});

test('masks that are combined have as many axes, and sequences they are made of one less each', async () => {
  const at = await answersOf(`
import flax.linen as nn

def masks(words, segments):
    B, L = words.shape
    mask = nn.make_causal_mask(words)
    return nn.combine_masks(mask, nn.make_attention_mask(segments, segments))
`);
  assert.match(at('make_attention_mask(^segments') ?? '', /^\? \[[^,]+, [^,]+\]$/);
  assert.match(at('nn.^combine_masks') ?? '', /\[B, 1, L, L\]$/);
});

test('what a function says of an array holds for the callers that do not know it', async () => {
  const at = await answersOf(`
import jax
import jax.numpy as jnp

def embed(table, ids: jax.Array):
    """Args:
      ids: token numbers, of shape (batch, length).
    """
    return jnp.take(table, ids, axis=0)

def model(tokens: jax.Array, words, width):
    return embed(jnp.zeros((words, width)), tokens)
`);
  assert.equal(at('def model(^tokens'), '? [batch, length]');
  assert.equal(at('return ^embed'), 'float32 [batch, length, width]');
});

test('calls of a function that was only assumed give way to those of its real calls', async () => {
  const at = await answersOf(`
import numpy as np

def inner(x):
    return x * 2

class Model:
    def part(self, x):
        return inner(x)

    def forward(self, rows, width):
        return self.part(np.zeros((rows, width)))
`);
  assert.match(at('return ^x * 2') ?? '', /^\? \[[^,]+, [^,]+\]$/);
});

test('`batch...` in front of a documented shape is read as one axis; what is only broadcast to it keeps open sizes', async () => {
  const at = await answersOf(`
import jax
import jax.numpy as jnp

def scores(query: jax.Array, bias: jax.Array):
    """Args:
      query: queries of shape \`\`[batch..., length, heads, depth]\`\`.
      bias: should be broadcastable to the shape \`\`[batch..., heads, length, length]\`\`.
    """
    return jnp.sum(query), jnp.sum(bias)
`);
  assert.equal(at('jnp.sum(^query)'), '? [batch, length, heads, depth]');
  assert.doesNotMatch(at('jnp.sum(^bias)') ?? 'heads', /heads|length/);
});

test('what a documented function is called with once says nothing of what is equal or of types', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

def pairs(left, right):
    """Pairs.

    Args:
      left: one side.
      right: the other.
    """
    return left * right

def all_pairs(n, width):
    x = jnp.zeros((n, width))
    return pairs(x, x)
`);
  assert.match(at('return ^left * right') ?? '', /^\? \[left₀, left₁\]$/);
  assert.match(at('left * ^right') ?? '', /^\? \[right₀, right₁\]$/);
});

test('a class that is prepared with another one is followed with it', async () => {
  const at = await answersOf(`
from functools import partial
from typing import Any
import flax.linen as nn

class Block(nn.Module):
    width: int
    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.width)(x)

class Model(nn.Module):
    block: Any
    @nn.compact
    def __call__(self, x):
        x = nn.Conv(8, (3, 3))(x)
        return self.block(width=4)(x)

Small = partial(Model, block=Block)
`);
  assert.match(at('nn.Dense(self.width)(^x)') ?? '', /\[[^,]+, [^,]+, [^,]+, [^,]+\]$/);
});

test('a docstring that tells of several shapes says none', async () => {
  const at = await answersOf(`
import numpy as np

def logs(chol, kind):
    """Parameters:
      chol : the factors
          'full' : shape of (n, d, d)
          'tied' : shape of (d, d)
    """
    return np.log(chol)
`);
  assert.equal(at('np.log(^chol'), undefined);
});

test('an array that may be None by its annotation and its default is what the docstring says when it is not', async () => {
  const at = await answersOf(`
import jax
import jax.numpy as jnp

def scores(q, mask: jax.Array | None = None):
    """Args:
      q: queries of shape [batch, heads, length].
      mask: of shape [batch, heads, length].
    """
    if mask is not None:
        q = jnp.where(mask, q, -1e9)
    return q
`);
  assert.equal(at('where(^mask'), '? [batch, heads, length]');
});

test('one caller that nothing calls does not tell the rank where a documented method asks for it', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

class Flat:
    def __call__(self, inputs):
        """Args:
          inputs: the array to flatten.
        """
        return jnp.reshape(inputs, (-1,) + inputs.shape[inputs.ndim - 1:])

class Caller:
    def __init__(self):
        self.flat = Flat()

    def __call__(self, x):
        b, t, c = x.shape
        return self.flat(x)
`);
  assert.equal(at('reshape(^inputs'), undefined);
});

test('what a decorator writes into a docstring is believed as a docstring is', async () => {
  const at = await answersOf(`
from torch import nn
from transformers.utils import auto_docstring

class Model(nn.Module):
    def __init__(self, vocabulary: int, width: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
    @auto_docstring
    def forward(self, input_ids=None, inputs_embeds=None):
        if inputs_embeds is None:
            inputs_embeds = self.embedding(input_ids)
        return inputs_embeds

class Plain(nn.Module):
    def forward(self, input_ids):
        return input_ids * 2
`);
  assert.equal(at('self.^embedding(input_ids)'), 'float32 [batch_size, sequence_length, width]');
  assert.equal(at('return ^input_ids * 2'), undefined);
});

test('a docstring is not disbelieved for one of two arrays that may be there', async () => {
  const at = await answersOf(`
import torch

def shift(x, flag):
    """
    Args:
        x (Tensor): the scores, of shape (batch, heads, length)
    """
    rest = x[:, :, 0] if flag else x
    return x + rest
`);
  assert.equal(at('return ^x + rest'), '? [batch, heads, length]');
});
