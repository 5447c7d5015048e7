/** Parts of files one after another, read as if they were one file: chunked arrays and weight shards. */
import type { ByteSource } from './bytes';

/** Bytes `offset` … `offset + length` of a file. */
export interface Part {
  readonly source: ByteSource;
  readonly offset: number;
  readonly length: number;
}

/** The parts as one file. Their ranges must have been checked; reading past the end reads less. */
export function joined(name: string, parts: readonly Part[]): ByteSource {
  const starts: number[] = [];
  let size = 0;
  for (const { length } of parts) {
    starts.push(size);
    size += length;
  }
  /** The pieces of the parts that the target takes, in order. */
  function* pieces(offset: number, target: Uint8Array) {
    let index = lastAtMost(starts, offset);
    for (let done = 0; done < target.length && index < parts.length; index++) {
      const part = parts[index]!;
      const skipped = offset + done - starts[index]!;
      const length = Math.min(part.length - skipped, target.length - done);
      yield { part, at: part.offset + skipped, into: target.subarray(done, done + length) };
      done += length;
    }
  }
  const whole: ByteSource = {
    name,
    size,
    async read(offset, target) {
      for (const { part, at, into } of pieces(offset, target)) await part.source.read(at, into);
    },
  };
  if (!parts.every(({ source }) => source.readSync)) return whole;
  return {
    ...whole,
    readSync(offset, target) {
      for (const { part, at, into } of pieces(offset, target)) part.source.readSync?.(at, into);
    },
  };
}

/** Index of the last of the ascending numbers that is not above `limit`; 0 when all are. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= limit) low = middle;
    else high = middle;
  }
  return low;
}
