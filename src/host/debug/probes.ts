/** Probes: lines whose expressions are recorded each time they run, without stopping. */
import * as vscode from 'vscode';
import type { Role } from './language';
import { languageOfDocument } from './languages';
import type { Sessions } from './sessions';
import { fileOf } from './showOperation';
import { expressionOf, sessionOf } from './variables';

/** What VS Code hands to a command in the menu of a line's number; lines count from 1. */
interface LineContext {
  readonly uri?: vscode.Uri;
  readonly lineNumber?: number;
}

/**
 * Adds a probe on the line of the cursor, or the one whose menu asks for it, over the selected expression or one that is asked for. It is a conditional
 * breakpoint whose condition records and is false: it hits at every pass, never stops and prints nothing, and VS Code
 * keeps, moves and lists it like any other.
 */
export async function addProbe(context?: unknown): Promise<void> {
  const { uri, lineNumber } = (context ?? {}) as LineContext;
  const editors = vscode.window.visibleTextEditors;
  const editor =
    lineNumber === undefined
      ? vscode.window.activeTextEditor
      : editors.find(({ document }) => document.uri.toString() === String(uri));
  if (!editor) return;
  const { document, selection } = editor;
  const line = lineNumber === undefined ? selection.active.line : lineNumber - 1;
  const isAtCursor = line === selection.active.line && editor === vscode.window.activeTextEditor;
  const wanted = await askExpressions(line, (isAtCursor && expressionOf(undefined)) || '');
  if (wanted) putProbe(document.uri, line, document.languageId, wanted);
}

/** Expressions in words, separated by semicolons; undefined when the person gives up or names none. */
export async function askExpressions(
  line: number,
  value: string,
): Promise<readonly string[] | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Add Tensor Probe'),
    prompt: vscode.l10n.t(
      'Expressions to record each time line {0} runs, separated by semicolons',
      line + 1,
    ),
    value,
  });
  const list = (answer ?? '').split(';').map((one) => one.trim());
  const wanted = list.filter(Boolean);
  return wanted.length > 0 ? wanted : undefined;
}

/**
 * From now on a variable is recorded as a memory, or as the weighting over its slots, each time the line is about to
 * run: the line of the cursor, or in the Variables view the line where the program stands.
 */
export function mark(sessions: Sessions, role: Role, context: unknown): void {
  const expression = expressionOf(context);
  if (expression === undefined) return;
  const isVariable = context !== undefined && typeof context === 'object' && 'variable' in context!;
  const frame = isVariable ? sessionOf(sessions, context)?.state().frame : undefined;
  const editor = vscode.window.activeTextEditor;
  const uri = frame ? fileOf(frame.file) : editor?.document.uri;
  const line = frame ? frame.line - 1 : editor?.selection.active.line;
  if (!uri || line === undefined) return;
  const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  const language = open?.languageId ?? sessions.active()?.language.documents[0] ?? 'python';
  putProbe(uri, line, language, [expression], role);
}

export function putProbe(
  uri: vscode.Uri,
  line: number,
  languageId: string,
  expressions: readonly string[],
  role?: Role,
): void {
  const language = languageOfDocument(languageId);
  if (!language) return;
  const identity = `${vscode.workspace.asRelativePath(uri)}:${line + 1}`;
  const condition = language.probeCondition(identity, expressions, role);
  const at = new vscode.Location(uri, new vscode.Position(line, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at, true, condition)]);
}
