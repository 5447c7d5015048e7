/** What a picture of one head is made from. Lengths are device pixels. */
import type { Paint } from '../../src/core/draw/raster';
import type { AccessBlock, Axis, Tile, Transform } from '../../src/core/trace/trace';
import type { Pooling } from '../../src/core/draw/pyramid';
import type { Theme } from '../theme';
import { longestLabel } from './labels';
import type { TileSource } from './tileCache';
import type { Size, Viewport } from './viewport';

/** What the cells of any matrix are painted from. */
export interface CellScene {
  readonly block: TileSource;
  readonly transform: Transform;
  readonly paint: Paint;
  /** How values that share a pixel are pooled; by maximum unless said. */
  readonly pooling?: Pooling;
  readonly viewport: Viewport;
  readonly frame: Size;
  /** Drawn where no tile has come yet. */
  readonly thumbnail: Tile | undefined;
  readonly resting: boolean;
  /** Another number when tiles on screen may have been replaced. */
  readonly version?: number;
}

/** What the labels and the cursor of a matrix are painted from. */
export interface AxesScene {
  readonly block: Pick<AccessBlock, 'rows' | 'columns'>;
  readonly paint: Paint;
  readonly theme: Theme;
  readonly viewport: Viewport;
  readonly frame: Frame;
  readonly thumbnail: Tile | undefined;
  readonly query: number | undefined;
  readonly key: number | undefined;
  /** Axis titles and the name of the strip, in the person's language. */
  readonly words: { readonly query: string; readonly key: string; readonly received: string };
}

export interface Scene extends CellScene, AxesScene {
  readonly block: AccessBlock;
  readonly frame: Frame;
  readonly received: Float32Array | undefined;
}

/** Where the map lies inside the canvas. */
export interface Frame extends Size {
  readonly left: number;
  readonly top: number;
  readonly ratio: number;
  /** Size of the labels' font and width of one of its characters. */
  readonly font: number;
  readonly character: number;
}

/** Height of the received strip and the grid, CSS pixels. */
export const strip = 20;
export const space = 4;

export function frameOf(block: AccessBlock, canvas: Size, ratio: number, fontSize: number): Frame {
  const font = Math.round(fontSize * ratio);
  const character = font * 0.61;
  const title = font + space * ratio;
  // Labels may take a quarter of a small panel, not more.
  const widest = Math.max(4 * character, Math.min(canvas.width, canvas.height) / 4);
  const labels = (axis: Axis): number => Math.min(widest, longestLabel(axis) * character);
  const left = Math.ceil(title + labels(block.rows) + 2 * space * ratio);
  const top = Math.ceil(title + labels(block.columns) + (strip + 3 * space) * ratio);
  return {
    left,
    top,
    width: Math.max(1, Math.floor(canvas.width - left - 2 * space * ratio)),
    height: Math.max(1, Math.floor(canvas.height - top - space * ratio)),
    ratio,
    font,
    character,
  };
}
