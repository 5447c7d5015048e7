/** Controllers of memory networks: stacks of torch.nn.LSTM, GRU or RNN layers, stepped; gate order as torch stores it. */
import { affine, relu, sigmoid } from './kernels';

export type CellKind = 'lstm' | 'gru' | 'rnn';

/** Rows of the weights per hidden unit. */
export const gatesOf = { lstm: 4, gru: 3, rnn: 1 } as const;

/** weight_ih [gates · hidden, input], weight_hh [gates · hidden, hidden], biases [gates · hidden]. */
export interface CellWeights {
  readonly input: Float32Array;
  readonly hidden: Float32Array;
  readonly inputBias: Float32Array | undefined;
  readonly hiddenBias: Float32Array | undefined;
}

export interface Cell {
  readonly inputs: number;
  readonly units: number;
  /** One step: reads `x` [inputs], changes `h` and, for an LSTM, `c` [units]. */
  step(x: Float32Array, h: Float32Array, c: Float32Array): void;
}

/** A feed-forward layer seen as a cell without memory: h = f(W x + b). */
export function createDense(
  inputs: number,
  { input, inputBias }: Pick<CellWeights, 'input' | 'inputBias'>,
  nonlinearity: 'relu' | 'tanh' | 'sigmoid',
): Cell {
  const units = input.length / inputs;
  const bend = { relu, tanh: Math.tanh, sigmoid }[nonlinearity];
  return {
    inputs,
    units,
    step(x, h) {
      affine(h, 0, input, inputBias, x, units, inputs);
      for (let j = 0; j < units; j++) h[j] = bend(h[j]!);
    },
  };
}

/** `nonlinearity` is torch.nn.RNN's. */
export function createCell(
  kind: CellKind,
  inputs: number,
  units: number,
  weights: CellWeights,
  nonlinearity: 'tanh' | 'relu' = 'tanh',
): Cell {
  const rows = gatesOf[kind] * units;
  const fromInput = new Float32Array(rows);
  const fromHidden = new Float32Array(rows);
  const sums = (x: Float32Array, h: Float32Array): void => {
    affine(fromInput, 0, weights.input, weights.inputBias, x, rows, inputs);
    affine(fromHidden, 0, weights.hidden, weights.hiddenBias, h, rows, units);
  };
  const sum = (row: number): number => fromInput[row]! + fromHidden[row]!;
  const steps: Record<CellKind, Cell['step']> = {
    // i, f, g, o: c' = f c + i g, h' = o tanh(c').
    lstm(x, h, c) {
      sums(x, h);
      for (let j = 0; j < units; j++) {
        const kept = sigmoid(sum(units + j)) * c[j]!;
        const cell = kept + sigmoid(sum(j)) * Math.tanh(sum(2 * units + j));
        c[j] = cell;
        h[j] = sigmoid(sum(3 * units + j)) * Math.tanh(cell);
      }
    },
    // r, z, n: n = tanh(Wx + r (Uh + b)), h' = (1 - z) n + z h.
    gru(x, h) {
      sums(x, h);
      for (let j = 0; j < units; j++) {
        const reset = sigmoid(sum(j));
        const update = sigmoid(sum(units + j));
        const fresh = Math.tanh(fromInput[2 * units + j]! + reset * fromHidden[2 * units + j]!);
        h[j] = (1 - update) * fresh + update * h[j]!;
      }
    },
    rnn(x, h) {
      sums(x, h);
      for (let j = 0; j < units; j++) {
        h[j] = nonlinearity === 'tanh' ? Math.tanh(sum(j)) : Math.max(0, sum(j));
      }
    },
  };
  return { inputs, units, step: steps[kind] };
}
