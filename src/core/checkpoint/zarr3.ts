/** Zarr arrays, version 3, in chunks or in shards of chunks (zarr-specs.readthedocs.io/en/latest/v3/core), as TensorStore writes them. */
import { FormatError, readBytes, readU64, type ByteSource, type Platform } from './bytes';
import type { Tensor } from './checkpoint';
import { countOf, isKnownDType } from './dtype';
import { isList, isMap, readJsonFile } from './jsonFile';
import type { Json } from './json';
import { rowMajor } from './strided';
import { sizesOf } from './zarr';
import { chunkedTensor, unreadArray, type Store, type ZarrArray } from './zarrChunks';
import { packingsOf, type Packing } from './zarrCodecs';
import { fillBytes } from './zarrFill';

/** The index of a shard is read as a whole. */
const maxIndex = 16 << 20;

/** How a chunk becomes values. */
interface Codecs {
  readonly isBig: boolean;
  /** Which dimension each stored one is; undefined when they are as they were. */
  readonly order: readonly number[] | undefined;
  readonly packings: readonly Packing[];
}

interface Sharding {
  readonly chunks: readonly number[];
  readonly codecs: Codecs;
  readonly isAtEnd: boolean;
  /** Bytes of the checksum after the index. */
  readonly checksum: number;
}

/** The array whose metadata is `<path>/zarr.json`. */
export async function zarr3Array(
  name: string,
  path: string,
  metadata: ByteSource,
  store: Store,
  platform: Platform,
): Promise<Tensor> {
  const root = await readJsonFile(metadata);
  const file = metadata.name;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const shape = sizesOf(root.get('shape'));
  const type = root.get('data_type');
  if (!shape || type === undefined) return fail('expected shape and data_type of a Zarr array');
  const count = countOf(shape, file, name);
  const dtype = typeof type === 'string' ? type : String(isMap(type) && type.get('name'));
  const opaque = (reason: string) => unreadArray(name, file, dtype, shape, count, reason);
  if (!isKnownDType(dtype)) return opaque(`its values are of type ${dtype}`);
  const grid = sizesOf(configurationOf(root.get('chunk_grid'), 'regular')?.get('chunk_shape'));
  if (!grid) return opaque('its chunks are not all of one shape');
  const list = isList(root.get('codecs')) ? (root.get('codecs') as readonly Json[]) : [];
  const sharding = list.length === 1 ? shardingOf(list[0]!, shape.length) : undefined;
  const codecs = sharding?.codecs ?? codecsOf(list, shape.length);
  if (typeof codecs === 'string') return opaque(`its chunks are packed by ${codecs}`);
  const chunks = sharding?.chunks ?? grid;
  const fits = grid.every((n, i) => (chunks[i] ? n % chunks[i] === 0 : !n && !shape[i]));
  if (grid.length !== shape.length || chunks.length !== shape.length || !fits) {
    return fail(`chunks of [${chunks}] do not fill shards of [${grid}]`);
  }
  const array = {
    name,
    file,
    dtype,
    shape,
    chunks,
    steps: stepsOf(chunks, codecs.order),
    isBig: codecs.isBig,
    packings: codecs.packings,
    fill: fillBytes(root.get('fill_value') ?? null, dtype),
    chunk: chunkReader(path, root, grid, sharding, store, fail),
  };
  return chunkedTensor(array, count, platform);
}

/** Reads a chunk from its file, or from its shard. */
function chunkReader(
  path: string,
  root: ReadonlyMap<string, Json>,
  grid: readonly number[],
  sharding: Sharding | undefined,
  store: Store,
  fail: (problem: string) => never,
): ZarrArray['chunk'] {
  const key = keyOf(root.get('chunk_key_encoding'));
  if (!sharding) {
    return async (index) => {
      const source = await store(`${path}/${key(index)}`);
      return source && readBytes(source, 0, source.size, 'a chunk');
    };
  }
  const inShard = grid.map((n, axis) => n / Math.max(1, sharding.chunks[axis]!));
  const shards = new Map<string, Promise<Shard | undefined>>();
  return async (index) => {
    const outer = `${path}/${key(index.map((at, axis) => Math.floor(at / inShard[axis]!)))}`;
    let shard = shards.get(outer);
    if (!shard) {
      // Chunks come row after row: the shards of one row of them are enough to keep.
      if (shards.size > 64) shards.clear();
      shards.set(outer, (shard = openShard(await store(outer), inShard, sharding, fail)));
    }
    return (await shard)?.read(index.map((at, axis) => at % inShard[axis]!));
  };
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

/** Row-major over the dimensions as they are stored. */
function stepsOf(chunks: readonly number[], order: readonly number[] | undefined): number[] {
  const steps = rowMajor(order ? order.map((axis) => chunks[axis]!) : chunks);
  return order ? chunks.map((_, axis) => steps[order.indexOf(axis)]!) : steps;
}

/** Perhaps another order of the dimensions, bytes in an order, then packings; the name of what is not read. */
function codecsOf(list: readonly Json[], rank: number): Codecs | string {
  const order = sizesOf(configurationOf(list[0], 'transpose')?.get('order'));
  if (order && order.toSorted((a, b) => a - b).join() !== [...Array(rank).keys()].join()) {
    return 'transpose';
  }
  const [bytes, ...rest] = order ? list.slice(1) : list;
  const configuration = configurationOf(bytes, 'bytes');
  const name = isMap(bytes) ? bytes.get('name') : bytes;
  if (!configuration && name !== 'bytes') return String(name);
  const packings = packingsOf(rest, 'name');
  if (typeof packings === 'string') return packings;
  return { isBig: configuration?.get('endian') === 'big', order, packings };
}

function shardingOf(codec: Json, rank: number): Sharding | undefined {
  const configuration = configurationOf(codec, 'sharding_indexed');
  const chunks = sizesOf(configuration?.get('chunk_shape'));
  const [inner, index] = ['codecs', 'index_codecs'].map((name) => {
    const list = configuration?.get(name);
    return isList(list) ? codecsOf(list, rank) : 'sharding';
  });
  if (!configuration || !chunks || typeof inner !== 'object' || typeof index !== 'object') {
    return undefined;
  }
  const isPlain = index.packings.every(({ name }) => name === 'crc32c');
  if (!isPlain || index.packings.length > 1 || index.isBig) return undefined;
  const isAtEnd = configuration.get('index_location') !== 'start';
  return { chunks, codecs: inner, isAtEnd, checksum: 4 * index.packings.length };
}
