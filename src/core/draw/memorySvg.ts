/**
 * A run of a memory as SVG: panels over one time axis, as in the figures of the papers (Graves, Wayne & Danihelka 2014,
 * figure 6: inputs and outputs, adds, reads, write weightings, read weightings).
 */
import { footprint, type Paint } from './raster';
import { heatMap, page, text } from './svg';
import { integer, thinned, tick } from './text';

export interface MemoryPanel {
  /** `write.1: adds` */
  readonly title: string;
  /** Steps from the start of the run to that of the panel: an answer is about the last steps. */
  readonly from: number;
  readonly steps: number;
  readonly rows: number;
  /** [steps, rows] */
  readonly data: Float32Array;
  readonly paint: Paint;
}

export interface MemoryPicture {
  /** Sentence about the model. */
  readonly model: string;
  readonly verdict?: string;
  readonly steps: number;
  readonly panels: readonly MemoryPanel[];
}

const left = 48;
const right = 96;
export const widest = 960;
const tallest = 160;
const gap = 26;

/** Complete in itself, black on white. Steps across, rows (slots, columns, bits) down. */
export function memorySvg({ model, verdict, steps, panels }: MemoryPicture): string {
  const cell = Math.min(16, widest / Math.max(1, steps));
  const width = steps * cell;
  const parts: string[] = [];
  let top = 24;
  let pooled = false;
  for (const panel of panels) {
    const height = heightOf(panel.rows);
    const tile = tileOf(panel, cell, height);
    pooled ||= tile.pool > 1;
    const x = left + panel.from * cell;
    const { low, high } = panel.paint.domain;
    parts.push(
      text(left, top - 5, panel.title),
      heatMap(tile, panel.paint, x, top, panel.steps * cell, height),
      text(left - 5, top + 8, '0', 'text-anchor="end"'),
      ...(panel.rows > 1
        ? [text(left - 5, top + height, integer(panel.rows - 1), 'text-anchor="end"')]
        : []),
      text(left + width + 8, top + height / 2 + 3, `${tick(low)} … ${tick(high)}`),
    );
    top += height + gap;
  }
  const ticks = thinned(0, steps - 1, cell, 40).map((step) =>
    text(left + (step + 0.5) * cell, top - gap + 14, integer(step), 'text-anchor="middle"'),
  );
  const lines = [
    model,
    ...(verdict === undefined ? [] : [verdict]),
    `steps across${pooled ? '; where there are more values than pixels, the one farthest from 0' : ''}`,
  ];
  const longest = Math.max(...lines.map(({ length }) => length)) * 6.1;
  return page(
    [Math.max(left + width + right, left + longest + 8), top + 16 * lines.length + 12],
    model,
    [...parts, ...ticks, ...lines.map((line, i) => text(left, top + 12 + 16 * i, line))],
  );
}

/** Few rows are bits and gates, to be told apart; many share the height. */
export function heightOf(rows: number): number {
  return Math.max(12, Math.min(tallest, rows * (rows <= 12 ? 8 : 4)));
}

/** Values as they are where they fit on the pixels, else what is farthest from 0 under each. */
export function tileOf({ steps, rows, data }: MemoryPanel, cell: number, height: number) {
  const turned = new Float32Array(rows * steps);
  for (let t = 0; t < steps; t++) {
    for (let row = 0; row < rows; row++) turned[row * steps + t] = data[t * rows + row]!;
  }
  const [across, down] = [Math.min(steps, Math.ceil(steps * cell)), Math.min(rows, height)];
  if (across === steps && down === rows) return { rows, columns: steps, pool: 1, data: turned };
  return {
    rows: down,
    columns: across,
    pool: Math.ceil(Math.max(steps / across, rows / down)),
    data: footprint(
      { rows, columns: steps, data: turned },
      { start: 0, step: rows / down, count: down },
      { start: 0, step: steps / across, count: across },
      'magnitude',
    ),
  };
}
