/**
 * Flax: a tree of arrays in MessagePack, as flax.serialization writes it (flax/serialization.py:
 * ext type 1 is an array, 2 a complex number, 3 a NumPy scalar; large arrays come in chunks).
 */
import { FormatError, type ByteSource } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { joined, type Part } from './joined';
import { isList, isMap, isRange, readMsgpack, type Msgpack, type MsgpackRange } from './msgpack';
import { storedTensor } from './storedTensor';
import { isBytePerElement, packElements } from './subByte';
import { readTensor } from './values';

/** What an array's extension says: its bytes stay where they are. */
interface Packed {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly part: Part;
}

export const flax: Format = {
  name: 'Flax (MessagePack)',
  extensions: ['.msgpack'],
  match({ head, name }) {
    // A map whose first key is a short printable text.
    const marker = head[0] ?? 0;
    const length = (head[1] ?? 0) - 0xa0;
    const key = head.subarray(2, 2 + length);
    const isKey = length > 0 && length < 32 && key.every((byte) => byte > 0x20 && byte < 0x7f);
    if (marker > 0x80 && marker < 0x90 && isKey) return 'magic';
    return name.toLowerCase().endsWith('.msgpack') ? 'name' : 'no';
  },
  async open(source) {
    const { value, end } = await readMsgpack(source);
    if (end < source.size) {
      throw new FormatError(source.name, `${source.size - end} bytes after the last value`, {
        byte: end,
      });
    }
    if (!isMap(value)) throw new FormatError(source.name, 'expected a map of arrays', { byte: 0 });
    const tensors = new Map<string, Tensor>();
    const metadata = new Map<string, string>();
    await collect(source, value, '', tensors, metadata);
    return {
      format: 'Flax (MessagePack)',
      metadata,
      tensors,
      files: [{ name: source.name, size: source.size }],
      warnings: [],
    } satisfies Checkpoint;
  },
};

/** Walks the tree: arrays to `tensors`, everything else to `metadata`, by its path. */
async function collect(
  source: ByteSource,
  value: Msgpack,
  path: string,
  tensors: Map<string, Tensor>,
  metadata: Map<string, string>,
): Promise<void> {
  const below = (key: string) => (path ? `${path}/${key}` : key);
  if (isMap(value)) {
    if (value.has(chunkedMark)) {
      addTensor(source, path, await joinChunks(source, path, value), tensors);
      return;
    }
    for (const [key, child] of value) await collect(source, child, below(key), tensors, metadata);
  } else if (isList(value)) {
    if (value.every((item) => !isMap(item) && !isList(item) && !isRange(item))) {
      metadata.set(path, `[${value.map(String).join(', ')}]`);
      return;
    }
    for (const [index, child] of value.entries()) {
      await collect(source, child, below(String(index)), tensors, metadata);
    }
  } else if (isRange(value)) {
    if (value.ext === 1 || value.ext === 3) {
      addTensor(source, path, await readArray(source, value), tensors);
    } else {
      metadata.set(path, await describe(source, value));
    }
  } else {
    metadata.set(path, String(value));
  }
}

function addTensor(
  source: ByteSource,
  name: string,
  { dtype, shape, part }: Packed,
  tensors: Map<string, Tensor>,
): void {
  // Two trees may give one path: {"a/b": …} and {"a": {"b": …}}.
  if (tensors.has(name))
    throw new FormatError(source.name, 'the path is there twice', { tensor: name });
  const { source: file, offset, length } = part;
  const isUnpacked = isBytePerElement(dtype);
  const claim = { name, dtype: isUnpacked ? 'uint8' : dtype, shape, offset, bytes: length };
  const stored = storedTensor(file, claim, source.name);
  if (!isUnpacked) {
    tensors.set(name, stored);
    return;
  }
  const decode = async () => packElements(dtype, await readTensor(stored));
  tensors.set(name, { ...stored, dtype, data: { kind: 'decoded', decode } });
}

/** The extension's payload: [shape, dtype name, bytes]. */
async function readArray(source: ByteSource, range: MsgpackRange): Promise<Packed> {
  const { offset, length } = range;
  const { value, end } = await readMsgpack(source, offset, offset + length);
  const [shape, dtype, bytes, more] = isList(value) ? value : [];
  const sizes = isList(shape) ? shape.filter(isSize) : [];
  const complete = isList(shape) && sizes.length === shape.length && end === offset + length;
  if (!complete || typeof dtype !== 'string' || !isRange(bytes) || more !== undefined) {
    throw new FormatError(source.name, 'expected an array as [shape, dtype, bytes]', {
      byte: offset,
    });
  }
  return { dtype, shape: sizes, part: { source, offset: bytes.offset, length: bytes.length } };
}

const isSize = (value: Msgpack): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

const chunkedMark = '__msgpack_chunked_array__';

/** `{__msgpack_chunked_array__, shape: {0: …}, chunks: {0: …}}`: flat pieces of one array. */
async function joinChunks(
  source: ByteSource,
  path: string,
  map: ReadonlyMap<string, Msgpack>,
): Promise<Packed> {
  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { tensor: path });
  };
  const shape = inOrder(map.get('shape'))?.filter(isSize);
  const chunks = inOrder(map.get('chunks'));
  if (!shape || !chunks?.length) return fail('expected the shape and the chunks of an array');
  const packed: Packed[] = [];
  for (const chunk of chunks) {
    if (!isRange(chunk) || chunk.ext !== 1) return fail('expected a chunk to be an array');
    packed.push(await readArray(source, chunk));
  }
  const [{ dtype }] = packed as [Packed];
  if (packed.some((chunk) => chunk.dtype !== dtype)) fail('its chunks have different dtypes');
  const whole = joined(
    source.name,
    packed.map(({ part }) => part),
  );
  return { dtype, shape, part: { source: whole, offset: 0, length: whole.size } };
}

/** A tuple as Flax writes it: a map with the keys 0, 1, … */
function inOrder(value: Msgpack | undefined): Msgpack[] | undefined {
  if (!isMap(value)) return undefined;
  const items = Array.from(value.keys(), (_, index) => value.get(String(index)));
  return items.filter((item) => item !== undefined).length === value.size
    ? (items as Msgpack[])
    : undefined;
}

/** A complex number as text, other binary data by its size. */
async function describe(
  source: ByteSource,
  { ext, offset, length }: MsgpackRange,
): Promise<string> {
  if (ext !== 2) return `${length} bytes of binary data`;
  const { value } = await readMsgpack(source, offset, offset + length);
  const [real, imaginary] = isList(value) ? value : [];
  return `${String(real)} + ${String(imaginary)}i`;
}
