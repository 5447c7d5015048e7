/** Large states kept every few steps and made again between, so that a long run fits in memory and opens at once. */
import type { Recorded } from '../trace/recording';

/** The state before every `every`-th step. */
export interface Snapshots {
  readonly every: number;
  readonly values: readonly Float32Array[];
}

/** Elements of a recording that are held, at most: 512 MB. */
const mostElements = 2 ** 27;

/** Throws Error with the longest run that fits, `perStep` elements a step. */
export function checkRoom(steps: number, perStep: number): void {
  const most = Math.floor(mostElements / Math.max(1, perStep));
  if (steps > most) {
    throw new Error(`${steps} steps are too many to record, this model fits ${most}`);
  }
}

/**
 * A state as a recorded tensor [steps + 1, …]. `advance` makes the state after step `t` from the one before, in place.
 * Reading on from where one stopped costs one step each.
 */
export function replayed(
  shape: readonly number[],
  { every, values }: Snapshots,
  advance: (state: Float32Array, t: number) => void,
): Recorded {
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  let at = -1;
  let state = new Float32Array(0);
  const go = (row: number): Float32Array => {
    const base = Math.min(Math.floor(row / every), values.length - 1);
    if (at < 0 || at > row || base * every > at) {
      state = values[base]!.slice();
      at = base * every;
    }
    for (; at < row; at++) advance(state, at);
    return state;
  };
  return {
    shape,
    read(start, count) {
      const out = new Float32Array(count);
      for (let done = 0; done < count;) {
        const row = Math.floor((start + done) / size);
        const from = start + done - row * size;
        const length = Math.min(size - from, count - done);
        out.set(go(row).subarray(from, from + length), done);
        done += length;
      }
      return out;
    },
  };
}
