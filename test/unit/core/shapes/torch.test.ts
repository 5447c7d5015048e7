import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf } from './shapesOf';

const head = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

test('unpacking a size proves the rank of an argument and names its dimensions', async () => {
  const at = await answersOf(`${head}
class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.mix = nn.Linear(width, 3 * width)

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.mix(x).split(C, dim=2)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        return q
`);
  assert.equal(at('forward(self, ^x)'), 'float32 [B, T, C]');
  assert.equal(at('self.^mix(x)'), 'float32 [B, T, 3*C]');
  assert.equal(
    at('q.view(B, T, self.heads, C // self.heads).^transpose'),
    'float32 [B, self.heads, T, C // self.heads]',
  );
});

test('nothing is said of an argument that no use shows anything of', async () => {
  const at = await answersOf(`${head}
def scale(x, y):
    z = x * y
    return z
`);
  assert.equal(at('^z = x'), undefined);
  assert.equal(at('return ^z'), undefined);
});

test('a call in the workspace gives the rank, the parameter gives the words', async () => {
  const at = await answersOf(`${head}
def mean(rows):
    return rows.mean(dim=-1)

def run(batch, width):
    return mean(torch.zeros(batch, width))
`);
  assert.equal(at('^rows.mean'), 'float32 [rows₀, rows₁]');
  assert.equal(at('rows.^mean'), 'float32 [rows₀]');
  assert.equal(at('return ^mean(torch'), 'float32 [batch]');
});

test('calls of different ranks leave the rank open', async () => {
  const at = await answersOf(`${head}
def double(x):
    y = x * 2
    return y

def run(n):
    return double(torch.zeros(n)), double(torch.zeros(n, n))
`);
  assert.equal(at('^y = x'), undefined);
});

test('a branch that changes a size makes it unknown behind the branch', async () => {
  const at = await answersOf(`${head}
def f(n, flag: bool):
    x = torch.zeros(n, 4)
    if flag:
        x = torch.zeros(n, 5)
    return x
`);
  assert.equal(at('return ^x'), 'float32 [n, N]');
});

test('a loop that grows a tensor leaves the growing size unknown', async () => {
  const at = await answersOf(`${head}
def grow(n, steps: int):
    x = torch.zeros(n, 1)
    for step in range(steps):
        x = torch.cat([x, x[:, -1:]], dim=1)
    return x
`);
  assert.equal(at('return ^x'), 'float32 [n, ?]');
});

test('a comment gives the rank of an argument, unless the code contradicts it', async () => {
  const at = await answersOf(`${head}
def good(x):
    # x = [batch size, length]
    return x + 1

def bad(x):
    # x = [batch size, length]
    a, b, c = x.shape
    return x + 2
`);
  assert.equal(at('return ^x + 1'), '? [batch_size, length]');
  assert.equal(at('return ^x + 2'), '? [a, b, c]');
});

test('modules of a list, made in another file, are followed with their arguments', async () => {
  const at = await answersOf(
    `${head}
from parts import Layer

class Stack(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.embed = nn.Embedding(100, width)
        self.layers = nn.ModuleList([Layer(width, 4 * width) for _ in range(depth)])

    def forward(self, ids):
        b, t = ids.shape
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x)
        return x
`,
    {
      parts: `${head}
class Layer(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width))

    def forward(self, x):
        return x + self.net(x)
`,
    },
  );
  assert.equal(at('forward(self, ^ids)'), 'int64 [b, t]');
  assert.equal(at('x = ^layer(x)'), 'float32 [b, t, width]');
  assert.equal(at('return ^x'), 'float32 [b, t, width]');
});

test('einsum and einops read the words of their patterns', async () => {
  const at = await answersOf(`${head}
from einops import rearrange

class Heads(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim * heads)

    def forward(self, x):
        q = rearrange(self.to_q(x), 'b n (h d) -> b h n d', h=self.heads)
        scores = torch.einsum('bhid,bhjd->bhij', q, q)
        return scores
`);
  assert.equal(at('^q = rearrange'), 'float32 [b, self.heads, n, dim]');
  assert.equal(at('return ^scores'), 'float32 [b, self.heads, n, n]');
});

test('a convolution takes away what its kernel and stride take away', async () => {
  const at = await answersOf(`${head}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, stride=2, padding=1)

    def forward(self, x):
        n, c, h, w = x.shape
        y = self.conv(x)
        return y
`);
  assert.equal(at('return ^y'), 'float32 [n, 16, (h - 1) // 2 + 1, (w - 1) // 2 + 1]');
});

test('an LSTM gives the sequence and its last states', async () => {
  const at = await answersOf(`${head}
class Tagger(nn.Module):
    def __init__(self, hidden, layers):
        super().__init__()
        self.rnn = nn.LSTM(20, hidden, layers, bidirectional=True)

    def forward(self, x):
        length, batch, _ = x.shape
        out, (h, c) = self.rnn(x)
        return out
`);
  assert.equal(at('^out, (h'), 'float32 [length, batch, 2*hidden]');
  assert.equal(at('out, (^h, c)'), 'float32 [2*layers, batch, hidden]');
});

test('half a line that is being typed does not silence the rest of the file', async () => {
  const at = await answersOf(`${head}
def f(n):
    x = torch.zeros(n, 2)
    y = x.
    return x

def g(n):
    z = torch.ones(n, dtype=torch.long)
    return z
`);
  assert.equal(at('return ^z'), 'int64 [n]');
});

test('annotations of jaxtyping and torchtyping give dimensions, while the code does not contradict them', async () => {
  const at = await answersOf(`${head}
def f(x: Float[Tensor, "b t 3"], y: TensorType["n", 4], z: Float[Tensor, "*batch d"]):
    a = x.transpose(1, 2)
    c = y.T
    e = z.clone()
    return a, c, e

def wrong(x: Float[Tensor, "b t"]):
    b, c, d = x.shape
    return x.mean(-1)
`);
  assert.equal(at('^a = x'), '? [b, 3, t]');
  assert.equal(at('^c = y'), '? [4, n]');
  assert.equal(at('^e = z'), undefined);
  assert.equal(at('return x.^mean'), '? [b, c]');
});

test('of instances that were made with unlike sizes, none stands for the others', async () => {
  const at = await answersOf(`
import torch.nn as nn
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, 2 * width)
    def forward(self, x):
        B, C = x.shape
        return self.up(x)
small, large = Block(8), Block(512)
`);
  assert.equal(at('return self.^up(x)'), 'float32 [B, 2*C]');
});

test('a size that is put into _ has the word of what it is equal to, never _', async () => {
  const at = await answersOf(`${head}
class Mix(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.mix = nn.Linear(width, 3 * width)

    def forward(self, x):
        B, T, _ = x.shape
        return self.mix(x)

def middle(x):
    B, _, C = x.shape
    y = x * 2
    return y
`);
  assert.equal(at('self.mix(^x)'), 'float32 [B, T, self.width]');
  assert.equal(at('self.^mix(x)'), 'float32 [B, T, 3*self.width]');
  assert.equal(at('^y = x'), '? [B, x₁, C]');
});

test('the same two sizes broadcast to the same size everywhere', async () => {
  const at = await answersOf(`${head}
def turn(a, b):
    left = a + b
    right = b * a
    both = left - b
    return left, right, both

def run(n, m):
    return turn(torch.zeros(n, 4), torch.zeros(m, 4))
`);
  assert.equal(at('^left = a'), 'float32 [N, M]');
  assert.equal(at('^right = b'), 'float32 [N, M]');
  assert.equal(at('^both = left'), 'float32 [N, M]');
});

test('axes that are counted from the front are not looked for among the last ones of an array of unknown rank', async () => {
  const at = await answersOf(`
import torch
from torch import nn

class Heads(nn.Module):
    def __init__(self, width: int, size: int):
        super().__init__()
        self.size = size
        self.project = nn.Linear(width, width)
    def forward(self, states):
        parts = self.project(states).view(*states.shape[:-1], -1, self.size)
        turned = parts.transpose(1, 2)
        batch, heads, length, size = turned.shape
        return states

    def flat(self, states):
        batch, heads, length, size = states.shape
        return states.view(*states.shape[:-2], -1)
`);
  assert.equal(at('return ^states\n'.trim()), undefined);
  assert.equal(at('states.^view(*states.shape[:-2], -1)'), '? [batch, heads, length*size]');
});

test('one side of a condition decides where it can, though nothing is known of the other', async () => {
  const at = await answersOf(`${head}
def widen(mask, flag):
    batch, length = mask.shape
    if isinstance(mask, flag) and mask.ndim == 4:
        return mask.sum(3)
    return mask[:, None, None, :]

def use(mask, flag):
    wide = widen(mask, flag)
    return wide
`);
  assert.equal(at('return ^wide'), '? [batch, 1, 1, length]');
});
