/** Element types with more digits than float32, as float64; 64-bit integers beyond 2^53 are rounded. */
import type { Tensor } from '../checkpoint/checkpoint';
import { widen } from '../checkpoint/widen';

/** Little-endian bytes, at a multiple of 8, → float64. Complex numbers become their magnitude. */
const decoders = {
  float64: (bytes) => new Float64Array(bytes),
  int64: (bytes) => Float64Array.from(new BigInt64Array(bytes), Number),
  uint64: (bytes) => Float64Array.from(new BigUint64Array(bytes), Number),
  int32: (bytes) => Float64Array.from(new Int32Array(bytes)),
  qint32: (bytes) => Float64Array.from(new Int32Array(bytes)),
  uint32: (bytes) => Float64Array.from(new Uint32Array(bytes)),
  complex32(bytes) {
    const parts = new Float32Array(bytes.byteLength / 2);
    widen('float16', new Uint8Array(bytes), parts);
    return magnitudes(parts);
  },
  complex64: (bytes) => magnitudes(new Float32Array(bytes)),
  complex128: (bytes) => magnitudes(new Float64Array(bytes)),
} as const satisfies Record<string, (bytes: ArrayBuffer) => Float64Array>;
type Wide = keyof typeof decoders;

/** Whether the tensor's values are read as float64. */
export const isWide = ({ dtype, dequantise }: Tensor): boolean =>
  !dequantise && Object.hasOwn(decoders, dtype);

/** `dtype` must be one of a wide tensor. */
export function asFloat64(dtype: string, bytes: Uint8Array): Float64Array {
  // A copy of their own starts at a multiple of 8.
  return decoders[dtype as Wide](new Uint8Array(bytes).buffer);
}

/** Real and imaginary parts take turns. */
function magnitudes(parts: Float32Array | Float64Array): Float64Array {
  return Float64Array.from({ length: parts.length / 2 }, (_, i) =>
    Math.hypot(parts[2 * i]!, parts[2 * i + 1]!),
  );
}
