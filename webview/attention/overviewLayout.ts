/** Where the tiles of the overview lie. Lengths are CSS pixels. */
import type { AccessBlock, HeadStatistics } from '../../src/core/trace/trace';

export const gutter = 28;
export const header = 20;
const smallest = 20;
const largest = 112;

/** Small tiles lie closer. */
function gapOf(edge: number): number {
  return edge < 32 ? 4 : 8;
}

export interface Placed {
  readonly block: AccessBlock;
  readonly x: number;
  readonly y: number;
}

export interface OverviewLayout {
  /** Edge of a tile. */
  readonly edge: number;
  readonly pitchX: number;
  readonly pitchY: number;
  readonly tiles: readonly Placed[];
  readonly height: number;
  /** Names of the lines (layers), with the top of each; none when the tiles are sorted. */
  readonly lines: readonly { readonly label: string; readonly y: number }[];
  /** Tiles side by side. */
  readonly columns: number;
}

/** The kind of access, then the layer: `self.3`. Blocks without a layer share one line per kind. */
export function lineOf(block: AccessBlock): string {
  const kind = block.id.split('.')[0] ?? '';
  return block.layer === undefined ? kind : `${kind}.${block.layer}`;
}

/** Layers down and heads across; a line that does not fit the width continues below. */
export function layOut(
  blocks: readonly AccessBlock[],
  width: number,
  sorted: boolean,
): OverviewLayout {
  const groups = new Map<string, AccessBlock[]>();
  for (const block of blocks) {
    const line = sorted ? '' : lineOf(block);
    const group = groups.get(line);
    if (group) group.push(block);
    else groups.set(line, [block]);
  }
  const kinds = new Set(blocks.map(({ id }) => id.split('.')[0]));
  const longest = Math.max(1, ...[...groups.values()].map(({ length }) => length));
  const room = Math.max(smallest + 4, width - gutter);
  // A line that must break breaks into equal parts.
  const parts = Math.ceil(longest / Math.max(1, Math.floor(room / (smallest + 4))));
  const columns = sorted
    ? Math.max(1, Math.min(longest, Math.floor(room / 72)))
    : Math.ceil(longest / parts);
  const pitch = Math.floor(room / columns);
  const edge = Math.max(smallest, Math.min(largest, pitch - gapOf(pitch - 8)));
  const pitchX = edge + gapOf(edge);
  const pitchY = edge + (edge >= 40 ? 24 : 12);
  const tiles: Placed[] = [];
  const lines: { label: string; y: number }[] = [];
  let y = header;
  for (const [line, group] of groups) {
    const layer = group[0]?.layer;
    const label = layer === undefined ? line : kinds.size > 1 ? line : String(layer);
    if (!sorted) lines.push({ label, y });
    group.forEach((block, i) =>
      tiles.push({
        block,
        x: gutter + (i % columns) * pitchX,
        y: y + Math.floor(i / columns) * pitchY,
      }),
    );
    y += Math.ceil(group.length / columns) * pitchY;
  }
  return { edge, pitchX, pitchY, tiles, height: y + 4, lines, columns };
}

/** Largest first; heads whose statistic is not known or not a number come last, in their own order. */
export function sortBlocks(
  blocks: readonly AccessBlock[],
  by: keyof HeadStatistics,
  statistics: ReadonlyMap<string, HeadStatistics>,
): readonly AccessBlock[] {
  const value = (block: AccessBlock): number => {
    const found = statistics.get(block.id)?.[by] ?? Number.NaN;
    return Number.isNaN(found) ? -Infinity : found;
  };
  return [...blocks].sort((a, b) => value(b) - value(a) || 0);
}
