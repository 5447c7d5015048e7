/** All heads as one PNG: layers down, heads across, as in the drawing but without words. */
import type { Tile } from '../trace/trace';
import { createFigure } from './figure';
import type { Paint } from './raster';

const edge = 64;
const gap = 8;

export interface PlacedTile {
  readonly row: number;
  readonly column: number;
  readonly tile?: Tile;
}

/** A head whose tile is not there yet is a frame. */
export function overviewPng(heads: readonly PlacedTile[], paint: Paint): Uint8Array {
  const pitch = edge + gap;
  const rows = 1 + heads.reduce((most, { row }) => Math.max(most, row), -1);
  const columns = 1 + heads.reduce((most, { column }) => Math.max(most, column), -1);
  const figure = createFigure(gap + columns * pitch, gap + rows * pitch);
  for (const { row, column, tile } of heads) {
    const box = { x: gap + column * pitch, y: gap + row * pitch, width: edge, height: edge };
    if (tile) figure.map(tile, paint, box);
    else figure.frame(box, 'grey');
  }
  return figure.png();
}
