import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

const blocks = `
import torch
import torch.nn as nn

class Block(nn.Module):
    def __init__(self, inplanes, planes, stride=1, norm=None):
        super().__init__()
        self.conv = nn.Conv2d(inplanes, planes, 3, stride, 1)
        self.stride = stride

    def forward(self, x):
        return self.conv(x)

class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Conv2d(3, 64, 1)
        self.a = Block(64, 64)
        self.b = Block(64, 128, stride=2)
        self.head = nn.Linear(128, classes)

    def forward(self, x):
        x = self.b(self.a(self.stem(x)))
        return self.head(x.mean([2, 3]))
`;

test('what instances of a class have in common is known, the rest has the names of its parameters', async () => {
  const at = await answersOf(blocks);
  assert.match(at('return self.^conv(x)') ?? '', /^float32 \[[^,]+, planes, .*self\.stride/);
  assert.match(at('return self.^head(') ?? '', /, classes\]$/);
});

test('a model that is made in several ways is what they have in common', async () => {
  const at = await answersOf(`${blocks}
def small(): return Net(10)
def large(): return Net(1000)
`);
  assert.match(at('return self.^head(') ?? '', /, classes\]$/);
  assert.match(at('self.^stem(x)') ?? '', /^float32 \[[^,]+, 64, /);
});

test('what one of two possible layers needs is not taken to be true of the other', async () => {
  const at = await answersOf(`
import torch
import torch.nn as nn

class Flat(nn.Module):
    def forward(self, x):
        b, t, c = x.shape
        return x

class Deep(nn.Module):
    def forward(self, x):
        b, t, h, w, c = x.shape
        return x

def run(x, deep):
    if deep:
        layer = Deep()
    else:
        layer = Flat()
    layer(x)
    return -x
`);
  assert.equal(at('return -^x'), undefined);
});

test('a class derived from a layer does what its own forward says, and `super()` sees the methods of the object', async () => {
  const at = await answersOf(`
import torch
from torch import nn

class First(nn.Linear):
    def forward(self, x):
        y = super().forward(x)
        return y[:, 0]

class Base(nn.Module):
    def __call__(self, *args, **kwargs):
        return super().__call__(*args, **kwargs)
    def forward(self, x):
        return self.body(x)
    def body(self, x):
        return x

class Derived(Base):
    def __init__(self):
        super().__init__()
        self.first = First(8, 4)
    def body(self, x):
        return self.first(x)
    def forward(self, x):
        return super().forward(x)

def main():
    out = Derived()(torch.zeros(2, 3, 8))
    return out
`);
  assert.equal(at('return ^out'), 'float32 [2, 4]');
  assert.equal(at('return ^y[:, 0]'), 'float32 [x₀, x₁, 4]');
});
