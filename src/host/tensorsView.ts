/** The tensors of the checkpoint in front, as a tree of VS Code's own: for its keyboard, its search and screen readers. */
import * as vscode from 'vscode';
import { bytes, integer } from '../core/draw/text';
import { unpackTensors } from '../core/summary/columns';
import { fold, type Node } from '../core/summary/fold';
import type { CheckpointDocument } from './checkpointEditor';
import { onDidOpenPanel, openDocuments } from './openPanels';

/** What a line of the tree is of: a node, or a range of very many. */
interface Branch extends Pick<Node, 'label' | 'path' | 'tensor' | 'isParent' | 'tensors'> {
  readonly children: readonly Branch[];
  readonly repeat?: number;
}

export interface TensorsView extends vscode.Disposable {
  readonly provider: vscode.TreeDataProvider<Branch>;
}

const viewId = 'mnemoscope.tensors';
/** Whether the view is there at all. */
const contextKey = 'mnemoscope.checkpointShown';
/** Lines under one parent; VS Code asks for all of them at once. */
const most = 1000;

export function registerTensorsView(): TensorsView {
  const changed = new vscode.EventEmitter<Branch | undefined>();
  let shown: CheckpointDocument | undefined;
  let reloads: vscode.Disposable | undefined;
  const provider: vscode.TreeDataProvider<Branch> = {
    onDidChangeTreeData: changed.event,
    async getChildren(branch) {
      if (branch) return inRanges(branch.children, branch.path);
      // The editor says what is wrong with a file that cannot be read.
      const summary = await shown?.summary().catch(() => undefined);
      return summary ? inRanges(fold(unpackTensors(summary.tensors)), '') : [];
    },
    getTreeItem: (branch) => itemOf(branch, shown?.uri),
  };
  const follow = (): void => {
    const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
    const uri = input instanceof vscode.TabInputCustom ? input.uri.toString() : undefined;
    const document = openDocuments().find((each) => each.uri.toString() === uri);
    if (document === shown) return;
    shown = document;
    reloads?.dispose();
    reloads = document?.onDidReload(() => changed.fire(undefined));
    void vscode.commands.executeCommand('setContext', contextKey, document !== undefined);
    changed.fire(undefined);
  };
  const subscriptions = vscode.Disposable.from(
    vscode.window.createTreeView(viewId, { treeDataProvider: provider, showCollapseAll: true }),
    vscode.window.tabGroups.onDidChangeTabs(follow),
    vscode.window.tabGroups.onDidChangeTabGroups(follow),
    onDidOpenPanel(follow),
    changed,
  );
  return {
    provider,
    dispose() {
      reloads?.dispose();
      subscriptions.dispose();
    },
  };
}

/** Too many siblings lie in ranges of a thousand, called by their first and last. */
function inRanges(nodes: readonly Branch[], path: string): Branch[] {
  if (nodes.length <= most) return [...nodes];
  const size = Math.max(most, Math.ceil(nodes.length / most));
  return Array.from({ length: Math.ceil(nodes.length / size) }, (_, i) => {
    const children = nodes.slice(i * size, (i + 1) * size);
    const label = `${children[0]!.label} … ${children.at(-1)!.label}`;
    const tensors = children.reduce((sum, child) => sum + child.tensors, 0);
    return { label, path: `${path}/${i}`, isParent: true, children, tensors };
  });
}

function itemOf(branch: Branch, uri: vscode.Uri | undefined): vscode.TreeItem {
  const { label, path, tensor, isParent, repeat, tensors } = branch;
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, isParent ? Collapsed : None);
  // A module and a tensor may have one name, of two kinds.
  item.id = `${isParent ? 'm' : 't'}${path}`;
  const count = vscode.l10n.t('{0} tensors', integer(tensors));
  if (tensor) {
    const shape = tensor.shape.length === 0 ? vscode.l10n.t('scalar') : tensor.shape.join('×');
    item.description = `${shape} ${tensor.dtype}`;
    item.tooltip = `${tensor.name}\n${shape} · ${tensor.dtype} · ${bytes(tensor.bytes)}`;
    item.iconPath = new vscode.ThemeIcon('symbol-array');
    item.command = {
      command: 'mnemoscope.openTensor',
      title: vscode.l10n.t('Show Tensor'),
      arguments: [uri?.toString(), tensor.name],
    };
  } else {
    item.description = repeat === undefined ? count : `×${repeat} · ${count}`;
    item.iconPath = new vscode.ThemeIcon('symbol-module');
  }
  return item;
}
