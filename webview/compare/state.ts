/** What the page of a comparison knows. */
import { computed, signal } from '@preact/signals';
import { changeKinds, type ChangeKind } from '../../src/core/compare/compare';
import { summarise, summaryLine, summarySentence } from '../../src/core/compare/summary';
import type {
  ComparedRow,
  ComparePanelMethods,
  ComparePanelNotes,
  ComparisonData,
  ComparisonRow,
} from '../../src/protocol/compare';
import { createClient } from '../../src/protocol/rpc';
import { protocolVersion } from '../../src/protocol/webview';
import { sentence, vscode } from '../host';
import { t } from '../strings';

export type Column = keyof typeof t.compare.columns;

export const host = createClient<ComparePanelMethods, ComparePanelNotes>({
  post: (message) => vscode.postMessage(message),
  listen: (receive) => window.addEventListener('message', ({ data }) => receive(data)),
});

export const comparison = signal<ComparisonData | undefined>(undefined);
/** Outcomes of the first lines, in their order. */
export const outcomes = signal<readonly ComparedRow[]>([]);
export const failure = signal<string | undefined>(undefined);
/** Why what is shown may no longer hold. */
export const stale = signal<string | undefined>(undefined);
export const running = signal<AbortController | undefined>(undefined);
export const filter = signal<ChangeKind | undefined>(undefined);
export const sort = signal<{ readonly column: Column; readonly down: boolean } | undefined>(
  undefined,
);
export const selected = signal<number | undefined>(undefined);

/** Where the line of an outcome stands in a list of changes: changed ones first. */
export interface Line {
  readonly index: number;
  readonly row: ComparisonRow;
  readonly outcome?: ComparedRow;
}

export const relativeOf = ({ outcome }: Line): number | undefined =>
  outcome?.change ? outcome.change.relative : outcome?.figures?.relative;

const lines = computed<readonly Line[]>(() =>
  (comparison.value?.rows ?? []).map((row, index) => {
    const outcome = outcomes.value[index];
    return outcome ? { index, row, outcome } : { index, row };
  }),
);

export const counts = computed(() => {
  const found = new Map<ChangeKind, number>();
  for (const { kind } of outcomes.value) found.set(kind, (found.get(kind) ?? 0) + 1);
  return changeKinds.flatMap((kind) => {
    const count = found.get(kind);
    return count === undefined ? [] : [[kind, count] as const];
  });
});

const natural = new Intl.Collator('en', { numeric: true });
const rank = (kind: ChangeKind | undefined): number =>
  kind === undefined ? changeKinds.length : changeKinds.indexOf(kind);
const shapeOf = ({ row: { a, b } }: Line): readonly number[] => (b ?? a)?.shape ?? [];

const values: Readonly<Record<Column, (line: Line) => number | string>> = {
  name: ({ row }) => row.name,
  kind: ({ outcome }) => rank(outcome?.kind),
  dtype: ({ row: { a, b } }) => (b ?? a)?.dtype ?? '',
  shape: (line) => shapeOf(line).reduce((product, length) => product * length, 1),
  relative: (line) => relativeOf(line) ?? -1,
  largest: ({ outcome }) => outcome?.figures?.largest ?? -1,
  cosine: ({ outcome }) => outcome?.figures?.cosine ?? 2,
};

/** The lines as they are listed: filtered, and unless a heading was chosen the largest changes first. */
export const listed = computed<readonly Line[]>(() => {
  const kind = filter.value;
  const found = kind
    ? lines.value.filter(({ outcome }) => outcome?.kind === kind)
    : [...lines.value];
  const by = sort.value;
  if (!by) {
    return found.sort(
      (x, y) =>
        rank(x.outcome?.kind) - rank(y.outcome?.kind) ||
        (relativeOf(y) ?? -1) - (relativeOf(x) ?? -1) ||
        x.index - y.index,
    );
  }
  const value = values[by.column];
  const sign = by.down ? -1 : 1;
  return found.sort((x, y) => {
    const [left, right] = [value(x), value(y)];
    return typeof left === 'number' && typeof right === 'number'
      ? sign * (left - right)
      : sign * natural.compare(String(left), String(right));
  });
});

export const summary = computed(() => {
  const data = comparison.value;
  if (!data) return '';
  const done = outcomes.value.map((outcome, index) => summaryLine(data.rows[index]!, outcome));
  return summarySentence(summarise(done, data.adapter), t.compare.summary);
});

/** The largest relative change of every block that the names number, in their order. */
export const blocks = computed(() => {
  const found = new Map<number, Line & { readonly relative: number }>();
  for (const line of lines.value) {
    const block = /(?:^|[._])(\d+)[._]/.exec(line.row.name)?.[1];
    const relative = relativeOf(line);
    if (block === undefined || relative === undefined) continue;
    const largest = found.get(Number(block));
    if (!largest || relative > largest.relative) found.set(Number(block), { ...line, relative });
  }
  return [...found].sort(([x], [y]) => x - y);
});

/** Reads both headers, then value after value. */
export async function start(): Promise<void> {
  failure.value = stale.value = undefined;
  try {
    comparison.value = await host.call('openComparison', { version: protocolVersion });
    outcomes.value = [];
    const known = selected.value;
    if (known !== undefined && known >= comparison.value.rows.length) selected.value = undefined;
    await goOn();
  } catch (error) {
    failure.value = sentence(error);
  }
}

/** Compares what is left. */
export async function goOn(): Promise<void> {
  const data = comparison.value;
  if (!data || running.value) return;
  const controller = new AbortController();
  running.value = controller;
  try {
    while (outcomes.value.length < data.rows.length && !controller.signal.aborted) {
      const from = outcomes.value.length;
      const next = await host.call('compareRows', { from }, controller.signal);
      outcomes.value = [...outcomes.value, ...next];
    }
  } catch (error) {
    if (!controller.signal.aborted) stale.value = sentence(error);
  } finally {
    running.value = undefined;
  }
}

export const cancel = (): void => running.value?.abort();

/** Keeps what the host needs to bring this panel back, and follows it. */
export function connectComparison({ a = '', b = '' }: DOMStringMap): void {
  vscode.setState({ a, b });
  host.on('comparisonStale', ({ message }) => {
    running.value?.abort();
    stale.value = message;
  });
  void start();
}
