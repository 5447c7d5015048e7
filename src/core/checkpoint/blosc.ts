/** Blosc's chunks, version 2 (github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst). */
import { view, type Platform } from './bytes';
import { unpackBlosclz } from './blosclz';
import { unpackZlib } from './deflated';
import { unpackLz4 } from './lz4';
import { bitUnshuffle, unshuffle } from './shuffle';
import { unpackSnappy } from './snappy';
import { unpackZstd } from './zstd';

const headerBytes = 16;
/** Bits of the flags. */
const shuffled = 1;
const copied = 2;
const bitShuffled = 4;
const whole = 16;
/** A block is cut into one stream per byte of an element, unless elements are wide or blocks small. */
const maxStreams = 16;
const minStream = 128;

type Unpack = (
  packed: Uint8Array,
  size: number,
  platform: Platform,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** By the number in the flags. */
const coders: readonly Unpack[] = [unpackBlosclz, unpackLz4, unpackSnappy, unpackZlib, unpackZstd];

/** Unpacks a chunk; undefined when it is not well formed or claims more than `limit` bytes. */
export async function unpackBlosc(
  packed: Uint8Array,
  limit: number,
  platform: Platform,
): Promise<Uint8Array | undefined> {
  if (packed.length < headerBytes) return undefined;
  const data = view(packed);
  const [version, , flags = 0, itemSize = 1] = packed;
  const [size, blockSize, length] = [4, 8, 12].map((at) => data.getUint32(at, true));
  if (version! > 2 || length !== packed.length || size! > limit || !itemSize) return undefined;
  const target = new Uint8Array(size!);
  if (flags & copied) {
    if (packed.length !== headerBytes + size!) return undefined;
    target.set(packed.subarray(headerBytes));
    return target;
  }
  const coder = coders[flags >> 5];
  const blocks = Math.ceil(size! / blockSize!);
  if (!coder || !(headerBytes + 4 * blocks <= packed.length)) return undefined;
  for (let block = 0; block < blocks; block++) {
    const first = block * blockSize!;
    const bytes = Math.min(blockSize!, size! - first);
    const isCut = !(flags & whole) && bytes === blockSize && itemSize <= maxStreams;
    const streams = isCut && bytes / itemSize >= minStream ? itemSize : 1;
    const start = data.getUint32(headerBytes + 4 * block, true);
    const values = await unpackBlock(packed, start, bytes, streams, coder, platform);
    if (!values) return undefined;
    const isShuffled = flags & shuffled && itemSize > 1;
    const isBits = flags & bitShuffled && bytes >= itemSize;
    const order = isShuffled ? unshuffle : isBits ? bitUnshuffle : undefined;
    target.set(order ? order(values, itemSize) : values, first);
  }
  return target;
}

/** Streams one after another, each with its packed length before it; one that did not get smaller is stored. */
async function unpackBlock(
  packed: Uint8Array,
  start: number,
  bytes: number,
  streams: number,
  coder: Unpack,
  platform: Platform,
): Promise<Uint8Array | undefined> {
  const each = bytes / streams;
  if (!Number.isInteger(each)) return undefined;
  const target = new Uint8Array(bytes);
  let at = start;
  for (let done = 0; done < bytes; done += each) {
    if (at + 4 > packed.length) return undefined;
    const length = view(packed).getUint32(at, true);
    const stream = packed.subarray(at + 4, at + 4 + length);
    if (stream.length < length) return undefined;
    const values = length === each ? stream : await coder(stream, each, platform);
    if (values?.length !== each) return undefined;
    target.set(values, done);
    at += 4 + length;
  }
  return target;
}
