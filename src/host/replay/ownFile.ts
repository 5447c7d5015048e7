/** Files of code that a trace names. Anyone may write a trace, so only files of the person's own folders are shown. */
import path from 'node:path';
import * as vscode from 'vscode';

/** The path of `file`, which may be relative to the trace; undefined outside its folder and the workspace. */
export function ownFile(file: string, trace: string): string | undefined {
  const folder = path.dirname(trace);
  const whole = path.resolve(folder, file);
  const roots = [folder, ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)];
  const isInside = roots.some((root) => {
    const from = path.relative(root, whole);
    return from !== '' && !from.startsWith('..') && !path.isAbsolute(from);
  });
  return isInside ? whole : undefined;
}
