/** LevelDB's sorted table, read once from end to end (github.com/google/leveldb/blob/main/doc/table_format.md). */
import { FormatError, readBytes, readU64, view, type ByteSource } from './bytes';
import { unpackSnappy } from './snappy';

const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;
/** Writers aim at blocks of 256 KB; one key and value may be larger. */
const maxBlock = 64 << 20;
/** All of a table together when unpacked: a million tensors take about 100 MB. */
const maxTable = 256 << 20;

/** Calls `visit` for each key, in order. Keys are bytes that never reach a prototype. */
export async function readTable(
  source: ByteSource,
  visit: (key: Uint8Array, value: Uint8Array) => Promise<void>,
): Promise<void> {
  const start = source.size - footerBytes;
  const footer = await readBytes(source, Math.max(0, start), footerBytes, 'the table footer');
  if (readU64(footer, footerBytes - 8) !== magic) {
    throw new FormatError(source.name, 'the LevelDB table does not end with its magic number', {
      byte: source.size - 8,
    });
  }
  const reader = { bytes: footer, at: 0, start, file: source.name };
  readHandle(reader); // the index of filters
  const index = await readBlock(source, readHandle(reader), start);
  const blocks: Handle[] = [];
  for (const { value } of entriesOf(index)) {
    blocks.push(readHandle({ bytes: value, at: 0, start: index.start, file: source.name }));
  }
  let total = 0;
  for (const handle of blocks) {
    const block = await readBlock(source, handle, start);
    total += block.bytes.length;
    if (total > maxTable) {
      throw new FormatError(source.name, `the table unpacks to more than ${maxTable} bytes`);
    }
    for (const { key, value } of entriesOf(block)) await visit(key, value);
  }
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** Bytes, a place in them, and where they lie in the file. */
interface Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly start: number;
  readonly file: string;
}

const fail = ({ file, start, at }: Reader, problem: string): never => {
  throw new FormatError(file, problem, { byte: start + at });
};

function readVarint(reader: Reader): number {
  let value = 0;
  for (let shift = 0; shift < 56; shift += 7) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128 && Number.isSafeInteger(value)) return value;
  }
  return fail(reader, 'expected a size in the LevelDB table');
}

const readHandle = (reader: Reader): Handle => ({
  offset: readVarint(reader),
  size: readVarint(reader),
});

/** A block without its trailer: one byte for the packing, four of checksum. */
async function readBlock(source: ByteSource, { offset, size }: Handle, limit: number) {
  const where = { byte: offset };
  if (size > maxBlock || offset + size + 5 > limit) {
    throw new FormatError(source.name, `a table block claims bytes ${offset}+${size}`, where);
  }
  const packed = await readBytes(source, offset, size + 5, 'a table block');
  const content = packed.subarray(0, size);
  const kind = packed[size];
  if (kind !== 0 && kind !== 1) {
    throw new FormatError(source.name, `a table block is packed by method ${kind}`, where);
  }
  const bytes = kind === 0 ? content : unpackSnappy(content, maxBlock);
  if (!bytes) throw new FormatError(source.name, 'a table block is not valid Snappy data', where);
  return { bytes, start: offset, file: source.name };
}

/** Entries share the start of their key with the one before; restart points follow them. */
function* entriesOf({ bytes, start, file }: { bytes: Uint8Array; start: number; file: string }) {
  const reader: Reader = { bytes, at: 0, start, file };
  const restarts = bytes.length >= 4 ? view(bytes).getUint32(bytes.length - 4, true) : NaN;
  const end = bytes.length - 4 - 4 * restarts;
  if (!(end >= 0)) fail(reader, 'a table block is too short for its restart points');
  let key = new Uint8Array(0);
  while (reader.at < end) {
    const shared = readVarint(reader);
    const own = readVarint(reader);
    const length = readVarint(reader);
    const from = reader.at;
    if (shared > key.length || from + own + length > end) {
      fail(reader, 'a table entry goes beyond its block');
    }
    const next = new Uint8Array(shared + own);
    next.set(key.subarray(0, shared));
    next.set(bytes.subarray(from, from + own), shared);
    key = next;
    reader.at = from + own + length;
    yield { key, value: bytes.subarray(from + own, reader.at) };
  }
}
