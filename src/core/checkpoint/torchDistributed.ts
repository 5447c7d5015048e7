/**
 * PyTorch's distributed checkpoints: `.metadata`, a pickle that says which piece of which tensor lies where in the
 * `.distcp` files, each piece an archive of torch.save (torch/distributed/checkpoint/metadata.py, filesystem.py).
 */
import { FormatError, quoted, type ByteSource, type Platform } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType } from './dtype';
import { joined } from './joined';
import { entriesOf, globalName, intOf, intsOf, isNode, itemsOf, type Pickled } from './pickleNodes';
import { joinPieces } from './tensorflowSlices';
import { pickleReader } from './torch';
import { className, field, stateOf } from './torchInstances';
import { torchDType } from './torchStorage';
import { openTorchZip } from './torchZip';
import { readTensor } from './values';
import { itemSize } from './widen';
import { openZip } from './zip';

const metadataName = '.metadata';

export const torchDistributed: Format = {
  name: 'PyTorch (distributed)',
  extensions: ['.distcp'],
  match: ({ name }) => (name === metadataName || /\.distcp$/i.test(name) ? 'magic' : 'no'),
  async open(source, folder, platform) {
    // A file of pieces says nothing without the list.
    const list = source.name === metadataName ? source : await folder.open(metadataName);
    const { value } = await (await pickleReader(list, 'the metadata')).next();
    const state = fieldsOf(value);
    const described = entriesOf(field(state, 'state_dict_metadata'));
    const places = placesOf(list, entriesOf(field(state, 'storage_data')) ?? []);
    if (!described) throw new FormatError(list.name, 'expected the metadata of a state dict');
    const files = new Map<string, ByteSource>();
    for (const { path } of places.values()) {
      if (!files.has(path)) files.set(path, await folder.open(path));
    }
    const tensors = new Map<string, Tensor>();
    const metadata = new Map<string, string>();
    for (const [key, entry] of described) {
      const name = String(key);
      const kind = isNode(entry) && entry.kind === 'call' ? className(entry) : undefined;
      if (!kind?.endsWith('.TensorStorageMetadata')) metadata.set(name, 'a pickled object');
      else tensors.set(name, tensorOf(list, name, fieldsOf(entry), places, files, platform));
    }
    return {
      format: 'PyTorch (distributed)',
      metadata,
      tensors,
      files: [list, ...files.values()].map(({ name, size }) => ({ name, size })),
      warnings: [],
    } satisfies Checkpoint;
  },
};

/** Where a piece lies. */
interface Place {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

const fieldsOf = (value: Pickled | undefined) =>
  (value !== undefined && isNode(value) && value.kind === 'call' && stateOf(value)) || [];
const placeKey = (name: string, start: readonly number[]) => `${name}\0${start.join()}`;

/** `{MetadataIndex(fqn, offset): _StorageInfo(relative_path, offset, length)}` */
function placesOf(
  list: ByteSource,
  entries: readonly (readonly [Pickled, Pickled])[],
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const [key, info] of entries) {
    const [index, place] = [fieldsOf(key), fieldsOf(info)];
    const [name, start] = [field(index, 'fqn'), intsOf(field(index, 'offset') ?? null)];
    const path = field(place, 'relative_path');
    const [offset, length] = ['offset', 'length'].map((part) => intOf(field(place, part) ?? null));
    if (typeof name !== 'string' || !start) continue; // an object that is no tensor
    if (typeof path !== 'string' || offset === undefined || length === undefined) {
      throw new FormatError(list.name, 'expected the place of a piece', { tensor: name });
    }
    if (itemsOf(field(place, 'transform_descriptors') ?? null)?.length) {
      throw new FormatError(list.name, 'its pieces are transformed', { tensor: name });
    }
    places.set(placeKey(name, start), { path, offset, length });
  }
  return places;
}

function tensorOf(
  list: ByteSource,
  name: string,
  state: ReturnType<typeof fieldsOf>,
  places: ReadonlyMap<string, Place>,
  files: ReadonlyMap<string, ByteSource>,
  platform: Platform,
): Tensor {
  const file = list.name;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const shape = intsOf(field(state, 'size') ?? null);
  const properties = field(state, 'properties');
  const written = isNode(properties ?? null) && (properties as { state?: Pickled }).state;
  const type = globalName(itemsOf(written || null)?.[0] ?? null);
  const chunks = itemsOf(field(state, 'chunks') ?? null);
  if (!shape || !type || !chunks) return fail('expected its size, dtype and chunks');
  const dtype = torchDType(type);
  countOf(shape, file, name);
  if (!isKnownDType(dtype)) {
    const reason = `the element type ${dtype} is not known`;
    return { name, dtype, shape, bytes: 0, file, data: { kind: 'opaque', reason } };
  }
  const pieces = chunks.map((chunk) => {
    const [start, count] = ['offsets', 'sizes'].map((part) =>
      intsOf(field(fieldsOf(chunk), part) ?? null),
    );
    if (!start || count?.length !== start.length) return fail('expected the place of a chunk');
    const place = places.get(placeKey(name, start)) ?? fail(`chunk [${start}] lies nowhere`);
    const source = files.get(place.path)!;
    if (place.offset + place.length > source.size) {
      fail(`chunk [${start}] goes beyond ${quoted(place.path)}`);
    }
    const bytes = byteLength(dtype, countOf(count, file, name));
    // An archive is larger than what it holds: no chunk takes memory that the file does not have.
    if (bytes > place.length) fail(`chunk [${start}] of ${bytes} bytes lies in ${place.length}`);
    const part = { name, dtype, shape: count, bytes, file: source.name };
    const values = pieceSource(source, place, part, platform);
    const data = { kind: 'stored', source: values, offset: 0, byteOrder: 'little' } as const;
    const extents = start.map((first, axis) => ({ start: first, length: count[axis]! }));
    return { extents, tensor: { ...part, data } };
  });
  const [only] = pieces;
  if (pieces.length === 1 && only && String(only.tensor.shape) === String(shape))
    return only.tensor;
  return joinPieces({ name, dtype, shape, file }, pieces);
}

/** The values of a piece, row-major; its archive is opened when they are first read. */
function pieceSource(
  source: ByteSource,
  { offset, length }: Place,
  { name, dtype, shape, bytes }: Pick<Tensor, 'name' | 'dtype' | 'shape' | 'bytes'>,
  platform: Platform,
): ByteSource {
  const open = async (): Promise<Tensor> => {
    const archive = await openZip(joined(source.name, [{ source, offset, length }]), platform);
    const [tensor] = (await openTorchZip(archive)).tensors.values();
    if (tensor?.dtype === dtype && String(tensor.shape) === String(shape)) return tensor;
    const found = tensor ? `${tensor.dtype} [${tensor.shape}]` : 'no tensor';
    const problem = `a piece holds ${found}, expected ${dtype} [${shape}]`;
    throw new FormatError(source.name, problem, { tensor: name });
  };
  let opening: Promise<Tensor> | undefined;
  const size = isKnownDType(dtype) ? itemSize(dtype) : 1;
  return {
    name: source.name,
    size: bytes,
    async read(from, target) {
      const start = Math.floor(from / size);
      const count = Math.ceil((from + target.length) / size) - start;
      const values = await readTensor(await (opening ??= open()), { start, count });
      target.set(values.subarray(from - start * size, from - start * size + target.length));
    },
  };
}
