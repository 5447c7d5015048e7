/** LZ4's block format (github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md). */
import { repeatBack } from './repeatBack';

/** Unpacks one block to exactly `size` bytes; undefined when the data is not well formed. */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array | undefined {
  const target = new Uint8Array(size);
  let at = 0;
  let done = 0;
  /** 15 says that bytes follow to be added, up to the first that is not 255. */
  const length = (short: number): number => {
    let total = short;
    for (let byte = short === 15 ? 255 : 0; byte === 255; total += byte)
      byte = packed[at++] ?? Infinity;
    return total;
  };
  while (at < packed.length) {
    const token = packed[at++]!;
    const literals = length(token >> 4);
    if (!(at + literals <= packed.length) || done + literals > size) return undefined;
    target.set(packed.subarray(at, at + literals), done);
    at += literals;
    done += literals;
    if (at === packed.length) break; // the last sequence has no copy
    const back = packed[at]! + 256 * (packed[at + 1] ?? Infinity);
    at += 2;
    const count = length(token & 15) + 4;
    if (!(back >= 1 && back <= done && done + count <= size)) return undefined;
    repeatBack(target, done, back, count);
    done += count;
  }
  return done === size ? target : undefined;
}
