/** Cells of a notebook that is debugged: its kernel runs each from a file of its own, whose name only it knows. */
import * as vscode from 'vscode';

/** Of the debug adapter protocol, as Jupyter extends it by `dumpCell`. */
interface Message {
  readonly seq?: number;
  readonly request_seq?: number;
  readonly command?: string;
  readonly arguments?: { readonly code?: string };
  readonly body?: { readonly sourcePath?: string };
}

export interface Cells {
  /** What is sent to the debugger: `dumpCell` has the code of a cell. */
  asked(message: object): void;
  /** What it answers: the file from which that code runs. */
  answered(message: object): void;
  /** The cell that runs from a file; undefined for any other file, and where the cell has been changed since. */
  cellOf(file: string): vscode.NotebookCell | undefined;
}

export function createCells(): Cells {
  const codes = new Map<number, string>();
  const codeOf = new Map<string, string>();
  return {
    asked(message) {
      const { seq, command, arguments: given } = message as Message;
      if (command === 'dumpCell' && seq !== undefined && typeof given?.code === 'string') {
        codes.set(seq, given.code);
      }
    },
    answered(message) {
      const { request_seq: seq, body } = message as Message;
      const code = seq === undefined ? undefined : codes.get(seq);
      if (code === undefined || typeof body?.sourcePath !== 'string') return;
      codeOf.set(body.sourcePath, code);
      codes.delete(seq!);
    },
    cellOf(file) {
      const code = codeOf.get(file);
      if (code === undefined) return undefined;
      const cells = vscode.workspace.notebookDocuments.flatMap((one) => one.getCells());
      return cells.find(({ document }) => document.getText().replaceAll('\r\n', '\n') === code);
    },
  };
}
