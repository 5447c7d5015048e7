/**
 * One direction of one recurrent layer, run over a sequence with every gate kept. LSTM: i, f, g, o, c, h (Hochreiter
 * and Schmidhuber 1997 with the forget gate of Gers et al. 2000); GRU: r, z, n, h (Cho et al. 2014); plain RNN: h.
 * Rows of the weights are in torch's order: i, f, g, o or r, z, n.
 */
import { sigmoid } from '../kernels';
import { affine, type Numbers } from '../vector';

export type CellKind = 'lstm' | 'gru' | 'rnn';
export const gateCount = { lstm: 4, gru: 3, rnn: 1 } as const;
export const kindTitles = { lstm: 'LSTM', gru: 'GRU', rnn: 'RNN' } as const;

export interface Cell {
  readonly kind: CellKind;
  readonly inputs: number;
  readonly units: number;
  /** Width of h: the units, fewer where an LSTM projects. */
  readonly outputs: number;
  /** [gates · units, inputs] */
  readonly kernel: Numbers;
  /** [gates · units, outputs] */
  readonly recurrent: Numbers;
  /** [gates · units] */
  readonly inputBias?: Numbers;
  readonly recurrentBias?: Numbers;
  /** [outputs, units], an LSTM with projection (Sak et al. 2014). */
  readonly projection?: Numbers;
  /** A GRU that multiplies by r before the recurrent product (Keras, reset_after false). */
  readonly resetBefore?: boolean;
  /** Of the plain RNN. */
  readonly nonlinearity?: 'tanh' | 'relu';
}

/** What is kept of a run, [T, units] each (h of a projecting LSTM [T, outputs]). */
export type Gates = ReadonlyMap<string, Float32Array>;

const kept = {
  lstm: ['i', 'f', 'g', 'o', 'c', 'h'],
  gru: ['r', 'z', 'n', 'h'],
  rnn: ['h'],
} as const;

export interface State {
  readonly h: Float64Array;
  readonly c: Float64Array;
}

export function emptyState({ units, outputs }: Cell): State {
  return { h: new Float64Array(outputs), c: new Float64Array(units) };
}

/**
 * Runs `steps` rows of `x` [steps, inputs]; a backward direction starts at the last and its values stand at the
 * step that they belong to. Yields once a step.
 */
export function* runCell(
  cell: Cell,
  x: Numbers,
  steps: number,
  backward: boolean,
  start: State = emptyState(cell),
): Generator<void, Gates, void> {
  const { kind, inputs, units, outputs } = cell;
  const width = (name: string) => (name === 'h' ? outputs : units);
  const gates = new Map<string, Float32Array>(
    kept[kind].map((name) => [name, new Float32Array(steps * width(name))]),
  );
  let state = start;
  const row = new Float64Array(inputs);
  for (let step = 0; step < steps; step++) {
    yield;
    const at = backward ? steps - 1 - step : step;
    for (let i = 0; i < inputs; i++) row[i] = x[at * inputs + i]!;
    const values = stepCell(cell, row, state);
    for (const [name, all] of gates) all.set(values[name]!, at * width(name));
    state = { h: values['h']!, c: values['c'] ?? state.c };
  }
  return gates;
}

/** One step; every gate and the new state by name. */
export function stepCell(
  cell: Cell,
  x: Numbers,
  { h, c }: State,
): Readonly<Record<string, Float64Array>> {
  const { kind, units } = cell;
  const rows = gateCount[kind] * units;
  const a = affine(cell.kernel, rows, x, cell.inputBias);
  const b = affine(cell.recurrent, rows, h, cell.recurrentBias);
  const part = (gate: number, act: (x: number) => number) =>
    Float64Array.from({ length: units }, (_, j) =>
      act(a[gate * units + j]! + b[gate * units + j]!),
    );
  switch (kind) {
    case 'lstm': {
      const [i, f, g, o] = [
        part(0, sigmoid),
        part(1, sigmoid),
        part(2, Math.tanh),
        part(3, sigmoid),
      ];
      const next = f.map((forget, j) => forget * c[j]! + i[j]! * g[j]!);
      const out = next.map((value, j) => o[j]! * Math.tanh(value));
      const { projection, outputs } = cell;
      return { i, f, g, o, c: next, h: projection ? affine(projection, outputs, out) : out };
    }
    case 'gru': {
      const [r, z] = [part(0, sigmoid), part(1, sigmoid)];
      const fresh = 2 * units;
      const reset = cell.resetBefore
        ? affine(
            cell.recurrent,
            units,
            h.map((value, j) => r[j]! * value),
            undefined,
            fresh * units,
          )
        : r.map((value, j) => value * b[fresh + j]!);
      const n = reset.map((value, j) => Math.tanh(a[fresh + j]! + value));
      return { r, z, n, h: n.map((value, j) => (1 - z[j]!) * value + z[j]! * h[j]!) };
    }
    case 'rnn':
      return { h: part(0, cell.nonlinearity === 'relu' ? (x) => Math.max(0, x) : Math.tanh) };
  }
}
