/** Paints the cells of one head and puts the picture together. Lengths are device pixels. */
import { nanColor } from '../../src/core/draw/colormap';
import { footprint, type Paint, rasterize } from '../../src/core/draw/raster';
import { type Tile, tileEdge } from '../../src/core/trace/trace';
import { paintCursor, paintLabels, paintReceived } from './axesPainter';
import type { CellScene, Scene } from './scene';
import type { TileCache } from './tileCache';
import { levelFor, type Size, tilesIn } from './viewport';

export function paintHead(
  context: CanvasRenderingContext2D,
  scene: Scene,
  cache: TileCache,
  state: PainterState,
): void {
  const { frame, theme, viewport, block } = scene;
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.save();
  context.translate(frame.left, frame.top);
  const shown = {
    width: Math.min(
      frame.width,
      Math.round((block.columns.length - viewport.left) * viewport.zoom),
    ),
    height: Math.min(frame.height, Math.round((block.rows.length - viewport.top) * viewport.zoom)),
  };
  paintCells(context, scene, cache, state, shown);
  paintCursor(context, scene, shown);
  context.restore();
  paintLabels(context, scene, shown);
  paintReceived(context, scene, shown);
}

/** What a painter keeps from frame to frame: the picture at rest. */
export interface PainterState {
  rest?: { readonly key: string; readonly picture: OffscreenCanvas };
}

const painted = new WeakMap<Tile, { readonly paint: Paint; readonly picture: OffscreenCanvas }>();

/** The tile as a picture, one pixel per cell; kept as long as the tile is. */
export function pictureOf(tile: Tile, paint: Paint): OffscreenCanvas {
  const known = painted.get(tile);
  if (known?.paint === paint) return known.picture;
  const picture = toPicture(tile.data, tile.columns, tile.rows, paint);
  painted.set(tile, { paint, picture });
  return picture;
}

const small = new WeakMap<
  Tile,
  { readonly paint: Paint; readonly edge: number; readonly picture: OffscreenCanvas }
>();

/** The tile as a picture of at most `edge` pixels a side; each shows the maximum of what it stands for. */
export function smallPictureOf(tile: Tile, paint: Paint, edge: number): OffscreenCanvas {
  if (tile.rows <= edge && tile.columns <= edge) return pictureOf(tile, paint);
  const known = small.get(tile);
  if (known?.paint === paint && known.edge === edge) return known.picture;
  const along = (cells: number) => {
    const count = Math.min(edge, cells);
    return { start: 0, step: cells / count, count };
  };
  const [down, across] = [along(tile.rows), along(tile.columns)];
  const picture = toPicture(footprint(tile, down, across), across.count, down.count, paint);
  small.set(tile, { paint, edge, picture });
  return picture;
}

function toPicture(
  data: Float32Array,
  width: number,
  height: number,
  paint: Paint,
): OffscreenCanvas {
  const picture = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  if (width > 0 && height > 0) {
    const image = new ImageData(rasterize(data, paint), width, height);
    picture.getContext('2d')?.putImageData(image, 0, 0);
  }
  return picture;
}

let hatch: OffscreenCanvas | undefined;

/** What shows through where a value is not a number. */
export function nanHatch(context: CanvasRenderingContext2D): CanvasPattern | string {
  if (!hatch) {
    hatch = new OffscreenCanvas(4, 4);
    const pen = hatch.getContext('2d');
    if (pen) {
      pen.fillStyle = nanColor;
      pen.fillRect(0, 0, 4, 4);
      pen.fillStyle = '#fff';
      for (let i = 0; i < 4; i++) pen.fillRect(i, 3 - i, 1, 1);
    }
  }
  return context.createPattern(hatch, 'repeat') ?? nanColor;
}

/** The cells on screen, from the tiles that are here; asks for the others. */
export function paintCells(
  context: CanvasRenderingContext2D,
  scene: CellScene,
  cache: TileCache,
  state: PainterState,
  shown: Size,
): void {
  const { block, viewport, frame, transform, thumbnail } = scene;
  const shape = block.weighting.shape;
  const coarse = levelFor(viewport.zoom, 'coarse');
  const fine = levelFor(viewport.zoom, 'fine');
  const tiles = tilesIn(viewport, shape, frame, coarse, tileEdge);
  context.imageSmoothingEnabled = false;
  if (scene.resting && fine < coarse) {
    const exact = tilesIn(viewport, shape, frame, fine, tileEdge);
    const picture = restPicture(scene, cache, state, shown, fine);
    cache.want(block, picture ? exact : [...tiles, ...exact], transform);
    if (picture) {
      context.fillStyle = nanHatch(context);
      context.fillRect(0, 0, shown.width, shown.height);
      context.drawImage(picture, 0, 0);
      return;
    }
  } else cache.want(block, tiles, transform);
  context.save();
  context.beginPath();
  context.rect(0, 0, shown.width, shown.height);
  context.clip();
  if (thumbnail) placeTile(context, scene, thumbnail, thumbnail.pool, 0, 0);
  for (const at of tiles) {
    const tile = cache.peek(block, at, transform);
    if (tile) placeTile(context, scene, tile, 2 ** coarse, at.row * tileEdge, at.column * tileEdge);
  }
  context.restore();
}

/** Draws the cells of a tile that are on screen; edges fall on whole pixels, so that tiles never show seams. */
function placeTile(
  context: CanvasRenderingContext2D,
  { viewport, frame, paint }: CellScene,
  tile: Tile,
  pool: number,
  row: number,
  column: number,
): void {
  const { left, top, zoom } = viewport;
  const span = (start: number, pixels: number, first: number, cells: number) => {
    const from = Math.max(0, Math.floor(start / pool) - first);
    const to = Math.min(cells, Math.ceil((start + pixels / zoom) / pool) - first);
    const edge = (cell: number): number => Math.round(((first + cell) * pool - start) * zoom);
    return { from, count: to - from, start: edge(from), length: edge(to) - edge(from) };
  };
  const x = span(left, frame.width, column, tile.columns);
  const y = span(top, frame.height, row, tile.rows);
  if (x.count <= 0 || y.count <= 0) return;
  context.fillStyle = nanHatch(context);
  context.fillRect(x.start, y.start, x.length, y.length);
  context.drawImage(
    pictureOf(tile, paint),
    x.from,
    y.from,
    x.count,
    y.count,
    x.start,
    y.start,
    x.length,
    y.length,
  );
}

const paintIds = new WeakMap<Paint, number>();
let paints = 0;

/** Every pixel the maximum of all it stands for; undefined until the tiles are here. */
function restPicture(
  scene: CellScene,
  cache: TileCache,
  state: PainterState,
  shown: Size,
  level: number,
): OffscreenCanvas | undefined {
  const { block, viewport, frame, paint, transform } = scene;
  let id = paintIds.get(paint);
  if (id === undefined) paintIds.set(paint, (id = ++paints));
  const { left, top, zoom } = viewport;
  const key = [
    block.id,
    left,
    top,
    zoom,
    shown.width,
    shown.height,
    id,
    scene.version,
    ...Object.values(transform),
  ].join();
  if (state.rest?.key === key) return state.rest.picture;
  const places = tilesIn(viewport, block.weighting.shape, frame, level, tileEdge);
  const tiles = places.map((at) => cache.peek(block, at, transform));
  if (tiles.length === 0 || tiles.some((tile) => !tile)) return undefined;
  const firstRow = places[0]!.row * tileEdge;
  const firstColumn = places[0]!.column * tileEdge;
  const pool = 2 ** level;
  const [rows, columns] = block.weighting.shape.map((length) => Math.ceil(length / pool));
  const last = places.at(-1)!;
  const grid = {
    rows: Math.min(rows ?? 0, (last.row + 1) * tileEdge) - firstRow,
    columns: Math.min(columns ?? 0, (last.column + 1) * tileEdge) - firstColumn,
  };
  const data = new Float32Array(grid.rows * grid.columns);
  places.forEach((at, i) => {
    const tile = tiles[i]!;
    for (let row = 0; row < tile.rows; row++) {
      data.set(
        tile.data.subarray(row * tile.columns, (row + 1) * tile.columns),
        (at.row * tileEdge - firstRow + row) * grid.columns + at.column * tileEdge - firstColumn,
      );
    }
  });
  const step = 1 / (zoom * pool);
  const cells = footprint(
    { ...grid, data },
    { start: top / pool - firstRow, step, count: shown.height },
    { start: left / pool - firstColumn, step, count: shown.width },
    scene.pooling,
  );
  const picture = toPicture(cells, shown.width, shown.height, paint);
  state.rest = { key, picture };
  return picture;
}
