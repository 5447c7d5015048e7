/** The text of a hover over a tensor. */
import * as vscode from 'vscode';
import type { TensorStatistics } from '../../core/statistics/statistics';
import type {
  Dimension,
  HoverCost,
  ModuleHover,
  Origin,
  OwnedTensors,
  Sizes,
  TensorHover,
} from '../../protocol/shapes';
import { byteText, countText } from './amounts';
import { formula, growth } from './formula';
import type { KnownStatistics } from './statistics';

/** `[B, n_head, T, T]`. */
export const shapeText = (shape: readonly Dimension[]): string => `[${shape.join(', ')}]`;

/** Tensors of a checkpoint that are named one by one. */
const mostOwned = 4;

function trusted(): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['mnemoscope.chooseSizes', 'mnemoscope.openTensor'] };
  return text;
}

/** The class of a module, its parameters and its tensors in a checkpoint. */
export function moduleText(
  { name, className, cost, concrete, tensors = [] }: ModuleHover,
  known: KnownStatistics,
): vscode.MarkdownString {
  const text = trusted();
  const called = className === undefined ? '' : `${className}(…)`;
  text.appendCodeblock([name, called].filter(Boolean).join(': '), 'python');
  appendParagraph(text, [
    costParts(cost, []),
    layerParts(cost.layer),
    concrete ? [parameterText(countText(concrete.parameters)), ...sizeParts(concrete.sizes)] : [],
    ...tensors.slice(0, mostOwned).flatMap((one) => [ownedParts(one), valueParts(one, known)]),
  ]);
  return text;
}

/** Type and shape as code, what it costs, numbers at the chosen sizes, then the lines that give the symbols their values. */
export function hoverText(
  hover: TensorHover,
  document: vscode.Uri,
  known: KnownStatistics,
): vscode.MarkdownString {
  const { name, dtype, shape, origins, cost, tensors = [] } = hover;
  const text = trusted();
  const type = [...(dtype === undefined ? [] : [dtype]), shapeText(shape)].join(' ');
  text.appendCodeblock(name === undefined ? type : `${name}: ${type}`, 'python');
  appendParagraph(text, [
    costParts(cost ?? {}, symbolsIn(shape)),
    layerParts(cost?.layer),
    concreteParts(hover),
    attentionParts(hover),
    ...tensors.slice(0, mostOwned).flatMap((one) => [ownedParts(one), valueParts(one, known)]),
  ]);
  const hasSymbols = shape.some((dim) => typeof dim === 'string' && dim !== '?');
  appendParagraph(text, [
    ...[...byLine(origins)].map(([line, same]) => {
      const place = document.with({ fragment: `L${line}` }).toString();
      return [code(same), `[${vscode.l10n.t('line {0}', line)}](${place})`];
    }),
    hasSymbols ? [`[${vscode.l10n.t('Choose sizes…')}](command:mnemoscope.chooseSizes)`] : [],
  ]);
  return text;
}

/** `[1, 4, 1024, 24] · 393 kB · B = 1, T = 1024`. */
function concreteParts({ concrete, isPaused }: TensorHover): string[] {
  if (!concrete) return [];
  const { shape, bytes, flops, parameters } = concrete;
  const sizes = sizeParts(concrete.sizes, concrete.paused);
  return [
    ...(sizes.length > 0 ? [code(shapeText(shape))] : []),
    ...(bytes === undefined ? [] : [byteText(bytes)]),
    ...(flops === undefined || sizes.length === 0 ? [] : [`${countText(flops)} FLOPs`]),
    ...(parameters === undefined || sizes.length === 0
      ? []
      : [parameterText(countText(parameters))]),
    ...sizes,
    ...(isPaused ? [vscode.l10n.t('in the paused program')] : []),
  ];
}

/** `4.19 M attention values · KV cache of these keys and values: 1.57 MB`, when all of it is known. */
function attentionParts({ concrete }: TensorHover): string[] {
  const { weights, cache } = concrete ?? {};
  if (weights === undefined || cache === undefined) return [];
  return [
    vscode.l10n.t('{0} attention values', countText(weights)),
    vscode.l10n.t('KV cache of these keys and values: {0}', byteText(cache)),
  ];
}

/** `h.*.attn.c_attn.weight float32 [96, 288] × 3 · open in the checkpoint`. */
function ownedParts({ name, first, count, dtype, shape, checkpoint }: OwnedTensors): string[] {
  const times = count > 1 ? ` × ${count}` : '';
  const target = encodeURIComponent(JSON.stringify([checkpoint, first]));
  return [
    `${code(name)} ${dtype} ${code(shapeText(shape))}${times}`,
    `[${vscode.l10n.t('open in checkpoint')}](command:mnemoscope.openTensor?${target})`,
  ];
}

/** `min −0.1 · max 0.2 · mean 0.001 · std 0.02`, of a tensor that stands alone and was looked at. */
function valueParts({ first, count, checkpoint }: OwnedTensors, known: KnownStatistics): string[] {
  const found = known.of(checkpoint, first);
  return found && count === 1 ? statisticsParts(found) : [];
}

function statisticsParts({ min, max, mean, std, nan }: TensorStatistics): string[] {
  const [low, high, middle, spread] = [min, max, mean, std].map((value) =>
    String(Number(value.toPrecision(4))).replace('-', '−'),
  );
  return [
    ...(Number.isNaN(min)
      ? []
      : [
          vscode.l10n.t('min {0}', low!),
          vscode.l10n.t('max {0}', high!),
          vscode.l10n.t('mean {0}', middle!),
          vscode.l10n.t('std {0}', spread!),
        ]),
    ...(nan > 0 ? [`${countText(nan)} NaN`] : []),
  ];
}

/** Lines of one paragraph; empty ones are left out. */
function appendParagraph(text: vscode.MarkdownString, lines: readonly (readonly string[])[]): void {
  const shown = lines.filter((parts) => parts.length > 0).map((parts) => parts.join(' · '));
  if (shown.length > 0) text.appendMarkdown(`\n${shown.join('  \n')}\n`);
}

const parameterText = (count: string): string => vscode.l10n.t('{0} parameters', count);

function sizeParts(sizes: Sizes, paused: readonly string[] = []): string[] {
  const list = (all: readonly (readonly [string, number])[]): string =>
    all.map(([symbol, size]) => `${plain(symbol)} = ${size}`).join(', ');
  const isPaused = ([symbol]: readonly [string, number]): boolean => paused.includes(symbol);
  const all = Object.entries(sizes);
  const [ofProgram, others] = [all.filter(isPaused), all.filter((one) => !isPaused(one))];
  return [
    ...(ofProgram.length > 0 ? [vscode.l10n.t('{0} in the paused program', list(ofProgram))] : []),
    ...(others.length > 0 ? [list(others)] : []),
  ];
}

/** Text that is not to be read as Markdown. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!~|<>]/g, '\\$&');

/** Names in the order in which a shape has them. */
const symbolsIn = (shape: readonly Dimension[]): string[] => [
  ...new Set(shape.flatMap((dim) => `${dim}`.match(/[\p{L}_][\p{L}\p{N}_.]*/gu) ?? [])),
];

/** `8·B·T·C² + 4·B·T²·C FLOPs · O(…) · T steps in turn · 4·C² + 4·C parameters`. */
function costParts(
  { flops, steps, parameters, oneBias }: HoverCost,
  symbols: readonly string[],
): string[] {
  const print = (size: Dimension | undefined): string | undefined => {
    const text = size === undefined ? undefined : formula(size, symbols);
    return text === undefined ? undefined : code(text);
  };
  const order = flops === undefined ? undefined : growth(flops, symbols);
  const [work, turns, count, less] = [flops, steps, parameters, oneBias].map(print);
  return [
    ...(work === undefined ? [] : [`${work} FLOPs`]),
    ...(order === undefined ? [] : [code(`O(${order})`)]),
    ...(turns === undefined ? [] : [vscode.l10n.t('{0} sequential steps', turns)]),
    ...(count === undefined ? [] : [parameterText(count)]),
    ...(count === undefined || less === undefined
      ? []
      : [vscode.l10n.t('{0} with one bias', less)]),
  ];
}

/** What textbooks say of the kind of a layer; L: length, d: width, k: kernel (Vaswani et al. 2017, table 1). */
const kinds: readonly (readonly [RegExp, work: string, steps: string, path: string])[] = [
  [/^(?:RNN|GRU|LSTM|SimpleRNN)$/, 'O(L·d²)', 'O(L)', 'O(L)'],
  [/^Conv(?:[123]d|[123]D)$/, 'O(k·L·d²)', 'O(1)', 'O(L/k)'],
  [/^(?:MultiheadAttention|MultiHeadAttention)$/, 'O(L²·d)', 'O(1)', 'O(1)'],
  [/^TransformerEncoder(?:Layer)?$/, 'O(L²·d + L·d²)', 'O(1)', 'O(1)'],
];
function layerParts(layer: string | undefined): string[] {
  const [, work, steps, path] = kinds.find(([names]) => names.test(layer ?? '')) ?? [];
  if (work === undefined || steps === undefined || path === undefined) return [];
  return [
    vscode.l10n.t('over a length L: work {0}', work),
    vscode.l10n.t('steps in turn {0}', steps),
    vscode.l10n.t('longest path {0}', path),
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
