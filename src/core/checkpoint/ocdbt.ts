/** OCDBT, TensorStore's key-value tree (google.github.io/tensorstore/kvstore/ocdbt, storage format). */
import {
  FormatError,
  memorySource,
  readBytes,
  readU64,
  type ByteSource,
  type Folder,
} from './bytes';
import { joined } from './joined';
import { unpackZstd } from './zstd';

const manifestMagic = 0x0cdb3a2a;
const nodeMagic = 0x0cdb20de;
/** TensorStore writes nodes of at most 100 MB. */
const maxNode = 128 << 20;
const maxKeys = 1 << 20;
/** A tree of a million keys has a height of 3. */
const maxHeight = 16;

/** All keys of the newest version and their values, which are read when asked for. */
export async function readOcdbt(folder: Folder): Promise<ReadonlyMap<string, ByteSource>> {
  const manifest = await folder.open('manifest.ocdbt');
  const body = await readBody(manifest, 0, manifest.size, manifestMagic);
  body.skip(16); // identifier
  if (body.varint())
    throw new FormatError(manifest.name, 'the manifest is split, which is not read');
  body.varint(); // the largest inline value
  body.varint(); // the largest node
  body.skip(1); // arity of the version tree
  if (body.varint()) body.skip(4); // compression and its level
  const files = readFileTable(body, '');
  const count = body.varint();
  if (!count) return new Map();
  const [, heights] = [body.varints(count), body.varints(count)];
  const places = readPlaces(body, files, count);
  const values = new Map<string, ByteSource>();
  await readNode(folder, places.at(-1)!, heights.at(-1)!, '', values);
  return values;
}

/** A file by its path from the root, and the folder that paths inside it start from. */
interface DataFile {
  readonly path: string;
  readonly base: string;
}
interface Place {
  readonly file: DataFile;
  readonly offset: number;
  readonly length: number;
}

async function readNode(
  folder: Folder,
  { file, offset, length }: Place,
  expected: number,
  prefix: string,
  values: Map<string, ByteSource>,
): Promise<void> {
  const source = await folder.open(file.path);
  const body = await readBody(source, offset, length, nodeMagic);
  const height = body.byte();
  if (height !== expected || height > maxHeight) body.fail(`a node has the height ${height}`);
  const files = readFileTable(body, file.base);
  const count = body.varint();
  const keys = readKeys(body, count);
  if (values.size + count > maxKeys) body.fail(`there are more than ${maxKeys} keys`);
  if (height) {
    const shared = body.varints(count);
    const places = readPlaces(body, files, count);
    for (const [i, key] of keys.entries()) {
      const below = prefix + key.slice(0, shared[i]);
      await readNode(folder, places[i]!, height - 1, below, values);
    }
    return;
  }
  const lengths = body.varints(count);
  const kinds = Array.from({ length: count }, () => body.byte());
  const outside = kinds.filter((kind) => kind === 1).length;
  const owners = body.varints(outside);
  const offsets = body.varints(outside);
  let next = 0;
  for (const [i, key] of keys.entries()) {
    if (kinds[i] === 0) {
      values.set(prefix + key, memorySource(source.name, body.take(lengths[i]!)));
      continue;
    }
    const holder = files[owners[next]!] ?? body.fail('a value lies in no known file');
    const data = await folder.open(holder.path);
    const part = { source: data, offset: offsets[next++]!, length: lengths[i]! };
    if (part.offset + part.length > data.size) body.fail(`a value goes beyond ${data.name}`);
    values.set(prefix + key, joined(data.name, [part]));
  }
}

/** Paths share their start with the one before. */
function readFileTable(body: Body, base: string): DataFile[] {
  const count = body.varint();
  const shared = count ? [0, ...body.varints(count - 1)] : [];
  const own = body.varints(count);
  const bases = body.varints(count);
  let path = '';
  return own.map((length, i) => {
    path = path.slice(0, shared[i]) + body.text(length);
    return { path: base + path, base: base + path.slice(0, bases[i]) };
  });
}

function readKeys(body: Body, count: number): string[] {
  const shared = count ? [0, ...body.varints(count - 1)] : [];
  let key = '';
  return body
    .varints(count)
    .map((length, i) => (key = key.slice(0, shared[i]) + body.text(length)));
}

/** Where nodes lie, and three statistics of each. */
function readPlaces(body: Body, files: readonly DataFile[], count: number): Place[] {
  const [owners, offsets, lengths] = [1, 2, 3].map(() => body.varints(count));
  for (let statistics = 0; statistics < 3; statistics++) body.varints(count);
  return owners!.map((owner, i) => ({
    file: files[owner] ?? body.fail('a node lies in no known file'),
    offset: offsets![i]!,
    length: lengths![i]!,
  }));
}

type Body = Awaited<ReturnType<typeof readBody>>;

/** Magic, u64 length, version, compression; the checksum at the end is not compared. */
async function readBody(source: ByteSource, offset: number, length: number, magic: number) {
  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { byte: offset });
  };
  if (length > maxNode || length < 18) fail(`an OCDBT node claims ${length} bytes`);
  const raw = await readBytes(source, offset, length, 'an OCDBT node');
  if (new DataView(raw.buffer).getUint32(0) !== magic) fail('this is no OCDBT node');
  if (readU64(raw, 4) !== BigInt(length)) fail('an OCDBT node has two lengths');
  if (raw[12] !== 0 || raw[13]! > 1) fail('the OCDBT version or compression is not known');
  const packed = raw.subarray(14, -4);
  const bytes = raw[13] ? unpackZstd(packed, maxNode) : packed;
  if (!bytes) return fail('an OCDBT node cannot be unpacked');
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) fail('an OCDBT node is cut short');
    return bytes.subarray(at, (at += count));
  };
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 56; shift += 7) {
      const byte = take(1)[0]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128 && Number.isSafeInteger(value)) return value;
    }
    return fail('expected a size in an OCDBT node');
  };
  return {
    fail,
    take,
    varint,
    skip: (count: number) => void take(count),
    byte: () => take(1)[0]!,
    /** One character per byte: lengths count bytes, and keys are ASCII. */
    text: (count: number) => String.fromCharCode(...take(count)),
    varints(count: number): number[] {
      if (count > bytes.length - at) fail(`${count} entries are announced`);
      return Array.from({ length: count }, varint);
    },
  };
}
