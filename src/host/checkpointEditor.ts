/** The custom editor: one document per checkpoint, any number of views on it. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { PackedSummary } from '../protocol/engine';
import type { Engine } from './engineProcess';
import { hubPathOf } from './hub';
import { connectPanel } from './panel';
import { panelHtml } from './panelHtml';
import type { Replays } from './replay/register';
import type { Shapes } from './shapes/register';
import { engineFile, type LocalCopy } from './virtualFiles';

/** The editor of files that nobody else owns. */
export const viewType = 'mnemoscope.checkpoint';
/** The same editor, offered under Open With for endings that other tools use too. */
const optionalViewType = 'mnemoscope.checkpointOption';

/** An opened checkpoint. Its header is read when a view asks, so that opening never blocks. */
export interface CheckpointDocument extends vscode.CustomDocument {
  /** What the engine read; the same promise for every view until `reload`. */
  summary(): Promise<PackedSummary>;
  reload(): Promise<PackedSummary>;
  /** What the engine opens: a path of this machine, or a name on the Hub. */
  path(): Promise<string>;
  /** Where a dialog begins that saves something about it. */
  readonly beside: vscode.Uri;
  /** The file changed on disk, or the engine was started anew: the message is one line. */
  readonly onDidChange: vscode.Event<string>;
  /** It was asked to be read anew. */
  readonly onDidReload: vscode.Event<void>;
}

export function createDocument(uri: vscode.Uri, engine: Engine): CheckpointDocument {
  const changed = new vscode.EventEmitter<string>();
  const reloaded = new vscode.EventEmitter<void>();
  let opened: Promise<PackedSummary> | undefined;
  let copying: Promise<LocalCopy> | undefined;
  const isHub = hubPathOf(uri) !== undefined;
  const path = async (): Promise<string> => (await (copying ??= engineFile(uri))).path;
  const open = async (): Promise<PackedSummary> => engine.call('open', { path: await path() });
  const forget = (): void => {
    const previous = opened;
    opened = undefined;
    void copying?.then(({ remove }) => remove()).catch(() => undefined);
    copying = undefined;
    void previous
      ?.then(({ id }) => engine.call('close', { checkpoint: id }))
      .catch(() => undefined);
  };
  const folder = vscode.Uri.joinPath(uri, '..');
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const subscriptions: vscode.Disposable[] = [
    { dispose: engine.onDied(() => (opened = undefined)) },
    changed,
    reloaded,
  ];
  if (!isHub) {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, globLiteral(name)),
      true,
    );
    subscriptions.push(
      watcher,
      watcher.onDidChange(() => changed.fire(vscode.l10n.t('{0} changed on disk.', name))),
      watcher.onDidDelete(() => changed.fire(vscode.l10n.t('{0} was deleted.', name))),
    );
  }
  return {
    uri,
    onDidChange: changed.event,
    onDidReload: reloaded.event,
    path,
    beside: isHub ? homeOf(name) : uri,
    summary: () => (opened ??= open()),
    reload() {
      forget();
      opened = open();
      reloaded.fire();
      return opened;
    },
    dispose() {
      forget();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** What is on the Hub has no folder here. */
function homeOf(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  return vscode.Uri.joinPath(folder, name);
}

/** A file name with glob characters, as a pattern for itself. */
function globLiteral(name: string): string {
  return name.replace(/[*?[\]{}]/g, (character) => `[${character}]`);
}

export function registerCheckpointEditor(
  context: vscode.ExtensionContext,
  engine: Engine,
  replays: Replays,
  shapes: Shapes,
): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider<CheckpointDocument> = {
    openCustomDocument: (uri) => createDocument(uri, engine),
    resolveCustomEditor(document, panel) {
      panel.webview.options = {
        enableScripts: true,
        localResourceRoots: [vscode.Uri.joinPath(context.extensionUri, 'dist')],
      };
      // Listening first: the page may ask before this function returns.
      connectPanel(document, panel, engine, replays, shapes);
      panel.webview.html = panelHtml(panel.webview, context.extensionUri);
    },
  };
  return vscode.Disposable.from(
    ...[viewType, optionalViewType].map((type) =>
      vscode.window.registerCustomEditorProvider(type, provider, {
        supportsMultipleEditorsPerDocument: true,
      }),
    ),
  );
}
