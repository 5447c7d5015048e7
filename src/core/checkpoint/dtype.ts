/** Element types, by the names that NumPy and PyTorch use. */

import { FormatError } from './bytes';

/** Bits per element of each type; quantised block formats add themselves under their own names. */
export const dtypeBits = {
  float64: 64,
  float32: 32,
  float16: 16,
  bfloat16: 16,
  float8_e4m3fn: 8,
  float8_e5m2: 8,
  float8_e4m3fnuz: 8,
  float8_e5m2fnuz: 8,
  float8_e8m0fnu: 8,
  float8_e3m4: 8,
  float8_e4m3: 8,
  float8_e4m3b11fnuz: 8,
  float4_e2m1fn: 4,
  int64: 64,
  int32: 32,
  int16: 16,
  int8: 8,
  int4: 4,
  int2: 2,
  uint64: 64,
  uint32: 32,
  uint16: 16,
  uint8: 8,
  uint4: 4,
  uint2: 2,
  bool: 8,
  complex32: 32,
  complex64: 64,
  complex128: 128,
  qint8: 8,
  quint8: 8,
  qint32: 32,
} as const;

export type KnownDType = keyof typeof dtypeBits;

/** A known element type, or the file's own word for one that we list but do not decode. */
export type DType = KnownDType | (string & {});

export function isKnownDType(dtype: string): dtype is KnownDType {
  return Object.hasOwn(dtypeBits, dtype);
}

/** PyTorch and NumPy stop at 64 dimensions; beyond, a shape is an attack on recursion. */
const maxRank = 64;

/** Product of the dimensions. Throws RangeError beyond 2^53, so that no later arithmetic is inexact. */
export function elementCount(shape: readonly number[]): number {
  if (shape.length > maxRank)
    throw new RangeError(`${shape.length} dimensions are more than ${maxRank}`);
  let count = 1;
  // A zero anywhere makes the tensor empty, whatever the other dimensions claim.
  if (shape.includes(0)) return 0;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(count))
      throw new RangeError(`shape [${shape.join(', ')}] is too large`);
  }
  return count;
}

/** The same for a file's claim: a FormatError says which file and tensor. */
export function countOf(shape: readonly number[], file: string, tensor?: string): number {
  try {
    return elementCount(shape);
  } catch (error) {
    throw new FormatError(
      file,
      (error as RangeError).message,
      tensor === undefined ? undefined : { tensor },
    );
  }
}

/** Bytes of `count` elements stored without gaps; sub-byte types are packed and rounded up. */
export function byteLength(dtype: KnownDType, count: number): number {
  return Math.ceil((count * dtypeBits[dtype]) / 8);
}
