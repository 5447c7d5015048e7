import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { debugging, fixture, hasModules, isStopped } from './debugging';

/** The lines of our hover over a word of the program. */
const hoverIn =
  (debug: ReturnType<typeof debugging>) =>
  async (text: string, word: string): Promise<readonly string[]> => {
    const row = debug.line(text);
    const column = debug.document.lineAt(row).text.indexOf(word);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      debug.document.uri,
      new vscode.Position(row, column),
    );
    const contents = hovers.flatMap((one) => one.contents as vscode.MarkdownString[]);
    const ours = contents.map(({ value }) => value).find((value) => value.includes('```python'));
    return (ours ?? '').split(/ *\n/).filter((part) => part !== '' && !part.startsWith('```'));
  };

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'hovers in a Python program that is paused',
  function () {
    this.timeout(60_000);
    const debug = debugging('debugpy', fixture('paused.py'));
    const { until, live, resume } = debug;

    const hover = hoverIn(debug);

    it('have the values of its frame while it stands there, and not any more when it has gone on', async () => {
      const [type, ...unpaused] = await hover('y = self.inner', 'view');
      assert.equal(type, 'view(…): float32 [B, T, self.heads, 3*C // self.heads]');
      assert.ok(!unpaused.join().includes('paused program'));
      const [before] = await hover('z = extra', 'transpose');
      assert.equal(before, 'transpose(…): float32 [extra₁, extra₀]');

      debug.breakAt('z = extra');
      await debug.start({ justMyCode: true });
      await until(isStopped);
      const [same, numbers] = await hover('y = self.inner', 'view');
      assert.equal(same, type);
      assert.equal(
        numbers,
        '`[4, 16, 2, 12]` · 6.14 KB · B = 4, T = 16, self\\.heads = 2, C = 8 in the paused program',
      );
      assert.equal((await hover('z = extra', 'transpose'))[0], 'transpose(…): float32 [5, 3]');
      assert.equal((await hover('z = extra', '@'))[0], 'float32 [5, 5]');
      assert.equal((await hover('def forward', 'extra'))[0], 'extra: float32 [3, 5]');

      const ending = live();
      await resume();
      await until(
        ({ state }) => state === 'ended',
        () => ending,
      );
      assert.deepEqual((await hover('z = extra', 'transpose'))[0], before);
    });
  },
);

describe('hovers in a JavaScript program that is paused', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('sizes.cjs'));
  const hover = hoverIn(debug);

  it('have its whole numbers: names, and those of objects and configurations', async () => {
    assert.equal(
      (await hover('const memory', 'memory'))[0],
      'memory: float32 [this.config.slots, this.config.heads]',
    );
    debug.breakAt('// here');
    await debug.start();
    await debug.until(isStopped);
    const [parts, sizes] = await hover('const parts', 'parts');
    assert.equal(
      parts,
      'parts: float32 [batch, length, this.config.heads, 8 // this.config.heads]',
    );
    assert.equal(
      sizes,
      '`[3, 4, 2, 4]` · 384 B · batch = 3, length = 4, this\\.config\\.heads = 2 in the paused program',
    );
    const [, slots] = await hover('const memory', 'memory');
    assert.match(slots ?? '', /^`\[5, 2\]` · 40 B · this\\.config\\.slots = 5, /);
  });
});
