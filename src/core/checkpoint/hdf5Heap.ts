/** Global heaps of HDF5 (file format specification 3.0, section III.E), checked before libhdf5 sees them. */
import { view } from './bytes';

const signature = 'GCOL';
const headerBytes = 16;

/** Bytes that are read at a time of what follows. */
const windowBytes = 4096;

/**
 * The byte of the first object that does not fit its collection, in what was read of one from its start;
 * undefined where all fits, or where it is no collection. `more` gives at most `length` bytes from a byte of
 * the collection: libhdf5 reads the rest of a large one later. It never comes back from such an object.
 */
export function brokenHeapObject(
  read: Uint8Array,
  more?: (at: number, length: number) => Uint8Array,
): number | undefined {
  if (read.length < headerBytes) return undefined;
  if (String.fromCharCode(...read.subarray(0, 4)) !== signature) return undefined;
  const end = view(read).getBigUint64(8, true);
  let window = read;
  let start = 0;
  for (let at = headerBytes; BigInt(at + headerBytes) <= end;) {
    if (at + headerBytes > start + window.length) {
      if (!more) return undefined;
      window = more(at, windowBytes);
      start = at;
      // The file ends before the collection does.
      if (window.length < headerBytes) return at;
    }
    const data = view(window.subarray(at - start));
    const isFree = data.getUint16(0, true) === 0;
    const size = data.getBigUint64(8, true);
    // Free space counts its own header, an object is padded to 8 bytes.
    const taken = isFree ? size : BigInt(headerBytes) + ((size + 7n) & ~7n);
    if (taken < BigInt(headerBytes) || BigInt(at) + taken > end) return at;
    at += Number(taken);
  }
  return undefined;
}
