/** What the engine says about the values of tensors: one at a time, and all of a checkpoint in a sweep. */
import type { Histogram } from '../core/statistics/histogram';
import type { Finding } from '../core/statistics/findings';
import type { CheckpointId } from './engine';

export interface TensorRef {
  readonly checkpoint: CheckpointId;
  /** Its name. */
  readonly tensor: string;
}

/** `unpackStatistics(name, numbers)` gives them names; NaN survives in arrays only. */
export interface TensorStatisticsData {
  readonly name: string;
  readonly numbers: Float64Array;
  /** Undefined where no value is finite. */
  readonly histogram?: Histogram;
}

export interface SweepProgress {
  /** `idle`: never started; `cancelled` goes on where it stopped when it is started again. */
  readonly state: 'idle' | 'running' | 'cancelled' | 'done' | 'failed';
  /** Bytes of values read, and to read in all. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes per second since it was last started; 0 while that is unknown. */
  readonly rate: number;
  /** Why it failed, in one line. */
  readonly problem?: string;
}

/** A tensor that could not be read, and why. */
export interface Unreadable {
  readonly tensor: string;
  readonly reason: string;
}

/** What a sweep has found so far. */
export interface SweepData extends SweepProgress {
  /** Tensors that are done, in the order of the checkpoint; tied ones have the statistics of their owner. */
  readonly names: readonly string[];
  /** [names × statisticFields]. */
  readonly numbers: Float64Array;
  /** The most serious first. */
  readonly findings: readonly Finding[];
  readonly unreadable: readonly Unreadable[];
}

export type StatisticsMethods = {
  /** Reads the whole tensor; cancelling the call stops that. Rejects where its values cannot be read. */
  tensorStatistics(params: TensorRef): TensorStatisticsData;
  /** Starts to look at every tensor, or goes on after a cancel, and returns at once; `sweepChanged` follows. */
  startSweep(params: { checkpoint: CheckpointId }): SweepProgress;
  cancelSweep(params: { checkpoint: CheckpointId }): void;
  /** All that is known; of a finished sweep also when it was made by an earlier process. */
  sweep(params: { checkpoint: CheckpointId }): SweepData;
};

export type StatisticsNotes = {
  /** At most ten a second while it runs, and at every change of state. */
  sweepChanged: SweepProgress & { readonly checkpoint: CheckpointId };
};
