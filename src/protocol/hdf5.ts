/** Engine ↔ its thread with libhdf5. One file is open there at a time. */
import type { Hdf5Chunk, Hdf5Link } from '../core/checkpoint/hdf5File';

/** A box of a dataset: `count` elements from `start` along each dimension, `bytes` in all. */
export interface Hdf5Box {
  readonly path: string;
  readonly start: readonly number[];
  readonly count: readonly number[];
  readonly bytes: number;
}

export type Hdf5Methods = {
  /** Answers when the library is there. */
  load(params: null): void;
  open(params: { name: string; size: number }): void;
  /** Rejects when the library can no longer be used: the thread must be ended. */
  close(params: null): void;
  names(params: { group: string }): readonly string[];
  links(params: { group: string; names: readonly string[] }): readonly Hdf5Link[];
  read(params: Hdf5Box): Uint8Array;
  chunk(params: Hdf5Box): Hdf5Chunk;
  attributes(params: { path: string }): ReadonlyMap<string, string>;
};

export type Hdf5Notes = {
  /** The thread waits until these bytes of the file are in the memory that both share. */
  read: { readonly offset: number; readonly length: number };
};

/** Memory that both share: how the reading of the file stands, and the bytes that were read. */
export interface Hdf5Memory {
  /** Length 1, one of `reading`. */
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly window: Uint8Array<SharedArrayBuffer>;
}

export const reading = { asked: 0, done: 1, failed: 2 } as const;
