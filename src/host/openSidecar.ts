import * as vscode from 'vscode';
import { hubPage } from './hub';

/** Shows a file that lies beside a checkpoint: in the editor, or on the Hub's own page. */
export async function openSidecar(checkpoint: vscode.Uri, name: string): Promise<void> {
  const page = hubPage(checkpoint, name);
  if (page) await vscode.env.openExternal(page);
  else {
    await vscode.commands.executeCommand(
      'vscode.open',
      vscode.Uri.joinPath(checkpoint, '..', name),
      { viewColumn: vscode.ViewColumn.Beside, preview: true },
    );
  }
}
