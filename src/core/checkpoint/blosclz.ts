/** BloscLZ, Blosc's own coder (github.com/Blosc/c-blosc/blob/main/blosc/blosclz.c, blosclz_decompress). */
import { repeatBack } from './repeatBack';

/** Distances that do not fit 13 bits follow in two bytes more, counted from here. */
const maxShort = 8191;

/** Unpacks to exactly `size` bytes; undefined when the data is not well formed. */
export function unpackBlosclz(packed: Uint8Array, size: number): Uint8Array | undefined {
  const target = new Uint8Array(size);
  let at = 0;
  let done = 0;
  const next = () => packed[at++] ?? Infinity;
  while (at < packed.length) {
    // The first byte is always a count of literals.
    const control = at ? packed[at++]! : packed[at++]! & 31;
    if (control < 32) {
      const length = control + 1;
      if (at + length > packed.length || done + length > size) return undefined;
      target.set(packed.subarray(at, at + length), done);
      at += length;
      done += length;
      continue;
    }
    let count = (control >> 5) + 2;
    if (count === 9) {
      for (let byte = 255; byte === 255; count += byte) byte = next();
    }
    const low = next();
    let back = ((control & 31) << 8) + low + 1;
    if (back === maxShort + 1) back += 256 * next() + next();
    if (!(back <= done && done + count <= size)) return undefined;
    repeatBack(target, done, back, count);
    done += count;
  }
  return done === size ? target : undefined;
}
