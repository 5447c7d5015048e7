/** Tensors whose values lie row-major and without gaps at one place: what most formats list. */
import { FormatError, type ByteSource } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType, type DType } from './dtype';

/** What a header says about one tensor. */
export interface Claim {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Byte of the first element. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * The tensor of a claim, after checking that dtype × shape takes exactly its bytes and that they lie in
 * the file. `file` is shown as the tensor's own; an unknown element type is listed, not read.
 */
export function storedTensor(source: ByteSource, claim: Claim, file = source.name): Tensor {
  const { name, dtype, shape, offset, bytes } = claim;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const count = countOf(shape, file, name);
  const within = [offset, bytes, offset + bytes].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!within) fail(`bytes ${offset}+${bytes} are no range`);
  if (offset + bytes > source.size) {
    fail(`bytes ${offset}…${offset + bytes} end after the file's ${source.size}`);
  }
  if (!isKnownDType(dtype)) {
    const reason = `the element type ${dtype} is not known`;
    return { name, dtype, shape, bytes, file, data: { kind: 'opaque', reason } };
  }
  const expected = byteLength(dtype, count);
  if (expected !== bytes)
    fail(`${dtype} [${shape}] takes ${expected} bytes, its range has ${bytes}`);
  const data = { kind: 'stored', source, offset, byteOrder: 'little' } as const;
  return { name, dtype, shape, bytes, file, data };
}
