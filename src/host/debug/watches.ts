/** Memory events: a list like that of breakpoints, kept per workspace, sent to every session. */
import * as vscode from 'vscode';
import { parseWatch, type Watch, watchText } from '../../core/trace/watches';
import type { LiveSession, MemoryEvent } from './liveSession';
import type { Sessions } from './sessions';

export interface Watches extends vscode.Disposable {
  /** Asks for a condition in words. */
  ask(node?: WatchNode): Promise<void>;
  add(text: string): Promise<void>;
  remove(node: WatchNode): Promise<void>;
  clear(): Promise<void>;
  /** Runs until the program next reads or writes a memory, or attends. */
  continueToNext(): Promise<void>;
}

export interface WatchNode {
  readonly id: number;
  readonly text: string;
  enabled: boolean;
}

/** Milliseconds that a program is given to take a list before it is shown. */
const patience = 3000;
const memento = 'mnemoscope.watches';
/** The one that `continueToNext` sets; it goes at the next stop. */
const nextId = 0;

export function createWatches(state: vscode.Memento, sessions: Sessions): Watches {
  let nodes = [...state.get<readonly WatchNode[]>(memento, [])];
  const changed = new vscode.EventEmitter<void>();
  /** With the moment at which the person asked for it. */
  const stoppingAtNext = new Map<LiveSession, number | undefined>();

  const conditions = (live: LiveSession): readonly (Watch & MemoryEvent)[] => [
    ...(stoppingAtNext.has(live) ? [{ id: nextId, text: '', what: 'any' } as const] : []),
    ...nodes
      .filter(({ enabled }) => enabled)
      .map(({ id, text }) => ({ ...parseWatch(text), id, text })),
  ];
  const send = (live: LiveSession): Promise<void> => live.watch(conditions(live));
  const save = async (): Promise<void> => {
    // What is listed holds: a program that is told to go on then stops there.
    const sent = Promise.all(sessions.all().map(send));
    await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, patience))]);
    changed.fire();
    await state.update(memento, nodes);
  };
  const add = async (text: string): Promise<void> => {
    const clean = watchText(parseWatch(text));
    const id = Math.max(nextId, ...nodes.map((node) => node.id)) + 1;
    nodes.push({ id, text: clean, enabled: true });
    await save();
  };
  const remove = async ({ id }: WatchNode): Promise<void> => {
    nodes = nodes.filter((node) => node.id !== id);
    await save();
  };

  const tree = vscode.window.createTreeView('mnemoscope.watches', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node?: WatchNode) => (node ? [] : nodes),
      getTreeItem({ id, text, enabled }) {
        const item = new vscode.TreeItem(text);
        item.id = String(id);
        item.checkboxState = enabled
          ? vscode.TreeItemCheckboxState.Checked
          : vscode.TreeItemCheckboxState.Unchecked;
        item.contextValue = 'watch';
        return item;
      },
    },
  });
  const subscriptions = [
    tree,
    changed,
    tree.onDidChangeCheckboxState(({ items }) => {
      for (const [node, box] of items) {
        node.enabled = box === vscode.TreeItemCheckboxState.Checked;
      }
      void save();
    }),
    sessions.onDidFollow((live) => void send(live)),
    sessions.onDidChange((live) => {
      const { state: now, frame } = live.state();
      if (now !== 'stopped' || !stoppingAtNext.has(live)) return;
      if (frame?.moment === stoppingAtNext.get(live)) return;
      stoppingAtNext.delete(live);
      void send(live);
    }),
  ];
  return {
    add,
    remove,
    clear() {
      nodes = [];
      return save();
    },
    async ask(node) {
      const text = await vscode.window.showInputBox({
        title: vscode.l10n.t('Stop at a Memory Event'),
        prompt: vscode.l10n.t(
          'read, write, address, attention, energy or any; then nothing, nan, “weight > 0.9 at slot 3”, “to token 3”, “entropy < 0.1” or “rises”',
        ),
        value: node?.text ?? 'write weight > 0.9 at slot 0',
        validateInput: problemOf,
      });
      if (text === undefined) return;
      if (node) nodes = nodes.filter(({ id }) => id !== node.id);
      await add(text);
    },
    async continueToNext() {
      const live = sessions.active();
      if (!live) return;
      stoppingAtNext.set(live, live.state().frame?.moment);
      await send(live);
      await vscode.commands.executeCommand('workbench.action.debug.continue');
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

function problemOf(text: string): string | undefined {
  try {
    parseWatch(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
