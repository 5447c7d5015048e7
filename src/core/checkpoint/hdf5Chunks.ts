/** Chunks of an HDF5 dataset whose filters libhdf5 lacks: it finds them, we unpack them. */
import { FormatError } from './bytes';
import type { Hdf5Dataset, Hdf5File } from './hdf5File';
import { unpackLzf } from './lzf';
import { unshuffle } from './shuffle';
import { rowMajor, scatter, swapBytes } from './strided';

/** Filter numbers (docs.hdfgroup.org, H5Z; h5py registered 32000). */
const shuffle = 2;
const fletcher32 = 3;
const lzf = 32000;

/** Whether the filters are those of h5py's LZF datasets. */
export const isLzf = ({ filters }: Hdf5Dataset): boolean =>
  filters.includes(lzf) && filters.every((id) => [shuffle, fletcher32, lzf].includes(id));

/** All values, row-major and little-endian. */
export async function readChunks(
  file: Hdf5File,
  name: string,
  path: string,
  header: Hdf5Dataset,
  bytes: number,
): Promise<Uint8Array> {
  const { shape, chunks, type, littleEndian } = header;
  if (!shape || chunks?.length !== shape.length) {
    throw new FormatError(name, 'expected chunks of the rank of the data', { tensor: path });
  }
  const target = new Uint8Array(bytes);
  const strides = rowMajor(shape);
  const chunkBytes = chunks.reduce((product, n) => product * n, type.size);
  const visit = async (axis: number, start: readonly number[]): Promise<void> => {
    if (axis < shape.length) {
      for (let at = 0; at < shape[axis]!; at += chunks[axis]!)
        await visit(axis + 1, [...start, at]);
      return;
    }
    const count = shape.map((length, i) => Math.min(chunks[i]!, length - start[i]!));
    const inside = count.reduce((product, n) => product * n, type.size);
    const found = await file.chunk(path, start, count, inside);
    const values = found.packed ? unpack(found.bytes, header, chunkBytes) : found.bytes;
    if (!values)
      throw new FormatError(name, `chunk [${start}] cannot be unpacked`, { tensor: path });
    if (found.packed && !littleEndian) swapBytes(values, type.size);
    // What libhdf5 unpacks is the part inside the data; a stored chunk goes over its border.
    const steps = rowMajor(found.packed ? chunks : count);
    const first = start.reduce((sum, at, i) => sum + at * strides[i]!, 0);
    scatter(values, target.subarray(first * type.size), type.size, count, steps, strides);
  };
  await visit(0, []);
  return target;
}

/** Undoes the filters, the last first. */
function unpack(
  packed: Uint8Array,
  { filters, type }: Hdf5Dataset,
  size: number,
): Uint8Array | undefined {
  let bytes: Uint8Array | undefined = packed;
  for (const filter of filters.toReversed()) {
    if (filter === fletcher32) bytes = bytes?.subarray(0, -4);
    else if (filter === lzf) bytes = bytes && unpackLzf(bytes, size);
    else bytes = bytes && unshuffle(bytes, type.size);
  }
  return bytes;
}
