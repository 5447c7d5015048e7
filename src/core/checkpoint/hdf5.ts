/** HDF5, and Keras models in it (docs.hdfgroup.org/hdf5; h5py's conventions for bool and complex). */
import { FormatError, quoted, type ByteSource, type Platform } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType, type DType } from './dtype';
import { isLzf, readChunks } from './hdf5Chunks';
import type { Hdf5Dataset, Hdf5File, Hdf5Type } from './hdf5File';
import { swapBytes } from './strided';

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Groups nest a dozen deep; a stack overflow needs thousands. */
const maxDepth = 128;
/** Every one takes memory and three look-ups. */
const maxLinks = 1_000_000;

export const hdf5: Format = {
  name: 'HDF5',
  extensions: ['.h5', '.hdf5', '.keras'],
  match({ head, name }) {
    if (signature.every((byte, i) => head[i] === byte)) return 'magic';
    // A user block of 512 bytes or more may come before the signature.
    return /\.(h5|hdf5)$/i.test(name) ? 'name' : 'no';
  },
  open: (source, _folder, platform) => openHdf5(source, platform),
};

/** Opens an HDF5 file. Each group is listed once, under the first path that leads to it. */
export function openHdf5(source: ByteSource, platform: Platform): Promise<Checkpoint> {
  return platform.hdf5(source, async (file) => {
    const tensors = new Map<string, Tensor>();
    const warnings: string[] = [];
    const metadata = await file.attributes('/');
    for (const { path, header } of await datasetsOf(file, source, warnings)) {
      const isBfloat16 = await bfloat16In(file, path, header, metadata.has('keras_version'));
      const tensor = tensorOf(source, platform, path, header, isBfloat16);
      if (tensor) tensors.set(tensor.name, tensor);
    }
    const isKeras = metadata.has('keras_version') || /\.weights\.h5$/i.test(source.name);
    return {
      format: isKeras ? 'Keras (HDF5)' : 'HDF5',
      metadata,
      tensors,
      files: [{ name: source.name, size: source.size }],
      warnings,
    } satisfies Checkpoint;
  });
}

/** Walks the groups, depth first. Soft links only repeat what is elsewhere in the file. */
async function datasetsOf(file: Hdf5File, source: ByteSource, warnings: string[]) {
  const found: { path: string; header: Hdf5Dataset }[] = [];
  const seen = new Set<bigint>();
  let links = 0;
  const visit = async (group: string, depth: number): Promise<void> => {
    if (depth > maxDepth) {
      throw new FormatError(source.name, `groups nest deeper than ${maxDepth} levels`);
    }
    for await (const link of file.links(group || '/')) {
      const path = `${group}/${link.name}`;
      if (++links > maxLinks) {
        throw new FormatError(source.name, `there are more than ${maxLinks} links`);
      }
      if (link.kind === 'group' && !seen.has(link.address)) {
        seen.add(link.address);
        await visit(path, depth + 1);
      } else if (link.kind === 'dataset') {
        found.push({ path, header: link.header });
      } else if (link.kind === 'external') {
        warnings.push(`${quoted(path)} leads to another file and is not followed.`);
      }
    }
  };
  await visit('', 0);
  return found;
}

/** Keras stores bfloat16 as two opaque bytes and says so in an attribute, or in a whole model nowhere. */
async function bfloat16In(
  file: Hdf5File,
  path: string,
  { type }: Hdf5Dataset,
  isModel: boolean,
): Promise<boolean> {
  if (type.kind !== 'opaque' || type.size !== 2) return false;
  if (isModel) return true;
  return (await file.attributes(path)).get('dtype') === 'bfloat16';
}

function tensorOf(
  source: ByteSource,
  platform: Platform,
  path: string,
  header: Hdf5Dataset,
  isBfloat16: boolean,
): Tensor | undefined {
  if (!header.shape) return undefined;
  const array = header.type.kind === 'array' ? header.type : undefined;
  const type = array?.base ?? header.type;
  const shape = [...header.shape, ...(array?.shape ?? [])];
  const name = path.slice(1);
  const dtype = isBfloat16 ? 'bfloat16' : dtypeOf(type);
  const count = countOf(shape, source.name, name);
  const file = source.name;
  if (!isKnownDType(dtype)) {
    const reason = dtype === 'string' ? 'its values are text' : `its values are of type ${dtype}`;
    const bytes = count * type.size;
    return { name, dtype, shape, bytes, file, data: { kind: 'opaque', reason } };
  }
  const bytes = byteLength(dtype, count);
  const decode = async () => {
    checkSize(source, name, header, bytes);
    const values = await platform.hdf5(source, (opened) =>
      isLzf(header)
        ? readChunks(opened, source.name, path, header, bytes)
        : readAll(opened, path, header, bytes),
    );
    // libhdf5 turns numbers to little-endian, but not what enumerations are made of.
    if (type.kind === 'enum' && !header.littleEndian) swapBytes(values, type.size);
    return values;
  };
  return { name, dtype, shape, bytes, file, data: { kind: 'decoded', decode } };
}

function dtypeOf(type: Hdf5Type): DType {
  switch (type.kind) {
    case 'integer':
      return `${type.signed ? 'int' : 'uint'}${8 * type.size}`;
    case 'float':
      return `float${8 * type.size}`;
    case 'enum': {
      const isBool = type.size === 1 && [...type.names].sort().join() === 'FALSE,TRUE';
      return isBool ? 'bool' : `${type.signed ? 'int' : 'uint'}${8 * type.size}`;
    }
    case 'compound': {
      const [real, imaginary, more] = type.members;
      const half = type.size / 2;
      const isPart = (part: typeof real, name: string, offset: number) =>
        part?.name === name &&
        part.offset === offset &&
        part.type.kind === 'float' &&
        part.type.size === half;
      const isComplex = !more && isPart(real, 'r', 0) && isPart(imaginary, 'i', half);
      return isComplex ? `complex${8 * type.size}` : 'struct';
    }
    default:
      return type.kind;
  }
}

/** One dataset in memory; beyond, a file must be large itself to hold it. */
const freeBytes = 256 << 20;
/** The densest that deflate packs (zlib.net/zlib_tech.html); what is not stored at all is zeros. */
const maxRatio = 1032;
/** libhdf5 unpacks a chunk as a whole, in the memory of its own. */
const maxChunk = 256 << 20;

function checkSize(source: ByteSource, tensor: string, header: Hdf5Dataset, bytes: number): void {
  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { tensor });
  };
  if (bytes > Math.min(2 ** 32, Math.max(freeBytes, source.size * maxRatio))) {
    fail(`${bytes} bytes are too many to read at once from a file of ${source.size}`);
  }
  const chunk = (header.chunks ?? []).reduce((product, n) => product * n, header.type.size);
  if (header.chunks && chunk > maxChunk) fail(`a chunk claims ${chunk} bytes`);
}

/** Bytes that are read at once: libhdf5 needs them twice. */
const slabBytes = 16 << 20;

/** All values, slab by slab along the first dimension that is longer than one. */
async function readAll(
  file: Hdf5File,
  path: string,
  header: Hdf5Dataset,
  bytes: number,
): Promise<Uint8Array> {
  const shape = header.shape ?? [];
  const target = new Uint8Array(bytes);
  const axis = Math.max(
    0,
    shape.findIndex((n) => n > 1),
  );
  const length = shape[axis];
  if (!bytes) return target;
  if (length === undefined) return file.read(path, [], [], bytes);
  const row = bytes / length;
  const chunk = header.chunks?.[axis] ?? 1;
  // Whole rows of chunks, so that none is unpacked twice.
  const step = Math.max(1, Math.floor(slabBytes / (row * chunk))) * chunk;
  for (let first = 0; first < length; first += step) {
    const count = Math.min(step, length - first);
    const start = shape.map((_, i) => (i === axis ? first : 0));
    target.set(await file.read(path, start, shape.with(axis, count), count * row), first * row);
  }
  return target;
}
