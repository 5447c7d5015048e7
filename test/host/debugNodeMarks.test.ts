import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { debugging, fixture, isStopped, ourFiles } from './debugging';

const run = (command: string, ...words: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`mnemoscope.${command}`, ...words);

describe('what a person marks in a JavaScript program', function () {
  this.timeout(60_000);
  const debug = debugging('pwa-node', fixture('marked.mjs'));
  const { until, line, breakAt } = debug;

  /** Puts the cursor on a word of the program. */
  async function select(text: string, word: string): Promise<void> {
    const editor = await vscode.window.showTextDocument(debug.document);
    const at = line(text);
    const from = debug.document.lineAt(at).text.indexOf(word);
    editor.selection = new vscode.Selection(at, from, at, from + word.length);
  }

  it('a flat array is a memory, whose slots a weighting tells; nothing is printed', async () => {
    const printed: string[] = [];
    const tracked = vscode.debug.registerDebugAdapterTrackerFactory('pwa-node', {
      createDebugAdapterTracker: () => ({
        onDidSendMessage({ event, body }: { event?: string; body?: { output?: string } }) {
          if (event === 'output') printed.push(body?.output ?? '');
        },
      }),
    });
    try {
      await select('const total = slots', 'slots');
      await run('markMemory');
      await select('const read = Array', 'w');
      await run('markWeighting');
      breakAt('console.log');
      await debug.start();
      const { operations, trace, frame } = await until(
        (state) => isStopped(state) && state.operations.length >= 6,
      );
      assert.deepEqual(
        operations.map(({ what, line: at }) => [what, at - 1]),
        [0, 1, 2].flatMap(() => [
          ['write', line('const total = slots')],
          ['read', line('const read = Array')],
        ]),
      );
      const reads = trace?.blocks.find(({ act }) => act === 'read');
      assert.ok(trace && reads && frame);
      const { engine } = debug.api;
      const row = { trace: trace.id, block: reads.id, index: 3 };
      assert.deepEqual([...(await engine.call('row', row))], [0, 1, 0, 0]);
      // After the second write, as at every step since the first.
      const range = { trace: trace.id, series: 'memory.M', from: 3, to: 4 };
      const memory = [1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 0, 0];
      assert.deepEqual([...(await engine.call('seriesRange', range))], memory);
      assert.doesNotMatch(printed.join(''), /mnemo|probe|true|false|undefined/);
    } finally {
      tracked.dispose();
    }
  });

  it('the weights of a model in the frame are opened as a file, which goes with its tab', async () => {
    await debug.open(fixture('recurrent.cjs'));
    breakAt('console.log');
    await debug.start();
    await until((state) => state.state !== 'ended' && isStopped(state));
    const before = ourFiles();
    await run('openModuleWeights', { variable: { name: 'model', evaluateName: 'model' } });
    const tabs = (): readonly vscode.Tab[] =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(({ label }) => label === 'model.safetensors');
    await soon('the tab', () => tabs().length > 0);
    await vscode.window.tabGroups.close(tabs());
    await soon('the end of its folder', () => ourFiles().length <= before.length);
  });

  async function soon(what: string, isThere: () => boolean): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (isThere()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(`${what} never came`);
  }
});
