/** Seeded random numbers (mulberry32, T. Ettinger): the same seed gives the same input everywhere. */

export interface Random {
  /** 0 ≤ value < 1. */
  next(): number;
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** 0 or 1. */
  bit(): number;
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return { next, below, bit: () => below(2) };
}
