/**
 * safetensors: u64 header length, JSON header, tensor bytes. Stricter than the specification asks:
 * what two readers could understand differently is refused.
 * https://github.com/huggingface/safetensors#format
 */
import { FormatError, readBytes, readU64, textOf, type ByteSource } from './bytes';
import type { Checkpoint, Format, Sniff, Tensor } from './checkpoint';
import { byteLength, dtypeBits, elementCount, type KnownDType } from './dtype';
import { byteAt, JsonError, readJson, type JsonReader } from './json';

/** The reference reader's own limit, so that a claimed length never takes memory. */
const maxHeader = 100_000_000;
const prefix = 8;

const dtypes: ReadonlyMap<string, KnownDType> = new Map<string, KnownDType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['F4', 'float4_e2m1fn'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
  ['C64', 'complex64'],
]);

/** What the header says about one tensor. Offsets count from the end of the header. */
interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export const safetensors: Format = {
  name: 'safetensors',
  extensions: ['.safetensors'],
  match({ head, name, size }: Sniff) {
    const looksLike = head.length > prefix && head[prefix] === 0x7b && size > prefix;
    if (looksLike && readU64(head, 0) <= BigInt(size - prefix)) return 'magic';
    return name.toLowerCase().endsWith('.safetensors') ? 'name' : 'no';
  },
  async open(source) {
    const { text, start } = await readHeader(source);
    const { entries, metadata } = parse(source, text);
    checkRanges(source, entries, source.size - start);
    const tensors = new Map<string, Tensor>();
    for (const entry of entries) tensors.set(entry.name, tensorOf(source, entry, start));
    const files = [{ name: source.name, size: source.size }];
    return { format: 'safetensors', metadata, tensors, files, warnings: [] } satisfies Checkpoint;
  },
};

async function readHeader(source: ByteSource): Promise<{ text: string; start: number }> {
  const length = readU64(await readBytes(source, 0, prefix, 'the header length'), 0);
  if (length > BigInt(maxHeader)) {
    throw new FormatError(
      source.name,
      `the header claims ${length} bytes, at most ${maxHeader} are allowed`,
      { byte: 0 },
    );
  }
  const bytes = await readBytes(source, prefix, Number(length), 'the header');
  return { text: textOf(bytes, source, 'the header', prefix), start: prefix + Number(length) };
}

function parse(source: ByteSource, text: string) {
  const entries: Entry[] = [];
  const metadata = new Map<string, string>();
  const json = readJson(text);
  try {
    json.object((name) => {
      if (name === '__metadata__') json.object((key) => metadata.set(key, json.string()));
      else entries.push(parseEntry(json, name, source));
    });
    json.end();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const byte = prefix + byteAt(text, error.position);
    throw new FormatError(source.name, `in the header, ${error.message}`, { byte });
  }
  return { entries, metadata };
}

function parseEntry(json: JsonReader, name: string, source: ByteSource): Entry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const sizes = () => {
    const list: number[] = [];
    json.array(() => list.push(json.size()));
    return list;
  };
  json.object((key) => {
    if (key === 'dtype') dtype = json.string();
    else if (key === 'shape') shape = sizes();
    else if (key === 'data_offsets') offsets = sizes();
    else json.value();
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || !shape || begin === undefined || end === undefined) {
    throw new FormatError(source.name, 'dtype, shape or data_offsets is missing', { tensor: name });
  }
  if (offsets?.length !== 2 || begin > end) {
    throw new FormatError(source.name, `data_offsets are [${offsets}], expected [begin, end]`, {
      tensor: name,
    });
  }
  return { name, dtype, shape, begin, end };
}

/** Ranges must follow each other without gap or overlap and end with the file. */
function checkRanges(source: ByteSource, entries: readonly Entry[], size: number): void {
  let expected = 0;
  const inOrder = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  for (const { name, begin, end } of inOrder) {
    if (begin !== expected) {
      const what = begin < expected ? 'overlap the tensor before' : 'leave a gap before them';
      throw new FormatError(
        source.name,
        `bytes ${begin}…${end} ${what}, which ends at ${expected}`,
        { tensor: name },
      );
    }
    if (end > size) {
      throw new FormatError(source.name, `bytes ${begin}…${end} end after the file's ${size}`, {
        tensor: name,
      });
    }
    expected = end;
  }
  if (expected !== size) {
    throw new FormatError(source.name, `${size - expected} bytes after the last tensor`, {
      byte: source.size - (size - expected),
    });
  }
}

function tensorOf(source: ByteSource, entry: Entry, start: number): Tensor {
  const { name, shape, begin, end } = entry;
  const common = { name, shape, bytes: end - begin, file: source.name };
  const dtype = dtypes.get(entry.dtype);
  if (!dtype) {
    const reason = `the element type ${entry.dtype} is not known`;
    return { ...common, dtype: entry.dtype, data: { kind: 'opaque', reason } };
  }
  const expected = expectedBytes(source, name, dtype, shape);
  if (expected !== end - begin) {
    throw new FormatError(
      source.name,
      `${entry.dtype} [${shape}] takes ${expected} bytes, its range has ${end - begin}`,
      { tensor: name },
    );
  }
  return {
    ...common,
    dtype,
    data: { kind: 'stored', source, offset: start + begin, byteOrder: 'little' },
  };
}

function expectedBytes(
  source: ByteSource,
  tensor: string,
  dtype: KnownDType,
  shape: readonly number[],
): number {
  try {
    const count = elementCount(shape);
    if ((count * dtypeBits[dtype]) % 8)
      throw new RangeError(`[${shape}] does not fill whole bytes`);
    return byteLength(dtype, count);
  } catch (error) {
    throw new FormatError(source.name, (error as RangeError).message, { tensor });
  }
}
