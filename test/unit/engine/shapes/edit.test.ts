import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Interrupted } from '../../../../src/core/shapes';
import { loadShapesParser } from '../../../../src/engine/shapes/parser';
import { openShapesWorkspace, type ShapesWorkspace } from '../../../../src/engine/shapes/workspace';

const root = mkdtempSync(path.join(tmpdir(), 'mnemoscope-edit-'));
after(() => rmSync(root, { recursive: true }));
const file = path.join(root, 'model.py');
const code = `import torch
import torch.nn as nn

class Inner(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.mix = nn.Linear(width, 2 * width)

    def forward(self, x):
        y = self.mix(x)
        return y

class Outer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = Inner(width)
        self.last = nn.Linear(2 * width, 5)

    def forward(self, x):
        B, T, width = x.shape
        hidden = self.inner(x)
        scores = self.last(hidden)
        return scores

def test():
    return Outer(8)(torch.zeros(3, 4, 8))
`;
writeFileSync(file, code);
const parser = loadShapesParser(['python']);

/** The answer at the first place of a word in the line that holds a text. */
async function at(
  workspace: ShapesWorkspace,
  text: string,
  part: string,
  word: string,
): Promise<string | undefined> {
  const line = text.split('\n').findIndex((each) => each.includes(part));
  const column = text.split('\n')[line]!.indexOf(word);
  const { answers } = await workspace.answers(file, line + 1);
  const found = answers.find((one) => one.line === line + 1 && one.column === column);
  return found && `[${found.shape.join(', ')}]`;
}

test('after any edit the answers are those of a fresh analysis', async () => {
  const kept = openShapesWorkspace(root, await parser);
  await kept.prepare(file);
  const edits: readonly (readonly [from: string, to: string])[] = [
    ['return y', 'return y.transpose(1, 2)'],
    ['y = self.mix(x)', 'y = self.mix(x)[:, :2]'],
    ['nn.Linear(width, 2 * width)', 'nn.Linear(width, 3 * width)'],
    ['return scores', 'return scores.mean(1)  # a comment'],
    ['def forward(self, x):\n        y', 'def forward(self, x, more=None):\n        y'],
    ['zeros(3, 4, 8)', 'zeros(3, 4, 6, 8)'],
    ['class Outer', '\n\nLIMIT = 3\n\nclass Outer'],
  ];
  for (const [from, to] of edits) {
    for (const text of [code.replace(from, to), code]) {
      assert.ok(text === code || text.includes(to), to);
      kept.files.overlay(file, text);
      const fresh = openShapesWorkspace(root, await parser);
      fresh.files.overlay(file, text);
      const rows = text.split('\n');
      for (const [index] of rows.entries()) {
        const ours = (await kept.answers(file, index + 1)).answers;
        const anew = (await fresh.answers(file, index + 1)).answers;
        assert.deepEqual(ours, anew, `${to}, line ${index + 1}`);
      }
      await kept.prepare(file);
    }
  }
});

test('an edit of a body is answered from the calls that were seen, without following them anew', async () => {
  let asked = 0;
  const workspace = openShapesWorkspace(root, await parser, () => void (asked += 1));
  workspace.files.overlay(file, code);
  await workspace.prepare(file);
  const following = asked;
  const text = code.replace('y = self.mix(x)', 'y = self.mix(x)\n        z = y.mT');
  workspace.files.overlay(file, text);
  assert.equal(await at(workspace, text, 'z = y.mT', 'z'), '[x₀, 2*width, x₁]');
  assert.ok(asked - following < following, `${asked - following} of ${following}`);
});

test('`from .part` in a package’s __init__.py means the package’s own module', async () => {
  const own = path.join(root, 'package');
  const layer = (width: number) =>
    `import torch.nn as nn\nclass Layer(nn.Linear):\n    def __init__(self):\n        super().__init__(3, ${width})\n`;
  for (const folder of [own, path.join(own, 'deep')]) mkdirSync(folder);
  writeFileSync(path.join(root, 'part.py'), layer(1));
  writeFileSync(path.join(own, 'part.py'), layer(7));
  writeFileSync(path.join(own, '__init__.py'), 'from .part import Layer\n');
  writeFileSync(path.join(own, 'deep', '__init__.py'), 'from ..part import Layer as Deep\n');
  const user = path.join(root, 'user.py');
  const lines = [
    'import torch',
    'from package import Layer',
    'from package.deep import Deep',
    'def use(n):',
    '    return Layer()(torch.zeros(n, 3)), Deep()(torch.zeros(n, 3))',
  ];
  writeFileSync(user, lines.join('\n'));
  const { answers } = await openShapesWorkspace(root, await parser).answers(user, 5);
  const shapeAt = (column: number) => answers.find((one) => one.column === column)?.shape;
  assert.deepEqual(shapeAt(lines[4]!.indexOf('(torch')), ['n', 7]);
  assert.deepEqual(shapeAt(lines[4]!.lastIndexOf('(torch')), ['n', 7]);
});

test('work that was interrupted is taken up again and ends with the same answers', async () => {
  let asked = 0;
  const workspace = openShapesWorkspace(root, await parser, () => {
    asked += 1;
    if (asked % 3 === 1) throw new Interrupted();
  });
  workspace.files.overlay(file, code);
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await at(workspace, code, 'scores = self', 'scores').catch((error: unknown) => {
      assert.ok(error instanceof Interrupted);
      return 'interrupted';
    });
    if (found === 'interrupted') continue;
    assert.equal(found, '[B, T, 5]');
    return;
  }
  assert.fail('no answer after 100 interruptions');
});
