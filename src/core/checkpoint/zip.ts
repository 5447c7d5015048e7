/** The members of a zip archive as files that are read by range. */
import {
  FormatError,
  memorySource,
  readBytes,
  view,
  type ByteSource,
  type Platform,
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

const localHeader = 0x04034b50;

/** Reads the directory. */
export async function openZip(source: ByteSource, platform: Platform): Promise<Archive> {
  const { members, offset } = await readDirectory(source);
  const opened = new Map<string, ByteSource>();
  return {
    source,
    members,
    open(name) {
      const member = members.get(name);
      if (!member)
        throw new FormatError(source.name, `the archive has no member ${JSON.stringify(name)}`);
      const file = opened.get(name) ?? memberSource(source, member, offset, platform);
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
  platform: Platform,
): ByteSource {
  const { name, size, packed, deflated } = member;
  let place: Promise<number> | undefined;
  let unpacked: Promise<ByteSource> | undefined;
  const inflate = async () => {
    if (size > maxInflated) {
      throw new FormatError(source.name, `member ${JSON.stringify(name)} unpacks to ${size} bytes`);
    }
    const bytes = await readBytes(
      source,
      await (place ??= locate(source, member, limit)),
      packed,
      name,
    );
    try {
      const inflated = await platform.inflate(bytes, size);
      if (inflated.length === size) return memorySource(source.name, inflated);
    } catch {
      // Said below, together with a wrong length.
    }
    throw new FormatError(
      source.name,
      `member ${JSON.stringify(name)} does not inflate to ${size} bytes`,
      {
        byte: member.header,
      },
    );
  };
  return {
    name: source.name,
    size,
    async read(offset, target) {
      if (deflated) {
        await (await (unpacked ??= inflate())).read(offset, target);
      } else {
        await source.read((await (place ??= locate(source, member, limit))) + offset, target);
      }
    },
  };
}

/** Byte of the member's data. */
async function locate(source: ByteSource, member: Member, limit: number): Promise<number> {
  const bytes = await readBytes(source, member.header, 30, `the header of ${member.name}`);
  const data = view(bytes);
  if (data.getUint32(0, true) !== localHeader) {
    throw new FormatError(source.name, `member ${JSON.stringify(member.name)} has no header`, {
      byte: member.header,
    });
  }
  const start = member.header + 30 + data.getUint16(26, true) + data.getUint16(28, true);
  if (start + member.packed > limit) {
    throw new FormatError(
      source.name,
      `member ${JSON.stringify(member.name)} ends after its archive`,
      {
        byte: member.header,
      },
    );
  }
  return start;
}
