import * as vscode from 'vscode';
import { isCheckpointName } from './endings';

/** Files that stand for the whole model in a folder (Hugging Face, SavedModel, TFJS, Orbax, PyTorch's distributed ones), best first. */
const entries = [
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin.index.json',
  'pytorch_model.bin',
  'saved_model.pb',
  'model.json',
  '_METADATA',
  '.metadata',
];

/** The file to open for a folder: the model's own entry, else its only checkpoint; undefined when there is none. */
export async function entryOfFolder(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const listed = await vscode.workspace.fs.readDirectory(folder);
  const names = listed.map(([name]) => name);
  const checkpoints = names.filter(isCheckpointName);
  const name =
    entries.find((entry) => names.includes(entry)) ??
    (checkpoints.length === 1 ? checkpoints[0] : undefined);
  if (name !== undefined) return vscode.Uri.joinPath(folder, name);
  const folders = listed.filter(([, type]) => type === vscode.FileType.Directory);
  return folders.length > mostItems ? undefined : itemIn(folder, folders);
}

/** Orbax keeps the items of a step in folders of their own; most steps have one. */
const mostItems = 8;

async function itemIn(
  folder: vscode.Uri,
  folders: readonly (readonly [name: string, type: vscode.FileType])[],
): Promise<vscode.Uri | undefined> {
  const found: vscode.Uri[] = [];
  for (const [name] of folders) {
    const inside = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(folder, name));
    if (inside.some(([entry]) => entry === '_METADATA')) {
      found.push(vscode.Uri.joinPath(folder, name, '_METADATA'));
    }
  }
  return found.length === 1 ? found[0] : undefined;
}
