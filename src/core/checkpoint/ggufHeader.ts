/**
 * The header of a GGUF file, versions 2 and 3, in both byte orders
 * (github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 */
import { FormatError, quoted, readBytes, textOf, view, type ByteSource } from './bytes';
import { float32 } from './encodeCsv';

/** What the header says about one tensor. */
export interface GgufInfo {
  readonly name: string;
  /** Fastest dimension first, as in the file. */
  readonly dimensions: readonly number[];
  readonly type: number;
  /** Bytes from the start of the data. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly byteOrder: 'little' | 'big';
  readonly metadata: Map<string, string>;
  readonly infos: readonly GgufInfo[];
  /** Bytes that the data and each tensor start at a multiple of. */
  readonly alignment: number;
  /** Byte where the data start. */
  readonly start: number;
}

/** Most of a header are the words of a tokenizer: the largest take 20 MB. */
const maxHeader = 128 << 20;
const firstBytes = 64 << 10;
/** The specification's bound on keys; names of tensors are shorter. */
const maxName = 65_535;
const maxRank = 64;
/** No writer nests arrays; the specification does not forbid it. */
const maxNesting = 8;
/** A template is shown whole, the text of a tokenizer is not. */
const maxText = 32 << 10;
/** Entries of an array that are shown. */
const maxShown = 8;
const defaultAlignment = 32;

/** The header goes on after the bytes that were read. */
class Short extends Error {
  constructor(readonly end: number) {
    super();
  }
}

/** Reads as much of the file as the header takes, eight times more with each read. */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  for (let length = firstBytes; ;) {
    const held = await readBytes(source, 0, Math.min(length, source.size), 'the header');
    try {
      return parse(source, held);
    } catch (error) {
      if (!(error instanceof Short)) throw error;
      if (error.end > maxHeader) {
        throw new FormatError(source.name, `the header goes beyond ${maxHeader} bytes`);
      }
      length = Math.min(maxHeader, Math.max(8 * length, error.end));
    }
  }
}

function parse(source: ByteSource, held: Uint8Array): GgufHeader {
  const data = view(held);
  let at = 4;
  let little = true;
  const fail = (problem: string, byte = at): never => {
    throw new FormatError(source.name, problem, { byte });
  };
  /** The place of the next `length` bytes, and past them. */
  const take = (length: number): number => {
    const start = at;
    if (length > source.size - at) fail(`the file ends ${source.size - at} bytes after this`);
    if (at + length > held.length) throw new Short(at + length);
    at += length;
    return start;
  };
  const u32 = () => data.getUint32(take(4), little);
  /** A u64 that counts things of at least `size` bytes each in the rest of the file. */
  const count = (what: string, size: number): number => {
    const claim = data.getBigUint64(take(8), little);
    const most = Math.floor((source.size - at) / size);
    if (claim > BigInt(most)) fail(`${claim} ${what} are announced, at most ${most} fit`, at - 8);
    return Number(claim);
  };
  const text = (what: string, limit: number): string => {
    const length = count(`bytes of ${what}`, 1);
    const start = take(length);
    const bytes = held.subarray(start, at);
    if (length <= limit) return textOf(bytes, source, what, start);
    // Cut anywhere: a broken last character becomes a replacement character.
    return `${new TextDecoder().decode(bytes.subarray(0, limit))}… (${length} bytes)`;
  };
  const name = (what: string): string => {
    const start = at;
    const length = count(`bytes of ${what}`, 1);
    if (length > maxName) fail(`${what} of ${length} bytes`, start);
    return textOf(held.subarray(take(length), at), source, what, start + 8);
  };
  const number = (size: number, read: (place: number) => unknown) => ({
    size,
    show: () => String(read(take(size))),
  });
  /** By the number of the type: bytes of the smallest value, and how one is read and shown. */
  const types: readonly { readonly size: number; readonly show: (depth: number) => string }[] = [
    number(1, (place) => data.getUint8(place)),
    number(1, (place) => data.getInt8(place)),
    number(2, (place) => data.getUint16(place, little)),
    number(2, (place) => data.getInt16(place, little)),
    number(4, (place) => data.getUint32(place, little)),
    number(4, (place) => data.getInt32(place, little)),
    number(4, (place) => float32(data.getFloat32(place, little))),
    number(1, (place) => data.getUint8(place) !== 0),
    { size: 8, show: (depth) => (depth ? quoted(text('a text', 200)) : text('a text', maxText)) },
    { size: 12, show: (depth) => list(depth) },
    number(8, (place) => data.getBigUint64(place, little)),
    number(8, (place) => data.getBigInt64(place, little)),
    number(8, (place) => data.getFloat64(place, little)),
  ];
  const typeOf = (code: number) => types[code] ?? fail(`${code} is no type of a value`, at - 4);
  const list = (depth: number): string => {
    if (depth >= maxNesting) fail(`arrays nest deeper than ${maxNesting} levels`);
    const code = u32();
    const type = typeOf(code);
    const length = count('entries of an array', type.size);
    const shown: string[] = [];
    for (let i = 0; i < Math.min(length, maxShown); i++) shown.push(type.show(depth + 1));
    if (length <= maxShown) return `[${shown.join(', ')}]`;
    if (code < 8 || code > 9) take((length - maxShown) * type.size);
    else if (code === 8) for (let i = maxShown; i < length; i++) take(count('bytes of a text', 1));
    else for (let i = maxShown; i < length; i++) type.show(depth + 1);
    return `${length} entries: [${shown.join(', ')}, …]`;
  };

  // The version fits 16 bits, so where they are empty the file is big-endian.
  little = (data.getUint32(take(4), true) & 0xffff) !== 0;
  const version = data.getUint32(4, little);
  if (version !== 2 && version !== 3) fail(`version ${version} is neither 2 nor 3`, 4);
  const tensorCount = count('tensors', 24);
  const pairs = count('metadata entries', 13);
  const metadata = new Map<string, string>();
  let alignment = defaultAlignment;
  for (let i = 0; i < pairs; i++) {
    const start = at;
    const key = name('a key');
    if (metadata.has(key)) fail(`the key ${quoted(key)} is there twice`, start);
    const code = u32();
    const value = typeOf(code).show(0);
    metadata.set(key, value);
    if (key !== 'general.alignment') continue;
    alignment = code === 4 ? Number(value) : 0;
    // Also false for 0.
    if (Math.log2(alignment) % 1 !== 0) fail(`the alignment ${value} is no power of two`, start);
  }
  const infos: GgufInfo[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const tensor = name("a tensor's name");
    const rank = u32();
    if (rank > maxRank) fail(`${rank} dimensions are more than ${maxRank}`, at - 4);
    const sizes: bigint[] = [];
    for (let axis = 0; axis < rank; axis++) sizes.push(data.getBigUint64(take(8), little));
    const type = u32();
    sizes.push(data.getBigUint64(take(8), little));
    const large = sizes.find((size) => size > BigInt(Number.MAX_SAFE_INTEGER));
    if (large !== undefined) {
      throw new FormatError(source.name, `${large} is beyond 2^53`, { tensor });
    }
    const dimensions = sizes.map(Number);
    infos.push({ name: tensor, offset: dimensions.pop()!, dimensions, type });
  }
  const start = Math.ceil(at / alignment) * alignment;
  return { version, byteOrder: little ? 'little' : 'big', metadata, infos, alignment, start };
}
