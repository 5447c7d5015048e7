import * as vscode from 'vscode';
import { isCheckpointName } from './endings';

/** Files that stand for the whole model in a folder (Hugging Face, SavedModel, TFJS, Orbax), best first. */
const entries = [
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin.index.json',
  'pytorch_model.bin',
  'saved_model.pb',
  'model.json',
  '_METADATA',
];

/** The file to open for a folder: the model's own entry, else its only checkpoint; undefined when there is none. */
export async function entryOfFolder(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  const checkpoints = names.filter(isCheckpointName);
  const name =
    entries.find((entry) => names.includes(entry)) ??
    (checkpoints.length === 1 ? checkpoints[0] : undefined);
  return name === undefined ? undefined : vscode.Uri.joinPath(folder, name);
}
