import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAnalysis } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { answersOf } from './shapesOf';

const parser = loadShapesParser(['python']);
const head = 'import torch\nimport torch.nn as nn\n';

/** `kind [left] [right]` of each problem, with the line that it is in. */
async function problemsOf(body: string): Promise<string[]> {
  const text = head + body;
  const found = { find: () => undefined, callers: [], cache: new Map() };
  const source = { module: 'model', file: 'model.py', text };
  const analysis = openAnalysis({ parser: await parser, ...found }, source);
  const lines = text.split('\n');
  return analysis.places().flatMap((place) =>
    analysis.problems(place).map(({ line, column, kind, left, right }) => {
      const token = lines[line - 1]!.slice(column).match(/^\w+|^./)![0];
      return `${token}: ${kind} [${left.join(', ')}] [${right.join(', ')}]`;
    }),
  );
}
const net = (width: string, body: string): string => `
class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.up = nn.Linear(width, 2 * width)
        self.last = nn.Linear(${width}, 5)
    def forward(self, x):
        B, T, C = x.shape
        h = self.up(x)
${body}`;

test('a layer that is given another width is a problem at its call', async () => {
  assert.deepEqual(await problemsOf(net('width', '        return self.last(h)\n')), [
    'last: linear [B, T, 2*C] [C, 5]',
  ]);
  assert.deepEqual(await problemsOf(net('2 * width', '        return self.last(h)\n')), []);
});

test('products, views, joins and sums of numbers that do not fit are problems', async () => {
  const f = (line: string) => problemsOf(`def f(n):\n    x = torch.zeros(4, 6)\n    ${line}\n`);
  assert.deepEqual(await f('return x @ torch.zeros(5, 3)'), ['@: product [4, 6] [5, 3]']);
  assert.deepEqual(await f('return x.view(5, 5)'), ['view: reshape [4, 6] [5, 5]']);
  assert.deepEqual(await f('return x.view(5, -1)'), ['view: reshape [4, 6] [5, -1]']);
  assert.deepEqual(await f('return torch.cat([x, torch.zeros(3, 6)], dim=1)'), [
    'cat: concatenate [4, 6] [3, 6]',
  ]);
  assert.deepEqual(await f('return x + torch.zeros(4, 5)'), ['+: broadcast [4, 6] [4, 5]']);
  assert.deepEqual(await f('return x + torch.zeros(4, 1)'), []);
});

test('a call that certainly fails has no shape, nor what it would have given', async () => {
  const at = await answersOf(`${head}
def f(n):
    x = torch.zeros(4, 6)
    y = x.view(5, 5)
    z = torch.zeros(n, 2)
    return y.t(), z
`);
  assert.equal(at('x.^view(5, 5)'), undefined);
  assert.equal(at('^y = x'), undefined);
  assert.equal(at('y.^t()'), undefined);
  assert.equal(at('y = ^x'), 'float32 [4, 6]');
  assert.equal(at('return y.t(), ^z'), 'float32 [n, 2]');
});

test('a padding of which only the kind is known says nothing of sizes', async () => {
  assert.deepEqual(
    await problemsOf(`
class Pair(nn.Module):
    def __init__(self, width, pad: str = 'same'):
        super().__init__()
        self.a = nn.Conv2d(width, width, 5, padding=pad)
        self.b = nn.Conv2d(width, width, 3, padding=pad)
    def forward(self, x):
        return torch.cat([self.a(x), self.b(x)], 1)
`),
    [],
  );
});

test('what may be skipped, or may be of another size, is no problem', async () => {
  const bad = 'x @ torch.zeros(5, 3)';
  const f = (lines: readonly string[]) =>
    problemsOf(`def f(n, y, flag):\n    x = torch.zeros(4, 6)\n    ${lines.join('\n    ')}\n`);
  assert.deepEqual(await f(['if flag:', `    ${bad}`]), []);
  assert.deepEqual(await f(['try:', `    ${bad}`, 'except RuntimeError:', '    pass']), []);
  assert.deepEqual(await f([`return ${bad} if flag else x`]), []);
  assert.deepEqual(await f(['return x @ torch.zeros(n, 3)']), []);
  assert.deepEqual(await f(['return x @ y, x + y']), []);
});

test('layers, patterns and stacks that do not fit name both shapes', async () => {
  const head = 'import torch.nn.functional as F\nfrom einops import rearrange\n';
  const f = (line: string) =>
    problemsOf(`${head}def f(n):\n    x = torch.zeros(4, 6)\n    return ${line}\n`);
  assert.deepEqual(await f("torch.einsum('ij,jk->ik', x, torch.zeros(5, 3))"), [
    'einsum: product [4, 6] [5, 3]',
  ]);
  assert.deepEqual(await f("torch.einsum('bij,jk->bik', x, torch.zeros(6, 3))"), [
    'einsum: axes [4, 6] [b, i, j]',
  ]);
  assert.deepEqual(await f("torch.einsum('ij,jk->ik', x, torch.zeros(1, 3))"), []);
  assert.deepEqual(await f("rearrange(x, 'a (b c) -> a b c', b=4)"), [
    'rearrange: axes [4, 6] [a, 4*c]',
  ]);
  assert.deepEqual(await f("rearrange(x, 'a (b c) -> a b c', b=3)"), []);
  assert.deepEqual(await f("rearrange(x, 'a b c -> a (b c)')"), [
    'rearrange: axes [4, 6] [a, b, c]',
  ]);
  assert.deepEqual(await f('torch.stack([x, torch.zeros(4, 5)])'), [
    'stack: concatenate [4, 6] [4, 5]',
  ]);
  assert.deepEqual(await f('torch.cat([x, torch.zeros(4, 6, 1)])'), [
    'cat: concatenate [4, 6] [4, 6, 1]',
  ]);
  assert.deepEqual(await f('torch.cat([torch.zeros(0), x])'), []);
  assert.deepEqual(await f('x.expand(2, 5, 6)'), ['expand: broadcast [4, 6] [2, 5, 6]']);
  assert.deepEqual(await f('x[:1].expand(5, -1)'), []);
  const images = 'torch.zeros(2, 8, 7, 7)';
  assert.deepEqual(await f(`nn.Conv2d(16, 4, 3)(${images})`), ['(: channels [2, 8, 7, 7] [16, 4]']);
  assert.deepEqual(await f(`nn.Conv2d(8, 4, 3, groups=2)(${images}[0])`), []);
  assert.deepEqual(await f(`nn.BatchNorm2d(16)(${images})`), ['(: channels [2, 8, 7, 7] [16, 16]']);
  assert.deepEqual(await f('nn.LayerNorm(5)(x)'), ['(: linear [4, 6] [5, 5]']);
  assert.deepEqual(await f('nn.GRU(5, 7)(x)[0]'), ['(: linear [4, 6] [5, 7]']);
});

test('a view behind axes whose number is open keeps no -1', async () => {
  assert.deepEqual(
    await problemsOf(`
def flat(t, n: int):
    return t.reshape(t.shape[:-n] + (-1,))
class Heads(nn.Module):
    def __init__(self, width, heads, size):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, heads * size)
        self.o = nn.Linear(heads * size, width)
    def forward(self, x):
        q = self.q(x)
        q = q.view(q.shape[:-1] + (self.heads, -1))
        return self.o(flat(q, 2))
`),
    [],
  );
});

test('modules whose names a loop makes are not left out', async () => {
  assert.deepEqual(
    await problemsOf(`
class Blocks(nn.Module):
    def __init__(self, count):
        super().__init__()
        blocks = {}
        for i in range(count):
            blocks[f'block_{i}'] = nn.Conv2d(8 if i == 0 else 16, 16, 1)
        blocks['pool'] = nn.MaxPool2d(2)
        self.blocks = nn.Sequential(blocks)
        self.head = nn.Conv2d(16, 4, 1)
    def forward(self):
        return self.head(self.blocks(torch.zeros(2, 8, 4, 4)))
`),
    [],
  );
});
