/** How the chunks of Zarr arrays are packed: numcodecs.readthedocs.io for version 2, zarr-specs (v3/codecs) for version 3. */
import { view, type Platform } from './bytes';
import { unpackBlosc } from './blosc';
import { unpackGzip, unpackZlib } from './deflated';
import { isMap } from './jsonFile';
import type { Json } from './json';
import { unpackLz4 } from './lz4';
import { unpackZstd } from './zstd';

/** Undoes one packing; undefined when the data is broken or gives more than `limit` bytes. */
type Unpack = (
  packed: Uint8Array,
  limit: number,
  platform: Platform,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

const checksumBytes = 4;

const unpackers: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', unpackGzip],
  ['zlib', unpackZlib],
  ['zstd', unpackZstd],
  ['lz4', unpackSizedLz4],
  ['blosc', unpackBlosc],
  // The checksum at the end is not compared.
  ['crc32c', (packed) => packed.subarray(0, -checksumBytes)],
]);

/** One packing by its name in the metadata. */
export interface Packing {
  readonly name: string;
  readonly unpack: Unpack;
}

/** The packings in the order in which they were done, or the name of the first that is not read. */
export function packingsOf(list: readonly Json[], key: 'id' | 'name'): readonly Packing[] | string {
  const found: Packing[] = [];
  for (const codec of list) {
    const written = typeof codec === 'string' ? codec : isMap(codec) ? codec.get(key) : undefined;
    // zarr-python names what only numcodecs has so.
    const name = String(written).replace(/^numcodecs\./, '');
    const unpack = unpackers.get(name);
    if (!unpack) return name;
    found.push({ name, unpack });
  }
  return found;
}

/** Undoes them, the last first; undefined when that does not give exactly `size` bytes. */
export async function unpackAll(
  packings: readonly Packing[],
  packed: Uint8Array,
  size: number,
  platform: Platform,
): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array | undefined = packed;
  // What is packed again is hardly longer than its values.
  const between = size + Math.ceil(size / 16) + 4096;
  for (const packing of packings.toReversed()) {
    bytes = await packing.unpack(bytes, packing === packings[0] ? size : between, platform);
    if (!bytes) return undefined;
  }
  return bytes.length === size ? bytes : undefined;
}

/** numcodecs writes the length before the block. */
function unpackSizedLz4(packed: Uint8Array, limit: number): Uint8Array | undefined {
  if (packed.length < 4) return undefined;
  const size = view(packed).getUint32(0, true);
  return size > limit ? undefined : unpackLz4(packed.subarray(4), size);
}
