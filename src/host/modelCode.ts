/** The model code in the workspace that a checkpoint belongs to. */
import * as vscode from 'vscode';
import { type CodeMatch, matchCode, type Place } from '../core/code/match';
import { type PythonClass, readClasses } from '../core/code/python';

/** More files than this are read only in part: a match is wanted within a second or two. */
const mostFiles = 3000;
/** Generated code is larger than what people write. */
const largestFile = 1024 * 1024;
const excluded = '**/{node_modules,.venv,venv,env,site-packages,.git,build,dist,__pycache__}/**';

interface ReadFile {
  readonly mtime: number;
  readonly classes: readonly PythonClass[];
}
const read = new Map<string, ReadFile>();

/**
 * The best class for these tensor names in the workspace and beside the checkpoint; `Place.file` is a URI as
 * a string.
 */
export async function findModelCode(
  checkpoint: vscode.Uri,
  tensors: readonly string[],
): Promise<CodeMatch | undefined> {
  const beside = new vscode.RelativePattern(vscode.Uri.joinPath(checkpoint, '..'), '*.py');
  const found = await Promise.all([
    vscode.workspace.findFiles('**/*.py', excluded, mostFiles),
    vscode.workspace.findFiles(beside, undefined, mostFiles),
  ]);
  const files = [...new Map(found.flat().map((uri) => [uri.toString(), uri])).values()];
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const classes: PythonClass[] = [];
  const batch = 32;
  for (let start = 0; start < files.length; start += batch) {
    const parts = await Promise.all(files.slice(start, start + batch).map(classesOf));
    classes.push(...parts.flat());
  }
  return matchCode(tensors, classes);
}

/** Classes of a file, read again only when it changed. An open document counts as it stands in the editor. */
async function classesOf(uri: vscode.Uri): Promise<readonly PythonClass[]> {
  const key = uri.toString();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === key);
  if (open) return readClasses(key, open.getText());
  try {
    const { mtime, size } = await vscode.workspace.fs.stat(uri);
    const known = read.get(key);
    if (known?.mtime === mtime) return known.classes;
    if (size > largestFile) return [];
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const classes = readClasses(key, text);
    read.set(key, { mtime, classes });
    return classes;
  } catch {
    // It was deleted between the search and now.
    read.delete(key);
    return [];
  }
}

/** Shows a line in another column than `beside`: where it is open already, else in the column next to it. */
export async function showPlace(
  place: Place,
  beside: vscode.ViewColumn = vscode.ViewColumn.One,
  preserveFocus = false,
): Promise<void> {
  const shown = vscode.window.visibleTextEditors.find(
    (editor) => editor.document.uri.toString() === place.file && editor.viewColumn !== beside,
  );
  const next = beside === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  const line = new vscode.Position(place.line - 1, 0);
  const range = new vscode.Range(line, line);
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(place.file), {
    viewColumn: shown?.viewColumn ?? next,
    selection: range,
    preserveFocus,
  });
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
