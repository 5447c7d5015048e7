/**
 * The vocabulary that every source fills and every view draws: a query puts a weighting over slots
 * and something is read or written. Views know axes, blocks and series, never a model family.
 */

import type { Told } from './told';

export interface Disposable {
  dispose(): void;
}

/** Where something comes from: characters of the input text, or a line of code (1-based). */
export type Origin =
  | { readonly kind: 'text'; readonly start: number; readonly end: number }
  | { readonly kind: 'code'; readonly file: string; readonly line: number };

export type AxisKind =
  'token' | 'step' | 'slot' | 'sentence' | 'patch' | 'pattern' | 'unit' | 'hop';

/** Something that can be pointed at, one place after another. */
export interface Axis {
  readonly id: string;
  readonly kind: AxisKind;
  readonly length: number;
  label(index: number): string;
  origin?(index: number): Origin | undefined;
}

/** What is done to the weighting before it is pooled and drawn. Monotone scales are applied later, while painting. */
export interface Transform {
  /** Divide each row by its maximum. */
  readonly perRow: boolean;
  /** Remove the first slot (the attention sink) and renormalise each row. */
  readonly hideFirst: boolean;
}

export const plain: Transform = { perRow: false, hideFirst: false };

/** A rectangle of a matrix, row-major. Each cell is the maximum over `pool` × `pool` values. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly pool: number;
  readonly data: Float32Array;
}

/** Cells along the edge of a tile. */
export const tileEdge = 256;
/** Cells along the edge of a thumbnail, at most. */
export const thumbnailEdge = 64;

/** A weighting as a promise of tiles: exact values are computed or read when somebody looks. */
export interface Matrix {
  readonly shape: readonly [rows: number, columns: number];
  /** At most 64 × 64, maximum-pooled by ceil(longest edge / 64). */
  thumbnail(transform?: Transform): Promise<Tile>;
  /** Level n pools 2^n × 2^n values; the tile starts at cell (256·row, 256·column) of that level. */
  tile(level: number, row: number, column: number, transform?: Transform): Promise<Tile>;
  /** One access: the exact values of a row, [columns]. */
  row(index: number): Promise<Float32Array>;
  /** Sum of every column, [columns]: how much each slot receives. */
  received(): Promise<Float32Array>;
  /** Every exact value, row-major; for files and exports, never for a screen. */
  values(): Promise<Float32Array>;
}

/** Averages over the rows of one weighting; each lies in 0…1 except entropy, which is in nats. */
export interface HeadStatistics {
  readonly entropy: number;
  /** Weight on the place before the query (Clark et al. 2019, section 3). */
  readonly previous: number;
  /** Weight on the first slot, the attention sink (Xiao et al. 2024). */
  readonly first: number;
  /** Weight on the query's own place. */
  readonly diagonal: number;
  /** Weight on places that follow an earlier copy of the query's token (Olsson et al. 2022); NaN when nothing repeats. */
  readonly induction: number;
}

/** The order in which statistics are written as a row of numbers. */
export const statisticNames = ['entropy', 'previous', 'first', 'diagonal', 'induction'] as const;

/** `self.3.7`, `write.0`, `hop.2`: the kind of access, then where it sits. */
export type BlockId = string;
export type StageName =
  | 'score'
  | 'scaled'
  | 'masked'
  | 'content'
  | 'gated'
  | 'shifted'
  | 'sharpened'
  | 'allocation'
  | 'backward'
  | 'forward';

/** One reader or writer: row = one access (a query, a step), column = a slot. */
export interface AccessBlock {
  readonly id: BlockId;
  readonly act: 'read' | 'write';
  /** Layer and head, where the model has them; views fold by these. */
  readonly layer?: number;
  readonly head?: number;
  readonly rows: Axis;
  readonly columns: Axis;
  readonly weighting: Matrix;
  /** Whether rows sum to 1. */
  readonly normalised: 'rows' | 'none' | 'marginal';
  /** Whether a row may look at every column, or at those up to its own place (a causal mask); undefined when it is not known. */
  readonly sees?: 'past' | 'all' | undefined;
  readonly stages: ReadonlyMap<StageName, Matrix>;
  readonly scalars: ReadonlyMap<string, Series>;
  readonly vectors: ReadonlyMap<string, Series>;
  /** Computed where the weights are, when the source can do it faster than reading every row. */
  statistics?(): Promise<HeadStatistics>;
}

/** Something that has a value at every step. */
export interface Series {
  readonly name: string;
  readonly steps: Axis;
  /** Shape of one step's value. */
  readonly shape: readonly number[];
  at(step: number): Promise<Float32Array>;
  /** Values of the steps `from` … `to` - 1 in one go, where the source can: [to - from, …shape]. */
  range?(from: number, to: number): Promise<Float32Array>;
}

/** A moment worth going to. */
export interface TraceEvent {
  readonly step: number;
  readonly of: BlockId | string;
  readonly what: string;
  readonly value?: number;
  readonly origin?: Origin;
}

/** Whether the run did its task, in words and numbers. */
export interface Verdict {
  readonly good: boolean;
  /** In English. */
  readonly text: string;
  /** The same as data, for other languages; trace files of other programs have none. */
  readonly told?: readonly Told[];
}

export interface ModelSummary {
  /** `GPT-2, 3 blocks of 4 heads, width 96` */
  readonly sentence: string;
  readonly family: string;
  /** What is known beyond the sentence, and how it was found. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}

export type TraceState =
  | { readonly kind: 'running'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly milliseconds: number }
  | { readonly kind: 'cancelled'; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly message: string; readonly done: number };

/** What changed: blocks whose weighting is now there, series, events, or the state of the run. */
export interface TraceChange {
  /** Axes, blocks and series are others than when the trace was first told: describe it again. */
  readonly laidOut?: boolean;
  readonly blocks?: readonly BlockId[];
  readonly series?: readonly string[];
  readonly state?: TraceState;
}

export interface Trace {
  readonly model: ModelSummary;
  readonly source: 'checkpoint' | 'session' | 'file';
  readonly axes: readonly Axis[];
  /** All that the run will have, from the start; which of them have arrived is told by `on`. */
  readonly blocks: readonly AccessBlock[];
  readonly series: readonly Series[];
  readonly events: readonly TraceEvent[];
  readonly verdict?: Verdict | undefined;
  readonly state: TraceState;
  on(listener: (change: TraceChange) => void): Disposable;
}
