/** Snappy's raw format (github.com/google/snappy/blob/main/format_description.txt). */
import { repeatBack } from './repeatBack';

/** Unpacks one block; undefined when it is not well formed or gives more than `limit` bytes. */
export function unpackSnappy(packed: Uint8Array, limit: number): Uint8Array | undefined {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = packed[at++];
    if (byte === undefined || shift > 28) return undefined;
    size += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (size > limit) return undefined;
  const target = new Uint8Array(size);
  let done = 0;
  /** A little-endian number of up to 4 bytes; beyond the end it is too large for anything. */
  const number = (length: number): number => {
    let value = 0;
    for (let i = 0; i < length; i++) value += (packed[at + i] ?? Infinity) * 2 ** (8 * i);
    at += length;
    return value;
  };
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = (short < 60 ? short : number(short - 59)) + 1;
      if (at + length > packed.length || done + length > size) return undefined;
      target.set(packed.subarray(at, at + length), done);
      at += length;
      done += length;
    } else {
      const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const back = kind === 1 ? ((tag >> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4);
      if (!(back >= 1 && back <= done) || done + length > size) return undefined;
      repeatBack(target, done, back, length);
      done += length;
    }
  }
  return done === size ? target : undefined;
}
