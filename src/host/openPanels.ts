/** The views of checkpoints that are open, and the tensor that one which is not open yet is to show. */
import * as vscode from 'vscode';
import type { CheckpointDocument } from './checkpointEditor';

export interface OpenPanel {
  readonly document: CheckpointDocument;
  /** A page that is not shown is not there: it starts anew when it is revealed. */
  isVisible(): boolean;
  reveal(): void;
  showTensor(name: string): void;
}

const panels = new Set<OpenPanel>();
const wanted = new Map<string, string>();
const opened = new vscode.EventEmitter<CheckpointDocument>();
export const onDidOpenPanel = opened.event;

export function addPanel(panel: OpenPanel): vscode.Disposable {
  panels.add(panel);
  opened.fire(panel.document);
  return new vscode.Disposable(() => void panels.delete(panel));
}

/** Documents of the open views, each once. */
export const openDocuments = (): readonly CheckpointDocument[] => [
  ...new Set([...panels].map(({ document }) => document)),
];

/** The tensor that a view of the checkpoint is to show first; asked for once. */
export function takeWanted(uri: vscode.Uri): string | undefined {
  const name = wanted.get(uri.toString());
  wanted.delete(uri.toString());
  return name;
}

/** Shows a tensor in the view that is open, or in a new one. */
export async function openTensor(uri: vscode.Uri, name: string, viewType: string): Promise<void> {
  const panel = [...panels].find(({ document }) => document.uri.toString() === uri.toString());
  if (panel?.isVisible()) {
    panel.reveal();
    panel.showTensor(name);
    return;
  }
  wanted.set(uri.toString(), name);
  if (panel) {
    panel.reveal();
    return;
  }
  const column = vscode.ViewColumn.Beside;
  await vscode.commands.executeCommand('vscode.openWith', uri, viewType, column);
}
