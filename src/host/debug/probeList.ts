/** The probes of the workspace as a list, with how often each line ran; they are breakpoints, and VS Code keeps them. */
import * as vscode from 'vscode';
import { languageOfDocument } from './languages';
import { askExpressions, putProbe } from './probes';
import type { Sessions } from './sessions';

export interface ProbeNode {
  readonly breakpoint: vscode.SourceBreakpoint;
  /** `file.py:12`, as the debugged program counts it. */
  readonly identity: string;
  readonly expressions: readonly string[];
}

export interface ProbeList extends vscode.Disposable {
  nodes(): readonly ProbeNode[];
  edit(node: ProbeNode): Promise<void>;
  remove(node: ProbeNode): void;
}

export function createProbeList(sessions: Sessions): ProbeList {
  const changed = new vscode.EventEmitter<void>();
  let hits: Readonly<Record<string, number>> = {};
  const nodes = (): readonly ProbeNode[] =>
    vscode.debug.breakpoints.flatMap((one) => nodeOf(one) ?? []);
  const view = vscode.window.createTreeView('mnemoscope.probes', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node?: ProbeNode) => (node ? [] : [...nodes()]),
      getTreeItem({ breakpoint, identity, expressions }) {
        const item = new vscode.TreeItem(expressions.join('; '));
        const { uri, range } = breakpoint.location;
        const where = `${vscode.workspace.asRelativePath(uri)}:${range.start.line + 1}`;
        const count = hits[identity];
        const counted = count === undefined ? '' : ` · ${vscode.l10n.t('{0} hits', count)}`;
        item.description = `${where}${counted}`;
        item.id = breakpoint.id;
        item.contextValue = 'probe';
        item.checkboxState = breakpoint.enabled
          ? vscode.TreeItemCheckboxState.Checked
          : vscode.TreeItemCheckboxState.Unchecked;
        const selection = range;
        item.command = {
          command: 'vscode.open',
          title: where,
          arguments: [uri, { selection, preserveFocus: true }],
        };
        return item;
      },
    },
  });
  const replace = (node: ProbeNode, condition: string, enabled: boolean): void => {
    const { location } = node.breakpoint;
    vscode.debug.removeBreakpoints([node.breakpoint]);
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location, enabled, condition)]);
  };
  const count = async (live: ReturnType<Sessions['active']>): Promise<void> => {
    if (!live || live.state().state !== 'stopped' || nodes().length === 0) return;
    hits = await live.hits().catch(() => hits);
    changed.fire();
  };
  const subscriptions = [
    view,
    changed,
    vscode.debug.onDidChangeBreakpoints(() => changed.fire()),
    view.onDidChangeCheckboxState(({ items }) => {
      for (const [node, box] of items) {
        const isOn = box === vscode.TreeItemCheckboxState.Checked;
        replace(node, node.breakpoint.condition ?? '', isOn);
      }
    }),
    sessions.onDidStop((live) => void count(live)),
  ];
  return {
    nodes,
    async edit(node) {
      const { location } = node.breakpoint;
      const { line } = location.range.start;
      const wanted = await askExpressions(line, node.expressions.join('; '));
      if (!wanted) return;
      const { languageId } = await vscode.workspace.openTextDocument(location.uri);
      if (!languageOfDocument(languageId)) return;
      vscode.debug.removeBreakpoints([node.breakpoint]);
      putProbe(location.uri, line, languageId, wanted);
    },
    remove: ({ breakpoint }) => vscode.debug.removeBreakpoints([breakpoint]),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** By the condition that `probeCondition` makes; undefined for a breakpoint of the person's own. */
function nodeOf(breakpoint: vscode.Breakpoint): ProbeNode | undefined {
  if (!(breakpoint instanceof vscode.SourceBreakpoint)) return undefined;
  const { condition = '' } = breakpoint;
  const [, identity] = /__mnemo(?:__)?\.probe\(("(?:[^"\\]|\\.)*")/.exec(condition) ?? [];
  if (identity === undefined) return undefined;
  const keys = condition.slice(condition.indexOf('{')).matchAll(/("(?:[^"\\]|\\.)*"): \(/g);
  const expressions = [...keys].map(([, key = '""']) => JSON.parse(key) as string);
  return { breakpoint, identity: JSON.parse(identity) as string, expressions };
}
