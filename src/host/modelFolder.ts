import * as vscode from 'vscode';

/** Files that stand for the whole model in a Hugging Face folder, best first. */
const entries = [
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin.index.json',
  'pytorch_model.bin',
];

/** The file to open for a folder: the model's own entry, else its only checkpoint; undefined when there is none. */
export async function entryOfFolder(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  const checkpoints = names.filter((name) => /\.(safetensors|pt|pth|ckpt)$/i.test(name));
  const name =
    entries.find((entry) => names.includes(entry)) ??
    (checkpoints.length === 1 ? checkpoints[0] : undefined);
  return name === undefined ? undefined : vscode.Uri.joinPath(folder, name);
}
