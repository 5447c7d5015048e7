/** What a person points at in the editor or the Variables view of a stopped program: shown, opened, or recorded from now on. */
import * as vscode from 'vscode';
import type { LiveSession } from './liveSession';
import type { Pins } from './pins';
import type { Sessions } from './sessions';

/** What VS Code hands to a command in the Variables view. */
interface VariableContext {
  readonly sessionId?: string;
  readonly variable?: { readonly name?: string; readonly evaluateName?: string };
}

/** The expression behind a variable, or the one under the cursor; undefined where there is none. */
export function expressionOf(context: unknown): string | undefined {
  const { variable } = (context ?? {}) as VariableContext;
  if (variable) return variable.evaluateName ?? variable.name;
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const { document, selection } = editor;
  if (!selection.isEmpty) return document.getText(selection).trim() || undefined;
  // With the names before it: `self.memory`, not `memory`.
  const word = document.getWordRangeAtPosition(selection.active, /[\p{L}_][\p{L}\p{N}_.]*/u);
  return word && document.getText(word).replace(/\.+$/, '');
}

export function sessionOf(sessions: Sessions, context: unknown): LiveSession | undefined {
  const { sessionId } = (context ?? {}) as VariableContext;
  return sessions.all().find(({ session }) => session.id === sessionId) ?? sessions.active();
}

/** Has the panel open it; what the frame does not list by that name is pinned first. */
export async function showVariable(live: LiveSession, pins: Pins, name: string): Promise<void> {
  const listed = live.state().frame?.tensors.some((tensor) => tensor.name === name);
  if (!listed) await pins.put(name, true);
  live.show(name);
}
