/** What the names of a program mean at a moment: `w`, `beta`, `M`, `E` … */
import type { StageName } from '../trace/trace';
import type { Line, Steppable } from './equations';

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
const shortNames: Readonly<Record<string, string>> = { s: 'energy.state', x: 'input.x' };

/** Names that can be asked for while the program stands on a line, those of its head first. */
export function namesAt(trace: Steppable, line: Line | undefined): ReadonlyMap<string, Meaning> {
  const names = new Map<string, Meaning>();
  const { computes } = line ?? {};
  const block = trace.blocks.find(
    ({ id }) => computes && 'block' in computes && id === computes.block,
  );
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
  for (const series of trace.series) {
    const short = series.slice(series.lastIndexOf('.') + 1);
    const known = Object.entries(shortNames).find(([, full]) => full === series)?.[0];
    const name = known ?? (names.has(short) ? series : short);
    names.set(name, { kind: 'series', series, state: isState(series) });
  }
  return names;
}

/** Series with a value before the first step: after step t their value is at t + 1. */
export function isState(series: string): boolean {
  return ['memory.M', 'energy.E', 'energy.state', 'energy.overlap'].includes(series);
}
