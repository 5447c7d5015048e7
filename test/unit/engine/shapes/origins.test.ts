import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShapesService } from '../../../../src/engine/shapes/service';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import type { Hovered, Sizes } from '../../../../src/protocol/shapes';

const python = `import torch
import torch.nn as nn
from dataclasses import dataclass
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

@dataclass
class Config:
    wide: int = 768

class Layer(nn.Module):
    def __init__(self, config: Config, heads, slots=5):
        super().__init__()
        self.heads = heads
        self.inner = nn.Linear(config.wide, 3 * config.wide)
        self.memory = torch.zeros(slots, heads)
    def forward(self, x):
        memory = self.memory
        return self.inner(x)

class Wider(Layer):
    def forward(self, x):
        memory = self.memory + 1
        return memory

def typed(q: Float[Tensor, "batch time"]):
    return q.mT
def heads(x):
    y = rearrange(x, "b n (h d) -> b h n d", h=8)
    return y
def said(x, w):
    # B comes first
    # x: (B, T, C)
    # w: (C, D)
    z = x @ w
    return z
def documented(x):
    """
    x: a tensor of shape (N, M)
    """
    u = x.mT
    return u
def plain(q, k):
    n, d = q.shape
    scores = torch.mm(q, k.t())
    return scores
`;
const script = `import * as tf from '@tensorflow/tfjs';
class Memory {
  constructor(slots, width) {
    this.width = width;
    this.memory = tf.zeros([slots, width]);
  }
  read(key) {
    const row = key.reshape([this.width, 1]);
    return row;
  }
}
`;
const service = createShapesService(
  (languages) => loadShapesParser(languages),
  undefined,
  (text) => assert.fail(text),
);
const { signal } = new AbortController();

async function hover(
  text: string,
  line: string,
  word: string,
  sizes: Sizes = {},
): Promise<Hovered | undefined> {
  const file = text === script ? '/nowhere/memory.js' : '/nowhere/model.py';
  const place = { root: '/nowhere', file };
  await service.edit({ ...place, text }, signal);
  const lines = text.split('\n');
  const index = lines.findIndex((one) => one.includes(line));
  const column = lines[index]!.indexOf(word);
  return service.hover({ ...place, line: index + 1, column, sizes }, signal);
}
/** `line: code` of each symbol. */
async function origins(text: string, line: string, word: string) {
  const found = await hover(text, line, word);
  assert.ok(found && 'shape' in found, `${word} in ${line}`);
  return found.origins.map((one) => [one.symbol, one.code]);
}

test('a size that only an annotation or a pattern of einops names has that line', async () => {
  const typed = 'def typed(q: Float[Tensor, "batch time"]):';
  assert.deepEqual(await origins(python, 'return q.mT', 'mT'), [
    ['time', typed],
    ['batch', typed],
  ]);
  const [first] = await origins(python, 'y = rearrange', 'y');
  assert.deepEqual(first, ['b', 'y = rearrange(x, "b n (h d) -> b h n d", h=8)']);
});

test('a size that only a comment or the documentation names has that line, where it stands in a list', async () => {
  assert.deepEqual(await origins(python, 'z = x @ w', 'z'), [
    ['B', '# x: (B, T, C)'],
    ['T', '# x: (B, T, C)'],
    ['D', '# w: (C, D)'],
  ]);
  const [first] = await origins(python, 'u = x.mT', 'u');
  assert.deepEqual(first, ['M', 'x: a tensor of shape (N, M)']);
});

test('a size that the code has no name for has the line of its tensor', async () => {
  assert.deepEqual(await origins(python, 'scores = torch', 'scores'), [
    ['n', 'n, d = q.shape'],
    ['k₀', 'def plain(q, k):'],
  ]);
  const found = await hover(python, 'scores = torch', 'scores', { n: 2, k0: 3 });
  assert.ok(found && 'shape' in found);
  assert.deepEqual(found.concrete?.shape, [2, 3]);
});

test('a size that the constructor was given has the line of its parameter, with its default', async () => {
  const found = await hover(python, 'memory = self.memory', 'memory');
  assert.ok(found && 'shape' in found);
  const code = 'def __init__(self, config: Config, heads, slots=5):';
  assert.deepEqual(found.origins, [
    { symbol: 'slots', line: 13, code, value: 5 },
    { symbol: 'self.heads', line: 15, code: 'self.heads = heads' },
  ]);
});

test('in JavaScript what an object owns has the line that sets it', async () => {
  assert.deepEqual(await origins(script, 'const row', 'row'), [
    ['this.width', 'this.width = width;'],
  ]);
});

test('parameters of a module are a number at once where the code says its sizes, and at chosen ones', async () => {
  const at = async (sizes: Sizes): Promise<unknown> => {
    const found = await hover(python, 'self.inner = nn', 'inner', sizes);
    return found && 'className' in found ? found.concrete : undefined;
  };
  const count = (wide: number): number => 3 * wide * wide + 3 * wide;
  assert.deepEqual(await at({}), { parameters: count(768), sizes: { 'config.wide': 768 } });
  assert.deepEqual(await at({ wide: 8 }), { parameters: count(8), sizes: { 'config.wide': 8 } });
});

test('what a class has from the one that it is derived from has the line there', async () => {
  const found = await origins(python, 'memory = self.memory + 1', 'memory');
  assert.deepEqual(found.at(-1), ['self.heads', 'self.heads = heads']);
});
