/**
 * A trace over steps as a readable program: one line per operation, in the order in which the paper applies them.
 * The lines come from what the trace holds, never from a model family.
 */
import type { BlockId, StageName } from '../trace/trace';
import { blockLines } from './blockLines';
import { gateLines } from './gateLines';
import { afterBlocks, beforeBlocks, seriesLines } from './seriesLines';
import type { Steppable } from './steppable';

/** What a line computes: a stage of a head's weighting, a vector of it, or a series. */
export type Computed =
  | { readonly kind: 'weighting'; readonly block: BlockId; readonly stage?: StageName }
  | { readonly kind: 'vector'; readonly block: BlockId; readonly series: string }
  | { readonly kind: 'series'; readonly series: string };

export interface Line {
  readonly text: string;
  /** Undefined for comments and blank lines: nothing stops there. */
  readonly computes?: Computed;
}

/** The lines of one step; every step runs all of them. */
export function equationsOf(trace: Steppable): readonly Line[] {
  const writers = trace.blocks.findLastIndex(({ act }) => act === 'write');
  const blocks = trace.blocks.map((block) => blockLines(trace, block));
  const done = new Set(
    blocks.flat().flatMap(({ computes }) => (computes?.kind === 'series' ? computes.series : [])),
  );
  const body: readonly Line[] = [
    ...seriesLines(trace, beforeBlocks, done),
    ...blocks.slice(0, writers + 1).flat(),
    ...memoryState(trace),
    ...blocks.slice(writers + 1).flat(),
    ...gateLines(trace.series),
    ...separated(seriesLines(trace, afterBlocks, done), blocks.length > 0),
  ];
  return [
    { text: `# ${trace.sentence}` },
    { text: `for t in ${trace.loop}:` },
    ...body.map(({ text, ...rest }) => ({ text: text === '' ? '' : `    ${text}`, ...rest })),
  ];
}

/** What follows the writing and comes before the reading (Graves et al. 2016, methods, temporal memory linkage). */
function memoryState(trace: Steppable): readonly Line[] {
  const lines = seriesLines(trace, [
    [
      'memory.link',
      'link[i, j] = (1 - w_write[i] - w_write[j]) * link[i, j] + w_write[i] * precedence[j]',
    ],
    ['memory.precedence', 'precedence = (1 - sum(w_write)) * precedence + w_write'],
    ['memory.read_modes', 'read_modes = softmax(interface(h))'],
  ]);
  return separated(lines, trace.blocks.length > 0);
}

const separated = (lines: readonly Line[], after: boolean): readonly Line[] =>
  after && lines.length > 0 ? [{ text: '' }, ...lines] : lines;

/** The line after which a series is that of the step's end; -1 where no line computes it. The memory is changed by heads. */
export function lastLineOf(lines: readonly Line[], series: string): number {
  return lines.findLastIndex(({ computes }) =>
    series === 'memory.M'
      ? computes?.kind === 'vector' && /\.(add|erase)$/.test(computes.series)
      : computes?.kind === 'series' && computes.series === series,
  );
}
