/** GGML's element types by their numbers (ggml.h of ggml-org/ggml, enum ggml_type). */
import type { DType } from './dtype';
import * as simple from './ggmlBlocks';
import * as grid from './ggmlGridBlocks';
import * as k from './ggmlKBlocks';

/** A type whose values come in blocks. */
export interface BlockType {
  readonly dtype: DType;
  /** Values of a block. */
  readonly block: number;
  /** Bytes of a block. */
  readonly bytes: number;
  readonly unpack: simple.Unpack;
}

/** A plain number type is a block of one. */
export type GgmlType = BlockType | (Omit<BlockType, 'unpack'> & { readonly unpack?: undefined });

const plain = (dtype: DType, bytes: number): GgmlType => ({ dtype, block: 1, bytes });
const blocks = (dtype: DType, block: number, bytes: number, unpack: simple.Unpack): GgmlType => ({
  dtype,
  block,
  bytes,
  unpack,
});

/** Q8_1 (9) is missing: its size differs between GGML and its Python library, and no file has it. */
export const ggmlTypes: ReadonlyMap<number, GgmlType> = new Map([
  [0, plain('float32', 4)],
  [1, plain('float16', 2)],
  [2, blocks('Q4_0', 32, 18, simple.q4_0)],
  [3, blocks('Q4_1', 32, 20, simple.q4_1)],
  [6, blocks('Q5_0', 32, 22, simple.q5_0)],
  [7, blocks('Q5_1', 32, 24, simple.q5_1)],
  [8, blocks('Q8_0', 32, 34, simple.q8_0)],
  [10, blocks('Q2_K', 256, 84, k.q2_k)],
  [11, blocks('Q3_K', 256, 110, k.q3_k)],
  [12, blocks('Q4_K', 256, 144, k.q4_k)],
  [13, blocks('Q5_K', 256, 176, k.q5_k)],
  [14, blocks('Q6_K', 256, 210, k.q6_k)],
  [15, blocks('Q8_K', 256, 292, simple.q8_k)],
  [16, blocks('IQ2_XXS', 256, 66, grid.iq2_xxs)],
  [17, blocks('IQ2_XS', 256, 74, grid.iq2_xs)],
  [18, blocks('IQ3_XXS', 256, 98, grid.iq3_xxs)],
  [19, blocks('IQ1_S', 256, 50, grid.iq1_s)],
  [20, blocks('IQ4_NL', 32, 18, simple.iq4_nl)],
  [21, blocks('IQ3_S', 256, 110, grid.iq3_s)],
  [22, blocks('IQ2_S', 256, 82, grid.iq2_s)],
  [23, blocks('IQ4_XS', 256, 136, simple.iq4_xs)],
  [24, plain('int8', 1)],
  [25, plain('int16', 2)],
  [26, plain('int32', 4)],
  [27, plain('int64', 8)],
  [28, plain('float64', 8)],
  [29, blocks('IQ1_M', 256, 56, grid.iq1_m)],
  [30, plain('bfloat16', 2)],
  [34, blocks('TQ1_0', 256, 54, simple.tq1_0)],
  [35, blocks('TQ2_0', 256, 66, simple.tq2_0)],
  [39, blocks('MXFP4', 32, 17, simple.mxfp4)],
  [40, blocks('NVFP4', 64, 36, simple.nvfp4)],
  [41, blocks('Q1_0', 128, 18, simple.q1_0)],
]);
