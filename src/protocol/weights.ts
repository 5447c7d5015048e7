/** Slices of one tensor for the screen: pulled by the page, a step or a tile at a time, so that nothing runs unseen. */
import type { Tile } from '../core/trace/trace';
import type { Slice } from '../core/weights/slice';
import type { TensorRef } from './statistics';

export interface SliceRef extends TensorRef {
  readonly slice: Slice;
}

export interface WeightTile extends Tile {
  /** One line in so many was read; 1: the tile is exact. */
  readonly sampled: number;
}

/** How far one pass over the slice is. Numbers that may be NaN travel in arrays. */
export interface SurveyData {
  /** Elements. */
  readonly done: number;
  readonly total: number;
  readonly found?: {
    /** Euclidean norms, [rows] and [columns]. */
    readonly rowNorms: Float32Array;
    readonly columnNorms: Float32Array;
    /** Least and largest finite value; NaN where there is none. */
    readonly range: Float32Array;
    readonly nan: number;
    readonly positiveInfinite: number;
    readonly negativeInfinite: number;
  };
}

/** What the scale of colours is taken from before everything has been read. */
export interface GlanceData {
  /** Magnitudes at `glanceShares` of the values looked at, ascending; NaN where none is finite. */
  readonly magnitudes: Float32Array;
  /** One line in so many was read. */
  readonly sampled: number;
}
export const glanceShares = [0.99, 0.999, 1] as const;

/** Least and largest value of each bin along a line of values, [bins]. */
export interface LineData {
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Values per bin, at most, and one in how many of them was read. */
  readonly pool: number;
  readonly sampled: number;
}

/** How far the singular values are. */
export interface SpectrumData {
  /** 0…1 */
  readonly share: number;
  readonly found?: {
    /** Descending. */
    readonly values: Float64Array;
    /** How many the matrix has. */
    readonly of: number;
    readonly method: 'exact' | 'randomised';
    readonly frobenius: number;
  };
}

export type WeightsMethods = {
  /** Level n pools 2^n × 2^n values to the one of the largest magnitude. */
  weightTile(params: SliceRef & { level: number; row: number; column: number }): WeightTile;
  weightGlance(params: SliceRef): GlanceData;
  /** Reads on for some milliseconds; asking again goes on, no longer asking is the way to cancel. */
  weightSurvey(params: SliceRef): SurveyData;
  /** The values in the digits of their type, row by row. */
  weightText(
    params: SliceRef & { row: number; column: number; rows: number; columns: number },
  ): readonly string[];
  /** Values `start` … `end` of a slice of one row. */
  weightLine(params: SliceRef & { start: number; end: number; bins: number }): LineData;
  /** Computes on for some milliseconds, as `weightSurvey` does. */
  weightSpectrum(params: SliceRef): SpectrumData;
};

export type ExportFormat = 'npy' | 'csv';

/** Takes a path: for the host alone. */
export type WeightsFileMethods = {
  /** Writes the tensor, or a slice of it, as it is read; cancelling the call stops that and removes the file. */
  exportTensor(
    params: TensorRef & {
      readonly slice?: Slice;
      readonly format: ExportFormat;
      readonly path: string;
    },
  ): void;
};
