/** Which part of a matrix is on screen. Lengths are device pixels, places are values of the matrix. */

export interface Viewport {
  /** First value on screen, may be a fraction. */
  readonly left: number;
  readonly top: number;
  /** Pixels per value, the same both ways. */
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `[rows, columns]` */
export type Shape = readonly [number, number];

/** The whole matrix, no value larger than `largest` pixels. */
export function fit([rows, columns]: Shape, { width, height }: Size, largest: number): Viewport {
  return { left: 0, top: 0, zoom: Math.min(largest, width / columns, height / rows) };
}

/** Keeps the matrix on screen and the zoom between the whole of it and `largest`. */
export function clamp(viewport: Viewport, shape: Shape, size: Size, largest: number): Viewport {
  const whole = fit(shape, size, largest);
  const zoom = Math.min(largest, Math.max(whole.zoom, viewport.zoom));
  const inside = (start: number, length: number, pixels: number): number =>
    Math.max(0, Math.min(start, length - pixels / zoom));
  return {
    left: inside(viewport.left, shape[1], size.width),
    top: inside(viewport.top, shape[0], size.height),
    zoom,
  };
}

/** Zooms by a factor about a point that stays where it is. */
export function zoomAbout(viewport: Viewport, factor: number, x: number, y: number): Viewport {
  const zoom = viewport.zoom * factor;
  return {
    left: viewport.left + x / viewport.zoom - x / zoom,
    top: viewport.top + y / viewport.zoom - y / zoom,
    zoom,
  };
}

/** Moves as little as it takes to have the value on screen. */
export function reveal(
  viewport: Viewport,
  { width, height }: Size,
  row: number | undefined,
  column: number | undefined,
): Viewport {
  const along = (start: number, at: number | undefined, pixels: number): number => {
    if (at === undefined) return start;
    return Math.max(at + 1 - pixels / viewport.zoom, Math.min(start, at));
  };
  return {
    ...viewport,
    left: along(viewport.left, column, width),
    top: along(viewport.top, row, height),
  };
}

/**
 * The pyramid level to draw: `coarse` has at most one cell per pixel (while things move), `fine` at
 * least one, so that the maximum over a pixel's cells loses nothing (at rest).
 */
export function levelFor(zoom: number, detail: 'coarse' | 'fine'): number {
  const exact = Math.log2(1 / zoom);
  // A zoom of exactly 1/2^n may come out a rounding error away.
  const level = detail === 'coarse' ? Math.ceil(exact - 1e-9) : Math.floor(exact + 1e-9);
  return Math.max(0, level);
}

/** Values along the edge of the square that one pixel stands for; 1 when every value is drawn. */
export function pooled(zoom: number): number {
  return zoom >= 1 - 1e-9 ? 1 : Math.ceil(1 / zoom - 1e-6);
}

export interface TileAt {
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

/** The tiles of a level that the viewport touches, row by row. */
export function tilesIn(
  viewport: Viewport,
  [rows, columns]: Shape,
  { width, height }: Size,
  level: number,
  edge: number,
): readonly TileAt[] {
  const values = edge * 2 ** level;
  const range = (start: number, pixels: number, length: number): [number, number] => [
    Math.max(0, Math.floor(start / values)),
    Math.min(Math.ceil(length / values), Math.ceil((start + pixels / viewport.zoom) / values)),
  ];
  const [firstRow, endRow] = range(viewport.top, height, rows);
  const [firstColumn, endColumn] = range(viewport.left, width, columns);
  const out: TileAt[] = [];
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) out.push({ level, row, column });
  }
  return out;
}
