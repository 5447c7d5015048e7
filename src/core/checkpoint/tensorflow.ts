/**
 * TensorFlow checkpoints: a LevelDB table of names (.index) and the values (.data-…), of TF1 and TF2.
 * tensorflow/core/protobuf/tensor_bundle.proto, tensorflow/core/framework/types.proto
 */
import { FormatError, memorySource, quoted, type ByteSource, type Folder } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import type { DType } from './dtype';
import { readTable } from './leveldb';
import { lastValue, readFields, type Field } from './protobuf';
import { storedTensor } from './storedTensor';
import { joinPieces, type Piece, readSliceKey } from './tensorflowSlices';

/** enum DataType; what is missing here is listed by its number. */
const dtypes: ReadonlyMap<number, DType> = new Map<number, DType>([
  [1, 'float32'],
  [2, 'float64'],
  [3, 'int32'],
  [4, 'uint8'],
  [5, 'int16'],
  [6, 'int8'],
  [7, 'string'],
  [8, 'complex64'],
  [9, 'int64'],
  [10, 'bool'],
  [11, 'qint8'],
  [12, 'quint8'],
  [13, 'qint32'],
  [14, 'bfloat16'],
  [17, 'uint16'],
  [18, 'complex128'],
  [19, 'float16'],
  [20, 'resource'],
  [21, 'variant'],
  [22, 'uint32'],
  [23, 'uint64'],
  [24, 'float8_e5m2'],
  [25, 'float8_e4m3fn'],
  [26, 'float8_e4m3fnuz'],
  [28, 'float8_e5m2fnuz'],
]);

/** Every shard is an open file. */
const maxShards = 1000;
const dataName = /\.data-\d{5}-of-\d{5}$/;

export const tensorflow: Format = {
  name: 'TensorFlow checkpoint',
  extensions: ['.index'],
  match: ({ name }) => (/\.index$/i.test(name) || dataName.test(name) ? 'name' : 'no'),
  async open(source, folder) {
    const index = dataName.test(source.name)
      ? await folder.open(source.name.replace(dataName, '.index'))
      : source;
    return openBundle(index, folder);
  },
};

/** Opens `<prefix>.index` and the `<prefix>.data-…` beside it. */
export async function openBundle(index: ByteSource, folder: Folder): Promise<Checkpoint> {
  let shards: Shards | undefined;
  const warnings: string[] = [];
  const tensors = new Map<string, Tensor>();
  const pieces = new Map<string, Piece[]>();
  await readTable(index, async (key, value) => {
    const entry = memorySource(index.name, value);
    if (!shards) {
      // The header has the empty key, which sorts first.
      if (key.length) throw new FormatError(index.name, 'the table does not start with its header');
      shards = await openShards(index, await readFields(entry), folder, warnings);
      return;
    }
    // Coded keys sort before names: the pieces are known before the whole.
    const slice = readSliceKey(key);
    if (slice) {
      const piece = { ...slice, tensor: await readEntry(index, slice.name, entry, shards) };
      const others = pieces.get(slice.name);
      if (others) others.push(piece);
      else pieces.set(slice.name, [piece]);
      return;
    }
    const name = nameOf(key);
    if (name === undefined) return;
    if (tensors.has(name)) throw new FormatError(index.name, `${quoted(name)} is there twice`);
    tensors.set(name, await readEntry(index, name, entry, shards, pieces.get(name)));
  });
  if (!shards) throw new FormatError(index.name, 'the table is empty');
  const files = [index, ...shards.files.filter((file) => file !== undefined)];
  return {
    format: 'TensorFlow checkpoint',
    metadata: new Map(),
    tensors,
    files: files.map(({ name, size }) => ({ name, size })),
    warnings,
  };
}

interface Shards {
  readonly byteOrder: 'little' | 'big';
  /** Undefined where one is missing. */
  readonly files: readonly (ByteSource | undefined)[];
}

/** BundleHeaderProto: 1 = number of shards, 2 = byte order (1: big). */
async function openShards(
  index: ByteSource,
  header: readonly Field[],
  folder: Folder,
  warnings: string[],
): Promise<Shards> {
  const count = Number(lastValue(header, 1));
  if (count > maxShards) {
    throw new FormatError(index.name, `${count} data files are more than ${maxShards}`);
  }
  const five = (value: number) => String(value).padStart(5, '0');
  const prefix = index.name.replace(/\.index$/i, '');
  const files: (ByteSource | undefined)[] = [];
  for (let shard = 0; shard < count; shard++) {
    const name = `${prefix}.data-${five(shard)}-of-${five(count)}`;
    try {
      files.push(await folder.open(name));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      files.push(undefined);
      warnings.push(`${name} cannot be read: ${error.problem}.`);
    }
  }
  return { byteOrder: lastValue(header, 2) === 1n ? 'big' : 'little', files };
}

/** A name, or undefined for a coded key: those start with a zero byte. */
function nameOf(key: Uint8Array): string | undefined {
  if (key[0] === 0) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(key);
  } catch {
    return undefined;
  }
}

/** BundleEntryProto: 1 = dtype, 2 = shape, 3 = shard, 4 = offset, 5 = size, 7 = slices. */
async function readEntry(
  index: ByteSource,
  name: string,
  entry: ByteSource,
  { byteOrder, files }: Shards,
  pieces: readonly Piece[] = [],
): Promise<Tensor> {
  const fields = await readFields(entry);
  const number = Number(lastValue(fields, 1));
  const dtype = dtypes.get(number) ?? `DataType ${number}`;
  const shape = await readShape(entry, fields);
  const [shard, offset, bytes] = [3, 4, 5].map((field) => Number(lastValue(fields, field)));
  const slices = fields.filter((field) => field.number === 7).length;
  const source = files[shard!];
  const opaque = (reason: string): Tensor => {
    const file = source?.name ?? index.name;
    return { name, dtype, shape, bytes: bytes!, file, data: { kind: 'opaque', reason } };
  };
  if (slices > 0) {
    const file = pieces[0]?.tensor.file ?? index.name;
    if (pieces.length === slices) return joinPieces({ name, dtype, shape, file }, pieces);
    return opaque(`of its ${slices} pieces ${pieces.length} are there`);
  }
  if (!source) return opaque(`data file ${shard} is missing`);
  if (dtype === 'string') return opaque('its values are text');
  const tensor = storedTensor(source, { name, dtype, shape, offset: offset!, bytes: bytes! });
  return tensor.data.kind === 'stored'
    ? { ...tensor, data: { ...tensor.data, byteOrder } }
    : tensor;
}

/** TensorShapeProto: 2 = dimension { 1 = size }. */
async function readShape(entry: ByteSource, fields: readonly Field[]): Promise<number[]> {
  const shape: number[] = [];
  for (const field of fields.filter(({ number }) => number === 2)) {
    for (const dimension of await readFields(entry, field.start, field.end)) {
      if (dimension.number !== 2) continue;
      const size = lastValue(await readFields(entry, dimension.start, dimension.end), 1);
      shape.push(Number(size));
    }
  }
  return shape;
}
