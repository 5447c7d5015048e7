/** What one part of a tensor tells: moments, rows that are dead, sums of columns. */
import type { Tensor } from '../checkpoint/checkpoint';
import { eachBlock, matrixOf, type Part } from './blocks';
import { type Counts, countValues, noCounts } from './histogram';
import type { Kernel } from './kernel';
import { isWide } from './wide';
import { mergeMoments, type Moments, noMoments } from './moments';

/** Rows whose values are all zero. */
export interface DeadRows {
  readonly count: number;
  /** The first few, in order. */
  readonly places: readonly number[];
}

export interface Looked {
  readonly moments: Moments;
  readonly deadRows: DeadRows;
  /** Sum of the magnitudes of each column; of matrices of two dimensions in at most 32 bits. */
  readonly columns?: Float32Array;
}

/** Places that are named; the others are counted. */
export const namedPlaces = 16;

/** `moments` alone, or what a check of health wants to know as well. */
export type Thoroughness = 'moments' | 'health';

/** Reads the part and looks at every value once. `stop` is asked now and then and throws to end it. */
export async function lookAt(
  tensor: Tensor,
  part: Part,
  how: Thoroughness,
  kernel: Kernel,
  stop: () => void,
): Promise<Looked> {
  const matrix = how === 'health' ? matrixOf(tensor) : undefined;
  const sumsColumns = matrix !== undefined && tensor.shape.length === 2 && !isWide(tensor);
  let moments = noMoments;
  let deadRows: DeadRows = { count: 0, places: [] };
  if (sumsColumns) kernel.clearColumns();
  await eachBlock(tensor, part, kernel, (block) => {
    stop();
    const found = block.moments();
    moments = mergeMoments(moments, found);
    if (!matrix) return;
    const { columns } = matrix;
    const mayHaveDead = found.zeros >= columns;
    if (!mayHaveDead && !sumsColumns) return;
    const values = block.values();
    if (mayHaveDead) {
      deadRows = addDeadRows(deadRows, deadRowsOf(values, columns, block.start / columns));
    }
    if (sumsColumns) kernel.addColumns(values.length / columns, columns);
  });
  return {
    moments,
    deadRows,
    ...(sumsColumns && { columns: kernel.columns.slice(0, matrix?.columns) }),
  };
}

/** `first` is the number of the first row. */
function deadRowsOf(values: Float32Array | Float64Array, columns: number, first: number): DeadRows {
  const places: number[] = [];
  for (let start = 0; start < values.length; start += columns) {
    const end = start + columns;
    let at = start;
    while (at < end && values[at] === 0) at++;
    if (at === end) places.push(first + start / columns);
  }
  return { count: places.length, places };
}

/** Of two parts, the earlier one first. */
export function addDeadRows(a: DeadRows, b: DeadRows): DeadRows {
  const places = [...a.places, ...b.places].slice(0, namedPlaces);
  return { count: a.count + b.count, places };
}

/** How the part's values are spread between the extremes of the tensor. */
export async function countPart(
  tensor: Tensor,
  part: Part,
  kernel: Kernel,
  { low, high }: { readonly low: number; readonly high: number },
  stop: () => void,
): Promise<Counts> {
  const counts = noCounts();
  await eachBlock(tensor, part, kernel, (block) => {
    stop();
    countValues(counts, block.values(), low, high);
  });
  return counts;
}
