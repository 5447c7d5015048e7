/** Open checkpoints against the code that makes them: what differs, and whose tensors a line of code holds. */
import * as vscode from 'vscode';
import { unpackTensors } from '../../core/summary/columns';
import type { CheckpointTensor, CodeComparison } from '../../protocol/shapes';
import type { CheckpointDocument } from '../checkpointEditor';
import { findModelCode } from '../modelCode';
import { onDidOpenPanel, openDocuments } from '../openPanels';
import type { Questions } from './questions';

export interface FoundComparison {
  readonly file: vscode.Uri;
  readonly comparison: CodeComparison;
}

export interface Comparisons extends vscode.Disposable {
  /** Compares a checkpoint with the code of `file`, or of the best-matching class of the workspace. */
  compare(
    checkpoint: vscode.Uri,
    tensors: readonly CheckpointTensor[],
    file?: vscode.Uri,
  ): Promise<FoundComparison | undefined>;
  /** Those of the tensors whose checkpoint is still there; one that was deleted is forgotten. */
  present<T extends { readonly checkpoint: string }>(tensors: readonly T[]): Promise<readonly T[]>;
  /** Compares, behind the question of the moment, the open checkpoints that were not yet. */
  refresh(): void;
}

export function createComparisons(questions: Questions): Comparisons {
  /** Checkpoints that were compared with the code as it is. */
  const done = new Set<string>();
  const compare: Comparisons['compare'] = async (checkpoint, tensors, file) => {
    const found = file ?? (await codeOf(checkpoint, tensors));
    if (found?.scheme !== 'file') return undefined;
    const told = tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    const comparison = await questions.compare(found, checkpoint.toString(), told);
    return comparison && { file: found, comparison };
  };
  const refreshOne = async (document: CheckpointDocument): Promise<void> => {
    const key = document.uri.toString();
    if (done.has(key)) return;
    done.add(key);
    try {
      const { tensors, session } = await document.summary();
      if (!session) await compare(document.uri, unpackTensors(tensors));
    } catch {
      // The view says what is wrong with the checkpoint; hovers have no tensors of it.
    }
  };
  const subscriptions = [
    vscode.workspace.onDidSaveTextDocument(({ languageId }) => {
      if (languageId === 'python') done.clear();
    }),
    onDidOpenPanel((document) => void done.delete(document.uri.toString())),
  ];
  return {
    compare,
    async present(tensors) {
      const gone = new Set<string>();
      for (const checkpoint of new Set(tensors.map((one) => one.checkpoint))) {
        if (await isThere(vscode.Uri.parse(checkpoint))) continue;
        gone.add(checkpoint);
        done.delete(checkpoint);
        await questions.release(checkpoint);
      }
      return tensors.filter(({ checkpoint }) => !gone.has(checkpoint));
    },
    refresh: () => void Promise.all(openDocuments().map(refreshOne)),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

async function codeOf(
  checkpoint: vscode.Uri,
  tensors: readonly CheckpointTensor[],
): Promise<vscode.Uri | undefined> {
  const names = tensors.map(({ name }) => name);
  const match = await findModelCode(checkpoint, names);
  return match && vscode.Uri.parse(match.place.file);
}

/** What lies in no folder of a disk is not looked for. */
async function isThere(uri: vscode.Uri): Promise<boolean> {
  if (uri.scheme !== 'file') return true;
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
