/** The memory of a Neural Turing Machine: cosine by content, reading, writing, and what was written made again. */
import type { Recorded } from '../trace/recording';
import { affine } from './kernels';
import { replayed, type Snapshots } from './replay';

/** What one head did, all [T, …]. */
export interface HeadTrack {
  readonly write: boolean;
  readonly key: Float32Array;
  readonly beta: Float32Array;
  readonly gate: Float32Array;
  readonly shift: Float32Array;
  readonly gamma: Float32Array;
  readonly content: Float32Array;
  readonly gated: Float32Array;
  readonly shifted: Float32Array;
  readonly w: Float32Array;
  readonly read: Float32Array;
  readonly erase: Float32Array;
  readonly add: Float32Array;
}

/** Below this, torch's cosine similarity takes a norm for this. */
const leastNorm = 1e-8;

export interface Memory {
  readonly values: Float32Array;
  readonly slots: number;
  readonly columns: number;
  /** out[at + n] = β · cosine(key, row n). */
  similarity(key: Float32Array, from: number, beta: number, out: Float32Array, at: number): void;
  read(w: Float32Array, from: number, out: Float32Array, at: number): void;
  write(track: HeadTrack, t: number, erases: boolean): void;
}

export function createMemory(values: Float32Array, slots: number, columns: number): Memory {
  const norms = new Float64Array(slots);
  const measure = () => {
    for (let n = 0; n < slots; n++) {
      let sum = 0;
      for (let j = n * columns; j < (n + 1) * columns; j++) sum += values[j]! * values[j]!;
      norms[n] = Math.max(Math.sqrt(sum), leastNorm);
    }
  };
  measure();
  return {
    values,
    slots,
    columns,
    similarity(key, from, beta, out, at) {
      let sum = 0;
      for (let j = from; j < from + columns; j++) sum += key[j]! * key[j]!;
      const scale = beta / Math.max(Math.sqrt(sum), leastNorm);
      affine(out, at, values, undefined, key.subarray(from, from + columns), slots, columns);
      for (let n = 0; n < slots; n++) out[at + n] = (out[at + n]! * scale) / norms[n]!;
    },
    read(w, from, out, at) {
      for (let n = 0; n < slots; n++) {
        const weight = w[from + n]!;
        for (let j = 0; j < columns; j++) {
          out[at + j] = out[at + j]! + weight * values[n * columns + j]!;
        }
      }
    },
    write(track, t, erases) {
      writeMemory(values, slots, columns, track, t, erases);
      measure();
    },
  };
}

/** M ← M ∘ (1 - w ⊗ e) + w ⊗ a, or M ∘ (1 - w) + w ⊗ a without an erase vector. */
function writeMemory(
  memory: Float32Array,
  slots: number,
  columns: number,
  { w, erase, add }: HeadTrack,
  t: number,
  erases: boolean,
): void {
  const vector = t * columns;
  for (let n = 0; n < slots; n++) {
    const weight = w[t * slots + n]!;
    const row = n * columns;
    for (let j = 0; j < columns; j++) {
      const erased = erases ? erase[vector + j]! : 1;
      memory[row + j] = memory[row + j]! * (1 - weight * erased) + weight * add[vector + j]!;
    }
  }
}

/** [T+1, N, M], made again from the kept memories and what was written. */
export function memoryOf(
  steps: number,
  slots: number,
  columns: number,
  kept: Snapshots,
  tracks: readonly HeadTrack[],
  erases: boolean,
): Recorded {
  const writers = tracks.filter(({ write }) => write);
  return replayed([steps + 1, slots, columns], kept, (memory, t) => {
    for (const track of writers) writeMemory(memory, slots, columns, track, t, erases);
  });
}
