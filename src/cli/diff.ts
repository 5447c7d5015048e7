import { elementCount } from '../core/checkpoint/dtype';
import { type Figures, summarise, summaryLine, summarySentence } from '../core/compare/summary';
import { number } from '../core/draw/text';
import { comparedRow, openComparison, type Comparison } from '../engine/compare/comparison';
import type { ComparedRow, ComparisonRow } from '../protocol/compare';
import { type Command, parseCommand, UsageError } from './command';
import { diffTraces } from './diffTraces';
import { printable, table } from './table';

interface Line {
  readonly row: ComparisonRow;
  readonly outcome: ComparedRow;
  readonly isAlike: boolean;
}

/** `diff A B [--json]`: what changed from one checkpoint to another, by name and by value; of traces, from which step on. */
export const diffCommand: Command = {
  usage: `diff A B [--json]
      two checkpoints of any format, an adapter and its base, or two traces`,
  async run(argv) {
    const { options, words } = parseCommand(argv, { json: 'boolean' });
    const [a, b, ...more] = words;
    if (a === undefined || b === undefined)
      throw new UsageError('give two checkpoints or two traces, A and B');
    if (more.length > 0) throw new UsageError(`unexpected ${more.join(' ')}`);
    const runs = await diffTraces(a, b, options.json === true);
    if (runs !== undefined) {
      process.stdout.write(runs);
      return;
    }
    const comparison = await openComparison(a, b);
    try {
      const lines = await compareAll(comparison);
      const facts = summarise(
        lines.map(({ row, outcome }) => summaryLine(row, outcome)),
        comparison.plan.adapter,
      );
      const sentence = summarySentence(facts);
      process.stdout.write(
        options.json
          ? asJson(comparison, lines, sentence, facts.counts)
          : asTable(comparison, lines, sentence),
      );
    } finally {
      await comparison.close();
    }
  },
};

async function compareAll(comparison: Comparison): Promise<readonly Line[]> {
  const { plan, data } = comparison;
  const sizes = data.rows.map(({ a, b }) => elementCount((a ?? b)?.shape ?? []));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const lines: Line[] = [];
  let done = 0;
  for (const [index, planned] of plan.rows.entries()) {
    progress(done / Math.max(1, all));
    const outcome = comparedRow(planned, await comparison.compare(planned));
    lines.push({ row: data.rows[index]!, outcome, isAlike: planned.isAlike === true });
    done += sizes[index]!;
  }
  progress(undefined);
  return lines;
}

let shown = '';

/** One line that overwrites itself, for a person who watches; a log gets nothing. */
function progress(share: number | undefined): void {
  if (!process.stderr.isTTY) return;
  const text = share === undefined ? '' : `comparing ${Math.floor(share * 100)} %`;
  if (text !== shown) process.stderr.write(`\r\x1b[K${text}`);
  shown = text;
}

function asJson(
  { data }: Comparison,
  lines: readonly Line[],
  summary: string,
  counts: Readonly<Record<string, number>>,
): string {
  const { a, b, adapter, warnings } = data;
  const tensors = lines.map(({ row, outcome }) => {
    const { change, ...rest } = outcome;
    const { figures, ...facts } = rest;
    return JSON.stringify({
      name: row.name,
      ...facts,
      layout: row.layout,
      a: row.a,
      b: row.b,
      ...figures,
      ...(change && { ...change, spectrum: [...change.spectrum] }),
    });
  });
  const head = JSON.stringify({ a, b, summary, counts, adapter, warnings });
  return `${head.slice(0, -1)},"tensors":[${tensors.join(',\n')}]}\n`;
}

/** Lines that differ, the largest relative change first; equal ones are counted. */
function asTable({ data }: Comparison, lines: readonly Line[], summary: string): string {
  const size = ({ outcome }: Line): number =>
    outcome.change?.relative ?? outcome.figures?.relative ?? -1;
  const differing = lines
    .filter(({ outcome }) => outcome.kind !== 'same')
    .sort((x, y) => size(y) - size(x));
  const same = lines.length - differing.length;
  const heading = ['tensor', 'what', 'type', 'shape', '‖Δ‖/‖A‖', 'max |Δ|', 'cosine', 'changed'];
  const quantised = differing.some(({ outcome }) => outcome.figures?.quantisation !== undefined);
  const rows = differing.map((line) => [
    ...cells(line),
    ...(quantised ? [decibels(line.outcome.figures?.signalToNoise)] : []),
  ]);
  return [
    ...(rows.length > 0 ? table([[...heading, ...(quantised ? ['SNR'] : [])], ...rows], 4) : []),
    ...(same > 0 ? [`${same} of ${lines.length} are the same`] : []),
    summary,
    ...lines.flatMap(({ outcome }) => outcome.problem ?? []),
    ...data.warnings.map((warning) => `warning: ${warning}`),
    '',
  ].join('\n');
}

function cells({ row: { name, a, b }, outcome, isAlike }: Line): readonly string[] {
  const { kind, figures, change } = outcome;
  const [from, to] = [a ?? b, b ?? a];
  const both = (x: string, y: string): string => (x === y ? x : `${x} → ${y}`);
  const shape = (of: readonly number[] | undefined): string => `[${(of ?? []).join(', ')}]`;
  const figure = (value: number | undefined): string => (value === undefined ? '' : number(value));
  if (change) {
    const used = `rank ${change.used} of ${change.rank}`;
    const [base, relative] = [shape(from?.shape), figure(change.relative)];
    return [printable(name), kind, used, from ? base : '', relative, '', '', ''];
  }
  return [
    printable(isAlike && a ? `${a.name} → ${name}` : name),
    kind,
    both(from?.dtype ?? '', to?.dtype ?? ''),
    both(shape(from?.shape), shape(to?.shape)),
    figure(figures && (figures.relative ?? Infinity)),
    figure(figures?.largest),
    figures?.cosine === undefined ? '' : figures.cosine.toFixed(6),
    figures ? changedOf(figures) : '',
  ];
}

/** What is NaN or infinite on a side is in no other number of the line, so it is said. */
const changedOf = ({ changed, elements, notFinite }: Figures): string =>
  `${changed} of ${elements}${notFinite ? `, ${notFinite} NaN or Inf` : ''}`;

const decibels = (value: number | undefined): string =>
  value === undefined ? '' : `${value.toFixed(1)} dB`;
