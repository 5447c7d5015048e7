/** Global heaps of HDF5 (file format specification 3.0, section III.E), checked before libhdf5 sees them. */
import { view } from './bytes';

const signature = 'GCOL';
const headerBytes = 16;

/**
 * The byte of the first object that does not fit its collection, in what was read of one from its start;
 * undefined where all fits, or where it is no collection. libhdf5 never comes back from such an object.
 */
export function brokenHeapObject(read: Uint8Array): number | undefined {
  if (read.length < headerBytes) return undefined;
  if (String.fromCharCode(...read.subarray(0, 4)) !== signature) return undefined;
  const data = view(read);
  const end = data.getBigUint64(8, true);
  for (let at = headerBytes; at + headerBytes <= read.length && BigInt(at) < end;) {
    const isFree = data.getUint16(at, true) === 0;
    const size = data.getBigUint64(at + 8, true);
    // Free space counts its own header, an object is padded to 8 bytes.
    const taken = isFree ? size : BigInt(headerBytes) + ((size + 7n) & ~7n);
    if (taken < BigInt(headerBytes) || BigInt(at) + taken > end) return at;
    if (isFree) return undefined;
    at += Number(taken);
  }
  return undefined;
}
