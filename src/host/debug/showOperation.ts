/** Shows where a recorded operation happened: its line is marked, what it did stands beside it. */
import * as vscode from 'vscode';
import type { Operation } from '../../core/trace/live';

export interface OperationMarker extends vscode.Disposable {
  /** In the cell of a notebook, where it happened in one. */
  show(operation: Operation, cell?: vscode.NotebookCell): Promise<void>;
  clear(): void;
}

async function showCell({ notebook, index }: vscode.NotebookCell): Promise<void> {
  const selections = [new vscode.NotebookRange(index, index + 1)];
  await vscode.window.showNotebookDocument(notebook, { selections, preserveFocus: true });
}

/** A debugger's path; on a remote machine, or for a notebook, VS Code makes an address of it. */
export const fileOf = (path: string): vscode.Uri =>
  /^[\w-]{2,}:\//.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);

export function createOperationMarker(): OperationMarker {
  const line = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 24px' },
  });
  const clear = (): void => {
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(line, []);
  };
  return {
    async show(operation, cell) {
      const { file, line: number, what, name, id } = operation;
      if (!file) return;
      clear();
      const document = cell?.document ?? (await vscode.workspace.openTextDocument(fileOf(file)));
      if (cell) await showCell(cell);
      const shown = vscode.window.visibleTextEditors.find((one) => one.document === document);
      // The panel keeps the focus: only the code moves.
      const editor =
        (cell && shown) ??
        (await vscode.window.showTextDocument(document, {
          viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
          preserveFocus: true,
        }));
      const at = Math.min(number, document.lineCount) - 1;
      const range = document.lineAt(Math.max(0, at)).range;
      const contentText = vscode.l10n.t('{0} {1}, operation {2}', name, what, String(id));
      editor.setDecorations(line, [{ range, renderOptions: { after: { contentText } } }]);
      editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    },
    clear,
    dispose: () => line.dispose(),
  };
}
