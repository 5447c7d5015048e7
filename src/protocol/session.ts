/** What a debugged program tells: the tensors of a stopped frame, and the operations that were recorded. */
import type { Operation } from '../core/trace/live';
import type { TraceData, TraceId } from './engine';

/** One array of a frame. Statistics are of the finite values, or of a sample where `sampled` says so. */
export interface FrameTensor {
  /** As one would write it: `x`, `self.memory`, `states[0]`. */
  readonly name: string;
  readonly library: string;
  readonly dtype: string;
  /** null: a length that is not known yet (symbolic tensors). */
  readonly shape: readonly (number | null)[];
  readonly device: string;
  readonly grad?: boolean;
  /** Why it has no values: sparse, meta, quantised … */
  readonly note?: string;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly nan?: number;
  readonly inf?: number;
  /** One element of so many was looked at. */
  readonly sampled?: number;
  /** Bytes (base64) 0…255 between min and max, the largest magnitude of each window of the last two dimensions. */
  readonly thumbnail?: { readonly shape: readonly [number, number]; readonly data: string };
  /** An expression that the person pinned. */
  readonly pinned?: true;
  /** Against the last stop in the same function. */
  readonly change?: 'new' | 'changed' | 'same';
}

/** A frame in which the program stands. */
export interface Frame {
  /** Counts the descriptions of this session: what was asked about an earlier one is out of date. */
  readonly moment: number;
  /** Name of the debug session, as its tool bar shows it. */
  readonly session: string;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly tensors: readonly FrameTensor[];
  /** Whole numbers by what one would write for them: `B`, `self.heads`, `self.config.n_embd`. */
  readonly integers?: Readonly<Record<string, number>>;
  /** What the description took in the program, milliseconds. */
  readonly milliseconds: number;
}

/** What a drain handed over. */
export interface Drained {
  readonly operations: number;
  /** Operations that fell out of the ring buffer before anybody asked. */
  readonly dropped: number;
  readonly bytes: number;
}

/** What changed in a session since the last note; `operations` come after the first `from` of them. */
export type SessionChange = Partial<Omit<SessionState, 'operations'>> & {
  readonly added?: { readonly from: number; readonly operations: readonly Operation[] };
};

/** The state of one debug session, as its panel shows it. */
export interface SessionState {
  readonly name: string;
  /** `running`: the program runs; what is shown is of the last stop. */
  readonly state: 'running' | 'stopped' | 'ended' | 'failed';
  /** One line where something could not be had. */
  readonly problem?: string;
  readonly frame?: Frame;
  readonly operations: readonly Operation[];
  readonly dropped: number;
  readonly trace?: TraceData;
  /** What stops the program, in words, by the number that an operation's `stopped` has. */
  readonly events?: Readonly<Record<number, string>>;
  /** The tensor that the person last asked to see from outside of the panel; `count` tells one asking from the next. */
  readonly shown?: { readonly name: string; readonly count: number };
}

/** Methods of the engine. */
export type LiveMethods = {
  /**
   * Adds a drained file to the recording under `trace`, or begins one, which is kept in `file`: an engine that is started after
   * another one died takes it up again; empty `data` then adds nothing.
   */
  recordLive(params: { trace?: TraceId; name: string; data: Uint8Array; file?: string }): {
    readonly operations: readonly Operation[];
    readonly written: TraceData;
  };
  /** The values (float32) of one head of an attention that was handed over pooled; the newest few are held. */
  exactLive(params: { trace: TraceId; operation: number; head: number; data: Uint8Array }): void;
};
