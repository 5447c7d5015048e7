/** Zarr arrays, version 3, in chunks or in shards of chunks (zarr-specs.readthedocs.io/en/latest/v3/core), as TensorStore writes them. */
import { FormatError, readBytes, readU64, type ByteSource } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType, type KnownDType } from './dtype';
import { isList, isMap, isSize, readJsonFile } from './jsonFile';
import type { Json } from './json';
import { swapBytes } from './strided';
import { assemble, type Store } from './zarr';
import { unpackZstd } from './zstd';

/** Numbers of less than a byte are stored one to a byte. */
const ofBytes: ReadonlyMap<string, KnownDType> = new Map([
  ['int2', 'int8'],
  ['int4', 'int8'],
  ['uint2', 'uint8'],
  ['uint4', 'uint8'],
]);
/** The index of a shard is read as a whole. */
const maxIndex = 16 << 20;

/** How a chunk becomes values. */
interface Codecs {
  readonly isBig: boolean;
  readonly isPacked: boolean;
  /** Bytes of a checksum at the end. */
  readonly checksum: number;
}

interface Sharding {
  readonly chunks: readonly number[];
  readonly codecs: Codecs;
  readonly isAtEnd: boolean;
  readonly checksum: number;
}

/** The array whose metadata is `<path>/zarr.json`. */
export async function zarr3Array(
  name: string,
  path: string,
  metadata: ByteSource,
  store: Store,
): Promise<Tensor> {
  const root = await readJsonFile(metadata);
  const file = metadata.name;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const shape = sizesOf(root.get('shape'));
  const grid = sizesOf(configurationOf(root.get('chunk_grid'), 'regular')?.get('chunk_shape'));
  const type = root.get('data_type');
  if (!shape || grid?.length !== shape.length || typeof type !== 'string') {
    return fail('expected shape, data_type and a regular chunk_grid of a Zarr array');
  }
  const count = countOf(shape, file, name);
  const dtype = ofBytes.get(type) ?? type;
  const opaque = (reason: string): Tensor => {
    return { name, dtype, shape, bytes: 0, file, data: { kind: 'opaque', reason } };
  };
  if (!isKnownDType(dtype)) return opaque(`its values are of type ${type}`);
  const bytes = byteLength(dtype, count);
  const size = byteLength(dtype, 1);
  const list = isList(root.get('codecs')) ? (root.get('codecs') as readonly Json[]) : [];
  const sharding = list.length === 1 ? shardingOf(list[0]!) : undefined;
  const codecs = sharding?.codecs ?? codecsOf(list);
  if (!codecs) return opaque('its chunks are packed in a way that is not read');
  const key = keyOf(root.get('chunk_key_encoding'));
  const isFilled = root.get('fill_value') !== 0 && root.get('fill_value') !== false;
  const chunks = sharding?.chunks ?? grid;
  if (chunks.length !== shape.length || chunks.some((n, i) => n === 0 || grid[i]! % n > 0)) {
    return fail(`chunks of [${chunks}] do not fill shards of [${grid}]`);
  }
  const chunkBytes = chunks.reduce((product, n) => product * n, size);
  const inShard = grid.map((n, i) => n / chunks[i]!);

  const shards = new Map<string, Promise<Shard | undefined>>();
  const stored = async (index: readonly number[]): Promise<Uint8Array | undefined> => {
    const outer = `${path}/${key(index.map((at, i) => Math.floor(at / inShard[i]!)))}`;
    if (!sharding) {
      const source = await store(outer);
      return source && readBytes(source, 0, source.size, 'a chunk');
    }
    let shard = shards.get(outer);
    if (!shard) {
      // Chunks come row after row: the shards of one row of them are enough to keep.
      if (shards.size > 64) shards.clear();
      shards.set(outer, (shard = openShard(await store(outer), inShard, sharding, fail)));
    }
    return (await shard)?.read(index.map((at, i) => at % inShard[i]!));
  };
  const chunk = async (index: readonly number[]): Promise<Uint8Array | undefined> => {
    const found = await stored(index);
    if (!found) return isFilled ? fail(`chunk [${index}] is missing`) : undefined;
    const whole = found.subarray(0, found.length - codecs.checksum);
    const values = codecs.isPacked ? unpackZstd(whole, chunkBytes) : whole;
    return values?.length === chunkBytes ? values : fail(`chunk [${index}] cannot be unpacked`);
  };
  const decode = async (): Promise<Uint8Array> => {
    const values = await assemble({ shape, chunks, size, chunk, fail });
    if (codecs.isBig) swapBytes(values, dtype.startsWith('complex') ? size / 2 : size);
    return values;
  };
  return { name, dtype, shape, bytes, file, data: { kind: 'decoded', decode } };
}

interface Shard {
  read(index: readonly number[]): Promise<Uint8Array | undefined>;
}

/** An index of u64 pairs, offset and length of every chunk; all ones where it was never written. */
async function openShard(
  source: ByteSource | undefined,
  grid: readonly number[],
  { isAtEnd, checksum }: Sharding,
  fail: (problem: string) => never,
): Promise<Shard | undefined> {
  if (!source) return undefined;
  const count = grid.reduce((product, n) => product * n, 1);
  const length = 16 * count + checksum;
  if (length > Math.min(maxIndex, source.size)) fail(`a shard claims ${count} chunks`);
  const start = isAtEnd ? source.size - length : 0;
  const table = await readBytes(source, start, length, 'the index of a shard');
  return {
    read(index) {
      const at = 16 * index.reduce((sum, n, axis) => sum * grid[axis]! + n, 0);
      const [offset, bytes] = [readU64(table, at), readU64(table, at + 8)];
      if (offset === 2n ** 64n - 1n && bytes === offset) return Promise.resolve(undefined);
      if (offset + bytes > BigInt(source.size)) fail(`chunk [${index}] lies beyond its shard`);
      return readBytes(source, Number(offset), Number(bytes), 'a chunk');
    },
  };
}

function sizesOf(value: Json | undefined): readonly number[] | undefined {
  return isList(value) && value.every(isSize) ? (value as readonly number[]) : undefined;
}

/** `{name, configuration}`: the configuration, where the name is that one. */
function configurationOf(value: Json | undefined, name: string) {
  if (!isMap(value) || value.get('name') !== name) return undefined;
  const configuration = value.get('configuration');
  return isMap(configuration) ? configuration : new Map<string, Json>();
}

/** `c/0/1`, or `0.1` as in version 2. */
function keyOf(encoding: Json | undefined): (index: readonly number[]) => string {
  const old = configurationOf(encoding, 'v2');
  const separator = (old ?? configurationOf(encoding, 'default'))?.get('separator');
  const between = typeof separator === 'string' ? separator : old ? '.' : '/';
  return (index) => (old ? index.join(between) || '0' : ['c', ...index].join(between));
}

/** Bytes in an order, then perhaps zstd and a checksum; undefined for anything else. */
function codecsOf(list: readonly Json[]): Codecs | undefined {
  const [first, ...rest] = list;
  const order = configurationOf(first, 'bytes')?.get('endian');
  const names = rest.map((codec) => (isMap(codec) ? codec.get('name') : undefined));
  if (!isMap(first) || first.get('name') !== 'bytes') return undefined;
  if (!['', 'zstd', 'crc32c', 'zstd,crc32c'].includes(names.join())) return undefined;
  return {
    isBig: order === 'big',
    isPacked: names.includes('zstd'),
    checksum: names.includes('crc32c') ? 4 : 0,
  };
}

function shardingOf(codec: Json): Sharding | undefined {
  const configuration = configurationOf(codec, 'sharding_indexed');
  const chunks = sizesOf(configuration?.get('chunk_shape'));
  const [inner, index] = ['codecs', 'index_codecs'].map((name) => {
    const list = configuration?.get(name);
    return isList(list) ? codecsOf(list) : undefined;
  });
  if (!configuration || !chunks || !inner || !index || index.isPacked || index.isBig) {
    return undefined;
  }
  const isAtEnd = configuration.get('index_location') !== 'start';
  return { chunks, codecs: inner, isAtEnd, checksum: index.checksum };
}
