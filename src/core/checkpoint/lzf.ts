/** LibLZF's format, as h5py's LZF filter packs chunks (oldhome.schmorp.de/marc/liblzf.html, lzf_d.c). */
import { repeatBack } from './repeatBack';

/** Unpacks to exactly `size` bytes; undefined when the data is not well formed. */
export function unpackLzf(packed: Uint8Array, size: number): Uint8Array | undefined {
  const target = new Uint8Array(size);
  let at = 0;
  let done = 0;
  while (at < packed.length) {
    const control = packed[at++]!;
    if (control < 32) {
      const length = control + 1;
      if (at + length > packed.length || done + length > size) return undefined;
      target.set(packed.subarray(at, at + length), done);
      at += length;
      done += length;
    } else {
      const short = control >> 5;
      const length = (short === 7 ? 7 + (packed[at++] ?? Infinity) : short) + 2;
      const back = ((control & 31) << 8) + (packed[at++] ?? Infinity) + 1;
      if (!(back <= done) || !(done + length <= size)) return undefined;
      repeatBack(target, done, back, length);
      done += length;
    }
  }
  return done === size ? target : undefined;
}
