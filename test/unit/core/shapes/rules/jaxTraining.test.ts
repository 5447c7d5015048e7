import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from '../shapesOf';

test('layers of stax are pairs that pass shapes on', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp
from jax.example_libraries import stax
from jax.example_libraries.stax import Conv, Dense, FanOut, Flatten, MaxPool, Relu, Softplus

init, encode = stax.serial(
    Dense(512), Relu, FanOut(2),
    stax.parallel(Dense(10), stax.serial(Dense(11), Softplus)))
shape, params = init(jax.random.key(0), (32, 784))
w, b = params[0]
mu, sigma = encode(params, jnp.ones((32, 784)))

init2, images = stax.serial(Conv(8, (3, 3), padding='SAME'), Relu, MaxPool((2, 2), (2, 2)), Flatten)
flat = images(None, jnp.ones((5, 28, 28, 1)))
`);
  assert.equal(at('^mu, sigma'), 'float32 [32, 10]');
  assert.equal(at('mu, ^sigma'), 'float32 [32, 11]');
  assert.equal(at('^w, b'), 'float32 [784, 512]');
  assert.equal(at('^flat ='), 'float32 [5, 1568]');
});

test('optimizers keep the parameters that they were given; losses of optax are one for each row or element', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp, numpy as np, optax
from jax.example_libraries import optimizers

opt_init, opt_update, get_params = optimizers.adam(1e-3)
state = opt_init((np.zeros((3, 4)), jnp.zeros(4)))
state = opt_update(0, (jnp.zeros((3, 4)), jnp.zeros(4)), state)
w, b = get_params(state)

tx = optax.chain(optax.clip(1.0), optax.adam(1e-3))
params = {'w': jnp.zeros((3, 4))}
updates, opt_state = tx.update(params, tx.init(params), params)
params = optax.apply_updates(params, updates)
u = updates['w']
rows = optax.softmax_cross_entropy_with_integer_labels(jnp.ones((8, 10)), jnp.ones(8, jnp.int32))
each = optax.sigmoid_binary_cross_entropy(jnp.ones((8, 10)), jnp.ones((8, 10)))
`);
  assert.equal(at('^w, b'), 'float32 [3, 4]');
  assert.equal(at('^u ='), 'float32 [3, 4]');
  assert.equal(at('^rows ='), 'float32 [8]');
  assert.equal(at('^each ='), 'float32 [8, 10]');
});

test('distributions and special functions of jax.scipy work element by element, windows on every axis', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp
import jax.scipy.stats.norm as norm
from jax.scipy.special import logsumexp
from jax import lax

a = norm.logpdf(jnp.ones((3, 1)), 0, jnp.ones(4))
b = logsumexp(jnp.ones((5, 6)), axis=1, keepdims=True)
c = lax.reduce_window(jnp.ones((2, 8, 8, 3)), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), 'VALID')
`);
  assert.equal(at('^a ='), 'float32 [3, 4]');
  assert.equal(at('^b ='), 'float32 [5, 1]');
  assert.equal(at('^c ='), 'float32 [2, 4, 4, 3]');
});

test('what a Flax model is initialised with says more of it than data of which nothing is known', async () => {
  const at = await answersOf(`
import jax, jax.numpy as jnp, optax
import flax.linen as nn
from flax.training import train_state

class Net(nn.Module):
    latents: int

    @nn.compact
    def __call__(self, x):
        h = nn.Dense(500)(x)
        return nn.Dense(self.latents)(h)

def step(state, batch):
    out = state.apply_fn({'params': state.params}, batch)
    return out

def train(data):
    model = Net(20)
    params = model.init(jax.random.key(0), jnp.ones((64, 784)))['params']
    state = train_state.TrainState.create(apply_fn=model.apply, params=params, tx=optax.adam(1e-3))
    for batch in data:
        step(state, batch)
`);
  assert.equal(at('^h ='), 'float32 [x₀, 500]');
});
