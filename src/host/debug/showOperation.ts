/** Shows where a recorded operation happened: its line is marked, what it did stands beside it. */
import * as vscode from 'vscode';
import type { Operation } from '../../core/trace/live';

export interface OperationMarker extends vscode.Disposable {
  show(operation: Operation): Promise<void>;
  clear(): void;
}

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
    async show(operation) {
      const { file, line: number, what, name, id } = operation;
      if (!file) return;
      clear();
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
      const shown = vscode.window.visibleTextEditors.find((one) => one.document === document);
      // The panel keeps the focus: only the code moves.
      const editor = await vscode.window.showTextDocument(document, {
        viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
        preserveFocus: true,
      });
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
