import * as vscode from 'vscode';
import { unpackTensors } from '../core/summary/columns';
import type { Engine } from './engineProcess';
import { findModelCode, showPlace } from './modelCode';

/**
 * Opens the checkpoint in its editor at once, then shows the model code that it belongs to in the column
 * beside it. Code that is being edited keeps its column.
 */
export async function openBesideCode(
  uri: vscode.Uri,
  viewType: string,
  engine: Engine,
): Promise<void> {
  const editing = vscode.window.activeTextEditor?.document.languageId === 'python';
  const column = editing ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  await vscode.commands.executeCommand('vscode.openWith', uri, viewType, column);
  const panelColumn = vscode.window.tabGroups.activeTabGroup.viewColumn;
  if (!vscode.workspace.getConfiguration('mnemoscope').get('openBesideCode', true)) return;
  const match = await codeOf(uri, engine);
  if (match) await showPlace(match.place, panelColumn, true);
}

async function codeOf(uri: vscode.Uri, engine: Engine): ReturnType<typeof findModelCode> {
  if (uri.scheme !== 'file') return undefined;
  try {
    const summary = await engine.call('open', { path: uri.fsPath });
    await engine.call('close', { checkpoint: summary.id });
    return await findModelCode(
      uri,
      unpackTensors(summary.tensors).map(({ name }) => name),
    );
  } catch {
    // The editor says what is wrong with the file; here there is only no code to show.
    return undefined;
  }
}
