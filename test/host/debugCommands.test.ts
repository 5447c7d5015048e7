import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createCells } from '../../src/host/debug/cells';
import { debugging, fixture, hasModules, isStopped, ourFiles } from './debugging';

const run = (command: string, ...words: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(`mnemoscope.${command}`, ...words);
const conditions = (): readonly string[] =>
  vscode.debug.breakpoints.flatMap((one) => one.condition ?? []);

/** Looks again until it is there. */
async function soon(what: string, isThere: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (isThere()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} never came`);
}

(hasModules('debugpy', 'torch') ? describe : describe.skip)(
  'commands while debugging',
  function () {
    this.timeout(90_000);
    const debug = debugging('debugpy', fixture('marked.py'));
    const { until, line } = debug;

    /** Puts the cursor on a word of the program. */
    async function select(text: string, word: string): Promise<void> {
      const editor = await vscode.window.showTextDocument(debug.document);
      const at = line(text);
      const from = debug.document.lineAt(at).text.indexOf(word);
      editor.selection = new vscode.Selection(at, from, at, from + word.length);
    }

    it('variables that a person marks are a memory and a weighting; probes, hovers and weights follow', async () => {
      // The line after the write: what is marked is recorded as the line is about to run.
      const written = line('total = slots');
      await select('total = slots', 'slots');
      await run('markMemory');
      await select('read = w @ slots', 'w');
      await run('markWeighting');
      await probing();
      debug.breakAt('print("done"');
      await debug.start();
      const { operations, trace, frame } = await until(
        (state) => isStopped(state) && state.operations.length >= 9,
      );
      assert.deepEqual(
        operations
          .filter(({ what }) => what !== 'probe')
          .map(({ what, line: at }) => [what, at - 1]),
        [0, 1, 2].flatMap(() => [
          ['write', written],
          ['read', line('read = w @ slots')],
        ]),
      );
      assert.equal(operations.filter(({ what }) => what === 'probe').length, 3);
      const reads = trace?.blocks.find(({ act }) => act === 'read');
      assert.ok(trace && reads && frame);
      const row = { trace: trace.id, block: reads.id, index: 3 };
      assert.deepEqual([...(await debug.api.engine.call('row', row))], [0, 1, 0, 0]);
      await hovering(frame.line);
      await openingWeights();
    });

    /** A probe over the selected expression, edited afterwards. */
    async function probing(): Promise<void> {
      await select('w = torch.eye', 'time');
      const before = conditions();
      const adding = run('addProbe');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await adding;
      const isProbe = ({ condition = '' }: vscode.Breakpoint) =>
        /probe\(.*"time": \(time\)/.test(condition);
      const [breakpoint] = vscode.debug.breakpoints.filter(isProbe);
      assert.ok(breakpoint, conditions().join());
      const node = { breakpoint, identity: '', expressions: ['time'] };
      const editing = run('editProbe', node);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await editing;
      assert.equal(vscode.debug.breakpoints.filter(isProbe).length, 1);
      assert.equal(conditions().length, before.length + 1);
    }

    async function hovering(at: number): Promise<void> {
      const stack = vscode.debug.activeStackItem;
      assert.ok(stack instanceof vscode.DebugStackFrame);
      const { result } = (await debug.live()!.session.customRequest('evaluate', {
        expression: '__mnemo__.hover(slots)',
        frameId: stack.frameId,
        context: 'hover',
      })) as { result: string };
      assert.equal(result, 'float32 [4, 3] · 0 … 3, mean 1.5');
      const whole = new vscode.Range(0, 0, at, 0);
      const values = await vscode.commands.executeCommand<vscode.InlineValueText[]>(
        'vscode.executeInlineValueProvider',
        debug.document.uri,
        whole,
        { frameId: stack.frameId, stoppedLocation: new vscode.Range(at - 1, 0, at - 1, 0) },
      );
      const texts = values.map(({ text }) => text);
      assert.ok(texts.includes('slots: float32 [4, 3] · 0 … 3.000'), texts.join('; '));
    }

    async function openingWeights(): Promise<void> {
      const before = ourFiles();
      await run('openModuleWeights', { variable: { name: 'model', evaluateName: 'model' } });
      const tabs = (): readonly vscode.Tab[] =>
        vscode.window.tabGroups.all
          .flatMap((group) => group.tabs)
          .filter(({ label }) => label === 'model.safetensors');
      await soon('the tab', () => tabs().length > 0);
      await vscode.window.tabGroups.close(tabs());
      await soon('the end of its folder', () => ourFiles().length <= before.length);
    }
  },
);

describe('a notebook that is debugged', () => {
  it('a file from which a kernel runs a cell is that cell', async () => {
    const code = 'x = 1\nprint(x)';
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, code, 'python');
    const notebook = await vscode.workspace.openNotebookDocument(
      'jupyter-notebook',
      new vscode.NotebookData([cell]),
    );
    const cells = createCells();
    const file = '/tmp/ipykernel_7/1234.py';
    cells.asked({ seq: 3, type: 'request', command: 'dumpCell', arguments: { code } });
    cells.answered({ request_seq: 3, type: 'response', body: { sourcePath: file } });
    assert.equal(
      cells.cellOf(file)?.document.uri.toString(),
      notebook.cellAt(0).document.uri.toString(),
    );
    assert.equal(cells.cellOf('/home/person/train.py'), undefined);
  });
});
