/** Engine ↔ its threads that look at the values of a checkpoint, which each of them opens by itself. */
import type { Part } from '../core/statistics/blocks';
import type { Counts } from '../core/statistics/histogram';
import type { Looked, Thoroughness } from '../core/statistics/look';

/** What came of one part; a tensor that cannot be read is no failure of the others. */
export type Outcome<T> = { readonly ok: T } | { readonly problem: string };

export interface Extremes {
  readonly low: number;
  readonly high: number;
}

/** Every method rejects soon after `stop` was set in the memory that the thread shares with the engine. */
export type LookingMethods = {
  look(params: { parts: readonly Part[]; how: Thoroughness }): readonly Outcome<Looked>[];
  count(params: { part: Part; extremes: Extremes }): Counts;
  /** Whether two tensors of the same type and shape have the same bytes. */
  areEqual(params: { first: string; second: string }): boolean;
};

export type LookingNotes = Record<never, never>;
