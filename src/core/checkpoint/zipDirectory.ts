/**
 * The directory of a zip archive (PKWARE APPNOTE 6.3.10, with zip64). Names are only keys: nothing is
 * ever written, so a name that leaves the folder is harmless.
 */
import { FormatError, readBytes, readU64, textOf, view, type ByteSource, quoted } from './bytes';

/** One file in the archive. Its bytes are found when first read. */
export interface Member {
  readonly name: string;
  /** Bytes when unpacked, as the directory says. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packed: number;
  readonly deflated: boolean;
  /** Byte of the local header. */
  readonly header: number;
}

/** The comment of an archive has at most 65,535 bytes, the end record 22. */
const maxTail = 65_535 + 22;
/** 46 bytes and a name each: more than a million members. */
const maxDirectory = 128 << 20;
const endRecord = 0x06054b50;
const zip64Locator = 0x07064b50;
const zip64End = 0x06064b50;
const centralHeader = 0x02014b50;

/** Reads the directory; `offset` is where it starts and all members end. */
export async function readDirectory(
  source: ByteSource,
): Promise<{ readonly members: ReadonlyMap<string, Member>; readonly offset: number }> {
  const tail = await withTail(source);
  const { offset, size, count } = await findDirectory(tail);
  if (size > maxDirectory) {
    throw new FormatError(source.name, `the zip directory claims ${size} bytes`, { byte: offset });
  }
  const bytes = await readBytes(tail, offset, size, 'the zip directory');
  return { members: parseDirectory(source, bytes, offset, count), offset };
}

/** The file with its last bytes already in memory: most directories lie wholly in them. */
async function withTail(source: ByteSource): Promise<ByteSource & { readonly tail: Uint8Array }> {
  const { name, size } = source;
  const start = Math.max(0, size - maxTail);
  const tail = await readBytes(source, start, size - start, 'the end of the archive');
  return {
    name,
    size,
    tail,
    async read(offset, target) {
      if (offset < start) return source.read(offset, target);
      target.set(tail.subarray(offset - start, offset - start + target.length));
    },
  };
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(
  source: ByteSource & { readonly tail: Uint8Array },
): Promise<Directory> {
  const { tail } = source;
  const data = view(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (data.getUint32(at, true) !== endRecord) continue;
    if (at + 22 + data.getUint16(at + 20, true) !== tail.length) continue;
    return readEnd(source, data, at);
  }
  throw new FormatError(source.name, 'the zip archive has no end record; it may be cut short', {
    byte: source.size,
  });
}

async function readEnd(source: ByteSource, data: DataView, at: number): Promise<Directory> {
  const end = source.size - data.byteLength + at;
  let count = BigInt(data.getUint16(at + 10, true));
  let size = BigInt(data.getUint32(at + 12, true));
  let offset = BigInt(data.getUint32(at + 16, true));
  let limit = end;
  const locator =
    end >= 20 ? await readBytes(source, end - 20, 20, 'the zip64 locator') : undefined;
  if (locator && view(locator).getUint32(0, true) === zip64Locator) {
    const place = readU64(locator, 8);
    if (place > BigInt(end)) {
      throw new FormatError(source.name, `the zip64 end record lies at ${place}, after the file`, {
        byte: end - 20,
      });
    }
    const record = await readBytes(source, Number(place), 56, 'the zip64 end record');
    if (view(record).getUint32(0, true) !== zip64End) {
      throw new FormatError(source.name, 'there is no zip64 end record', { byte: Number(place) });
    }
    count = readU64(record, 32);
    size = readU64(record, 40);
    offset = readU64(record, 48);
    limit = Number(place);
  }
  if (offset + size > BigInt(limit)) {
    throw new FormatError(
      source.name,
      `the zip directory ends at ${offset + size}, after the ${limit} that it may reach`,
      { byte: end },
    );
  }
  return { offset: Number(offset), size: Number(size), count: Number(count) };
}

/** Packings that zip tools have and checkpoints do not (section 4.4.5). */
const packings: ReadonlyMap<number, string> = new Map([
  [9, 'Deflate64'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [93, 'Zstandard'],
  [95, 'XZ'],
]);

function parseDirectory(
  source: ByteSource,
  bytes: Uint8Array,
  start: number,
  count: number,
): Map<string, Member> {
  const members = new Map<string, Member>();
  const data = view(bytes);
  let at = 0;
  while (at < bytes.length) {
    const fail = (problem: string): never => {
      throw new FormatError(source.name, problem, { byte: start + at });
    };
    if (at + 46 > bytes.length || data.getUint32(at, true) !== centralHeader) {
      fail('expected a zip directory entry');
    }
    const flags = data.getUint16(at + 8, true);
    const method = data.getUint16(at + 10, true);
    const nameEnd = at + 46 + data.getUint16(at + 28, true);
    const extraEnd = nameEnd + data.getUint16(at + 30, true);
    const next = extraEnd + data.getUint16(at + 32, true);
    if (next > bytes.length) fail('the zip directory entry is cut short');
    const name = textOf(bytes.subarray(at + 46, nameEnd), source, 'a member name', start + at + 46);
    const wide = zip64Fields(bytes.subarray(nameEnd, extraEnd));
    const field = (position: number): number => {
      const short = data.getUint32(position, true);
      const value = short === 0xffffffff && wide.length ? wide.shift()! : BigInt(short);
      if (value > BigInt(start)) fail(`member ${quoted(name)} claims ${value} bytes`);
      return Number(value);
    };
    const unpacked = data.getUint32(at + 24, true);
    const size = method === 0 ? field(at + 24) : sizeOf(unpacked, wide);
    const packed = field(at + 20);
    const header = field(at + 42);
    if (flags & 1) fail(`member ${quoted(name)} is encrypted`);
    if (method !== 0 && method !== 8) {
      const packing = packings.get(method) ?? `method ${method}`;
      fail(`member ${quoted(name)} is packed by ${packing}, only deflate is read`);
    }
    if (method === 0 && packed !== size) fail(`member ${quoted(name)} has two sizes`);
    if (header + 30 + packed > start) fail(`member ${quoted(name)} ends after its archive`);
    if (members.has(name)) fail(`member ${quoted(name)} is there twice`);
    members.set(name, { name, size, packed, deflated: method === 8, header });
    at = next;
  }
  if (members.size !== count) {
    throw new FormatError(
      source.name,
      `${count} zip members are announced, ${members.size} are there`,
      {
        byte: start,
      },
    );
  }
  return members;
}

/** The unpacked size of a deflated member may be larger than the archive; reading it bounds it. */
const sizeOf = (short: number, wide: bigint[]): number =>
  Number(short === 0xffffffff && wide.length ? wide.shift()! : BigInt(short));

/** The u64 values of the zip64 extra field (section 4.5.3), in their order. */
function zip64Fields(extra: Uint8Array): bigint[] {
  const data = view(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + data.getUint16(at + 2, true)) {
    if (data.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra.length, at + 4 + data.getUint16(at + 2, true));
    const fields: bigint[] = [];
    for (let field = at + 4; field + 8 <= end; field += 8) fields.push(readU64(extra, field));
    return fields;
  }
  return [];
}
