import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

test('what later lines show of an argument is true in the earlier ones too', async () => {
  const at = await answersOf(`
import torch
def f(seq):
    mask = (seq + 0).unsqueeze(-2)
    n, length = seq.shape
    return mask
`);
  assert.equal(at('return ^mask'), '? [n, 1, length]');
});

test('a method that nothing calls may wrap a module; the others see the module', async () => {
  const at = await answersOf(`
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Conv2d(3, width, 3, padding=1)
    def wrap(self):
        self.inner = torch.utils.checkpoint(self.inner)
    def forward(self, x):
        return self.inner(x)
`);
  assert.match(at('self.^inner(x)') ?? '', /^float32 \[x₀, width, x₂, x₃\]$/);
});

test('a number that a configuration leaves out may still be given', async () => {
  const at = await answersOf(`
import torch
from torch import nn
from typing import Optional
from dataclasses import dataclass
@dataclass
class Config:
    heads: int = 8
    groups: Optional[int] = None
class Net(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.groups = config.heads if config.groups is None else config.groups
        self.inner = nn.Linear(16, self.groups)
    def forward(self, x):
        return self.inner(x)
net = Net(Config())
net(torch.zeros(2, 5, 16))
`);
  assert.match(at('self.^inner(x)') ?? '', /self\.groups\]$/);
});

test('a configuration may be filled through its dictionary', async () => {
  const at = await answersOf(`
import torch
from torch import nn
class Config:
    def __init__(self):
        self.width = None
    def merge(self, values):
        self.__dict__.update(values)
class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        config = Config()
        config.merge({'small': dict(width=8), 'large': dict(width=16)}[kind])
        self.width = config.width
        self.inner = nn.Linear(4, config.width)
    def forward(self, x):
        b, t, c = x.shape
        return self.inner(x)
`);
  assert.match(at('self.^inner(x)') ?? '', /self\.width\]$/);
});

test('a scalar of NumPy counts as a number beside a tensor', async () => {
  const at = await answersOf(`
import numpy as np
import torch
def f(n: int):
    step = np.log(10000) / 3
    return step * torch.arange(n)
`);
  assert.equal(at('step ^* torch'), 'float32 [n]');
});
