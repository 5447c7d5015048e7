/** What the names of a program mean at a moment: `w`, `beta`, `M`, `E` … */
import type { StageName } from '../trace/trace';
import type { Line } from './equations';
import type { Steppable } from './steppable';

/** A value to be read: a row of a weighting, or a series at a step of its own. */
export type Meaning =
  | { readonly kind: 'weighting'; readonly block: string; readonly stage?: StageName }
  | { readonly kind: 'series'; readonly series: string; readonly state: boolean };

/** Stages of a weighting as the program calls them. */
const stageOf: Readonly<Record<string, StageName>> = {
  score: 'score',
  w_content: 'content',
  w_gated: 'gated',
  w_shifted: 'shifted',
  w_allocation: 'allocation',
  w_backward: 'backward',
  w_forward: 'forward',
};

/** Names that differ from the last part of their series' name. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['energy.state', 's'],
  ['energy.field', 'h'],
  ['energy.unit', 'i'],
]);

/** Names that can be asked for while the program stands on a line, those of its head or cell first. */
export function namesAt(trace: Steppable, line: Line | undefined): ReadonlyMap<string, Meaning> {
  const names = new Map<string, Meaning>();
  const { computes } = line ?? {};
  const own =
    computes && 'block' in computes
      ? trace.blocks.find(({ id }) => id === computes.block)
      : undefined;
  const block = own ?? (trace.blocks.length === 1 ? trace.blocks[0] : undefined);
  if (block) {
    for (const [name, stage] of Object.entries(stageOf)) {
      if (block.stages.includes(stage)) {
        names.set(name, { kind: 'weighting', block: block.id, stage });
      }
    }
    names.set('w', { kind: 'weighting', block: block.id });
    for (const [name, series] of block.parts) {
      names.set(name, { kind: 'series', series, state: false });
    }
  }
  const cell = computes?.kind === 'series' ? folderOf(computes.series) : '';
  const isNear = (series: string): boolean => folderOf(series) === cell;
  const nearFirst = [
    ...trace.series.filter(isNear),
    ...trace.series.filter((series) => !isNear(series)),
  ];
  for (const series of nearFirst) {
    const short = shortNames.get(series) ?? series.slice(series.lastIndexOf('.') + 1);
    const meaning = { kind: 'series', series, state: trace.states.has(series) } as const;
    names.set(names.has(short) ? series : short, meaning);
  }
  return names;
}

const folderOf = (series: string): string => series.slice(0, series.lastIndexOf('.'));
