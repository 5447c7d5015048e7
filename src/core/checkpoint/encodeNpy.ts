/** Writes NumPy's .npy, version 1.0 (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
import type { KnownDType } from './dtype';

const descriptions: Partial<Record<KnownDType, string>> = {
  float64: '<f8',
  float32: '<f4',
  float16: '<f2',
  int64: '<i8',
  int32: '<i4',
  int16: '<i2',
  int8: '|i1',
  qint32: '<i4',
  qint8: '|i1',
  uint64: '<u8',
  uint32: '<u4',
  uint16: '<u2',
  uint8: '|u1',
  quint8: '|u1',
  bool: '|b1',
  complex64: '<c8',
  complex128: '<c16',
};

/** What goes before the row-major values; undefined when NumPy has no such type. */
export function npyHeader(dtype: KnownDType, shape: readonly number[]): Uint8Array | undefined {
  const description = descriptions[dtype];
  if (!description) return undefined;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The values start at a multiple of 64; the header ends with a newline.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`\0NUMPY\x01\0\0\0${text.padEnd(length - 1)}\n`);
  header[0] = 0x93;
  new DataView(header.buffer).setUint16(8, length, true);
  return header;
}
