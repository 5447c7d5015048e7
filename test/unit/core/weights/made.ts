/** Matrices that `test/fixtures/weights/make.py` makes too, as tensors in memory. */
import { readFileSync } from 'node:fs';
import { memorySource } from '../../../../src/core/checkpoint/bytes';
import type { Tensor } from '../../../../src/core/checkpoint/checkpoint';

interface Golden {
  readonly cut: readonly number[];
  readonly rowNorms: readonly number[];
  readonly columnNorms: readonly number[];
  readonly singular: readonly number[];
  readonly graded: readonly number[];
  readonly effectiveRank: number;
  readonly stableRank: number;
}

/** What NumPy says of them. */
export const golden = JSON.parse(
  readFileSync('test/fixtures/weights/golden.json', 'utf8'),
) as Golden;

export const madeValues = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7919 + 13) % 1009) / 1009 - 0.5);

/** A float32 tensor; `reads` counts the bytes that are read of it. */
export function tensorOf(
  shape: readonly number[],
  values: Float32Array,
  strides?: readonly number[],
): { readonly tensor: Tensor; readonly reads: { bytes: number } } {
  const memory = memorySource('made', new Uint8Array(values.buffer));
  const reads = { bytes: 0 };
  const source = {
    ...memory,
    read(offset: number, target: Uint8Array) {
      reads.bytes += target.length;
      return memory.read(offset, target);
    },
  };
  const data = { kind: 'stored', source, offset: 0, byteOrder: 'little' } as const;
  const tensor: Tensor = {
    name: 'x',
    dtype: 'float32',
    shape,
    bytes: values.byteLength,
    file: 'made',
    data: strides ? { ...data, strides } : data,
  };
  return { tensor, reads };
}

export const near = (actual: ArrayLike<number>, expected: readonly number[], within: number) =>
  actual.length === expected.length &&
  expected.every((value, i) => Math.abs(actual[i]! - value) <= within);
