/** The sizes that a person wants to see numbers for, remembered per workspace. */
import * as vscode from 'vscode';
import type { Sizes } from '../../protocol/shapes';

const key = 'sizes';

export interface SizePicker {
  readonly sizes: () => Sizes;
  /** Asks for sizes as text, e.g. `B=1, T=1024`; empty text forgets them. */
  choose(): Promise<void>;
}

export function createSizePicker(memory: vscode.Memento): SizePicker {
  return {
    sizes: () => parseSizes(memory.get(key, '')) ?? {},
    async choose() {
      const text = await vscode.window.showInputBox({
        title: vscode.l10n.t('Sizes for shapes'),
        prompt: vscode.l10n.t('Hovers then show numbers and bytes too.'),
        placeHolder: 'B=1, T=1024',
        value: memory.get(key, ''),
        validateInput: (value) =>
          parseSizes(value)
            ? undefined
            : vscode.l10n.t('Write names and whole numbers, such as {0}.', 'B=1, T=1024'),
      });
      if (text !== undefined) await memory.update(key, text);
    },
  };
}

/** `B=1, T=1024` by name; undefined when it is written otherwise. */
function parseSizes(text: string): Sizes | undefined {
  const sizes: Record<string, number> = {};
  for (const part of text.split(/[,;]/)) {
    if (part.trim() === '') continue;
    const [, name, size] = /^\s*([\p{L}_][\p{L}\p{N}_.']*)\s*=\s*(\d{1,12})\s*$/u.exec(part) ?? [];
    if (name === undefined) return undefined;
    sizes[name] = Number(size);
  }
  return sizes;
}
