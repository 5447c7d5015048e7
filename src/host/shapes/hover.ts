/** The text of a hover over a tensor. */
import * as vscode from 'vscode';
import type { Dimension, Origin, TensorHover } from '../../protocol/shapes';

/** `[B, n_head, T, T]`. */
export const shapeText = (shape: readonly Dimension[]): string => `[${shape.join(', ')}]`;

/** Type and shape as code, numbers at the chosen sizes, then the lines that give the symbols their values. */
export function hoverText(hover: TensorHover, document: vscode.Uri): vscode.MarkdownString {
  const { name, dtype, shape, origins, concrete } = hover;
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['mnemoscope.chooseSizes'] };
  const type = [...(dtype === undefined ? [] : [dtype]), shapeText(shape)].join(' ');
  text.appendCodeblock(name === undefined ? type : `${name}: ${type}`, 'python');
  if (concrete) {
    const sizes = Object.entries(concrete.sizes).map(([symbol, size]) => `${symbol} = ${size}`);
    const parts = [
      ...(sizes.length > 0 ? [code(shapeText(concrete.shape))] : []),
      ...(concrete.bytes === undefined ? [] : [byteText(concrete.bytes)]),
      ...(sizes.length > 0 ? [code(sizes.join(', '))] : []),
    ];
    text.appendMarkdown(`\n${parts.join(' · ')}\n`);
  }
  for (const [line, same] of byLine(origins)) {
    const place = document.with({ fragment: `L${line}` }).toString();
    const link = `[${vscode.l10n.t('line {0}', line)}](${place})`;
    text.appendMarkdown(`\n${code(same)} · ${link}\n`);
  }
  if (shape.some((dim) => typeof dim === 'string' && dim !== '?')) {
    text.appendMarkdown(`\n[${vscode.l10n.t('Choose sizes…')}](command:mnemoscope.chooseSizes)\n`);
  }
  return text;
}

/** Each line once, however many symbols it gives. */
function byLine(origins: readonly Origin[]): ReadonlyMap<number, string> {
  return new Map(origins.map((origin) => [origin.line, origin.code]));
}

/** Source text as inline code, whatever it holds. */
function code(source: string): string {
  const fence = '`'.repeat(
    Math.max(0, ...(source.match(/`+/g) ?? []).map((run) => run.length)) + 1,
  );
  const space = source.includes('`') ? ' ' : '';
  return `${fence}${space}${source}${space}${fence}`;
}

/** Decimal units, as memory of models is quoted: 50.3 MB. */
export function byteText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}
