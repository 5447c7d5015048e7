import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { sliceOf } from '../../../../src/engine/shapes/slice';
import { openShapesWorkspace } from '../../../../src/engine/shapes/workspace';

const code = `"""A module.
def not_code(): pass
"""
import torch

LIMIT = 4

def unrelated():
    return other()

@torch.no_grad()
def used(x):
    return x * LIMIT

class Net:
    def forward(self, x):
        return used(x)

torch.set_num_threads(1)
if __name__ == "__main__":
    Net()

def other():
    """
text at the margin
"""
    return 1
`;
const lines = code.split('\n');
const keptOf = (line: number): string[] =>
  sliceOf(code, line, new Map())
    .text.split('\n')
    .filter((text) => text !== '');
const row = (text: string) => lines.findIndex((line) => line.includes(text));

test('a slice holds the definition, what it uses, what uses it and the imports', () => {
  const kept = keptOf(row('return x * LIMIT'));
  for (const wanted of ['import torch', 'LIMIT = 4', 'def used(x):', 'class Net:', '    Net()'])
    assert.ok(kept.includes(wanted), wanted);
  assert.ok(kept.includes('torch.set_num_threads(1)'));
  assert.ok(kept.includes('@torch.no_grad()'));
  assert.ok(!kept.includes('def unrelated():'));
  assert.ok(!kept.includes('text at the margin'));
});

test('every line that is kept stays where it is', () => {
  for (const line of lines.keys()) {
    const { text } = sliceOf(code, line, new Map());
    const sliced = text.split('\n');
    assert.equal(sliced.length, lines.length);
    sliced.forEach((one, index) => assert.ok(one === '' || one === lines[index], one));
  }
});

test('a definition that nothing else is about is alone with the imports', () => {
  const kept = keptOf(row('text at the margin'));
  assert.ok(kept.includes('def unrelated():'), 'it uses other()');
  assert.ok(!kept.includes('class Net:'));
});

test('other files can reach the definition through what uses it', () => {
  const { names } = sliceOf(code, row('return x * LIMIT'), new Map());
  assert.ok(names.has('used') && names.has('Net'));
  assert.ok(!names.has('unrelated') && !names.has('torch'));
});

test('the answers of a slice are those of the whole file', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-slice-'));
  try {
    const parser = await loadShapesParser(['python']);
    const own = readFileSync('samples/induction/model.py', 'utf8');
    const twice = own + own.replace(/\b(Config|CausalSelfAttention|MLP|Block|GPT)\b/g, '$1Two');
    const file = path.join(root, 'model.py');
    writeFileSync(file, twice);
    const whole = await openShapesWorkspace(root, parser).answers(file);
    const sliced = openShapesWorkspace(root, parser);
    const starts = twice
      .split('\n')
      .flatMap((line, index) => (/^ {4}def /.test(line) ? [index + 1] : []));
    assert.equal(starts.length, 16);
    for (const [index, from] of starts.entries()) {
      const to = starts[index + 1] ?? Infinity;
      const inside = ({ line }: { line: number }) => line >= from && line < to;
      const { answers, lowered } = await sliced.answers(file, from);
      assert.deepEqual(answers.filter(inside), whole.answers.filter(inside));
      const classes = lowered.source.text.match(/^class/gm)?.length;
      assert.ok(classes !== undefined && classes < 7, 'the other model is left out');
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a statement at the margin of a script is answered by its line', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-script-'));
  try {
    const file = path.join(root, 'script.py');
    writeFileSync(
      file,
      'import torch\n\ndef twice(a):\n    return torch.cat([a, a])\n\nx = torch.zeros(3, 4)\ny = twice(x)\n',
    );
    const workspace = openShapesWorkspace(root, await loadShapesParser(['python']));
    const { answers } = await workspace.answers(file, 7);
    const own = answers.filter(({ line }) => line === 7).sort((a, b) => a.column - b.column);
    assert.deepEqual(
      own.map(({ shape }) => shape.join()),
      ['6,4', '6,4', '3,4'],
    );
    writeFileSync(file, readFileSync(file, 'utf8').replace('[a, a]', '[a, a, a]'));
    const edited = await workspace.answers(file, 7);
    assert.deepEqual(
      edited.answers.find(({ line, column }) => line === 7 && column === 0)?.shape,
      [9, 4],
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});
