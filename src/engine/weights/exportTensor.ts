/** A tensor, or a slice of it, as a file that is written while it is read. */
import { open, rename, rm } from 'node:fs/promises';
import { FormatError } from '../../core/checkpoint/bytes';
import type { Tensor } from '../../core/checkpoint/checkpoint';
import {
  byteLength,
  elementCount,
  isKnownDType,
  type KnownDType,
} from '../../core/checkpoint/dtype';
import { encodeCsv } from '../../core/checkpoint/encodeCsv';
import { npyHeader } from '../../core/checkpoint/encodeNpy';
import { readFloat32, readTensor } from '../../core/checkpoint/values';
import { readRegion, readRegionBytes } from '../../core/weights/region';
import { type Slice, type View, viewOf } from '../../core/weights/slice';
import type { ExportFormat } from '../../protocol/weights';

/** Bytes, about, that are read and written at a time. */
const partBytes = 4 << 20;
/** Cells of a table, so that it stays one that a spreadsheet opens. */
export const mostCsvCells = 2 ** 20;

/** Pieces of row-major values of one type, as little-endian bytes. */
interface Content {
  readonly dtype: KnownDType;
  readonly shape: readonly number[];
  parts(): AsyncIterable<Uint8Array>;
}

/**
 * Types that NumPy lacks, and quantised ones, are written as float32. Nothing half-written stays. Throws FormatError
 * for a table of more than 2^20 cells and for values that cannot be read.
 */
export async function exportTensor(
  tensor: Tensor,
  slice: Slice | undefined,
  format: ExportFormat,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const content = slice ? sliceContent(tensor, slice) : wholeContent(tensor);
  const { dtype, shape } = content;
  if (format === 'csv' && elementCount(shape) > mostCsvCells) {
    const problem = `${elementCount(shape)} values are too many for a CSV table, which may have ${mostCsvCells}`;
    throw new FormatError(tensor.file, problem, { tensor: tensor.name });
  }
  // Under another name until it is whole: `path` may be the very file that is read.
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w');
  try {
    const header = format === 'npy' && npyHeader(dtype, shape);
    if (header) await file.writeFile(header);
    for await (const bytes of content.parts()) {
      signal.throwIfAborted();
      await file.writeFile(format === 'npy' ? bytes : csvOf(dtype, shape, bytes));
    }
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw signal.aborted ? new Error('cancelled') : error;
  }
}

/** The type that a file gets: the tensor's own where NumPy has it. */
function writtenType({ dtype, dequantise }: Tensor): KnownDType {
  return !dequantise && isKnownDType(dtype) && npyHeader(dtype, []) ? dtype : 'float32';
}

function csvOf(dtype: KnownDType, shape: readonly number[], part: Uint8Array): string {
  const columns = shape.at(-1) ?? 1;
  const rows = columns > 0 ? part.length / byteLength(dtype, columns) : 0;
  return encodeCsv(dtype, [rows, columns], part);
}

function wholeContent(tensor: Tensor): Content {
  const { shape } = tensor;
  const dtype = writtenType(tensor);
  const count = elementCount(shape);
  const row = Math.max(1, shape.at(-1) ?? 1);
  // Whole rows, so that each part is lines of a table; an even number, so that none starts within a byte.
  const step = 2 * row * Math.max(1, Math.floor(partBytes / byteLength(dtype, 2 * row)));
  return {
    dtype,
    shape,
    async *parts() {
      for (let start = 0; start < count; start += step) {
        const range = { start, count: Math.min(step, count - start) };
        yield dtype === tensor.dtype
          ? await readTensor(tensor, range)
          : bytesOf(await readFloat32(tensor, undefined, range));
      }
    },
  };
}

function sliceContent(tensor: Tensor, slice: Slice): Content {
  const view: View = viewOf(tensor, slice);
  const dtype = writtenType(tensor);
  const shape = [
    ...(slice.rows === undefined ? [] : [view.rows]),
    ...(slice.columns === undefined ? [] : [view.columns]),
  ];
  const step = Math.max(1, Math.floor(partBytes / byteLength(dtype, Math.max(1, view.columns))));
  return {
    dtype,
    shape,
    async *parts() {
      for (let row = 0; row < view.rows; row += step) {
        const rows = Math.min(step, view.rows - row);
        const region = { row, column: 0, rows, columns: view.columns };
        yield dtype === tensor.dtype
          ? await readRegionBytes(view, region)
          : bytesOf(await readRegion(view, region));
      }
    },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength: length }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length);
