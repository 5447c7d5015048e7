/** What both published layouts of Neural Turing Machine checkpoints give. */
import type { TensorShape } from '../model/architecture';
import type { Values } from './collecting';
import type { NtmShape, NtmWeights } from './ntmShape';

export interface NtmLayout {
  readonly title: string;
  readonly layout: 'A' | 'B';
  readonly shape: NtmShape;
  readonly tensors: readonly TensorShape[];
  weights(values: Values): NtmWeights;
}

export type FoundLayout = NtmLayout | { readonly problems: readonly string[] };
