import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAnalysis, type Analysis } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';

const parser = loadShapesParser(['python']);

/** What is known in the last line of every function, and the errors on the way; importing `broken` throws. */
async function analysed(text: string): Promise<{ shapes: string[]; faults: string[] }> {
  const faults: string[] = [];
  const analysis: Analysis = openAnalysis(
    {
      parser: await parser,
      cache: new Map(),
      callers: [],
      find: (name) => {
        if (name.startsWith('broken')) throw new TypeError(`no ${name}`);
        return undefined;
      },
      fault: (error) => void faults.push(String(error)),
    },
    { module: 'model', file: 'model.py', text },
  );
  const shapes = analysis.places().map((place) => {
    const end = place.placed.row + place.fn.end + 1;
    const last = analysis.answers(place).findLast(({ line }) => line === end);
    return `${place.fn.name}: ${last ? `[${last.shape.join(', ')}]` : 'nothing'}`;
  });
  return { shapes, faults };
}

test('an error in one statement leaves the others of its function their answers', async () => {
  const { shapes, faults } = await analysed(`
import torch
def before():
    return torch.zeros(2, 3)
def faulty():
    x = torch.zeros(4, 5)
    import broken
    return x.t()
def after():
    return faulty()
`);
  assert.deepEqual(shapes, ['before: [2, 3]', 'faulty: [5, 4]', 'after: [5, 4]']);
  assert.match(faults[0] ?? '', /no broken/);
});

test('what a faulty statement may have set is unknown afterwards', async () => {
  const { shapes } = await analysed(`
import torch
def f():
    x = torch.zeros(4, 5)
    from broken import x
    return x
`);
  assert.deepEqual(shapes, ['f: nothing']);
});

test('sizes that grow with every line do not make the work grow without end', async () => {
  const lines = Array.from({ length: 200 }, () => '    a = a // 2 + a // 3 + a * b');
  const text = ['import torch', 'def f(a: int, b: int):', ...lines, '    return torch.zeros(a, 3)'];
  const { shapes, faults } = await analysed(text.join('\n'));
  assert.match(shapes[0] ?? '', /^f: \[.*, 3\]$/);
  assert.deepEqual(faults, []);
});

test('an expression deeper than the stack leaves the rest of the file its answers', async () => {
  const deep = `${'('.repeat(20_000)}1${')'.repeat(20_000)}`;
  const { shapes } = await analysed(
    `import torch\ndef f():\n    return ${deep}\ndef g():\n    return torch.zeros(2)\n`,
  );
  assert.equal(shapes.at(-1), 'g: [2]');
});

test('what is taken of nothing is no error', async () => {
  const { shapes, faults } = await analysed(`
import math, random
import torch
def f():
    for one in sorted([]):
        one.size()
    other = random.choice([]) if False else set([])
    rows = []
    return torch.zeros(math.floor(7 / 2), len(sorted([])) + 4, len(list(zip(*rows))) + 2)
`);
  assert.deepEqual(faults, []);
  assert.deepEqual(shapes, ['f: [3, 4, 2]']);
});

test('an axis that may be one of those behind it is not taken out', async () => {
  const { shapes, faults } = await analysed(`
import torch
def f(x):
    a, b = x.shape[-2:]
    x = x.squeeze(0)
    return torch.zeros(a, 3), x.split([1, 2])
def g():
    return torch.zeros(1, 5, 1, 7, 1).squeeze((0, 2, -1))
`);
  assert.deepEqual(faults, []);
  assert.equal(shapes[1], 'g: [5, 7]');
});
