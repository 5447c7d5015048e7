/**
 * What a run leaves behind, by the names of the trace file. A run and an opened file give the same recording,
 * and one function (`traceOf`) makes the trace of it, so that both are seen alike.
 *
 * Names (all float32, T steps, N slots, M columns of memory):
 * - `attention.{kind}.{layer}` [heads, rows, columns], kind one of `accessKinds`
 * - `memory.M` [T+1, N, M], first the initial memory; `memory.usage` [T, N], `memory.link` [T, N, N] …
 * - `memory.head{i}.…`, `memory.read{i}.…`, `memory.write{i}.…`: one head; `w` [T, N] is its weighting, the names of
 *   `stageNames` are the stages of it, what is [T] a scalar per access, what is [T, n] a vector per access
 * - all else is a series, [steps, …]: `state.h`, `output.y`, `energy.E`
 */
import type { AxisKind, HeadStatistics, ModelSummary, TraceEvent, Verdict } from './trace';

/** A tensor of a recording; its values may be made or read when somebody asks. */
export interface Recorded {
  readonly shape: readonly number[];
  /** `count` values from element `start` of the row-major order. */
  read(start: number, count: number): Float32Array | Promise<Float32Array>;
  /** Computed from the rest of the recording when somebody looks; it is not looked through for what is no number. */
  readonly derived?: true;
  /** Long work that `read` needs, a step at a time; `read` does at once what nobody has prepared. */
  prepare?(): Generator<void, void, void>;
  /** What is known of a weighting whose values are fetched when somebody looks. */
  readonly pictures?: Pictures;
}

/** Of each head of an `attention.{kind}.{layer}`. */
export interface Pictures {
  /** [heads, ≤ 64, ≤ 64]: cells are the maximum of `pool` × `pool` values. */
  readonly shape: readonly number[];
  readonly pool: number;
  read(start: number, count: number): Float32Array | Promise<Float32Array>;
  readonly statistics: readonly HeadStatistics[];
}

/** What the places of an axis are called; axes without labels are numbered. */
export type AxisLabels = readonly string[];

export interface Recording {
  readonly model: ModelSummary;
  readonly tensors: ReadonlyMap<string, Recorded>;
  /** By the axis ids of `accessKinds`, and `steps`, `slots` for memory. */
  readonly labels: ReadonlyMap<string, AxisLabels>;
  readonly events: readonly TraceEvent[];
  readonly verdict?: Verdict;
}

/** Values that are there. */
export function held(shape: readonly number[], data: Float32Array): Recorded {
  return { shape, read: (start, count) => data.subarray(start, start + count) };
}

/** What the rows and the columns of an `attention.{kind}.{layer}` are. */
export interface AccessKind {
  readonly rows: { readonly id: string; readonly kind: AxisKind };
  readonly columns: { readonly id: string; readonly kind: AxisKind };
  readonly normalised: 'rows' | 'none' | 'marginal';
}

const access = (
  rows: readonly [id: string, kind: AxisKind],
  columns: readonly [id: string, kind: AxisKind],
  normalised: AccessKind['normalised'] = 'rows',
): AccessKind => ({
  rows: { id: rows[0], kind: rows[1] },
  columns: { id: columns[0], kind: columns[1] },
  normalised,
});

const queries = ['queries', 'token'] as const;
const keys = ['keys', 'token'] as const;
const source = ['source', 'token'] as const;
const target = ['target', 'token'] as const;

/** By the word after `attention.`; one that is not here is a weighting of queries over keys. */
export const accessKinds: ReadonlyMap<string, AccessKind> = new Map([
  ['self', access(queries, keys)],
  ['module', access(queries, keys)],
  ['encoder', access(source, source)],
  ['decoder', access(target, target)],
  ['cross', access(target, source)],
  ['pointer', access(['outputs', 'step'], ['items', 'token'])],
  ['hop', access(['hops', 'hop'], ['sentences', 'sentence'])],
  ['pattern', access(['updates', 'step'], ['patterns', 'pattern'])],
  // Sums of products, as linear attention has them: they may be negative.
  ['past', access(['steps', 'step'], ['past', 'step'], 'none')],
  ['overlap', access(['queries', 'step'], ['patterns', 'pattern'], 'none')],
  ['structured', access(['reader', 'hop'], ['places', 'token'], 'marginal')],
  ['reader', access(['reader', 'hop'], ['places', 'token'])],
  ['image', access(['words', 'token'], ['patches', 'patch'])],
  ['word', access(['reader', 'hop'], ['words', 'token'])],
  ['sentence', access(['reader', 'hop'], ['sentences', 'sentence'])],
]);
