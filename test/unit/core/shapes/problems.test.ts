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
