import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAnalysis, type Analysis, type Cost } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

const parser = loadShapesParser(['python']);
const analysisOf = async (text: string): Promise<Analysis> => {
  const found = { find: () => undefined, callers: [], cache: new Map() };
  return openAnalysis({ parser: await parser, ...found }, { module: 'm', file: 'm.py', text });
};
/** Costs of what a line (from 0) has at a word. */
async function costAt(text: string, line: string, word: string): Promise<Cost | undefined> {
  const analysis = await analysisOf(text);
  const lines = text.split('\n');
  const row = lines.findIndex((one) => one.includes(line));
  const column = lines[row]!.indexOf(word);
  const all = analysis
    .places()
    .flatMap((place) => [...analysis.answers(place), ...analysis.tuples(place)]);
  return all.find((one) => one.line === row + 1 && one.column === column)?.cost;
}

const written = `import math
import torch
import torch.nn.functional as F
def attend(q, k, v, mask=None):
    B, H, T, D = q.shape
    k = torch.zeros(B, H, T, D)
    v = torch.zeros(B, H, T, D)
    att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(D))
    if mask is not None:
        att = att.masked_fill(mask == 0, -1e9)
    att = F.softmax(att, dim=-1)
    att = F.dropout(att)
    return att @ v
`;

test('attention that is written out tells its weights, its work and what its keys and values take', async () => {
  for (const [line, word] of [
    ['att = F.softmax', 'softmax'],
    ['att = F.softmax', 'att'],
    ['att = F.dropout', 'att'],
  ] as const) {
    assert.deepEqual(await costAt(written, line, word), {
      flops: '2*B*H*T*T*D',
      weights: 'B*H*T*T',
      cache: '8*B*H*T*D',
    });
  }
});

test('by einsum, a matrix product of its own name and a softmax as a method, too', async () => {
  const product = (scores: string): string => `import torch
def attend(q, k):
    B, H, T, D = q.shape
    k = torch.zeros(B, H, T, D)
    w = (${scores}).softmax(-1)
    return w
`;
  for (const scores of [
    "torch.einsum('bhid,bhjd->bhij', q, k)",
    'torch.matmul(q, k.mT)',
    'q.matmul(k.transpose(2, 3)) / 3',
  ])
    assert.equal((await costAt(product(scores), 'w = ', 'w'))?.weights, 'B*H*T*T', scores);
});

test('a softmax over what a layer makes is no attention', async () => {
  const classify = `import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.out = nn.Parameter(torch.zeros(width, words))
    def forward(self, x):
        B, T, C = x.shape
        a = torch.softmax(x @ self.embedding.weight.T, -1)
        b = torch.softmax(x @ self.out, -1)
        return a, b
`;
  for (const line of ['a = torch', 'b = torch'])
    assert.equal((await costAt(classify, line, 'softmax'))?.weights, undefined);
});

test('layers of attention tell the weights of all heads, and a cache only of what looks at itself', async () => {
  const layers = `import torch
import torch.nn as nn
def f(x, y):
    B, T, C = x.shape
    S = y.shape[1]
    x, y = torch.zeros(B, T, 12), torch.zeros(B, S, 12)
    m = nn.MultiheadAttention(12, 3, batch_first=True)
    alone = m(x, x, x)
    across = m(x, y, y)
    return alone, across
`;
  const alone = await costAt(layers, 'alone = m', 'm(');
  assert.deepEqual([alone?.weights, alone?.cache], ['3*B*T*T', '96*B*T']);
  const across = await costAt(layers, 'across = m', 'm(');
  assert.deepEqual([across?.weights, across?.cache], ['3*B*T*S', undefined]);
});

test('a tuple that a layer gives has a shape for each of its members', async () => {
  const analysis = await analysisOf(`import torch
import torch.nn as nn
def f(x):
    B, T, C = x.shape
    m = nn.LSTM(10, 20, batch_first=True)
    result = m(x)
    return result
`);
  const found = analysis.tuples(analysis.places()[0]!).filter(({ line }) => line === 6);
  const state = { dtype: 'float32', shape: [1, 'B', 20] };
  assert.deepEqual(
    found.map(({ column, members }) => [column, members]).sort(),
    [4, 13]
      .map((column) => [column, [{ dtype: 'float32', shape: ['B', 'T', 20] }, [state, state]]])
      .sort(),
  );
});

test('attention that is written in JAX tells the same, by a product, by einsum and with its keys as columns', async () => {
  for (const scores of [
    'q @ k.swapaxes(-1, -2) / 3.0',
    'jnp.matmul(q, jnp.swapaxes(k, -1, -2))',
    "jnp.einsum('bhid,bhjd->bhij', q, k) * 0.5",
  ]) {
    const code = `import jax, jax.numpy as jnp
def attend(q):
    B, H, T, D = q.shape
    k, v = jnp.zeros((B, H, T, D)), jnp.zeros((B, H, T, D))
    w = jax.nn.softmax(${scores}, axis=-1)
    return w @ v
`;
    const cost = await costAt(code, 'w = jax', 'softmax');
    assert.deepEqual([cost?.weights, cost?.cache], ['B*H*T*T', '8*B*H*T*D'], scores);
  }
});

test('layers of Flax and Keras tell the weights of all heads, and a cache only of what looks at itself', async () => {
  const flax = (module: string, made: string) => `import jax.numpy as jnp
from flax import ${module}
def f(x, y):
    B, T, C = x.shape
    S = y.shape[1]
    x, y = jnp.zeros((B, T, 12)), jnp.zeros((B, S, 12))
    m = ${made}
    alone = m(x, x)
    across = m(x, y)
    return alone, across
`;
  const keras = `import tensorflow as tf
from tensorflow import keras
def f(x, y):
    B, T, S = tf.shape(x)[0], tf.shape(x)[1], tf.shape(y)[1]
    x, y = tf.zeros((B, T, 12)), tf.zeros((B, S, 12))
    m = keras.layers.MultiHeadAttention(num_heads=3, key_dim=4)
    alone = m(x, x)
    across = m(x, y)
    return alone, across
`;
  for (const code of [
    flax('linen as nn', 'nn.MultiHeadDotProductAttention(num_heads=3)'),
    flax('nnx', 'nnx.MultiHeadAttention(3, 12, rngs=nnx.Rngs(0))'),
    keras,
  ]) {
    const alone = await costAt(code, 'alone = m', 'm(');
    const across = await costAt(code, 'across = m', 'm(');
    assert.deepEqual([alone?.weights, alone?.cache], ['3*B*T*T', '96*B*T'], code);
    assert.deepEqual([across?.weights, across?.cache], ['3*B*T*S', undefined], code);
  }
});
