/** The command that compares model code with a checkpoint, and lists what `load_state_dict` would say. */
import * as vscode from 'vscode';
import { unpackTensors } from '../../core/summary/columns';
import type { Engine } from '../engineProcess';
import { isCheckpointName } from '../endings';
import { showPlace } from '../modelCode';
import { openDocuments } from '../openPanels';
import type { Comparisons, FoundComparison } from './comparisons';
import { shapeText } from './hover';

/** More checkpoints than this are not offered. */
const mostOffered = 200;

interface Choice extends vscode.QuickPickItem {
  readonly line?: number;
  readonly tensor?: string;
}

/** `uri` is a checkpoint; without one, that of the tab in front, or the person chooses. */
export async function compareCode(
  comparisons: Comparisons,
  engine: Engine,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const file = editor?.document.languageId === 'python' ? editor.document.uri : undefined;
  const checkpoint = uri ?? (await pickCheckpoint());
  if (!checkpoint) return;
  const tensors = await tensorsOf(checkpoint, engine);
  const found = await comparisons.compare(checkpoint, tensors, uri ? undefined : file);
  if (!found) {
    const name = vscode.workspace.asRelativePath(checkpoint);
    const text = vscode.l10n.t('{0}: no class in this code has tensors of these names.', name);
    void vscode.window.showInformationMessage(text);
    return;
  }
  await showList(found, checkpoint);
}

async function tensorsOf(uri: vscode.Uri, engine: Engine) {
  const open = openDocuments().find((document) => document.uri.toString() === uri.toString());
  if (open) return unpackTensors((await open.summary()).tensors);
  const { id, tensors } = await engine.call('open', { path: uri.fsPath });
  await engine.call('close', { checkpoint: id });
  return unpackTensors(tensors);
}

/** Open checkpoints first, then those of the workspace. */
async function pickCheckpoint(): Promise<vscode.Uri | undefined> {
  const open = openDocuments().map(({ uri }) => uri);
  const [only] = open;
  if (only && open.length === 1) return only;
  const files = await vscode.workspace.findFiles('**/*', '**/{node_modules,.git}/**');
  const all = new Map(
    [...open, ...files.filter(({ path }) => isCheckpointName(path))].map((each) => [
      each.toString(),
      each,
    ]),
  );
  const items = [...all.values()].slice(0, mostOffered).map((each) => ({
    label: vscode.workspace.asRelativePath(each),
    uri: each,
  }));
  const title = vscode.l10n.t('Compare Code with Checkpoint');
  return (await vscode.window.showQuickPick(items, { title }))?.uri;
}

async function showList({ file, comparison }: FoundComparison, checkpoint: vscode.Uri) {
  const { className, matched } = comparison;
  const items = choicesOf(comparison);
  const title =
    items.length === 0
      ? vscode.l10n.t('{0} tensors belong to {1}, and nothing differs.', matched, className)
      : vscode.l10n.t('{0} tensors belong to {1}; what differs:', matched, className);
  if (items.length === 0) {
    void vscode.window.showInformationMessage(title);
    return;
  }
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (chosen?.line !== undefined) {
    await showPlace({ file: file.toString(), line: chosen.line, className });
  } else if (chosen?.tensor !== undefined) {
    const target = checkpoint.toString();
    await vscode.commands.executeCommand('mnemoscope.openTensor', target, chosen.tensor);
  }
}

function choicesOf({
  missing,
  unexpected,
  different,
  isOpen,
}: FoundComparison['comparison']): Choice[] {
  const other = isOpen ? vscode.l10n.t('not found in the code') : vscode.l10n.t('unexpected');
  return [
    ...different.map(({ name, line, code, checkpoint }) => ({
      label: name,
      description: vscode.l10n.t(
        '{0} in the code, {1} in the checkpoint',
        shapeText(code),
        shapeText(checkpoint),
      ),
      ...(line === undefined ? { tensor: name } : { line }),
    })),
    ...missing.map(({ name, line }) => ({
      label: name,
      description: vscode.l10n.t('missing in the checkpoint'),
      ...(line === undefined ? {} : { line }),
    })),
    ...unexpected.map((name) => ({ label: name, description: other, tensor: name })),
  ];
}
