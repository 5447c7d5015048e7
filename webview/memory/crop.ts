/** Which slots are shown: a memory has many, a run touches few. */

/** Slots from `first` on, around the end where the memory is circular. */
export interface Crop {
  readonly first: number;
  readonly count: number;
  /** All slots of the memory. */
  readonly slots: number;
}

/** A slot is touched where a weight on it is at least this. */
export const touchedFrom = 0.05;

/** The shortest arc of slots that holds all touched ones, one more on each side; all where little is gained. */
export function cropOf(touched: readonly boolean[]): Crop {
  const slots = touched.length;
  const whole = { first: 0, count: slots, slots };
  let longest = { start: 0, length: 0 };
  let length = 0;
  // Twice around, so that a gap over the end is found.
  for (let i = 0; i < 2 * slots; i++) {
    length = touched[i % slots] ? 0 : length + 1;
    if (length > longest.length) longest = { start: i - length + 1, length };
    if (length >= slots) return whole;
  }
  const margin = 1;
  const count = Math.min(slots, slots - longest.length + 2 * margin);
  if (count > 0.8 * slots) return whole;
  return { first: (longest.start + longest.length - margin + slots) % slots, count, slots };
}

/** The slot of a row of the picture. */
export function slotAt({ first, slots }: Crop, row: number): number {
  return (first + row) % slots;
}

/** The row of a slot, which may not be shown. */
export function rowOf({ first, count, slots }: Crop, slot: number): number | undefined {
  const row = (slot - first + slots) % slots;
  return slot < slots && row < count ? row : undefined;
}
