/** The code that a document is of: a file, what no file has yet, or the cells of a notebook one after the other. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { CodeFile } from '../../protocol/shapes';

export interface Source {
  readonly place: CodeFile;
  /** Lines of the code above the document. */
  readonly above: number;
  /** Another one after every edit. */
  readonly version: string;
  readonly text: () => string;
}

const endings: Readonly<Record<string, string>> = {
  python: '.py',
  javascript: '.js',
  typescript: '.ts',
  javascriptreact: '.jsx',
  typescriptreact: '.tsx',
};

export function sourceOf(document: vscode.TextDocument): Source {
  const cells = cellsOf(document);
  if (!cells) {
    const place = placeOf(document.uri, document.languageId);
    return { place, above: 0, version: `${document.version}`, text: () => document.getText() };
  }
  const index = cells.all.indexOf(document);
  const above = cells.all.slice(0, index).reduce((sum, { lineCount }) => sum + lineCount, 0);
  return {
    place: placeOf(cells.notebook.uri, document.languageId),
    above,
    version: cells.all.map(({ uri, version }) => `${uri.fragment} ${version}`).join(),
    text: () => cells.all.map((one) => withoutMagic(one.getText())).join('\n'),
  };
}

/** A file with the folder that its imports are looked up in; what lies on no disk is beside the code of the workspace. */
export function placeOf(uri: vscode.Uri, language = 'python'): CodeFile {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (uri.scheme === 'file') {
    const file = withEnding(uri.fsPath, language);
    return { root: folder?.uri.fsPath ?? path.dirname(uri.fsPath), file };
  }
  const [first] = vscode.workspace.workspaceFolders ?? [];
  const root = first?.uri.scheme === 'file' ? first.uri.fsPath : path.join(path.sep, uri.scheme);
  // A name that no file has.
  return {
    root,
    file: withEnding(path.join(root, `${uri.scheme}:`, uri.authority, uri.path), language),
  };
}
const withEnding = (file: string, language: string): string =>
  /\.(?:pyi?|[cm]?[jt]sx?)$/i.test(file) ? file : file + (endings[language] ?? '');

/** The cells of the notebook that a document is a cell of, those in the same language. */
function cellsOf({
  uri,
  languageId,
}: vscode.TextDocument):
  | { readonly notebook: vscode.NotebookDocument; readonly all: readonly vscode.TextDocument[] }
  | undefined {
  if (uri.scheme !== 'vscode-notebook-cell') return undefined;
  for (const notebook of vscode.workspace.notebookDocuments) {
    const all = notebook.getCells().map(({ document }) => document);
    if (!all.some((one) => one.uri.toString() === uri.toString())) continue;
    return { notebook, all: all.filter((one) => one.languageId === languageId) };
  }
  return undefined;
}

/** What is for the notebook and not for Python becomes a comment of the same length. */
function withoutMagic(text: string): string {
  const isOther = /^\s*%%(?!time|timeit|capture|prun)/.test(text);
  return isOther ? text.replace(/^./gm, '#') : text.replace(/^(\s*)[%!]/gm, '$1#');
}

/** Where a line (1-based) of the code is: in a file, or in a cell of a notebook, counted from 1. */
export interface Spot {
  readonly line: number;
  /** Of a file. */
  readonly uri?: vscode.Uri;
  /** Of another cell than the document. */
  readonly cell?: number;
}

export function spotOf(document: vscode.TextDocument, line: number): Spot {
  const cells = cellsOf(document);
  if (!cells) return { line, uri: document.uri };
  let rest = line;
  for (const cell of cells.all) {
    if (rest <= cell.lineCount) {
      const index = cells.notebook.getCells().findIndex((one) => one.document === cell);
      return cell === document ? { line: rest } : { line: rest, cell: index + 1 };
    }
    rest -= cell.lineCount;
  }
  return { line: rest };
}
