/**
 * GGML's simple blocks: one scale each (ggml-common.h and ggml-quants.c of ggml-org/ggml). Products and
 * sums are rounded to float32 one by one, as there, so that the values are equal bit for bit.
 */
import { float16At } from './widen';

/** Writes the values of the block at `at` to `to` and after. */
export type Unpack = (bytes: Uint8Array, at: number, values: Float32Array, to: number) => void;

const { fround } = Math;

/** float16 scale, 16 bytes of two 4-bit codes: the low halves are the first 16 values. */
export const q4_0: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + 2 + i]!;
    values[to + i] = d * ((byte & 15) - 8);
    values[to + 16 + i] = d * ((byte >> 4) - 8);
  }
};

/** The same with a float16 minimum. */
export const q4_1: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const min = float16At(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + 4 + i]!;
    values[to + i] = fround(d * (byte & 15)) + min;
    values[to + 16 + i] = fround(d * (byte >> 4)) + min;
  }
};

/** The fifth bits of 32 values lie in 4 bytes before the codes. */
const fifth = (bytes: Uint8Array, at: number, i: number) =>
  ((bytes[at + (i >> 3)]! >> (i & 7)) & 1) << 4;

export const q5_0: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + 6 + i]!;
    values[to + i] = d * (((byte & 15) | fifth(bytes, at + 2, i)) - 16);
    values[to + 16 + i] = d * (((byte >> 4) | fifth(bytes, at + 2, i + 16)) - 16);
  }
};

export const q5_1: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const min = float16At(bytes, at + 2);
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + 8 + i]!;
    values[to + i] = fround(d * ((byte & 15) | fifth(bytes, at + 4, i))) + min;
    values[to + 16 + i] = fround(d * ((byte >> 4) | fifth(bytes, at + 4, i + 16))) + min;
  }
};

/** float16 scale, 32 signed bytes. */
export const q8_0: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  for (let i = 0; i < 32; i++) values[to + i] = d * signed(bytes[at + 2 + i]!);
};

/** float32 scale, 256 signed bytes, and sums that only products need. */
export const q8_k: Unpack = (bytes, at, values, to) => {
  const d = new DataView(bytes.buffer, bytes.byteOffset + at).getFloat32(0, true);
  for (let i = 0; i < 256; i++) values[to + i] = d * signed(bytes[at + 4 + i]!);
};

/** float16 scale, 128 signs. */
export const q1_0: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  for (let i = 0; i < 128; i++) {
    values[to + i] = (bytes[at + 2 + (i >> 3)]! >> (i & 7)) & 1 ? d : -d;
  }
};

/** Base-3 digits, five to a byte, as the fraction byte / 256; the last four bytes hold four. */
export const tq1_0: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at + 52);
  let next = to;
  for (const [first, length, digits] of ternary) {
    for (let digit = 0, power = 1; digit < digits; digit++, power *= 3) {
      for (let i = 0; i < length; i++) {
        const fraction = (bytes[at + first + i]! * power) & 255;
        values[next++] = d * (((fraction * 3) >> 8) - 1);
      }
    }
  }
};
/** First byte, bytes, digits in each. */
const ternary = [
  [0, 32, 5],
  [32, 16, 5],
  [48, 4, 4],
] as const;

/** 64 bytes of four 2-bit codes, float16 scale. */
export const tq2_0: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at + 64);
  for (let i = 0; i < 256; i++) {
    const byte = bytes[at + ((i >> 7) << 5) + (i & 31)]!;
    values[to + i] = d * (((byte >> (2 * ((i >> 5) & 3))) & 3) - 1);
  }
};

/** E2M1, doubled (OCP Microscaling 1.0, section 5.3.3). */
const e2m1 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

/** E8M0 scale, 16 bytes of two E2M1 codes. */
export const mxfp4: Unpack = (bytes, at, values, to) => {
  const d = 2 ** (bytes[at]! - 128);
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + 1 + i]!;
    values[to + i] = d * e2m1[byte & 15]!;
    values[to + 16 + i] = d * e2m1[byte >> 4]!;
  }
};

/** Four E4M3 scales without sign, then for each 8 bytes of two E2M1 codes. */
export const nvfp4: Unpack = (bytes, at, values, to) => {
  for (let part = 0; part < 4; part++) {
    const d = unsignedE4m3(bytes[at + part]!) / 2;
    for (let i = 0; i < 8; i++) {
      const byte = bytes[at + 4 + 8 * part + i]!;
      values[to + 16 * part + i] = d * e2m1[byte & 15]!;
      values[to + 16 * part + 8 + i] = d * e2m1[byte >> 4]!;
    }
  }
};

/** The NaN code 0x7f counts as 0 there. */
function unsignedE4m3(code: number): number {
  const power = (code >> 3) & 15;
  if (code === 0x7f) return 0;
  return power ? (8 + (code & 7)) * 2 ** (power - 10) : (code & 7) * 2 ** -9;
}

/** The 16 levels of IQ4. */
const levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

/** float16 scale, 16 bytes of two codes of levels. */
export const iq4_nl: Unpack = (bytes, at, values, to) =>
  fourBitLevels(float16At(bytes, at), bytes, at + 2, values, to);

/** float16 scale and eight scales of 6 bits: 2 high ones in a u16, 4 low ones in 4 bytes. */
export const iq4_xs: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const high = bytes[at + 2]! | (bytes[at + 3]! << 8);
  for (let part = 0; part < 8; part++) {
    const low = (bytes[at + 4 + (part >> 1)]! >> (4 * (part & 1))) & 15;
    const scale = (low | (((high >> (2 * part)) & 3) << 4)) - 32;
    fourBitLevels(fround(d * scale), bytes, at + 8 + 16 * part, values, to + 32 * part);
  }
};

function fourBitLevels(d: number, bytes: Uint8Array, at: number, values: Float32Array, to: number) {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[at + i]!;
    values[to + i] = d * levels[byte & 15]!;
    values[to + 16 + i] = d * levels[byte >> 4]!;
  }
}

/** A byte as two's complement. */
export const signed = (byte: number): number => (byte << 24) >> 24;
