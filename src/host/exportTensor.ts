/** Asks for a file and has the engine write a tensor to it, with progress and a way to cancel. */
import * as vscode from 'vscode';
import type { EngineMethods } from '../protocol/engine';
import type { Engine } from './engineProcess';

type What = Omit<Parameters<EngineMethods['exportTensor']>[0], 'path'>;

/** `name` is what the dialog offers. Nothing happens when the person cancels. */
export async function exportTensor(
  engine: Engine,
  beside: vscode.Uri,
  name: string,
  what: What,
): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(beside, '..', name),
    filters: what.format === 'npy' ? { NumPy: ['npy'] } : { CSV: ['csv'] },
  });
  if (!target) return;
  const title = vscode.l10n.t('Writing {0}', vscode.workspace.asRelativePath(target));
  const location = vscode.ProgressLocation.Notification;
  await vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      await engine.call('exportTensor', { ...what, path: target.fsPath }, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    }
  });
}
