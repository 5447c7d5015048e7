import * as vscode from 'vscode';

/** Asks where to write, beginning beside the checkpoint, then writes. Nothing happens when the person cancels. */
export async function saveBytes(
  beside: vscode.Uri,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(beside, '..', name),
  });
  if (target) await vscode.workspace.fs.writeFile(target, bytes);
}
