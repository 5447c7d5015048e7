/** A matrix through a tensor: two axes, an index for each other one, cut without reading what is left out. */
import { FormatError } from '../checkpoint/bytes';
import type { Tensor } from '../checkpoint/checkpoint';
import { dtypeBits, isKnownDType } from '../checkpoint/dtype';
import { extent, rowMajor } from '../checkpoint/strided';

/** Which cut of a tensor is a matrix. */
export interface Slice {
  /** Axes of the tensor that run down and across; undefined where it has too few: one row, one column. */
  readonly rows?: number;
  readonly columns?: number;
  /** An index for each axis of the tensor; those of `rows` and `columns` do not count. */
  readonly at: readonly number[];
}

/** The cut as places among the elements of a tensor without strides. */
export interface View {
  /** Read by ranges of its elements. */
  readonly flat: Tensor;
  readonly rows: number;
  readonly columns: number;
  /** Element of the first cell. */
  readonly offset: number;
  /** Elements from a cell to the one below, and to the one on its right. */
  readonly down: number;
  readonly across: number;
}

/** The two longest axes, in their order, at index 0 of the others; of equal ones the last. */
export function firstSlice(shape: readonly number[]): Slice {
  const longest = shape.map((_, axis) => axis).sort((a, b) => shape[b]! - shape[a]! || b - a);
  const [first, second] = longest.slice(0, 2).sort((a, b) => a - b);
  const at = shape.map(() => 0);
  if (first === undefined) return { at };
  return second === undefined ? { columns: first, at } : { rows: first, columns: second, at };
}

/** Throws RangeError with one sentence when a slice does not fit a shape. */
export function checkSlice({ rows, columns, at }: Slice, shape: readonly number[]): void {
  if (at.length !== shape.length) {
    throw new RangeError(`${at.length} indices for the ${shape.length} dimensions [${shape}]`);
  }
  for (const axis of [rows, columns]) {
    if (axis === undefined) continue;
    if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
      throw new RangeError(`axis ${axis} of a tensor of ${shape.length} dimensions`);
    }
  }
  if (rows !== undefined && rows === columns) throw new RangeError(`axis ${rows} is taken twice`);
  at.forEach((index, axis) => {
    if (axis === rows || axis === columns) return;
    if (!Number.isInteger(index) || index < 0 || index >= shape[axis]!) {
      throw new RangeError(
        `index ${index} is outside of dimension ${axis}, which has ${shape[axis]}`,
      );
    }
  });
}

/** Throws RangeError when the slice does not fit the tensor, FormatError when its values cannot be had by range. */
export function viewOf(tensor: Tensor, slice: Slice): View {
  const { shape, data } = tensor;
  checkSlice(slice, shape);
  if (data.kind === 'opaque') {
    throw new FormatError(tensor.file, data.reason, { tensor: tensor.name });
  }
  const strides = (data.kind === 'stored' && data.strides) || rowMajor(shape);
  const { rows, columns, at } = slice;
  const offset = at.reduce(
    (sum, index, axis) => (axis === rows || axis === columns ? sum : sum + index * strides[axis]!),
    0,
  );
  return {
    flat: data.kind === 'stored' && data.strides ? flattened(tensor, data.strides) : tensor,
    rows: rows === undefined ? 1 : shape[rows]!,
    columns: columns === undefined ? 1 : shape[columns]!,
    offset,
    down: rows === undefined ? 0 : strides[rows]!,
    across: columns === undefined ? 0 : strides[columns]!,
  };
}

/** The elements that a strided tensor touches, as they lie in the file. */
function flattened(tensor: Tensor, strides: readonly number[]): Tensor {
  if (tensor.data.kind !== 'stored') return tensor;
  const { strides: _, ...data } = tensor.data;
  const length = extent(tensor.shape, strides);
  const bits = isKnownDType(tensor.dtype) ? dtypeBits[tensor.dtype] : 0;
  return { ...tensor, shape: [length], bytes: Math.ceil((length * bits) / 8), data };
}

/** The full index of a cell, one number per axis of the tensor. */
export function indexOf(slice: Slice, row: number, column: number): readonly number[] {
  return slice.at.map((index, axis) =>
    axis === slice.rows ? row : axis === slice.columns ? column : index,
  );
}

/** The slice as Python writes it: `[:, 0, :]`, empty for a scalar; `.T` when the axes are turned round. */
export function pythonIndex({ rows, columns, at }: Slice): string {
  if (at.length === 0) return '';
  const words = at.map((index, axis) => (axis === rows || axis === columns ? ':' : String(index)));
  const turned = rows !== undefined && columns !== undefined && rows > columns;
  const whole = words.every((word) => word === ':');
  return `${whole ? '' : `[${words.join(', ')}]`}${turned ? '.T' : ''}`;
}

/** A name as a Python string literal. */
export function pythonString(name: string): string {
  // JSON's escapes are Python's too; what Python cannot print is escaped as well.
  return JSON.stringify(name).replace(
    /[\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The slice of a PyTorch state dict, as a line of Python. */
export const pythonLine = (name: string, slice: Slice): string =>
  `state_dict[${pythonString(name)}]${pythonIndex(slice)}`;

/** The same of what NumPy loads, `.npz` or an exported `.npy`. */
export const numpyLine = (name: string, slice: Slice): string =>
  `arrays[${pythonString(name)}]${pythonIndex(slice)}`;
