/** Sizes of which it is not known which of several they are, and by which names they go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

const head = `
import torch
from torch import nn
`;

test('the number of a round is no size that has its name after the loop', async () => {
  const at = await answersOf(`${head}
def square(seq):
    n, length = seq.size()
    return torch.ones((n, length, length))

def run(n, most):
    held = torch.zeros((n, most))
    for step in range(2, most):
        part = square(held[:, :step])
    return held
`);
  assert.equal(at('^part = square'), 'float32 [n, ?, ?]');
});

test('a field of a configuration that one of several tables sets keeps its name', async () => {
  const at = await answersOf(`${head}
class Config:
    pass

class Net(nn.Module):
    def __init__(self, config, kind):
        super().__init__()
        table = {'small': dict(width=64), 'large': dict(width=512)}[kind]
        config.__dict__.update(table)
        self.embed = nn.Embedding(10, config.width)

    def forward(self, ids):
        b, t = ids.shape
        return self.embed(ids)

def small(): return Net(Config(), 'small')
def large(): return Net(Config(), 'large')
`);
  assert.equal(at('return self.^embed(ids)'), 'float32 [b, t, width]');
});

const blocks = `${head}
class Twice(nn.Module):
    def __init__(self, fan_in, fan_out, middle=None):
        super().__init__()
        if not middle:
            middle = fan_out
        self.convs = nn.Sequential(
            nn.Conv2d(fan_in, middle, kernel_size=3, padding=1),
            nn.Conv2d(middle, fan_out, kernel_size=3, padding=1),
        )

    def forward(self, x):
        return self.convs(x)

class Up(nn.Module):
    def __init__(self, fan_in, fan_out, smooth=True):
        super().__init__()
        if smooth:
            self.up = nn.Upsample(scale_factor=2)
            self.conv = Twice(fan_in, fan_out, fan_in // 2)
        else:
            self.up = nn.ConvTranspose2d(fan_in, fan_in // 2, kernel_size=2, stride=2)
            self.conv = Twice(fan_in, fan_out)

    def forward(self, x, skip):
        x = self.up(x)
        both = torch.cat([skip, x], dim=1)
        return self.conv(both)
`;

test('what two ways to make a layer have in common is kept, however deep it lies', async () => {
  const at = await answersOf(blocks);
  assert.equal(at('return self.^conv(both)'), 'float32 [skip₀, fan_out, skip₂, skip₃]');
});

test('an argument that each of two ways takes for a number is the same number in both', async () => {
  const at = await answersOf(blocks);
  assert.equal(at('^both = torch.cat'), 'float32 [skip₀, fan_in, skip₂, skip₃]');
});

test('a size that a constructor computes goes by the name that it has there', async () => {
  const at = await answersOf(`${head}
class Neck(nn.Module):
    def __init__(self, planes, base, groups=1):
        super().__init__()
        width = int(planes * (base / 64)) * groups
        self.conv = nn.Conv2d(planes, width, 1)

    def forward(self, x):
        return self.conv(x)

def narrow(): return Neck(64, 128)
def wide(): return Neck(32, 64, 4)
`);
  assert.equal(at('return self.^conv(x)'), 'float32 [x₀, width, x₂, x₃]');
});

test('an attribute of objects of two classes goes by its name', async () => {
  const at = await answersOf(`${head}
class Table(nn.Module):
    def __init__(self, window, heads):
        super().__init__()
        self.window = window
        self.heads = heads
        self.fill()

    def fill(self):
        rows = torch.arange(self.window[0])
        return torch.zeros(self.window[1], self.heads)

class Other(Table):
    pass

def both(a, b):
    return Table([4, 8], 2), Other([a, b], 4), Other([2, 2], 3)
`);
  assert.equal(at('^rows = torch.arange'), 'int64 [window₀]');
  assert.match(at('return torch.^zeros(') ?? '', /^float32 \[window₁, (?:self\.)?heads\]$/);
});

test('unlike numbers of a list are sizes of their own, by their places', async () => {
  const at = await answersOf(`${head}
class Stack(nn.Module):
    def __init__(self, widths: list[int]):
        super().__init__()
        self.first = nn.Linear(8, widths[0])
        self.last = nn.Linear(widths[0], widths[-1])

    def forward(self, x):
        b, c = x.shape
        y = self.first(x)
        return self.last(y)

def small(): return Stack([16, 32, 64])
def large(): return Stack([32, 64, 128, 256])
`);
  assert.match(at('^y = self.first') ?? '', /, widths₀\]$/);
  assert.match(at('return self.^last(y)') ?? '', /, widths₋₁\]$/);
});

test('what two calls make of numbers that are not known is not the same number', async () => {
  const at = await answersOf(`${head}
def rounded(value):
    return max(8, int(value + 4) // 8 * 8)

class Block(nn.Module):
    def __init__(self, scale: float):
        super().__init__()
        self.wide = nn.Linear(rounded(16 * scale), rounded(24 * scale))

    def forward(self, x):
        b, c = x.shape
        return self.wide(x)
`);
  assert.match(at('b, c = ^x.shape') ?? '', /\[b, c\]$/);
  assert.match(at('return self.^wide(x)') ?? '', /\[b, (?!c\])/);
});
