/** Two checkpoints side by side: the commands that choose them, and the panel that shows what differs. */
import * as vscode from 'vscode';
import type { ComparePanelMethods, ComparePanelNotes, ComparisonData } from '../protocol/compare';
import { type Handlers, serve } from '../protocol/rpc';
import { protocolVersion } from '../protocol/webview';
import { viewType } from './checkpointEditor';
import { endings } from './endings';
import type { Engine } from './engineProcess';
import { entryOfFolder } from './modelFolder';
import { hubPathOf } from './hub';
import { panelHtml } from './panelHtml';
import { engineFile, type LocalCopy } from './virtualFiles';

const compareViewType = 'mnemoscope.compare';
/** Context key: a checkpoint waits to be compared. */
const selectedKey = 'mnemoscope.compareSelected';

type Files = Readonly<Record<'a' | 'b', vscode.Uri>>;
type Command = (uri?: vscode.Uri, all?: readonly vscode.Uri[]) => unknown;

/** Brings panels back after a reload of the window. */
export function registerComparePanels(extension: vscode.Uri, engine: Engine): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(compareViewType, {
    async deserializeWebviewPanel(panel, state: { readonly a: string; readonly b: string }) {
      const files = { a: vscode.Uri.parse(state.a), b: vscode.Uri.parse(state.b) };
      connectComparePanel(files, panel, extension, engine);
    },
  });
}

/** Commands of the palette and the Explorer. */
export function compareCommands(
  extension: vscode.Uri,
  engine: Engine,
): Readonly<Record<string, Command>> {
  let selected: vscode.Uri | undefined;
  const show = async (a: vscode.Uri, b: vscode.Uri): Promise<void> => {
    const files = { a: await checkpointOf(a), b: await checkpointOf(b) };
    const title = `${nameOf(files.a)} ↔ ${nameOf(files.b)}`;
    const panel = vscode.window.createWebviewPanel(
      compareViewType,
      title,
      vscode.ViewColumn.Active,
      { retainContextWhenHidden: true },
    );
    connectComparePanel(files, panel, extension, engine);
  };
  return {
    'mnemoscope.compareCheckpoints': async (uri, all = []) => {
      const [a, b] = all.length === 2 ? all : await pickTwo(uri);
      if (a && b) await show(a, b);
    },
    'mnemoscope.selectForCompare': (uri) => {
      selected = uri;
      return vscode.commands.executeCommand('setContext', selectedKey, uri !== undefined);
    },
    'mnemoscope.compareWithSelected': async (uri) => {
      if (selected && uri) await show(selected, uri);
    },
  };
}

/** A folder stands for the checkpoint in it. */
async function checkpointOf(uri: vscode.Uri): Promise<vscode.Uri> {
  if (hubPathOf(uri) !== undefined) return uri;
  const { type } = await vscode.workspace.fs.stat(uri);
  return type & vscode.FileType.Directory ? ((await entryOfFolder(uri)) ?? uri) : uri;
}

async function pickTwo(first: vscode.Uri | undefined): Promise<readonly vscode.Uri[]> {
  const a = first ?? (await pick(vscode.l10n.t('Compare: the First Checkpoint')));
  const b = a && (await pick(vscode.l10n.t('Compare {0} with', nameOf(a))));
  return a && b ? [a, b] : [];
}

async function pick(title: string): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title,
    filters: {
      [vscode.l10n.t('Checkpoints')]: [...endings, 'json'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  return picked?.[0];
}

const nameOf = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);

function connectComparePanel(
  files: Files,
  panel: vscode.WebviewPanel,
  extension: vscode.Uri,
  engine: Engine,
): void {
  const { webview } = panel;
  webview.options = {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extension, 'dist')],
  };
  const subscriptions: vscode.Disposable[] = [];
  let opened: Promise<ComparisonData> | undefined;
  let copies: readonly Promise<LocalCopy>[] = [];
  const close = (): void => {
    void opened
      ?.then(({ id }) => engine.call('closeComparison', { comparison: id }))
      .catch(() => undefined);
    opened = undefined;
    for (const copy of copies) void copy.then(({ remove }) => remove()).catch(() => undefined);
    copies = [];
  };
  const open = async (): Promise<ComparisonData> => {
    copies = [engineFile(files.a), engineFile(files.b)];
    const [a, b] = (await Promise.all(copies)) as [LocalCopy, LocalCopy];
    return engine.call('openComparison', { a: a.path, b: b.path });
  };
  const current = async (): Promise<number> => {
    if (!opened) throw new Error(vscode.l10n.t('The comparison is closed: start it again.'));
    return (await opened).id;
  };
  const handlers: Handlers<ComparePanelMethods> = {
    openComparison({ version }) {
      if (version !== protocolVersion) {
        throw new Error(
          vscode.l10n.t('This view is of another version: close it and open it again.'),
        );
      }
      close();
      return (opened = open());
    },
    compareRows: async (params, signal) =>
      engine.call('compareRows', { ...params, comparison: await current() }, signal),
    compareTile: async (params, signal) =>
      engine.call('compareTile', { ...params, comparison: await current() }, signal),
    openSide: async ({ side }) => {
      await vscode.commands.executeCommand('vscode.openWith', files[side], viewType);
    },
  };
  const server = serve<ComparePanelMethods, ComparePanelNotes>(
    {
      post: (message) => void webview.postMessage(message),
      listen: (receive) => void subscriptions.push(webview.onDidReceiveMessage(receive)),
    },
    handlers,
  );
  subscriptions.push({
    dispose: engine.onDied((message) => {
      opened = undefined;
      server.notify('comparisonStale', { message });
    }),
  });
  panel.onDidDispose(() => {
    close();
    for (const subscription of subscriptions) subscription.dispose();
  });
  webview.html = panelHtml(webview, extension, {
    page: 'compare',
    a: files.a.toString(),
    b: files.b.toString(),
  });
}
