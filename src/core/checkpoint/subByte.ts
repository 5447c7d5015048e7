/** NumPy keeps numbers of less than a byte one to a byte; everything here has them packed, the first in the low bits. */
import { dtypeBits, type KnownDType } from './dtype';

const kept = ['int4', 'uint4', 'int2', 'uint2', 'float4_e2m1fn'] as const;

/** Whether elements of the type take a byte each where NumPy wrote them. */
export const isBytePerElement = (dtype: string): dtype is (typeof kept)[number] =>
  kept.some((name) => name === dtype);

/** One byte per element → the packed form. Bits that the type does not have are left out. */
export function packElements(dtype: KnownDType, bytes: Uint8Array): Uint8Array {
  const bits = dtypeBits[dtype];
  const each = 8 / bits;
  const mask = (1 << bits) - 1;
  const target = new Uint8Array(Math.ceil(bytes.length / each));
  for (let i = 0; i < bytes.length; i++) {
    target[Math.floor(i / each)]! |= (bytes[i]! & mask) << (bits * (i % each));
  }
  return target;
}
