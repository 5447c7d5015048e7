/** GGML's IQ1, IQ2 and IQ3: 256 values, whose groups of 4 or 8 are codes of a grid (ggml-quants.c). */
import type { Unpack } from './ggmlBlocks';
import { iq1Grid, iq2sGrid, iq2xsGrid, iq2xxsGrid, iq3sGrid, iq3xxsGrid } from './ggmlGrids';
import { float16At } from './widen';

const { fround } = Math;
const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);
/** Signed; its shifts to the right must be logical. */
const u32 = (bytes: Uint8Array, at: number) => u16(bytes, at) | (u16(bytes, at + 2) << 16);

/** Seven stored signs; the eighth makes their number even. */
function evenSigns(seven: number): number {
  let parity = seven ^ (seven >> 4);
  parity ^= parity >> 2;
  return seven | (((parity ^ (parity >> 1)) & 1) << 7);
}

/** Writes `length` values of the grid from `code` on, scaled, with the signs of `signs` from bit `first`. */
function put(
  values: Float32Array,
  to: number,
  scale: number,
  grid: Int8Array,
  code: number,
  length: number,
  signs: number,
): void {
  for (let i = 0; i < length; i++) {
    const value = scale * grid[length * code + i]!;
    values[to + i] = (signs >> i) & 1 ? -value : value;
  }
}

/** float16 scale; for 32 values four codes, then four times 7 signs and a 4-bit scale. */
export const iq2_xxs: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const grid = iq2xxsGrid();
  for (let group = 0; group < 8; group++) {
    const from = at + 2 + 8 * group;
    const rest = u32(bytes, from + 4);
    const scale = fround(d * (0.5 + (rest >>> 28))) * 0.25;
    for (let part = 0; part < 4; part++) {
      const signs = evenSigns((rest >>> (7 * part)) & 127);
      put(values, to + 32 * group + 8 * part, scale, grid, bytes[from + part]!, 8, signs);
    }
  }
};

/** float16 scale, 32 u16 of a 9-bit code and 7 signs, 16 scales of 4 bits. */
export const iq2_xs: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const grid = iq2xsGrid();
  for (let part = 0; part < 32; part++) {
    const scale = fourBitScale(d, bytes, at + 66, part >> 1);
    const word = u16(bytes, at + 2 + 2 * part);
    put(values, to + 8 * part, scale, grid, word & 511, 8, evenSigns(word >> 9));
  }
};

/** float16 scale, 32 low bytes of codes, 32 of signs, 8 of high bits, 16 scales of 4 bits. */
export const iq2_s: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const grid = iq2sGrid();
  for (let part = 0; part < 32; part++) {
    const scale = fourBitScale(d, bytes, at + 74, part >> 1);
    const high = (bytes[at + 66 + (part >> 2)]! >> (2 * (part & 3))) & 3;
    const code = bytes[at + 2 + part]! | (high << 8);
    put(values, to + 8 * part, scale, grid, code, 8, bytes[at + 34 + part]!);
  }
};

const fourBitScale = (d: number, bytes: Uint8Array, at: number, group: number) =>
  fround(d * (0.5 + ((bytes[at + (group >> 1)]! >> (4 * (group & 1))) & 15))) * 0.25;

/** float16 scale, 64 codes of four values, for each 32 values four times 7 signs and a 4-bit scale. */
export const iq3_xxs: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const grid = iq3xxsGrid();
  for (let group = 0; group < 8; group++) {
    const rest = u32(bytes, at + 66 + 4 * group);
    const scale = fround(d * (0.5 + (rest >>> 28))) * 0.5;
    for (let part = 0; part < 8; part++) {
      const signs = evenSigns((rest >>> (7 * (part >> 1))) & 127) >> (4 * (part & 1));
      const code = bytes[at + 2 + 8 * group + part]!;
      put(values, to + 32 * group + 4 * part, scale, grid, code, 4, signs);
    }
  }
};

/** float16 scale, 64 low bytes of codes, 8 of ninth bits, 32 of signs, 8 scales of 4 bits. */
export const iq3_s: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  const grid = iq3sGrid();
  for (let part = 0; part < 64; part++) {
    const group = part >> 3;
    const scale = (bytes[at + 106 + (group >> 1)]! >> (4 * (group & 1))) & 15;
    const code = bytes[at + 2 + part]! | (((bytes[at + 66 + group]! >> (part & 7)) & 1) << 8);
    const signs = bytes[at + 74 + (part >> 1)]! >> (4 * (part & 1));
    put(values, to + 4 * part, fround(d * (1 + 2 * scale)), grid, code, 4, signs);
  }
};

/** Writes 8 values of the grid of IQ1: shifted by an eighth, then scaled. */
function putShifted(values: Float32Array, to: number, scale: number, code: number, delta: number) {
  const grid = iq1Grid();
  for (let i = 0; i < 8; i++) values[to + i] = scale * (grid[8 * code + i]! + delta);
}
const eighth = (minus: number) => (minus ? -0.125 : 0.125);

/** float16 scale, 32 low bytes of codes, 8 u16 of four times 3 high bits, 3-bit scale and sign of the shift. */
export const iq1_s: Unpack = (bytes, at, values, to) => {
  const d = float16At(bytes, at);
  for (let part = 0; part < 32; part++) {
    const word = u16(bytes, at + 34 + 2 * (part >> 2));
    const scale = fround(d * (2 * ((word >> 12) & 7) + 1));
    const code = bytes[at + 2 + part]! | (((word >> (3 * (part & 3))) & 7) << 8);
    putShifted(values, to + 8 * part, scale, code, eighth(word & 0x8000));
  }
};

/** 32 low bytes of codes, 16 of two times 3 high bits and a sign, 4 u16 of four 3-bit scales and 4 bits of the float16 scale. */
export const iq1_m: Unpack = (bytes, at, values, to) => {
  const half = Uint8Array.of(
    (bytes[at + 49]! >> 4) | (bytes[at + 51]! & 0xf0),
    (bytes[at + 53]! >> 4) | (bytes[at + 55]! & 0xf0),
  );
  const d = float16At(half, 0);
  for (let part = 0; part < 32; part++) {
    const scales = u16(bytes, at + 48 + 2 * (part >> 3));
    const scale = fround(d * (2 * ((scales >> (3 * ((part >> 1) & 3))) & 7) + 1));
    const high = bytes[at + 32 + (part >> 1)]! >> (4 * (part & 1));
    const code = bytes[at + part]! | ((high & 7) << 8);
    putShifted(values, to + 8 * part, scale, code, eighth(high & 8));
  }
};
