/** The picture of one slice: cells, labels, and the norms of rows and columns beside them. Lengths are device pixels. */
import { colorAt, wantsBlackText } from '../../src/core/draw/colormap';
import type { Paint } from '../../src/core/draw/raster';
import { position } from '../../src/core/draw/scale';
import { number } from '../../src/core/draw/text';
import { type Axis, plain, tileEdge } from '../../src/core/trace/trace';
import { paintCursor, paintLabels, paintReceived } from '../attention/axesPainter';
import { paintCells, type PainterState } from '../attention/painter';
import { type AxesScene, type CellScene, type Frame, space, strip } from '../attention/scene';
import type { TileCache, TileSource } from '../attention/tileCache';
import { type Size, tilesIn, type Viewport } from '../attention/viewport';
import type { Theme } from '../theme';

export interface WeightScene {
  readonly source: TileSource;
  readonly paint: Paint;
  readonly theme: Theme;
  readonly viewport: Viewport;
  readonly frame: Frame;
  readonly rowNorms: Float32Array | undefined;
  readonly columnNorms: Float32Array | undefined;
  readonly cursor: { readonly row: number; readonly column: number } | undefined;
  readonly words: AxesScene['words'];
  readonly resting: boolean;
  readonly version: number;
}

/** Places of an axis are their numbers. */
function numbered(id: string, length: number): Axis {
  return { id, kind: 'unit', length, label: String };
}

export function weightFrame(
  [rows, columns]: readonly [number, number],
  canvas: Size,
  ratio: number,
  fontSize: number,
  hasNorms: boolean,
): Frame {
  const font = Math.round(fontSize * ratio);
  const character = font * 0.61;
  const title = font + space * ratio;
  const labels = (length: number): number => String(length - 1).length * character;
  const left = Math.ceil(title + labels(rows) + 2 * space * ratio);
  const top = Math.ceil(title + labels(columns) + (strip + 3 * space) * ratio);
  const right = ((hasNorms ? strip : 0) + 4 * space) * ratio;
  return {
    left,
    top,
    width: Math.max(1, Math.floor(canvas.width - left - right)),
    height: Math.max(1, Math.floor(canvas.height - top - space * ratio)),
    ratio,
    font,
    character,
  };
}

export function paintWeights(
  context: CanvasRenderingContext2D,
  scene: WeightScene,
  cache: TileCache,
  state: PainterState,
): void {
  const { frame, theme, viewport, source, cursor } = scene;
  const { width, height } = context.canvas;
  const [rows, columns] = source.weighting.shape;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  const along = (length: number, start: number, most: number): number =>
    Math.max(1, Math.min(most, Math.round((length - start) * viewport.zoom)));
  const shown = {
    width: along(columns, viewport.left, frame.width),
    height: along(rows, viewport.top, frame.height),
  };
  const cells: CellScene = {
    block: source,
    transform: plain,
    paint: scene.paint,
    pooling: 'magnitude',
    viewport,
    frame,
    thumbnail: undefined,
    resting: scene.resting,
    version: scene.version,
  };
  const axes: AxesScene = {
    block: { rows: numbered('rows', rows), columns: numbered('columns', columns) },
    paint: scene.paint,
    theme,
    viewport,
    frame,
    thumbnail: undefined,
    query: cursor?.row,
    key: cursor?.column,
    words: scene.words,
  };
  context.save();
  context.translate(frame.left, frame.top);
  paintCells(context, cells, cache, state, shown);
  paintCursor(context, axes, shown);
  context.restore();
  paintLabels(context, axes, shown);
  if (viewport.zoom >= 0.7 * frame.font) paintDigits(context, scene, cache, shown);
  paintReceived(context, { ...axes, received: finite(scene.columnNorms) }, shown);
  paintRowNorms(context, scene, shown);
}

/** Values in the cells, when they have the room; infinite ones are told from the ends of the colours before that. */
function paintDigits(
  context: CanvasRenderingContext2D,
  { source, viewport, frame, paint }: WeightScene,
  cache: TileCache,
  shown: Size,
): void {
  const { zoom, left, top } = viewport;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(frame.left, frame.top, shown.width, shown.height);
  context.clip();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const hasRoom = zoom >= 9 * frame.character;
  for (const at of tilesIn(viewport, source.weighting.shape, frame, 0, tileEdge)) {
    const tile = cache.peek(source, at, plain);
    if (!tile) continue;
    const firstRow = at.row * tileEdge;
    const firstColumn = at.column * tileEdge;
    const end = (start: number, pixels: number, first: number, count: number): number =>
      Math.min(count, Math.ceil(start + pixels / zoom) - first);
    const lastRow = end(top, shown.height, firstRow, tile.rows);
    const lastColumn = end(left, shown.width, firstColumn, tile.columns);
    for (let row = Math.max(0, Math.floor(top) - firstRow); row < lastRow; row++) {
      for (
        let column = Math.max(0, Math.floor(left) - firstColumn);
        column < lastColumn;
        column++
      ) {
        const value = tile.data[row * tile.columns + column] ?? 0;
        const isInfinite = Math.abs(value) === Infinity;
        if (!hasRoom && !isInfinite) continue;
        const color = colorAt(paint.map, position(value, paint.domain, paint.scale));
        context.fillStyle = Number.isNaN(value) || wantsBlackText(color) ? '#000' : '#fff';
        context.fillText(
          hasRoom ? number(value) : '∞',
          frame.left + (firstColumn + column + 0.5 - left) * zoom,
          frame.top + (firstRow + row + 0.5 - top) * zoom,
        );
      }
    }
  }
  context.restore();
}

const bounded = new WeakMap<Float32Array, Float32Array>();

/** Norms as lengths of bars: what is not finite is as long as the longest. */
function finite(norms: Float32Array | undefined): Float32Array | undefined {
  if (!norms) return undefined;
  let known = bounded.get(norms);
  if (!known) {
    let most = 0;
    for (const norm of norms) if (norm > most && norm < Infinity) most = norm;
    known = norms.map((norm) => (Number.isFinite(norm) ? norm : most || 1));
    bounded.set(norms, known);
  }
  return known;
}

/** The norm of each row as a bar on its right; the largest fills the strip. */
function paintRowNorms(
  context: CanvasRenderingContext2D,
  { rowNorms: norms, frame, viewport, theme }: WeightScene,
  shown: Size,
): void {
  const rowNorms = finite(norms);
  if (!rowNorms) return;
  const { ratio } = frame;
  const wide = strip * ratio;
  const base = frame.left + shown.width + 2 * space * ratio;
  let most = 0;
  for (const norm of rowNorms) if (norm > most) most = norm;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.accent;
  const step = Math.max(1, 1 / viewport.zoom);
  const first = step > 1 ? viewport.top : Math.floor(viewport.top);
  const end = viewport.top + shown.height / viewport.zoom;
  for (let from = first; from < end - 1e-6; from += step) {
    let peak = 0;
    for (let i = Math.floor(from); i < from + step && i < rowNorms.length; i++) {
      peak = Math.max(peak, rowNorms[i] ?? 0);
    }
    const y0 = Math.max(0, Math.round((from - viewport.top) * viewport.zoom));
    const y1 = Math.min(shown.height, Math.round((from + step - viewport.top) * viewport.zoom));
    const gap = y1 - y0 > 4 * ratio ? ratio : 0;
    const length = most > 0 ? Math.round((peak / most) * wide) : 0;
    context.fillRect(base, frame.top + y0, length, Math.max(1, y1 - y0 - gap));
  }
  context.fillStyle = theme.separator;
  context.fillRect(base, frame.top, Math.max(1, Math.round(ratio)), shown.height);
}
