/** Zarr arrays, version 2 (zarr-specs.readthedocs.io/en/latest/v2/v2.0.html), as TensorStore writes them. */
import { FormatError, readBytes, type ByteSource, type Platform } from './bytes';
import type { Tensor } from './checkpoint';
import { countOf, isKnownDType, type DType } from './dtype';
import { isList, isMap, isSize, readJsonFile } from './jsonFile';
import type { Json } from './json';
import { rowMajor } from './strided';
import { chunkedTensor, unreadArray, type Store } from './zarrChunks';
import { packingsOf } from './zarrCodecs';
import { fillBytes } from './zarrFill';

const kinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };

/** The array whose metadata is `<path>/.zarray`. */
export async function zarrArray(
  name: string,
  path: string,
  metadata: ByteSource,
  store: Store,
  platform: Platform,
): Promise<Tensor> {
  const root = await readJsonFile(metadata);
  const file = metadata.name;
  const shape = sizesOf(root.get('shape'));
  const chunks = sizesOf(root.get('chunks'));
  const code = root.get('dtype');
  if (!shape || chunks?.length !== shape.length || code === undefined) {
    throw new FormatError(file, 'expected shape, chunks and dtype of a Zarr array', {
      tensor: name,
    });
  }
  const count = countOf(shape, file, name);
  const dtype = typeof code === 'string' ? dtypeOf(code) : 'struct';
  const opaque = (reason: string) => unreadArray(name, file, dtype, shape, count, reason);
  if (!isKnownDType(dtype)) return opaque(`its values are of type ${dtype}`);
  if (isList(root.get('filters')) && (root.get('filters') as readonly Json[]).length) {
    return opaque('its chunks are filtered');
  }
  const compressor = root.get('compressor');
  const packings = packingsOf(isMap(compressor) ? [compressor] : [], 'id');
  if (typeof packings === 'string') return opaque(`its chunks are packed by ${packings}`);
  const separator = root.get('dimension_separator') === '/' ? '/' : '.';
  const isColumns = root.get('order') === 'F';
  const array = {
    name,
    file,
    dtype,
    shape,
    chunks,
    steps: isColumns ? rowMajor(chunks.toReversed()).toReversed() : rowMajor(chunks),
    isBig: String(code).startsWith('>'),
    packings,
    fill: fillBytes(root.get('fill_value') ?? null, dtype),
    async chunk(index: readonly number[]) {
      const source = await store(`${path}/${index.join(separator) || '0'}`);
      return source && readBytes(source, 0, source.size, 'a chunk');
    },
  };
  return chunkedTensor(array, count, platform);
}

export function sizesOf(value: Json | undefined): readonly number[] | undefined {
  return isList(value) && value.every(isSize) ? (value as readonly number[]) : undefined;
}

/** NumPy's type codes (`<f4`, `|b1`), or a name as it is. */
function dtypeOf(code: string): DType {
  const [, kind, size] = /^[<>|]([fiucb])(\d+)$/.exec(code) ?? [];
  if (!kind) return code;
  return kind === 'b' ? 'bool' : `${kinds[kind]}${8 * Number(size)}`;
}
