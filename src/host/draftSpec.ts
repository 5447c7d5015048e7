/** The model spec beside a checkpoint: drafted on demand, watched while the checkpoint is shown. */
import * as vscode from 'vscode';
import { draftSpec } from '../core/memory/draft/draftSpec';
import { specEnding } from '../core/memory/spec';
import type { TensorShape } from '../core/model/architecture';

/** Writes the draft and shows it beside; one that is there is only shown. False when no architecture fits. */
export async function draftModelSpec(
  checkpoint: vscode.Uri,
  tensors: readonly TensorShape[],
): Promise<boolean> {
  const uri = checkpoint.with({ path: checkpoint.path + specEnding });
  if (await exists(uri)) {
    await show(uri);
    return true;
  }
  const draft = draftSpec(new Map(tensors.map((tensor) => [tensor.name, tensor])));
  if (!draft) {
    const text = vscode.l10n.t('No memory architecture that is known has tensors of these shapes.');
    void vscode.window.showWarningMessage(text);
    return false;
  }
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(draft.text));
  await show(uri);
  const { length } = draft.notes;
  void vscode.window.showInformationMessage(
    length === 0
      ? vscode.l10n.t('Drafted as {0}.', draft.sentence)
      : vscode.l10n.t('Drafted as {0}; its notes say what to check: {1}.', draft.sentence, length),
  );
  return true;
}

/** Tells when the spec of a checkpoint is made, saved or removed. */
export function watchSpec(checkpoint: vscode.Uri, changed: () => unknown): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.joinPath(checkpoint, '..'), `*${specEnding}`),
  );
  const name = checkpoint.path.slice(checkpoint.path.lastIndexOf('/') + 1);
  const names = [name, name.replace(/\.[^.]+$/, '')].map((one) => one + specEnding);
  const tell = ({ path }: vscode.Uri): void => {
    if (names.includes(path.slice(path.lastIndexOf('/') + 1))) changed();
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(tell),
    watcher.onDidChange(tell),
    watcher.onDidDelete(tell),
  );
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

async function show(uri: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside });
}
