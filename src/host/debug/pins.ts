/** Expressions that a person wants to see at every stop, kept per workspace, and how much of a frame is read. */
import * as vscode from 'vscode';

/** What a stop evaluates: nothing, the pinned expressions, or these and all arrays of the frame. */
export type FrameSetting = 'off' | 'pinned' | 'all';

export interface Reading {
  readonly pins: readonly string[];
  readonly frame: FrameSetting;
}

export interface Pins extends vscode.Disposable {
  /** For a session of that folder, now. */
  reading(folder: vscode.WorkspaceFolder | undefined): Reading;
  put(expression: string, isPinned: boolean): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

const memento = 'mnemoscope.pins';
/** A stop evaluates them all in one expression. */
const most = 32;

export function createPins(state: vscode.Memento): Pins {
  const changed = new vscode.EventEmitter<void>();
  const pins = (): readonly string[] => state.get<readonly string[]>(memento, []);
  return {
    reading(folder) {
      const setting = vscode.workspace.getConfiguration('mnemoscope', folder);
      return { pins: pins(), frame: setting.get<FrameSetting>('debug.frame', 'all') };
    },
    async put(expression, isPinned) {
      const text = expression.trim();
      const others = pins().filter((one) => one !== text);
      if (isPinned && others.length >= most) {
        throw new Error(vscode.l10n.t('{0} expressions are pinned: that is the most', most));
      }
      await state.update(memento, isPinned && text ? [...others, text] : others);
      changed.fire();
    },
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}
