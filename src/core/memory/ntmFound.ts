/** What both published layouts of Neural Turing Machine checkpoints give. */
import type { TensorShape } from '../model/architecture';
import type { Reading } from '../model/reading';
import type { NtmShape, NtmWeights } from './ntmShape';

type Values = ReadonlyMap<string, Float32Array>;

export interface NtmLayout {
  readonly title: string;
  readonly layout: 'A' | 'B';
  readonly shape: NtmShape;
  readonly tensors: readonly TensorShape[];
  weights(values: Values): NtmWeights;
}

export type FoundLayout = NtmLayout | { readonly problems: readonly string[] };

/** Keeps what is asked for, so that it can be loaded. */
export function collecting(reading: Reading) {
  const asked = new Map<string, TensorShape>();
  const need = (name: string, shape: readonly (number | undefined)[]): TensorShape => {
    const tensor = reading.need(name, shape);
    asked.set(tensor.name, tensor);
    return tensor;
  };
  return { asked, need };
}
