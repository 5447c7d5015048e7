/** The text of a hover over a tensor. */
import * as vscode from 'vscode';
import type { Dimension, HoverCost, ModuleHover, Origin, TensorHover } from '../../protocol/shapes';
import { countText, formula, growth } from './formula';

/** `[B, n_head, T, T]`. */
export const shapeText = (shape: readonly Dimension[]): string => `[${shape.join(', ')}]`;

function trusted(): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['mnemoscope.chooseSizes'] };
  return text;
}

/** The class of a module and its parameters. */
export function moduleText({ className, cost, concrete }: ModuleHover): vscode.MarkdownString {
  const text = trusted();
  text.appendCodeblock(`${className}(…)`, 'python');
  appendLine(text, costParts(cost));
  if (concrete) {
    appendLine(text, [parameterText(countText(concrete.parameters)), ...sizeParts(concrete.sizes)]);
  }
  return text;
}

/** Type and shape as code, what it costs, numbers at the chosen sizes, then the lines that give the symbols their values. */
export function hoverText(hover: TensorHover, document: vscode.Uri): vscode.MarkdownString {
  const { name, dtype, shape, origins, cost, concrete } = hover;
  const text = trusted();
  const type = [...(dtype === undefined ? [] : [dtype]), shapeText(shape)].join(' ');
  text.appendCodeblock(name === undefined ? type : `${name}: ${type}`, 'python');
  appendLine(text, costParts(cost ?? {}));
  if (concrete) {
    const { bytes, flops, parameters } = concrete;
    const sizes = sizeParts(concrete.sizes);
    appendLine(text, [
      ...(sizes.length > 0 ? [code(shapeText(concrete.shape))] : []),
      ...(bytes === undefined ? [] : [byteText(bytes)]),
      ...(flops === undefined || sizes.length === 0 ? [] : [`${countText(flops)} FLOPs`]),
      ...(parameters === undefined || sizes.length === 0
        ? []
        : [parameterText(countText(parameters))]),
      ...sizes,
    ]);
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

function appendLine(text: vscode.MarkdownString, parts: readonly string[]): void {
  if (parts.length > 0) text.appendMarkdown(`\n${parts.join(' · ')}\n`);
}

const parameterText = (count: string): string => vscode.l10n.t('{0} parameters', count);

function sizeParts(sizes: Readonly<Record<string, number>>): string[] {
  const all = Object.entries(sizes).map(([symbol, size]) => `${symbol} = ${size}`);
  return all.length > 0 ? [code(all.join(', '))] : [];
}

/** `8·B·T·C² + 4·B·T²·C FLOPs · O(…) · T steps in turn · 4·C² + 4·C parameters`. */
function costParts({ flops, steps, parameters }: HoverCost): string[] {
  const order = flops === undefined ? undefined : growth(flops);
  return [
    ...(flops === undefined || formula(flops) === undefined
      ? []
      : [`${code(formula(flops)!)} FLOPs`]),
    ...(order === undefined ? [] : [code(`O(${order})`)]),
    ...(steps === undefined || formula(steps) === undefined
      ? []
      : [vscode.l10n.t('{0} sequential steps', code(formula(steps)!))]),
    ...(parameters === undefined || formula(parameters) === undefined
      ? []
      : [parameterText(code(formula(parameters)!))]),
  ];
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
