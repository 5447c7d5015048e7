/** What a comparison comes to: the numbers of one line, the facts of all, and the sentence about them. */
import { number, tick } from '../draw/text';
import {
  changeKinds,
  type ChangeKind,
  type Plan,
  type PlannedRow,
  type RowOutcome,
} from './compare';
import { cosine, relativeChange, signalToNoise } from './difference';

/** Numbers of one line; what is not defined for it is absent. */
export interface Figures {
  readonly elements: number;
  readonly changed: number;
  readonly notFinite: number;
  /** Largest |b − a|, and where in A's row-major order. */
  readonly largest: number;
  readonly largestAt: number;
  /** ‖b − a‖ / ‖a‖; for an adapter ‖ΔW‖ / ‖W‖. */
  readonly relative?: number;
  readonly cosine?: number;
  /** Quantised types: error of the quantised side relative to the other, root mean squares. */
  readonly quantisation?: number;
  /** The same in dB: 20·log₁₀(signal / error). */
  readonly signalToNoise?: number;
}

export function figuresOf(row: PlannedRow, { difference }: RowOutcome): Figures | undefined {
  if (!difference) return undefined;
  const { elements, changed, notFinite, largest, largestAt, deltaNorm, aNorm, bNorm } = difference;
  const [relative, angle] = [relativeChange(difference), cosine(difference)];
  const [aPacked, bPacked] = [row.a?.dequantise !== undefined, row.b?.dequantise !== undefined];
  const source = aPacked === bPacked ? undefined : aPacked ? bNorm : aNorm;
  const noise = source === undefined ? undefined : signalToNoise(source, deltaNorm);
  return {
    ...{ elements, changed, notFinite, largest, largestAt },
    ...(relative !== undefined && { relative }),
    ...(angle !== undefined && { cosine: angle }),
    ...(source !== undefined && source > 0 && { quantisation: deltaNorm / source }),
    ...(noise !== undefined && { signalToNoise: noise }),
  };
}

/** Singular values below this share of the largest are rounding. */
const negligible = 1e-6;

/** How many directions a low-rank change uses. */
export function rankUsed(spectrum: ArrayLike<number>): number {
  const values = Array.from(spectrum);
  return values.filter((value) => value > negligible * (values[0] ?? 0)).length;
}

/** A finished line as the summary needs it. */
export interface SummaryLine {
  readonly name: string;
  readonly kind: ChangeKind;
  readonly dtypes?: readonly [a: string, b: string];
  readonly relative?: number;
  /** Where one side is quantised: its error. */
  readonly quantisation?: number;
  /** Changed values that are NaN or infinite on a side: they are in no other number. */
  readonly notFinite?: number;
  readonly rank?: number;
  readonly alpha?: number;
}

/** The line of a row and what comparing its values told. */
export function summaryLine(
  {
    name,
    a,
    b,
  }: Pick<SummaryLine, 'name'> & Partial<Record<'a' | 'b', { readonly dtype: string }>>,
  outcome: {
    readonly kind: ChangeKind;
    readonly figures?: Figures;
    readonly change?: { readonly relative?: number; readonly rank: number; readonly alpha: number };
  },
): SummaryLine {
  const { kind, figures, change } = outcome;
  const relative = change ? change.relative : figures?.relative;
  return {
    name,
    kind,
    ...(a && b && !change && { dtypes: [a.dtype, b.dtype] as const }),
    ...(relative !== undefined && { relative }),
    ...(figures?.quantisation !== undefined && { quantisation: figures.quantisation }),
    ...(figures && { notFinite: figures.notFinite }),
    ...(change && { rank: change.rank, alpha: change.alpha }),
  };
}

interface Worst {
  readonly name: string;
  readonly relative: number;
}

export interface SummaryFacts {
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Pairs of element types that differ, the most frequent first. */
  readonly dtypes: readonly (readonly [pair: string, count: number])[];
  readonly largest?: Worst;
  /** The same of what is quantised on one side. */
  readonly quantised?: Worst;
  /** Tensors with NaN or infinity on a side where the other has something else. */
  readonly notFinite: { readonly count: number; readonly first?: string };
  readonly adapter?: {
    readonly kind: string;
    readonly ranks: readonly number[];
    readonly alphas: readonly number[];
  };
}

export function summarise(lines: Iterable<SummaryLine>, adapter: Plan['adapter']): SummaryFacts {
  const counts = Object.fromEntries(changeKinds.map((kind) => [kind, 0])) as Record<
    ChangeKind,
    number
  >;
  const dtypes = new Map<string, number>();
  const [ranks, alphas] = [new Set<number>(), new Set<number>()];
  let largest: Worst | undefined;
  let quantised: Worst | undefined;
  const strange: string[] = [];
  for (const line of lines) {
    const { name, kind, dtypes: pair, relative, quantisation, rank, alpha } = line;
    counts[kind]++;
    if (pair && pair[0] !== pair[1]) {
      const text = `${pair[0]} → ${pair[1]}`;
      dtypes.set(text, (dtypes.get(text) ?? 0) + 1);
    }
    if (rank !== undefined) ranks.add(rank);
    if (alpha !== undefined) alphas.add(alpha);
    if (line.notFinite) strange.push(name);
    if (quantisation !== undefined) quantised = worse(quantised, name, quantisation);
    else largest = worse(largest, name, relative ?? 0);
  }
  const ascending = (values: ReadonlySet<number>) => [...values].sort((x, y) => x - y);
  return {
    counts,
    dtypes: [...dtypes].sort(([, x], [, y]) => y - x),
    ...(largest && { largest }),
    ...(quantised && { quantised }),
    notFinite: {
      count: strange.length,
      ...(strange[0] !== undefined && { first: strange[0] }),
    },
    ...(adapter && {
      adapter: { kind: adapter.kind, ranks: ascending(ranks), alphas: ascending(alphas) },
    }),
  };
}

const worse = (known: Worst | undefined, name: string, relative: number): Worst | undefined =>
  relative > (known?.relative ?? 0) ? { name, relative } : known;

/** The words of a summary in one language. */
export interface SummaryWords {
  readonly sameTensors: string;
  readonly sameValues: string;
  counted(kind: ChangeKind, count: number): string;
  dtype(pairs: string): string;
  largest(value: string, name: string): string;
  quantised(value: string, name: string): string;
  notFinite(count: number, first: string): string;
  adapter(kind: string, rank: string, alpha: string, targets: number): string;
  readonly separator: string;
}

export const englishSummary: SummaryWords = {
  sameTensors: 'same tensors',
  sameValues: 'same values',
  counted: (kind, count) => `${count} ${kind}`,
  dtype: (pairs) => `dtype changed ${pairs}`,
  largest: (value, name) => `largest relative change ${value} in ${name}`,
  quantised: (value, name) => `largest quantisation error ${value} in ${name}`,
  notFinite: (count, first) =>
    `NaN or Inf against something else in ${count} ${count === 1 ? 'tensor' : 'tensors'}, first ${first}`,
  adapter: (kind, rank, alpha, targets) =>
    `a ${kind} adapter of rank ${rank}, alpha ${alpha}, over ${targets} weights`,
  separator: ', ',
};

/** `same tensors, dtype changed float32 → bfloat16, largest relative change 0.0039 in h.3.mlp.c_fc.weight` */
export function summarySentence(
  { counts, dtypes, largest, quantised, notFinite, adapter }: SummaryFacts,
  words: SummaryWords = englishSummary,
): string {
  const parts: string[] = [];
  if (adapter) {
    const [rank, alpha] = [adapter.ranks.join('/'), adapter.alphas.map(tick).join('/')];
    parts.push(words.adapter(adapter.kind, rank, alpha, counts.adapter));
  } else if (counts.added + counts.removed + counts.reshaped === 0) {
    parts.push(words.sameTensors);
  }
  for (const kind of ['added', 'removed', 'reshaped', 'changed', 'unreadable'] as const) {
    if (counts[kind] > 0) parts.push(words.counted(kind, counts[kind]));
  }
  if (dtypes.length > 0) parts.push(words.dtype(dtypes.map(([pair]) => pair).join(', ')));
  if (notFinite.first !== undefined) {
    parts.push(words.notFinite(notFinite.count, notFinite.first));
  }
  if (quantised) parts.push(words.quantised(number(quantised.relative), quantised.name));
  if (largest) parts.push(words.largest(number(largest.relative), largest.name));
  if (parts.length === 1 && parts[0] === words.sameTensors) parts.push(words.sameValues);
  return parts.join(words.separator);
}
