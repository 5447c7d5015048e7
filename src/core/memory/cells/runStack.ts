/** Layers over layers: the outputs of both directions, side by side, are the input of the next. */
import { held, type Recorded } from '../../trace/recording';
import type { Numbers } from '../vector';
import { type Cell, emptyState, type Gates, runCell, type State } from './cell';
import type { Direction } from './layout';

export interface RunDirection {
  readonly direction: Direction;
  readonly cell: Cell;
  readonly start?: State;
}

export interface StackRun {
  /** [T, width], the outputs of the last layer. */
  readonly output: Float32Array;
  readonly width: number;
  readonly layers: readonly (readonly {
    readonly direction: Direction;
    readonly cell: Cell;
    readonly gates: Gates;
  }[])[];
}

/** Yields once a step. `x` [steps, inputs]. */
export function* runStack(
  layers: readonly (readonly RunDirection[])[],
  x: Numbers,
  steps: number,
): Generator<void, StackRun, void> {
  let input = x;
  let output = new Float32Array();
  let width = 0;
  const done: StackRun['layers'][number][] = [];
  for (const directions of layers) {
    const runs = [];
    for (const { direction, cell, start } of directions) {
      const gates = yield* runCell(
        cell,
        input,
        steps,
        direction === 'bwd',
        start ?? emptyState(cell),
      );
      runs.push({ direction, cell, gates });
    }
    width = runs.reduce((sum, { cell }) => sum + cell.outputs, 0);
    output = new Float32Array(steps * width);
    let at = 0;
    for (const { cell, gates } of runs) {
      const h = gates.get('h')!;
      for (let step = 0; step < steps; step++) {
        const from = step * cell.outputs;
        output.set(h.subarray(from, from + cell.outputs), step * width + at);
      }
      at += cell.outputs;
    }
    input = output;
    done.push(runs);
  }
  return { output, width, layers: done };
}

/** `state.{layer}.{fwd|bwd}.{gate}` [T, units], layers counted from `first`, after `prefix`. */
export function stateTensors(
  { layers }: StackRun,
  steps: number,
  first = 0,
  prefix = 'state.',
): Map<string, Recorded> {
  const tensors = new Map<string, Recorded>();
  layers.forEach((directions, layer) => {
    for (const { direction, gates } of directions) {
      for (const [gate, values] of gates) {
        const shape = [steps, values.length / steps];
        tensors.set(`${prefix}${first + layer}.${direction}.${gate}`, held(shape, values));
      }
    }
  });
  return tensors;
}

/** The last hidden (or cell) state of a direction: at the end of forward, at the start of backward. */
export function lastOf(
  run: StackRun,
  layer: number,
  direction: Direction,
  gate = 'h',
): Float32Array {
  const found = run.layers[layer]?.find((one) => one.direction === direction);
  const values = found!.gates.get(gate)!;
  const width = gate === 'h' ? found!.cell.outputs : found!.cell.units;
  return direction === 'bwd' ? values.slice(0, width) : values.slice(values.length - width);
}
