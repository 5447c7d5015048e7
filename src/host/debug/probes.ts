/** Probes: lines whose expressions are recorded each time they run, without stopping. */
import * as vscode from 'vscode';
import { python } from './pythonLanguage';

/**
 * Adds a probe on the line of the cursor, over the selected expression or one that is asked for. It is a conditional breakpoint whose condition records and is false: it hits at every pass, never stops and
 * prints nothing, and VS Code keeps, moves and lists it like any other.
 */
export async function addProbe(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const { document, selection } = editor;
  const word = document.getWordRangeAtPosition(selection.active);
  const chosen = document.getText(selection.isEmpty ? word : selection);
  const expressions = await vscode.window.showInputBox({
    title: vscode.l10n.t('Add Tensor Probe'),
    prompt: vscode.l10n.t(
      'Expressions to record each time line {0} runs, separated by semicolons',
      selection.active.line + 1,
    ),
    value: chosen,
  });
  const list = (expressions ?? '').split(';').map((one) => one.trim());
  const wanted = list.filter(Boolean);
  if (wanted.length === 0) return;
  const line = selection.active.line;
  const name = `${vscode.workspace.asRelativePath(document.uri)}:${line + 1}`;
  const at = new vscode.Location(document.uri, new vscode.Position(line, 0));
  const condition = python.probeCondition(name, wanted);
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at, true, condition)]);
}
