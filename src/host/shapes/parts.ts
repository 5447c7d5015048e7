/** The parts of a hover's lines, which stand side by side with a dot between them. */
import * as vscode from 'vscode';
import type { TensorStatistics } from '../../core/statistics/statistics';
import type { Dimension, HoverCost, Hovered, OwnedTensors, Sizes } from '../../protocol/shapes';
import { byteText, countText } from './amounts';
import { formula, growth } from './formula';
import type { KnownStatistics } from './statistics';

type Parts = readonly string[];

/** Source text as inline code, whatever it holds. */
export function code(source: string): string {
  const fence = '`'.repeat(
    Math.max(0, ...(source.match(/`+/g) ?? []).map((run) => run.length)) + 1,
  );
  const space = source.includes('`') ? ' ' : '';
  return `${fence}${space}${source}${space}${fence}`;
}

/** Text that is not to be read as Markdown. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!~|<>]/g, '\\$&');

const parameterText = (count: string): string => vscode.l10n.t('{0} parameters', count);

/** `8·B·T·C² + 4·B·T²·C FLOPs · O(…) · T sequential steps · 4·C² + 4·C parameters`. */
export function costParts(
  { flops, steps, parameters, oneBias, layer, weights }: HoverCost,
  order: readonly string[],
): Parts {
  const print = (size: Dimension | undefined): string | undefined => {
    const text = size === undefined ? undefined : formula(size, order);
    return text === undefined ? undefined : code(text);
  };
  // Of a single product it is the product again, and of a layer the textbook says it.
  const isPlain = typeof flops !== 'string' || !/ [+-] /.test(flops) || !!kindOf(layer, weights);
  const grows = isPlain ? undefined : growth(flops, order);
  const [work, turns, count, less] = [flops, steps, parameters, oneBias].map(print);
  return [
    ...(work === undefined ? [] : [`${work} FLOPs`]),
    ...(grows === undefined ? [] : [code(`O(${grows})`)]),
    ...(turns === undefined ? [] : [vscode.l10n.t('{0} sequential steps', turns)]),
    ...(count === undefined ? [] : [parameterText(count)]),
    ...(count === undefined || less === undefined
      ? []
      : [vscode.l10n.t('{0} with one bias', less)]),
  ];
}

type Kind = readonly [names: RegExp, work: string, steps: string, path?: string];
/** What textbooks say of the kind of a layer; L: length, d: width, k: kernel (Vaswani et al. 2017, table 1). */
const attention: Kind = [
  /^(?:Multi[Hh]ead(?:DotProduct)?Attention|SelfAttention|Attention)$/,
  'O(L²·d)',
  'O(1)',
  'O(1)',
];
const kinds: readonly Kind[] = [
  attention,
  [/^(?:RNN|GRU|LSTM|SimpleRNN)$/, 'O(L·d²)', 'O(L)', 'O(L)'],
  [/^Conv[123][dD]$/, 'O(k·L·d²)', 'O(1)', 'O(L/k)'],
  [/^Transformer(?:En|De)coder(?:Layer)?$/, 'O(L²·d + L·d²)', 'O(1)', 'O(1)'],
  [/^(?:Linear|Dense)$/, 'O(L·d²)', 'O(1)'],
];
const kindOf = (layer: string | undefined, weights: Dimension | undefined): Kind | undefined =>
  kinds.find(([names]) => names.test(layer ?? '')) ??
  (weights === undefined ? undefined : attention);

export function textbookParts({ layer, weights }: HoverCost): Parts {
  const [, work, steps, path] = kindOf(layer, weights) ?? [];
  if (work === undefined || steps === undefined) return [];
  return [
    vscode.l10n.t('over a length L: work {0}', work),
    vscode.l10n.t('sequential steps {0}', steps),
    ...(path === undefined ? [] : [vscode.l10n.t('longest path {0}', path)]),
  ];
}

/** `[1, 4, 1024, 24] · 393 KB · B = 1, T = 1024`, and of attention `4.19 M attention weights · KV cache 1.57 MB`. */
export function numberParts(
  hover: Hovered,
  shape: string | undefined,
  order: readonly string[],
): Parts[] {
  const { concrete, cost = {} } = hover;
  const { bytes, flops, parameters, sizes = {}, paused }: Numbers = concrete ?? {};
  const used = sizeParts(sizes, paused);
  // Without symbols the formulas are these numbers.
  const counts = used.length > 0 ? { flops, parameters } : {};
  return [
    attentionParts(cost, concrete ?? {}, order),
    [
      ...(shape === undefined || used.length === 0 ? [] : [code(shape)]),
      ...(bytes === undefined ? [] : [byteText(bytes)]),
      ...(counts.flops === undefined ? [] : [`${countText(counts.flops)} FLOPs`]),
      ...(counts.parameters === undefined ? [] : [parameterText(countText(counts.parameters))]),
      ...used,
      ...('isPaused' in hover ? [vscode.l10n.t('in the paused program')] : []),
    ],
  ];
}

interface Numbers {
  readonly bytes?: number;
  readonly flops?: number;
  readonly parameters?: number;
  readonly weights?: number;
  readonly cache?: number;
  readonly sizes?: Sizes;
  readonly paused?: readonly string[];
}

/** In numbers where all of it is known, else in the words of the code. */
function attentionParts(cost: HoverCost, numbers: Numbers, order: readonly string[]): Parts {
  const said = (
    number: number | undefined,
    size: Dimension | undefined,
    text: (count: number) => string,
  ): string | undefined => {
    if (number !== undefined) return text(number);
    const words = size === undefined ? undefined : formula(size, order);
    return words === undefined ? undefined : code(words);
  };
  const weights = said(numbers.weights, cost.weights, countText);
  // A sum over keys and values of unlike sizes is not read at a glance.
  const isSum = typeof cost.cache === 'string' && / [+-] /.test(cost.cache);
  const words = said(numbers.cache, isSum ? undefined : cost.cache, byteText);
  const isWords = words !== undefined && numbers.cache === undefined;
  const cache = isWords ? vscode.l10n.t('{0} bytes', words) : words;
  return [
    ...(weights === undefined ? [] : [vscode.l10n.t('{0} attention weights', weights)]),
    ...(weights === undefined || cache === undefined ? [] : [vscode.l10n.t('KV cache {0}', cache)]),
  ];
}

/** `B = 4, T = 16 in the paused program`, then the others. */
function sizeParts(sizes: Sizes, paused: readonly string[] = []): Parts {
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

/** `h.*.attn.c_attn.weight float32 [96, 288] × 3 · open in the checkpoint`. */
export function ownedParts({ name, first, count, dtype, shape, checkpoint }: OwnedTensors): Parts {
  const times = count > 1 ? ` × ${count}` : '';
  const target = encodeURIComponent(JSON.stringify([checkpoint, first]));
  return [
    `${code(name)} ${dtype} ${code(`[${shape.join(', ')}]`)}${times}`,
    `[${vscode.l10n.t('open in checkpoint')}](command:mnemoscope.openTensor?${target})`,
  ];
}

/** `min −0.1 · max 0.2 · mean 0.001 · std 0.02`, of a tensor that stands alone and was looked at. */
export function valueParts(
  { first, count, checkpoint }: OwnedTensors,
  known: KnownStatistics,
): Parts {
  const found = known.of(checkpoint, first);
  return found && count === 1 ? statisticsParts(found) : [];
}

function statisticsParts({ min, max, mean, std, nan }: TensorStatistics): Parts {
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
