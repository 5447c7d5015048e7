import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const ID = 'mnemoscope.mnemoscope';

describe('activation', () => {
  const extension = vscode.extensions.getExtension(ID);

  it('the extension is there', () => assert.ok(extension, `${ID} is not installed`));

  it('opening a text file does not activate it', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, 'the tests run in a folder');
    const readme = vscode.Uri.joinPath(folder.uri, 'README.md');
    await vscode.workspace.fs.writeFile(readme, new TextEncoder().encode('# A folder\n'));
    await vscode.window.showTextDocument(readme);
    assert.equal(extension?.isActive, false);
  });

  it('the first command activates it', async () => {
    await vscode.commands.executeCommand('mnemoscope.showLog');
    assert.equal(extension?.isActive, true);
  });

  it('code without arrays starts no thread that looks for their shapes', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, 'the tests run in a folder');
    const plain = vscode.Uri.joinPath(folder.uri, 'plain.py');
    await vscode.workspace.fs.writeFile(plain, new TextEncoder().encode('import json\n'));
    await vscode.window.showTextDocument(plain);
    const { shapes } = (await extension?.activate()) as { shapes: { isRunning(): boolean } };
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(shapes.isRunning(), false);
    await vscode.workspace.fs.delete(plain);
  });
});
