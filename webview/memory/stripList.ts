/** Which strips a trace has: what lies over its steps, in the order of the papers' figures. */
import type { AccessBlock, Series, Trace } from '../../src/core/trace/trace';
import type { TileSource } from '../attention/tileCache';
import { isGate, isMemoryHead } from '../kinds';

/** What a strip is of; the view has words for these. */
export type StripRole =
  | 'input'
  | 'output'
  | 'weighting'
  | 'add'
  | 'erase'
  | 'read'
  | 'usage'
  | 'modes'
  | 'gate'
  | 'other';

/** Values of every step, [steps, rows], drawn with the steps across. */
export interface Strip {
  readonly id: string;
  readonly role: StripRole;
  /** Name of its series or block. */
  readonly name: string;
  /** The head that it belongs to, where there is one. */
  readonly block?: AccessBlock;
  readonly source: TileSource;
  readonly rows: number;
  /** Rows are slots, of which those are shown that were touched. */
  readonly isSlots: boolean;
  /** Weightings share one scale, 0 … 1; others end at their own extremes. */
  readonly isWeighting: boolean;
  readonly isUsual: boolean;
}

/** Values of one step that make a strip, at most. */
const mostRows = 4096;
/** A strip with more rows than this is switched off at first. */
const usualRows = 512;

/** Strips of so few rows are read bit by bit: this many pixels to each, at least. */
const fewRows = 12;
const leastOfFew = 6;

export type TileOf = (series: Series) => TileSource['weighting']['tile'];

/** `steps`: how many the run has; series of another length are no strips. */
export function stripsOf(
  { blocks, series }: Pick<Trace, 'blocks' | 'series'>,
  steps: number,
  tileOf: TileOf,
): readonly Strip[] {
  const ofSeries = (one: Series, role: StripRole, block?: AccessBlock): Strip[] => {
    const rows = one.shape.reduce((product, length) => product * length, 1);
    if (one.steps.length !== steps || rows === 0 || rows > mostRows) return [];
    if (one.shape.length > 1 && role !== 'modes') return [];
    return [
      {
        id: `series ${one.name}`,
        role,
        name: one.name,
        ...(block && { block }),
        source: { id: one.name, weighting: { shape: [steps, rows], tile: tileOf(one) } },
        rows,
        isSlots: role === 'usage',
        isWeighting: role === 'usage' || role === 'modes',
        isUsual: role !== 'other' && rows <= usualRows,
      },
    ];
  };
  const named = (role: StripRole, test: (one: Series) => boolean): Strip[] =>
    series.filter(test).flatMap((one) => ofSeries(one, role));
  const heads = blocks.filter((block) => isMemoryHead(block) && block.rows.length === steps);
  const ofHead = (block: AccessBlock): Strip[] => {
    const vector = (name: 'add' | 'erase' | 'read') => {
      const found = block.vectors.get(name);
      return found ? ofSeries(found, name, block) : [];
    };
    const rows = block.columns.length;
    return [
      {
        id: `block ${block.id}`,
        role: 'weighting',
        name: block.id,
        block,
        source: block,
        rows,
        isSlots: true,
        isWeighting: true,
        isUsual: true,
      },
      ...vector('add'),
      ...vector('erase'),
      ...vector('read'),
    ];
  };
  const first = [
    ...named('input', ({ name }) => name.startsWith('input.')),
    ...named('output', ({ name }) => name === 'output.y'),
    ...heads.filter(({ act }) => act === 'write').flatMap(ofHead),
    ...heads.filter(({ act }) => act === 'read').flatMap(ofHead),
    ...named('usage', ({ name }) => /^memory\d*\.usage$/.test(name)),
    ...named('modes', ({ name }) => /^memory\d*\.read_modes$/.test(name)),
    ...named('gate', isGate),
  ];
  const taken = new Set(first.map(({ name }) => name));
  const others = named('other', ({ name }) => !taken.has(name));
  // Where there are neither heads nor gates, the states are what there is to see.
  const areStates = heads.length === 0 && !first.some(({ role }) => role === 'gate');
  return [
    ...first,
    ...others.map((one) => ({ ...one, isUsual: areStates && one.rows <= usualRows })),
  ];
}

/** How tall strips are: as many pixels to a row in each as fit together, within bounds that keep each readable. */
export function heightsOf(rows: readonly number[], room: number): readonly number[] {
  const tall = (perRow: number): number[] =>
    rows.map((count) => {
      const least = count <= fewRows ? Math.max(16, count * leastOfFew) : 20;
      return Math.round(Math.max(least, Math.min(240, count * perRow)));
    });
  let low = 1;
  let high = 12;
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    if (tall(middle).reduce((sum, one) => sum + one, 0) <= room) low = middle;
    else high = middle;
  }
  return tall(low);
}
