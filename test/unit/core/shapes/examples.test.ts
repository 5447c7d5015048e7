import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

const cell = `
import flax.linen as nn
import jax.numpy as jnp

class Gate(nn.Module):
    r"""A gate.

    Example::

      >>> import jax, jax.numpy as jnp
      >>> x = jax.random.normal(jax.random.key(0), (2, 3))
      >>> gate = Gate(features=4)
      >>> state = gate.start(jax.random.key(1), x.shape)
      >>> variables = gate.init(jax.random.key(2), state, x)
    """
    features: int

    @nn.compact
    def __call__(self, state, inputs):
        """Args:
          inputs: one step. All dimensions except the final are considered batch dimensions.
        """
        memory, hidden = state
        width = hidden.shape[-1]
        opened = nn.sigmoid(nn.Dense(width)(inputs) + nn.Dense(width)(hidden))
        kept = opened * memory
        return (kept, hidden), kept

    def start(self, key, shape):
        dims = shape[:-1] + (self.features,)
        return jnp.zeros(dims), jnp.zeros(dims)
`;

test('what a docstring says of batch dimensions holds for its example, which shows the rest of the arguments', async () => {
  const at = await answersOf(cell);
  assert.match(at('(^inputs)') ?? '', /^\? \[batch, /);
  assert.equal(at('^memory, hidden'), '? [batch, state₁]');
  assert.match(at('^opened =') ?? '', /\[batch, width\]$/);
  assert.match(at('^kept =') ?? '', /\[batch, /);
});

test('sizes and types of an example are those of the example alone', async () => {
  const at = await answersOf(cell);
  for (const word of ['(^inputs)', '^memory, hidden'])
    assert.doesNotMatch(at(word) ?? '', /\b[234]\b|float|features/);
});

test('an example that the documentation does not bear out says nothing of how many axes others have', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

class Twice:
    """
    >>> twice = Twice()
    >>> twice(jnp.ones((2, 3)), jnp.ones((2, 3, 4)))
    """
    def __call__(self, x, y):
        """Args:
          y: an array of shape (batch, width).
        """
        return x * 2, y * 2
`);
  assert.equal(at('return ^x'), undefined);
  assert.equal(at(', ^y * 2'), '? [batch, width]');
});

test('instances of an example are none of the program', async () => {
  const at = await answersOf(`
import jax.numpy as jnp

class Scaled:
    """
    >>> scaled = Scaled(7)
    >>> scaled(jnp.ones((2, 3)))
    """
    def __init__(self, width):
        self.width = width

    def __call__(self, x):
        return jnp.zeros((self.width, 2))
`);
  assert.equal(at('jnp.^zeros'), 'float32 [self.width, 2]');
});
