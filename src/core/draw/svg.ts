/** Pictures of a trace as SVG text: what the panel exports and the command line renders. */
import type { Tile } from '../trace/trace';
import { cssColor, nanColor } from './colormap';
import { base64 } from './png';
import type { Paint } from './raster';
import { legendTicks } from './scale';
import { middle, thinned, tick, visible } from './text';
import { tilePng } from './tilePng';

/** One head, pooled where it is too large to draw value by value. */
export interface HeadPicture {
  /** Sentence about the model. */
  readonly model: string;
  /** `layer 3, head 7` */
  readonly head: string;
  readonly tile: Tile;
  /** Label of every query and key, before pooling. */
  readonly queries: readonly string[];
  readonly keys: readonly string[];
  readonly queryTitle: string;
  readonly keyTitle: string;
  readonly paint: Paint;
  /** What else the reader must know: `each row divided by its maximum`. */
  readonly remarks?: readonly string[];
}

const font = 'ui-monospace, Menlo, Consolas, monospace';
const size = 10;
/** Width of a monospaced character at 10 px, rounded up. */
const advance = 6.1;
const most = 14;

/** A heat map with labels on both axes, a legend and a caption; complete in itself, black on white. */
export function headSvg(picture: HeadPicture): string {
  const { tile, queries, keys, paint } = picture;
  const cell = Math.min(24, Math.max(1, 480 / Math.max(tile.rows, tile.columns)));
  const width = tile.columns * cell;
  const height = tile.rows * cell;
  const left = 28 + labelWidth(queries);
  const top = 28 + labelWidth(keys);
  const legend = left + Math.max(width, 160) + 16;
  const remarks = [
    `${picture.model} · ${picture.head}`,
    tile.pool > 1
      ? `each cell is the maximum of ${tile.pool}×${tile.pool} weights`
      : 'every weight exactly',
    ...(picture.remarks ?? []),
  ];
  const longest = Math.max(...remarks.map(({ length }) => length)) * advance;
  const total = [
    Math.max(legend + 64, left + longest + 8),
    top + Math.max(height, 120) + 16 + remarks.length * 16,
  ] as const;
  const down = axis(queries, tile.rows, tile.pool, cell, size + 3);
  const across = axis(keys, tile.columns, tile.pool, cell, size + 3);
  return page(total, `${picture.model}, ${picture.head}`, [
    text(left + width / 2, 12, picture.keyTitle, 'text-anchor="middle"'),
    text(12, top + height / 2, picture.queryTitle, rotate(12, top + height / 2, 'middle')),
    ...across.map(({ at, label }) =>
      text(left + at + 3, top - 6, label, rotate(left + at + 3, top - 6, 'start')),
    ),
    ...down.map(({ at, label }) => text(left - 6, top + at + 3, label, 'text-anchor="end"')),
    heatMap(tile, paint, left, top, width, height),
    legendBar(paint, legend, top, Math.max(Math.min(height, 240), 120)),
    ...remarks.map((line, i) => text(left, top + Math.max(height, 120) + 24 + i * 16, line)),
  ]);
}

/** One tile of the overview; without a tile it has not arrived. */
export interface OverviewHead {
  /** `3.7` */
  readonly label: string;
  readonly row: number;
  readonly column: number;
  readonly tile?: Tile;
}

export interface OverviewPicture {
  readonly model: string;
  readonly heads: readonly OverviewHead[];
  readonly paint: Paint;
  readonly remarks?: readonly string[];
}

/** All heads as tiles of 64 px, layers down and heads across. */
export function overviewSvg({ model, heads, paint, remarks = [] }: OverviewPicture): string {
  const edge = 64;
  const pitch = [edge + 8, edge + 20] as const;
  const rows = 1 + Math.max(-1, ...heads.map(({ row }) => row));
  const columns = 1 + Math.max(-1, ...heads.map(({ column }) => column));
  const lines = [`${model} · layers down, heads across, each tile pooled by maximum`, ...remarks];
  const total = [
    Math.max(
      32 + columns * pitch[0],
      16 + advance * Math.max(...lines.map(({ length }) => length)),
    ),
    16 + rows * pitch[1] + 16 * lines.length + 8,
  ] as const;
  return page(total, model, [
    ...heads.map(({ label, row, column, tile }) => {
      const x = 16 + column * pitch[0];
      const y = 16 + row * pitch[1];
      const drawn = tile
        ? heatMap(tile, paint, x, y, edge, edge)
        : `<rect x="${x}" y="${y}" width="${edge}" height="${edge}" fill="none" stroke="#999"/>`;
      return drawn + text(x, y + edge + 11, label);
    }),
    ...lines.map((line, i) => text(16, 16 + rows * pitch[1] + 16 * (i + 1), line)),
  ]);
}

function labelWidth(labels: readonly string[]): number {
  const longest = labels.reduce((length, label) => Math.max(length, visible(label).length), 0);
  return Math.ceil(advance * Math.min(most, longest)) + 6;
}

/** Labels at the middle of their (pooled) cell, in pixels from the start of the axis. */
function axis(
  labels: readonly string[],
  cells: number,
  pool: number,
  cell: number,
  gap: number,
): readonly { at: number; label: string }[] {
  return thinned(0, cells - 1, cell, gap).map((index) => ({
    at: (index + 0.5) * cell,
    label: middle(visible(labels[index * pool] ?? ''), most),
  }));
}

export function heatMap(
  tile: Tile,
  paint: Paint,
  x: number,
  y: number,
  width: number,
  height: number,
): string {
  const png = tilePng(tile, paint);
  const box = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  const hatch = tile.data.some(Number.isNaN) ? `<rect ${box} fill="url(#nan)"/>` : '';
  return (
    `${hatch}<image ${box} preserveAspectRatio="none" style="image-rendering:pixelated" ` +
    `href="data:image/png;base64,${base64(png)}"/>`
  );
}

function legendBar(paint: Paint, x: number, y: number, height: number): string {
  const bands = 64;
  const band = height / bands;
  const parts: string[] = [];
  for (let i = 0; i < bands; i++) {
    const fill = cssColor(paint.map, 1 - (i + 0.5) / bands);
    parts.push(
      `<rect x="${x}" y="${y + i * band}" width="10" height="${band + 0.5}" fill="${fill}"/>`,
    );
  }
  for (const { at, value } of legendTicks(paint.domain, paint.scale)) {
    parts.push(text(x + 14, y + (1 - at) * height + 3, tick(value)));
  }
  parts.push(text(x, y - 6, paint.scale === 'sqrt' ? '√' : paint.scale));
  return parts.join('');
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(content)}</text>`;
}

function rotate(x: number, y: number, anchor: string): string {
  return `text-anchor="${anchor}" transform="rotate(-90 ${round(x)} ${round(y)})"`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function page(
  [width, height]: readonly [number, number],
  title: string,
  parts: readonly string[],
): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" ` +
      `font-family="${font}" font-size="${size}" fill="#000" role="img">`,
    `<title>${escape(title)}</title>`,
    `<defs><pattern id="nan" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
      `<rect width="4" height="4" fill="#fff"/><rect width="2" height="4" fill="${nanColor}"/></pattern></defs>`,
    `<rect width="${w}" height="${h}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Text for XML 1.0; characters that it forbids are left out, whatever a tokenizer holds. */
export function escape(content: string): string {
  const escaped = content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return [...escaped].filter((c) => c >= ' ' && c !== '\ufffe' && c !== '\uffff').join('');
}
