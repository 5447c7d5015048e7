/** Every command of the extension, in one table. */
import * as vscode from 'vscode';
import { unpackTensors } from '../core/summary/columns';
import { viewType } from './checkpointEditor';
import { compareCommands } from './compare';
import { endings, isCheckpointName } from './endings';
import { draftModelSpec } from './draftSpec';
import type { Engine } from './engineProcess';
import { openFromHub } from './hub';
import { entryOfFolder } from './modelFolder';
import { openBesideCode } from './openBesideCode';
import { openTensor } from './openPanels';
import { pickSample } from './samples';
import { compareCode } from './shapes/compareCode';
import type { Shapes } from './shapes/register';

type Run = (uri?: vscode.Uri) => unknown;

export function registerCommands(
  extension: vscode.Uri,
  engine: Engine,
  shapes: Shapes,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const commands: Record<string, Run> = {
    'mnemoscope.openCheckpoint': async (uri) => {
      const target = uri ?? activeFile() ?? (await pickFile());
      if (!target) return;
      const { type } = await vscode.workspace.fs.stat(target);
      const isFolder = (type & vscode.FileType.Directory) !== 0;
      const entry = isFolder ? await entryOfFolder(target) : target;
      if (entry) await openBesideCode(entry, viewType, engine);
      else {
        void vscode.window.showErrorMessage(
          vscode.l10n.t(
            '{0}: no checkpoint in this folder.',
            vscode.workspace.asRelativePath(target),
          ),
        );
      }
    },
    'mnemoscope.openSample': async (folder) => {
      const sample = await pickSample(extension, folder);
      if (sample) await openBesideCode(sample, viewType, engine);
    },
    'mnemoscope.draftSpec': async (uri) => {
      const target = uri ?? activeFile() ?? (await pickFile());
      if (!target) return;
      const { id, tensors } = await engine.call('open', { path: target.fsPath });
      await engine.call('close', { checkpoint: id });
      await draftModelSpec(target, unpackTensors(tensors));
    },
    'mnemoscope.openFromHub': () => openFromHub(engine, viewType),
    ...compareCommands(extension, engine),
    'mnemoscope.restartEngine': () => engine.stop(),
    'mnemoscope.showLog': () => log.show(),
    'mnemoscope.compareCode': (uri) => compareCode(shapes.comparisons, engine, uri ?? activeFile()),
    'mnemoscope.toggleInlayHints': () => shapes.toggleHints(),
  };
  return vscode.Disposable.from(
    // Of links in hovers, not of the palette.
    vscode.commands.registerCommand('mnemoscope.openTensor', (checkpoint: string, name: string) =>
      openTensor(vscode.Uri.parse(checkpoint), name, viewType),
    ),
    // Of the palette, which names no symbols, and of links.
    vscode.commands.registerCommand('mnemoscope.chooseSizes', (symbols?: readonly string[]) =>
      shapes.chooseSizes(symbols),
    ),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

/** The file of the tab in front, whatever editor shows it. */
function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) {
    return isCheckpointName(input.uri.path) ? input.uri : undefined;
  }
  return undefined;
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open Checkpoint'),
    filters: {
      [vscode.l10n.t('Checkpoints')]: [...endings, 'json'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  return picked?.[0];
}
