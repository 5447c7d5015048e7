/** The weights of a module of a stopped program, in the checkpoint editor, as if they had been saved. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Sessions } from './sessions';
import { expressionOf, sessionOf } from './variables';

const viewType = 'mnemoscope.checkpoint';
/** Folder of each file that is open, by its address; they go with their tab. */
const folders = new Map<string, string>();

export async function openModuleWeights(sessions: Sessions, context: unknown): Promise<void> {
  const [live, expression] = [sessionOf(sessions, context), expressionOf(context)];
  if (!live || expression === undefined) return;
  try {
    const data = await live.weightsOf(expression);
    const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-'));
    const name = expression.replace(/[^\p{L}\p{N}_.-]+/gu, '-').slice(0, 60);
    const uri = vscode.Uri.file(join(folder, `${name}.safetensors`));
    folders.set(uri.toString(), folder);
    await writeFile(uri.fsPath, data, { mode: 0o600 });
    const { Beside, Two } = vscode.ViewColumn;
    // Beside the code, where the panel of the session may be that was looked at last.
    const viewColumn = vscode.window.tabGroups.all.length > 1 ? Two : Beside;
    await vscode.commands.executeCommand('vscode.openWith', uri, viewType, { viewColumn });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const said = vscode.l10n.t('The weights of {0} cannot be opened: {1}', expression, reason);
    void vscode.window.showErrorMessage(said);
  }
}

/** Removes each file when its tab is closed, and all when the extension ends. */
export function removeClosedWeights(): vscode.Disposable {
  const forget = (key: string): void => {
    const folder = folders.get(key);
    folders.delete(key);
    if (folder !== undefined) void rm(folder, { recursive: true, force: true });
  };
  const closed = vscode.window.tabGroups.onDidChangeTabs((change) => {
    for (const { input } of change.closed) {
      if (input instanceof vscode.TabInputCustom) forget(input.uri.toString());
    }
  });
  return vscode.Disposable.from(closed, {
    dispose: () => {
      for (const key of folders.keys()) forget(key);
    },
  });
}
