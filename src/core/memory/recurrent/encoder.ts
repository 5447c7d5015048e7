/** Recurrent encoders and single steps of recurrent decoders, over the layers of a checkpoint. */
import type { Reading } from '../../model/reading';
import type { Tensors } from '../../model/architecture';
import { type Cell, emptyState, type State, stepCell } from '../cells/cell';
import type { Stack } from '../cells/layout';
import { lastOf, runStack } from '../cells/runStack';
import { torchStacks } from '../cells/torchLayout';
import { rowsOf } from '../rows';
import type { Numbers } from '../vector';

/** The recurrent module `name` (with the reading's prefix left out); a missing or damaged one becomes a problem. */
export function needStack(
  reading: Reading,
  tensors: Tensors,
  prefix: string,
  name: string,
): Stack | undefined {
  const start = `${prefix}${name}.`;
  const own = new Map([...tensors].filter(([tensor]) => tensor.startsWith(start)));
  const problems: string[] = [];
  const [stack] = torchStacks(own, problems);
  for (const problem of problems) reading.problem(problem);
  if (!stack && problems.length === 0) reading.problem(`${start}weight_ih_l0 is missing`);
  return stack;
}

export const outputsOf = (stack: Stack | undefined): number =>
  stack?.layers.at(-1)!.reduce((sum, { outputs }) => sum + outputs, 0) ?? 0;
export const isBoth = (stack: Stack | undefined): boolean => (stack?.layers[0]!.length ?? 1) > 1;
const kindOf = (stack: Stack | undefined) => stack?.layers[0]![0]!.kind ?? 'gru';

export interface Encoded {
  /** One row a place: both directions side by side, or added. */
  readonly rows: readonly Float32Array[];
  /** Last state of each layer, forward; and backward where there is one. */
  readonly forward: readonly State[];
  readonly backward: readonly State[];
}

/** Runs `x` [steps, inputs] through the stack. */
export function* encode(
  stack: Stack,
  values: ReadonlyMap<string, Float32Array>,
  x: Numbers,
  steps: number,
  together: 'beside' | 'added' = 'beside',
): Generator<void, Encoded, void> {
  const layers = cellsOf(stack, values);
  const run = yield* runStack(layers, x, steps);
  const last = (direction: 'fwd' | 'bwd'): State[] =>
    layers.map((_, layer) => ({
      h: Float64Array.from(lastOf(run, layer, direction)),
      c: Float64Array.from(kindOf(stack) === 'lstm' ? lastOf(run, layer, direction, 'c') : []),
    }));
  const rows = rowsOf(run.output, run.width);
  const half = run.width / 2;
  return {
    rows:
      together === 'added' && isBoth(stack)
        ? rows.map((row) => Float32Array.from({ length: half }, (_, i) => row[i]! + row[half + i]!))
        : rows,
    forward: last('fwd'),
    backward: isBoth(stack) ? last('bwd') : [],
  };
}

export function cellsOf(stack: Stack, values: ReadonlyMap<string, Float32Array>) {
  return stack.layers.map((directions) =>
    directions.map((layer) => ({ direction: layer.direction, cell: layer.cell(values) })),
  );
}

/** One step through layers of one direction each. Returns the new states; the last one's h is the output. */
export function stepLayers(
  cells: readonly Cell[],
  x: Numbers,
  states: readonly State[],
): readonly State[] {
  let input = x;
  return cells.map((cell, layer) => {
    const before = states[layer] ?? emptyState(cell);
    const { h, c } = stepCell(cell, input, before);
    input = h!;
    return { h: h!, c: c ?? before.c };
  });
}

export function concat(...parts: readonly Numbers[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
