/** The members of a zip archive as files that are read by range. */
import {
  FormatError,
  memorySource,
  readBytes,
  view,
  type ByteSource,
  type Platform,
  quoted,
} from './bytes';
import { readDirectory, type Member } from './zipDirectory';

export interface Archive {
  readonly source: ByteSource;
  /** In the order of the directory. */
  readonly members: ReadonlyMap<string, Member>;
  /** A member as a file, always the same object for the same member. Throws when there is none. */
  open(name: string): ByteSource;
}

/** A deflated member is held in memory; stored ones are read by range and have no limit. */
const maxInflated = 1 << 30;
/** Unpacked members that are kept, so that reading a tensor in pieces unpacks it once. */
const keptBytes = 256 << 20;

/** Deflate gives at most 1032 bytes for one (zlib.net/zlib_tech.html). */
const mostInflated = (packed: number): number => 1032 * packed + 64;

/** What is had of a deflated member without unpacking it whole: headers of arrays lie there. */
const startBytes = 4096;
/** Packed bytes that give as many; where an encoder was wasteful the member is unpacked whole. */
const startPacked = startBytes + 512;

const localHeader = 0x04034b50;

/** Reads the directory. */
export async function openZip(source: ByteSource, platform: Platform): Promise<Archive> {
  const { members, offset } = await readDirectory(source);
  const inflate = inflater(source, offset, platform);
  const start = async (member: Member): Promise<Uint8Array> => {
    const place = await locate(source, member, offset);
    const bytes = await readBytes(source, place, startPacked, quoted(member.name));
    const unpacked = await platform.inflateStart(bytes).catch(() => new Uint8Array(0));
    return unpacked.slice(0, startBytes);
  };
  const opened = new Map<string, ByteSource>();
  return {
    source,
    members,
    open(name) {
      const member = members.get(name);
      if (!member) throw new FormatError(source.name, `the archive has no member ${quoted(name)}`);
      const file = opened.get(name) ?? memberSource(source, member, offset, { inflate, start });
      opened.set(name, file);
      return file;
    },
  };
}

/** A member by range. Its place is looked up in its local header at the first read. */
function memberSource(
  source: ByteSource,
  member: Member,
  limit: number,
  unpack: {
    inflate(member: Member): Promise<ByteSource>;
    start(member: Member): Promise<Uint8Array>;
  },
): ByteSource {
  const { size, deflated } = member;
  let place: Promise<number> | undefined;
  let start: Promise<Uint8Array> | undefined;
  return {
    name: source.name,
    size,
    isPacked: deflated,
    async read(offset, target) {
      if (deflated) {
        const end = offset + target.length;
        // What is packed small is unpacked whole, so that its size is checked.
        const isLarge = size > startBytes && member.packed > startPacked;
        const head = isLarge && end <= startBytes && (await (start ??= unpack.start(member)));
        if (head && end <= head.length) return target.set(head.subarray(offset, end));
        return (await unpack.inflate(member)).read(offset, target);
      }
      await source.read((await (place ??= locate(source, member, limit))) + offset, target);
    },
  };
}

/** Unpacks members and keeps those used last. */
function inflater(source: ByteSource, limit: number, platform: Platform) {
  const kept = new Map<Member, Promise<ByteSource>>();
  let total = 0;
  const inflate = async (member: Member): Promise<ByteSource> => {
    const { name, size, packed, header } = member;
    if (size > maxInflated || size > mostInflated(packed)) {
      throw new FormatError(
        source.name,
        `${packed} bytes of member ${quoted(name)} would unpack to ${size}`,
      );
    }
    const bytes = await readBytes(source, await locate(source, member, limit), packed, name);
    const inflated = await platform.inflate(bytes, size).catch(() => undefined);
    if (inflated?.length === size) return memorySource(source.name, inflated);
    const problem = `member ${quoted(name)} does not inflate to ${size} bytes`;
    throw new FormatError(source.name, problem, { byte: header });
  };
  return (member: Member): Promise<ByteSource> => {
    const unpacked = kept.get(member) ?? inflate(member);
    if (kept.delete(member)) total -= member.size;
    kept.set(member, unpacked);
    total += member.size;
    for (const oldest of kept.keys()) {
      if (total <= keptBytes || oldest === member) break;
      kept.delete(oldest);
      total -= oldest.size;
    }
    return unpacked;
  };
}

/** Byte of the member's data. */
async function locate(source: ByteSource, member: Member, limit: number): Promise<number> {
  const { name, header, packed } = member;
  const data = view(await readBytes(source, header, 30, `the header of ${quoted(name)}`));
  const fail = (problem: string): never => {
    throw new FormatError(source.name, `member ${quoted(name)} ${problem}`, { byte: header });
  };
  if (data.getUint32(0, true) !== localHeader) fail('has no header');
  const start = header + 30 + data.getUint16(26, true) + data.getUint16(28, true);
  if (start + packed > limit) fail('ends after its archive');
  return start;
}
