/** The sizes that a person wants to see numbers for, remembered per workspace. */
import * as vscode from 'vscode';
import type { Dimension, Sizes } from '../../protocol/shapes';

const key = 'sizes';

export interface SizePicker extends vscode.Disposable {
  readonly sizes: () => Sizes;
  /** Asks for sizes as text, e.g. `B=1, T=1024`, and offers the symbols that have none; empty text forgets them. */
  choose(symbols?: readonly string[]): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

export function createSizePicker(memory: vscode.Memento): SizePicker {
  const changed = new vscode.EventEmitter<void>();
  return {
    sizes: () => parseSizes(memory.get(key, '')) ?? {},
    async choose(symbols = []) {
      const value = withOpen(memory.get(key, ''), symbols);
      // The first name that waits for its number.
      const open = value.search(/=(?=,|$)/) + 1;
      const text = await vscode.window.showInputBox({
        title: vscode.l10n.t('Sizes for shapes'),
        prompt: vscode.l10n.t(
          'Hovers then show numbers and bytes too. With nothing here the sizes are forgotten.',
        ),
        placeHolder: 'B=1, T=1024',
        value,
        ...(open > 0 ? { valueSelection: [open, open] as const } : {}),
        validateInput: (text) =>
          parseSizes(text)
            ? undefined
            : vscode.l10n.t('Write names and whole numbers, such as {0}.', 'B=1, T=1024'),
      });
      if (text === undefined) return;
      await memory.update(key, textOf(parseSizes(text) ?? {}));
      changed.fire();
    },
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}

const textOf = (sizes: Sizes): string =>
  Object.entries(sizes)
    .map(([name, size]) => `${name}=${size}`)
    .join(', ');

/** A command that asks for sizes of the symbols of these dimensions too. */
export function chooseSizesFor(dimensions: readonly Dimension[]): vscode.Command {
  return {
    title: vscode.l10n.t('Choose sizes…'),
    command: 'mnemoscope.chooseSizes',
    arguments: [lastWordsOf(dimensions)],
  };
}

/** Symbols as one would write sizes for them: `n_head` for `self.n_head`. */
function lastWordsOf(dimensions: readonly Dimension[]): string[] {
  const words = dimensions
    .flatMap((dim) => `${dim}`.match(/[\p{L}_][\p{L}\p{N}_.']*/gu) ?? [])
    .map((symbol) => symbol.slice(symbol.lastIndexOf('.') + 1))
    .filter((word) => word !== 'min' && word !== 'max');
  return [...new Set(words)];
}

/** The text with `C=` for each symbol that has no size in it, to be filled in. */
function withOpen(text: string, symbols: readonly string[]): string {
  const known = parseSizes(text) ?? {};
  const open = symbols.filter((symbol) => !Object.hasOwn(known, symbol));
  return [text.trim(), ...open.map((symbol) => `${symbol}=`)].filter(Boolean).join(', ');
}

/** `B=1, T=1024` by name, a name that waits for its number left out; undefined when it is written otherwise. */
function parseSizes(text: string): Sizes | undefined {
  const sizes: Record<string, number> = {};
  for (const part of text.split(/[,;]/)) {
    if (part.trim() === '') continue;
    const [, name, size] =
      /^\s*([\p{L}_][\p{L}\p{N}_.'₀-₉]*)\s*=\s*(\d{0,12})\s*$/u.exec(part) ?? [];
    if (name === undefined) return undefined;
    if (size) sizes[name] = Number(size);
  }
  return sizes;
}
