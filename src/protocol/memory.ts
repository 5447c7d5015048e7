/** What views of memory ask about a trace: series by steps, and pictures of them; never more than is on screen. */
import type { StageName, Tile } from '../core/trace/trace';
import type { TraceId } from './engine';

/** A series without its numbers: [steps, …shape]. */
export interface SeriesData {
  /** By the names of the trace file: `memory.M`, `memory.head0.beta`. */
  readonly name: string;
  /** Id of its axis of steps. */
  readonly steps: string;
  readonly shape: readonly number[];
}

/** What a block has besides its weighting; left out where there is none. */
export interface BlockParts {
  readonly stages: readonly StageName[];
  /** By the name inside the block: `beta`, `key`. */
  readonly scalars: readonly (readonly [name: string, series: SeriesData])[];
  readonly vectors: readonly (readonly [name: string, series: SeriesData])[];
}

export interface SeriesRef {
  readonly trace: TraceId;
  readonly series: string;
}

/** Values of one `seriesRange`, at most: 256 KB. */
export const mostSeriesValues = 1 << 16;

export type MemoryMethods = {
  /** Values of the steps `from` … `to` - 1, [to - from, …shape]; at most `mostSeriesValues`. */
  seriesRange(params: SeriesRef & { from: number; to: number }): Float32Array;
  /**
   * Cells of a picture, at most 256 × 256, pooled to the value of the largest magnitude. With `step`: the value of
   * that step as a matrix (a vector is one row), with `change` less the value of the step before. Without: one row a step.
   */
  seriesTile(
    params: SeriesRef & {
      step?: number;
      change?: boolean;
      level: number;
      row: number;
      column: number;
    },
  ): Tile;
  /** [smallest, largest] finite value of all steps; NaN where there is none. */
  seriesExtent(params: SeriesRef): Float32Array;
};
