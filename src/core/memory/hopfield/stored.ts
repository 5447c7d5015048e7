/** The values of a Hopfield file, once read. */
import type { Source } from './source';

export interface Stored {
  /** [N, N] */
  readonly weights?: ArrayLike<number>;
  /** b, [N]; zeros where there is none. */
  readonly bias: Float64Array;
  /** [P, N] */
  readonly patterns?: Float32Array;
  /** Every value of the patterns is ±1. */
  readonly binary: boolean;
  /** They were 0 and 1 in the file. */
  readonly mapped: boolean;
}

/** Throws Error naming the tensor when a value is no number. */
export function storedOf(source: Source, values: ReadonlyMap<string, Float32Array>): Stored {
  const { n, threshold } = source;
  const read = (tensor: { readonly name: string } | undefined) => {
    const data = tensor && values.get(tensor.name);
    const place = data?.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (place >= 0) throw new Error(`${tensor!.name} has ${data![place]} at place ${place}`);
    return data;
  };
  const bias = read(source.bias);
  let weights = read(source.weights);
  let patterns = read(source.patterns);
  if (source.lone && weights && isBinary(weights)) {
    patterns = weights;
    weights = undefined;
  }
  const zeroOne = patterns !== undefined && !isBinary(patterns) && patterns.every(isBit);
  if (patterns && zeroOne) patterns = patterns.map((value) => 2 * value - 1);
  return {
    bias: Float64Array.from({ length: n }, (_, i) => (threshold ? -1 : 1) * (bias?.[i] ?? 0)),
    binary: patterns === undefined || isBinary(patterns),
    mapped: zeroOne,
    ...(weights ? { weights } : {}),
    ...(patterns ? { patterns } : {}),
  };
}

export function isBinary(values: Float32Array): boolean {
  return values.every((value) => value === 1 || value === -1);
}

function isBit(value: number): boolean {
  return value === 0 || value === 1;
}

/** ±1 as they are, 0 and 1 as −1 and +1. Throws Error naming `what` else. */
export function binaryOf(values: Float32Array, what: string): Int8Array {
  if (isBinary(values)) return Int8Array.from(values);
  if (values.every(isBit)) return Int8Array.from(values, (value) => 2 * value - 1);
  const place = values.findIndex((value) => value !== 1 && value !== -1);
  throw new Error(`${what} has ${values[place]} at place ${place}, expected 1 or -1`);
}
