/** Zarr arrays, version 2 (zarr-specs.readthedocs.io/en/latest/v2/v2.0.html), as TensorStore writes them. */
import { FormatError, readBytes, type ByteSource } from './bytes';
import type { Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType, type DType } from './dtype';
import { copyBox } from './hdf5Chunks';
import { isList, isMap, isSize, readJsonFile } from './jsonFile';
import { rowMajor, swapBytes } from './strided';
import { unpackZstd } from './zstd';

/** A value of the store by its key; undefined when there is none. */
export type Store = (key: string) => Promise<ByteSource | undefined>;

/** A chunk is unpacked as a whole. */
const maxChunk = 1 << 30;
const maxChunks = 1 << 20;

const kinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };

/** The array whose metadata is `<path>/.zarray`. */
export async function zarrArray(
  name: string,
  path: string,
  metadata: ByteSource,
  store: Store,
): Promise<Tensor> {
  const {
    shape,
    chunks,
    dtype: code,
    compressor,
    ...rest
  } = Object.fromEntries(await readJsonFile(metadata));
  const file = metadata.name;
  const isShape = (value: typeof shape): value is number[] => isList(value) && value.every(isSize);
  if (
    !isShape(shape) ||
    !isShape(chunks) ||
    chunks.length !== shape.length ||
    typeof code !== 'string'
  ) {
    throw new FormatError(file, 'expected shape, chunks and dtype of a Zarr array', {
      tensor: name,
    });
  }
  const dtype = dtypeOf(code);
  const count = countOf(shape, file, name);
  if (!isKnownDType(dtype)) return opaque(`its values are of type ${code}`, 0);
  const bytes = byteLength(dtype, count);
  const packing = isMap(compressor) ? compressor.get('id') : null;
  if (packing !== null && packing !== 'zstd')
    return opaque(`its chunks are packed by ${packing}`, bytes);
  if (rest.order !== 'C') return opaque('its chunks are not row-major', bytes);
  if (rest.filters !== null && rest.filters !== undefined)
    return opaque('its chunks are filtered', bytes);
  if (rest.fill_value) return opaque('it has a fill value that is not zero', bytes);

  const size = byteLength(dtype, 1);
  const chunkBytes = chunks.reduce((product, n) => product * n, size);
  const separator = rest.dimension_separator === '/' ? '/' : '.';
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const chunk = async (index: readonly number[]): Promise<Uint8Array | undefined> => {
    const source = await store(`${path}/${index.join(separator) || '0'}`);
    if (!source) return undefined; // never written: zeros
    const stored = await readBytes(source, 0, source.size, 'a chunk');
    const values = packing ? unpackZstd(stored, chunkBytes) : stored;
    return values?.length === chunkBytes ? values : fail(`chunk [${index}] cannot be unpacked`);
  };
  const decode = async () => {
    const values = await assemble({ shape, chunks, size, chunk, fail });
    if (code.startsWith('>')) swapBytes(values, dtype.startsWith('complex') ? size / 2 : size);
    return values;
  };
  return { name, dtype, shape, bytes, file, data: { kind: 'decoded', decode } };

  function opaque(reason: string, held: number): Tensor {
    return {
      name,
      dtype,
      shape: shape as number[],
      bytes: held,
      file,
      data: { kind: 'opaque', reason },
    };
  }
}

/** An array in chunks of equal shape, those at its ends cut off. */
export interface Chunked {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  /** Bytes of an element. */
  readonly size: number;
  /** The values of a whole chunk; undefined where it was never written. */
  chunk(index: readonly number[]): Promise<Uint8Array | undefined>;
  fail(problem: string): never;
}

/** The whole array, row-major. */
export async function assemble({ shape, chunks, size, chunk, fail }: Chunked): Promise<Uint8Array> {
  const bytes = shape.reduce((product, n) => product * n, size);
  const chunkBytes = chunks.reduce((product, n) => product * n, size);
  const grid = shape.map((length, i) => Math.ceil(length / Math.max(1, chunks[i]!)));
  const total = grid.reduce((product, n) => product * n, 1);
  if (total > maxChunks || chunkBytes > maxChunk || bytes > 2 ** 32 || chunks.includes(0)) {
    fail(`${total} chunks of ${chunkBytes} bytes are too many to read`);
  }
  const target = new Uint8Array(bytes);
  const strides = rowMajor(shape);
  for (let number = 0; number < total; number++) {
    const index = grid.map((n, i) => Math.floor(number / rowMajor(grid)[i]!) % n);
    const values = await chunk(index);
    if (!values) continue;
    const start = index.map((at, i) => at * chunks[i]!);
    const inside = shape.map((length, i) => Math.min(chunks[i]!, length - start[i]!));
    const first = start.reduce((sum, at, i) => sum + at * strides[i]!, 0);
    copyBox(values, target, size, inside, rowMajor(chunks), strides, 0, 0, first);
  }
  return target;
}

/** NumPy's type codes (`<f4`, `|b1`), or a name as it is. */
function dtypeOf(code: string): DType {
  const [, kind, size] = /^[<>|]([fiucb])(\d+)$/.exec(code) ?? [];
  if (!kind) return code;
  return kind === 'b' ? 'bool' : `${kinds[kind]}${8 * Number(size)}`;
}
