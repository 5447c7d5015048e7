/** Deflate in the two wrappings that files use; checksums at the end are not compared. */
import { view, type Platform } from './bytes';

/** The zlib format (RFC 1950), without a dictionary. Undefined when it is broken or gives more than `limit` bytes. */
export async function unpackZlib(
  packed: Uint8Array,
  limit: number,
  platform: Platform,
): Promise<Uint8Array | undefined> {
  if (packed.length < 6) return undefined;
  const header = view(packed).getUint16(0);
  const isZlib = ((header >> 8) & 15) === 8 && header % 31 === 0 && !(header & 32);
  return isZlib ? inflate(packed.subarray(2, -4), limit, platform) : undefined;
}

/** The gzip format (RFC 1952), one member. Undefined when it is broken or gives more than `limit` bytes. */
export async function unpackGzip(
  packed: Uint8Array,
  limit: number,
  platform: Platform,
): Promise<Uint8Array | undefined> {
  if (packed.length < 18 || view(packed).getUint32(0) >>> 8 !== 0x1f8b08) return undefined;
  const flags = packed[3]!;
  let at = 10;
  if (flags & 4) at += 2 + view(packed).getUint16(10, true); // extra field
  for (const text of [8, 16]) {
    if (flags & text) at = packed.indexOf(0, at) + 1 || packed.length; // name, comment
  }
  if (flags & 2) at += 2; // checksum of the header
  return inflate(packed.subarray(at, -8), limit, platform);
}

const inflate = (deflated: Uint8Array, limit: number, platform: Platform) =>
  platform.inflate(deflated, limit).catch(() => undefined);
