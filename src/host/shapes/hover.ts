/** The text of a hover over a tensor, a tuple of tensors or a module. */
import * as vscode from 'vscode';
import type {
  Dimension,
  Hovered,
  HoverMember,
  Origin,
  OwnedTensors,
  TensorHover,
  TupleHover,
} from '../../protocol/shapes';
import { code, costParts, numberParts, ownedParts, textbookParts, valueParts } from './parts';
import { chooseSizesFor } from './sizes';
import { spotOf, type Spot } from './sources';
import type { KnownStatistics } from './statistics';

/** `[B, n_head, T, T]`. */
export const shapeText = (shape: readonly Dimension[]): string => `[${shape.join(', ')}]`;

const isTuple = (member: HoverMember): member is readonly HoverMember[] => Array.isArray(member);

/** `(float32 [B, T, 20], (float32 [1, B, 20], float32 [1, B, 20]))`; `…` stands for what is not known. */
export const tupleText = (members: readonly HoverMember[]): string => {
  const text = (member: HoverMember): string =>
    isTuple(member) ? tupleText(member) : member ? tensorText(member) : '…';
  return `(${members.map(text).join(', ')})`;
};
const tensorText = ({ dtype, shape }: Pick<TensorHover, 'dtype' | 'shape'>): string =>
  [...(dtype === undefined ? [] : [dtype]), shapeText(shape)].join(' ');

/** Tensors of a checkpoint that are named one by one. */
const mostOwned = 4;

/** Type and shape as code, what it costs, numbers at the sizes that are known, its tensors, then the lines that give the symbols their values. */
export function hoverText(
  hover: Hovered,
  document: vscode.TextDocument,
  known: KnownStatistics,
): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: ['mnemoscope.chooseSizes', 'mnemoscope.openTensor'] };
  const { cost = {}, tensors = [] } = hover;
  const [title, sizes] = partsOf(hover);
  text.appendCodeblock(title, 'python');
  appendParagraph(text, [
    costParts(cost, symbolsIn(hover)),
    textbookParts(cost),
    ...sizes,
    ...tensors.slice(0, mostOwned).flatMap((one) => ownedLines(one, known)),
  ]);
  if ('origins' in hover) appendParagraph(text, originLines(hover, document));
  return text;
}

/** What stands in the block of code, and the lines of numbers. */
function partsOf(hover: Hovered): readonly [string, readonly (readonly string[])[]] {
  const name = (type: string): string =>
    hover.name === undefined ? type : `${hover.name}: ${type}`;
  if ('members' in hover) {
    const { concrete } = hover;
    const text = concrete && hasSymbols(hover) ? tupleText(concrete.members) : undefined;
    return [name(tupleText(hover.members)), numberParts(hover, text, symbolsIn(hover))];
  }
  if ('shape' in hover) {
    const { concrete } = hover;
    const text = concrete && hasSymbols(hover) ? shapeText(concrete.shape) : undefined;
    return [name(tensorText(hover)), numberParts(hover, text, symbolsIn(hover))];
  }
  const called = hover.className === undefined ? '' : `${hover.className}(…)`;
  // `Linear` of `nn.Linear(…)` is no name of its own.
  const word = hover.name === hover.className ? '' : hover.name;
  return [[word, called].filter(Boolean).join(': '), numberParts(hover, undefined, [])];
}

const ownedLines = (one: OwnedTensors, known: KnownStatistics): (readonly string[])[] => [
  ownedParts(one),
  valueParts(one, known),
];

/** The sizes of what is hovered over. */
const sizesOf = (hover: TensorHover | TupleHover): readonly Dimension[] => {
  const visit = (member: HoverMember): readonly Dimension[] =>
    isTuple(member) ? member.flatMap(visit) : (member?.shape ?? []);
  return 'members' in hover ? visit(hover.members) : hover.shape;
};
/** Names in the order in which the shapes have them. */
const symbolsIn = (hover: Hovered): readonly string[] =>
  'className' in hover || !('origins' in hover)
    ? []
    : [
        ...new Set(
          sizesOf(hover).flatMap((dim) => `${dim}`.match(/[\p{L}_][\p{L}\p{N}_.]*/gu) ?? []),
        ),
      ];
const hasSymbols = (hover: TensorHover | TupleHover): boolean =>
  sizesOf(hover).some((dim) => typeof dim === 'string' && dim !== '?');

function originLines(
  hover: TensorHover | TupleHover,
  document: vscode.TextDocument,
): readonly string[][] {
  const known = hover.origins.filter(({ value }) => value !== undefined);
  const open = symbolsIn(hover).filter((one) => !known.some(({ symbol }) => symbol === one));
  const { title, command, arguments: symbols } = chooseSizesFor(open);
  const choose = `[${title}](command:${command}?${encodeURIComponent(JSON.stringify(symbols))})`;
  return [
    ...[...byLine(hover.origins)].map(([line, origin]) => [
      code(origin.code),
      spotText(spotOf(document, line)),
      ...defaultParts(origin),
    ]),
    hasSymbols(hover) ? [choose] : [],
  ];
}

/** A link to a line of a file; the address of a cell has no place for one. */
function spotText({ line, uri, cell }: Spot): string {
  if (cell !== undefined) return vscode.l10n.t('cell {0}, line {1}', cell, line);
  const text = vscode.l10n.t('line {0}', line);
  return uri ? `[${text}](${uri.with({ fragment: `L${line}` }).toString()})` : text;
}

/** Each line once, however many symbols it gives. */
const byLine = (origins: readonly Origin[]): ReadonlyMap<number, Origin> =>
  new Map(origins.map((origin) => [origin.line, origin]));

/** A number that stands somewhere else than in the line. */
const defaultParts = ({ code: line, value }: Origin): readonly string[] =>
  value === undefined || new RegExp(`\\b${value}\\b`).test(line)
    ? []
    : [vscode.l10n.t('{0} by default', value)];

/** Lines of one paragraph; empty ones are left out. */
function appendParagraph(text: vscode.MarkdownString, lines: readonly (readonly string[])[]): void {
  const shown = lines.filter((parts) => parts.length > 0).map((parts) => parts.join(' · '));
  if (shown.length > 0) text.appendMarkdown(`\n${shown.join('  \n')}\n`);
}
