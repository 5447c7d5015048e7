/** Recurrent layers of a checkpoint, by the tensors that they are read from. */
import type { TensorShape } from '../../model/architecture';
import type { Cell, CellKind } from './cell';

export type Direction = 'fwd' | 'bwd';

export interface LayerLayout {
  /** What the checkpoint calls it. */
  readonly name: string;
  readonly direction: Direction;
  readonly kind: CellKind;
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly tensors: readonly TensorShape[];
  /** `values` holds `tensors` by name. */
  cell(values: ReadonlyMap<string, Float32Array>): Cell;
}

/** Layers that feed each other, both directions of each. */
export interface Stack {
  readonly name: string;
  /** `torch: i, f, g, o` */
  readonly order: string;
  readonly layers: readonly (readonly LayerLayout[])[];
}

/** Parameters with one bias per gate, as textbooks count, and as stored. */
export function parametersOf({ kind, inputs, units, outputs, tensors }: LayerLayout): {
  readonly textbook: number;
  readonly stored: number;
} {
  const gates = { lstm: 4, gru: 3, rnn: 1 }[kind];
  const count = ({ shape }: TensorShape) => shape.reduce((product, length) => product * length, 1);
  return {
    textbook: gates * units * (inputs + outputs + 1),
    stored: tensors.reduce((sum, tensor) => sum + count(tensor), 0),
  };
}
