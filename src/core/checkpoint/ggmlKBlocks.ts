/** GGML's K-quants: 256 values, whose 8 or 16 groups have scales (and minima) of their own (ggml-quants.c). */
import { signed, type Unpack } from './ggmlBlocks';
import { float16At } from './widen';

const { fround } = Math;

/** 16 bytes of 4-bit scale and minimum, 64 of 2-bit codes, float16 factors of both. */
export const q2_k: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at + 80);
  const dmin = float16At(bytes, at + 82);
  for (let group = 0; group < 16; group++) {
    const scale = fround(d * (bytes[at + group]! & 15));
    const min = fround(dmin * (bytes[at + group]! >> 4));
    const { from, shift } = twoBits(group);
    for (let i = 0; i < 16; i++) {
      const code = (bytes[at + 16 + from + i]! >> shift) & 3;
      values[to + 16 * group + i] = fround(scale * code) - min;
    }
  }
};

/** Where the 2-bit codes of a group of 16 lie: each 32 bytes hold 128 values, 32 to a bit pair. */
const twoBits = (group: number) => ({
  from: 32 * (group >> 3) + 16 * (group & 1),
  shift: 2 * ((group >> 1) & 3),
});

/** 32 bytes of third bits, 64 of 2-bit codes, 12 of 6-bit scales, float16 factor. */
export const q3_k: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at + 108);
  for (let group = 0; group < 16; group++) {
    const low = (bytes[at + 96 + (group & 7)]! >> (4 * (group >> 3))) & 15;
    const high = (bytes[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3;
    const scale = fround(d * ((low | (high << 4)) - 32));
    const { from, shift } = twoBits(group);
    for (let i = 0; i < 16; i++) {
      const code = (bytes[at + 32 + from + i]! >> shift) & 3;
      const third = (bytes[at + 16 * (group & 1) + i]! >> (group >> 1)) & 1;
      values[to + 16 * group + i] = scale * (third ? code : code - 4);
    }
  }
};

/** Scale and minimum of one of 8 groups: 6 bits each, in 12 bytes. */
function scaleAndMin(bytes: Uint8Array, at: number, group: number): readonly [number, number] {
  if (group < 4) return [bytes[at + group]! & 63, bytes[at + 4 + group]! & 63];
  const low = bytes[at + 4 + group]!;
  const scale = (low & 15) | ((bytes[at + group - 4]! >> 6) << 4);
  return [scale, (low >> 4) | ((bytes[at + group]! >> 6) << 4)];
}

/** float16 factors of scales and minima, 12 bytes of these, 128 of 4-bit codes. */
export const q4_k: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const dmin = float16At(bytes, at + 2);
  for (let group = 0; group < 8; group++) {
    const [scale, min] = scaleAndMin(bytes, at + 4, group);
    const factor = fround(d * scale);
    const offset = fround(dmin * min);
    const from = at + 16 + 32 * (group >> 1);
    const shift = 4 * (group & 1);
    for (let i = 0; i < 32; i++) {
      const code = (bytes[from + i]! >> shift) & 15;
      values[to + 32 * group + i] = fround(factor * code) - offset;
    }
  }
};

/** The same with 32 bytes of fifth bits before the codes. */
export const q5_k: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const dmin = float16At(bytes, at + 2);
  for (let group = 0; group < 8; group++) {
    const [scale, min] = scaleAndMin(bytes, at + 4, group);
    const factor = fround(d * scale);
    const offset = fround(dmin * min);
    const from = at + 48 + 32 * (group >> 1);
    const shift = 4 * (group & 1);
    for (let i = 0; i < 32; i++) {
      const fifth = ((bytes[at + 16 + i]! >> group) & 1) << 4;
      const code = ((bytes[from + i]! >> shift) & 15) | fifth;
      values[to + 32 * group + i] = fround(factor * code) - offset;
    }
  }
};

/** 128 bytes of the low 4 bits, 64 of the high 2, 16 signed scales, float16 factor. */
export const q6_k: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at + 208);
  for (let group = 0; group < 16; group++) {
    const scale = fround(d * signed(bytes[at + 192 + group]!));
    // Each half: 64 bytes hold 128 values, first all low halves, then all high ones.
    const half = group >> 3;
    const low = at + 64 * half + 16 * (group & 3);
    const lowShift = 4 * ((group >> 2) & 1);
    const high = at + 128 + 32 * half + 16 * (group & 1);
    const highShift = 2 * ((group >> 1) & 3);
    for (let i = 0; i < 16; i++) {
      const code =
        ((bytes[low + i]! >> lowShift) & 15) | (((bytes[high + i]! >> highShift) & 3) << 4);
      values[to + 16 * group + i] = scale * (code - 32);
    }
  }
};
