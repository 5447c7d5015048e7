/** Tensors that a layout asks for, and the weights of recurrent layers among them. */
import type { TensorShape } from '../model/architecture';
import type { Reading } from '../model/reading';
import type { CellWeights } from './controller';

export type Values = ReadonlyMap<string, Float32Array>;

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

/** The tensors of one recurrent or, without `hidden`, feed-forward layer. */
export interface CellTensors {
  readonly input: TensorShape;
  readonly hidden?: TensorShape;
  readonly inputBias: TensorShape | undefined;
  readonly hiddenBias?: TensorShape | undefined;
}

export function cellWeights(
  { input, hidden, inputBias, hiddenBias }: CellTensors,
  values: Values,
): CellWeights {
  return {
    input: values.get(input.name)!,
    hidden: hidden ? values.get(hidden.name)! : new Float32Array(),
    inputBias: inputBias && values.get(inputBias.name),
    hiddenBias: hiddenBias && values.get(hiddenBias.name),
  };
}

/** A matrix and its bias, [rows, columns] and [rows]. */
export interface LinearWeights {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}
