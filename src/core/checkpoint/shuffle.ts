/** The orders that packers put the bytes and bits of elements in, so that like comes beside like. */

/** The first bytes of all elements come first, then all second ones; what is no whole element stays at the end. */
export function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  const target = new Uint8Array(bytes.length);
  for (let b = 0; b < size; b++) {
    const from = b * count;
    for (let i = 0, to = b; i < count; i++, to += size) target[to] = bytes[from + i]!;
  }
  target.set(bytes.subarray(count * size), count * size);
  return target;
}

/**
 * The lowest bits of the first bytes of all elements come first, then the next bits (Bitshuffle,
 * Masui et al. 2015). Where the elements do not fill groups of 8, Blosc leaves all as it was.
 */
export function bitUnshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  if (count % 8) return bytes.slice();
  const target = bytes.slice();
  const row = count / 8;
  for (let b = 0; b < size; b++) {
    for (let group = 0; group < row; group++) {
      const at = 8 * b * row + group;
      // An 8 × 8 matrix of bits in two words (Warren, Hacker's Delight, 7-3).
      let low = 0;
      let high = 0;
      for (let k = 3; k >= 0; k--) {
        low = (low << 8) | bytes[at + k * row]!;
        high = (high << 8) | bytes[at + (k + 4) * row]!;
      }
      let t = (low ^ (low >>> 7)) & 0x00aa00aa;
      low ^= t ^ (t << 7);
      t = (high ^ (high >>> 7)) & 0x00aa00aa;
      high ^= t ^ (t << 7);
      t = (low ^ (low >>> 14)) & 0x0000cccc;
      low ^= t ^ (t << 14);
      t = (high ^ (high >>> 14)) & 0x0000cccc;
      high ^= t ^ (t << 14);
      const first = (low & 0x0f0f0f0f) | ((high & 0x0f0f0f0f) << 4);
      const second = ((low & 0xf0f0f0f0) >>> 4) | (high & 0xf0f0f0f0);
      const to = 8 * group * size + b;
      for (let k = 0; k < 4; k++) {
        target[to + k * size] = first >>> (8 * k);
        target[to + (k + 4) * size] = second >>> (8 * k);
      }
    }
  }
  return target;
}
