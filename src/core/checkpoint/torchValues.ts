/** Values of PyTorch tensors that are stored as something else than what they mean. */
import type { Decoded, Tensor } from './checkpoint';
import { dtypeBits, isKnownDType } from './dtype';
import { isNode, type Pickled } from './pickleNodes';
import { readTensor } from './values';

type Nameless = Omit<Tensor, 'name' | 'file'>;

/** Conjugate and negative views keep the values of their base and say the rest in a dictionary. */
export function withBits(tensor: Nameless, bits: Pickled | undefined): Nameless {
  if (!bits || !isNode(bits) || bits.kind !== 'dict' || !isKnownDType(tensor.dtype)) return tensor;
  const is = (name: string) => bits.entries.some(([key, value]) => key === name && value === true);
  const complex = tensor.dtype.startsWith('complex');
  const unit = dtypeBits[tensor.dtype] / (complex ? 16 : 8);
  const negative = is('neg') ? { ...tensor, data: flipped(tensor, unit, 0, 1) } : tensor;
  return is('conj') ? { ...negative, data: flipped(negative, unit, 1, 2) } : negative;
}

/** Flips the sign bit of every `step`-th float of `unit` bytes. */
function flipped(tensor: Nameless, unit: number, first: number, step: number): Decoded {
  return {
    kind: 'decoded',
    async decode() {
      const bytes = await readTensor({ ...tensor, name: '', file: '' });
      for (let i = (first + 1) * unit - 1; i < bytes.length; i += step * unit) bytes[i]! ^= 0x80;
      return bytes;
    },
  };
}

/**
 * real = (stored − zero point) · scale, in place (Jacob et al. 2018, equation 1). Channels repeat every
 * `inner` elements; without it there is one.
 */
export function affine(
  values: Float32Array,
  scales: Float32Array,
  zeros: Float32Array,
  inner = values.length,
): Float32Array {
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor(i / inner) % scales.length;
    values[i] = (values[i]! - zeros[channel]!) * scales[channel]!;
  }
  return values;
}
