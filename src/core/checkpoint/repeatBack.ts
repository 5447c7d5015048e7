/** The copy that every dictionary coder has. */

/** Writes `count` bytes at `to` from those that start `back` bytes before; a copy over itself repeats a pattern. */
export function repeatBack(target: Uint8Array, to: number, back: number, count: number): void {
  const from = to - back;
  if (back >= count) {
    target.copyWithin(to, from, from + count);
    return;
  }
  for (let i = 0; i < count; i++) target[to + i] = target[from + i]!;
}
