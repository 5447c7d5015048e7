import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';

/** What the tabs of all columns show, as the last two parts of their paths. */
function shown(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) =>
      input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText
        ? [input.uri.path.split('/').slice(-2).join('/')]
        : [],
    ),
  );
}

describe('the samples', function () {
  this.timeout(30_000);
  // Others may have left tabs.
  before(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  for (const [folder, className] of [
    ['ntm-copy', 'NTM'],
    ['memn2n', 'MemN2N'],
    ['hopfield', 'Hopfield'],
  ] as const) {
    it(`${folder} opens with its class beside`, async () => {
      await vscode.commands.executeCommand('mnemoscope.openSample', folder);
      assert.deepEqual(shown().sort(), [`${folder}/model.py`, `${folder}/model.safetensors`]);
      const code = vscode.window.visibleTextEditors.find(
        ({ document }) => path.basename(document.fileName) === 'model.py',
      );
      const line = code?.document.lineAt(code.selection.active.line).text;
      assert.equal(line, `class ${className}(nn.Module):`);
    });
  }
});
