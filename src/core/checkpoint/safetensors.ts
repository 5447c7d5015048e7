/**
 * safetensors: u64 header length, JSON header, tensor bytes. Stricter than the specification asks:
 * what two readers could understand differently is refused.
 * https://github.com/huggingface/safetensors#format
 */
import { FormatError, readBytes, readU64, textOf, type ByteSource } from './bytes';
import type { Checkpoint, Format, Sniff, Tensor } from './checkpoint';
import { byteLength, countOf, dtypeBits, type KnownDType } from './dtype';
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

/** Where the tensors' bytes lie, counted from the end of the header: one number per tensor in each list. */
interface Spans {
  readonly begins: number[];
  readonly ends: number[];
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
    const { tensors, spans, metadata } = parse(source, text, start);
    checkSpans(source, tensors, spans, source.size - start);
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

function parse(source: ByteSource, text: string, start: number) {
  const tensors = new Map<string, Tensor>();
  const spans: Spans = { begins: [], ends: [] };
  let metadata: Map<string, string> | undefined;
  const json = readJson(text);
  const readEntry = entryReader(json);
  const visit = (name: string) => {
    if (name === '__metadata__') {
      const map = (metadata = new Map<string, string>());
      json.object((key) => map.set(key, json.string()));
    } else {
      const entry = readEntry();
      const [begin, end] = checkOffsets(source, name, entry.offsets);
      spans.begins.push(begin);
      spans.ends.push(end);
      tensors.set(name, tensorOf(source, name, entry, start + begin, end - begin));
    }
  };
  try {
    json.object(visit, (name) => (name === '__metadata__' ? !!metadata : tensors.has(name)));
    json.end();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const byte = prefix + byteAt(text, error.position);
    throw new FormatError(source.name, `in the header, ${error.message}`, { byte });
  }
  return { tensors, spans, metadata: metadata ?? new Map<string, string>() };
}

/** What the header says about one tensor; undefined where it says nothing. */
interface Entry {
  dtype: string | undefined;
  shape: readonly number[] | undefined;
  offsets: readonly number[] | undefined;
}

const size = '(?:0|[1-9]\\d{0,14})';
/** An entry as the library writes it; every size is exact. Others are read field by field. */
const usual = new RegExp(
  `\\{"dtype":"(\\w+)","shape":\\[((?:${size}(?:,${size})*)?)\\],"data_offsets":\\[(${size}),(${size})\\]\\}`,
  'y',
);
const numbers = (list: string) => (list === '' ? [] : list.split(',').map(Number));

/** One reader for all entries: with 300,000 of them, closures and objects per entry are what costs. */
function entryReader(json: JsonReader): () => Readonly<Entry> {
  const entry: Entry = { dtype: undefined, shape: undefined, offsets: undefined };
  let sizes: number[] = [];
  const readSize = () => void sizes.push(json.size());
  const readSizes = () => {
    sizes = [];
    json.array(readSize);
    return sizes;
  };
  let before: readonly number[] = [];
  let writtenBefore = '';
  /** Neighbours mostly have equal shapes: these share one list. */
  const readShape = () => {
    const found = readSizes();
    const isSame = found.length === before.length && found.every((n, i) => n === before[i]);
    if (!isSame) before = found;
    writtenBefore = before.join();
    return before;
  };
  const readField = (key: string) => {
    if (key === 'dtype') entry.dtype = json.string();
    else if (key === 'shape') entry.shape = readShape();
    else if (key === 'data_offsets') entry.offsets = readSizes();
    else json.value();
  };
  return () => {
    const match = json.matching(usual);
    if (match) {
      const [, dtype, shape = '', begin, end] = match;
      entry.dtype = dtype;
      entry.shape = shape === writtenBefore ? before : (before = numbers(shape));
      writtenBefore = shape;
      entry.offsets = [Number(begin), Number(end)];
      return entry;
    }
    entry.dtype = entry.shape = entry.offsets = undefined;
    json.object(readField);
    return entry;
  };
}

function checkOffsets(source: ByteSource, tensor: string, offsets: Entry['offsets']) {
  const [begin, end, more] = offsets ?? [];
  if (begin === undefined || end === undefined || more !== undefined || begin > end) {
    const found = offsets ? `are [${offsets}]` : 'are missing';
    throw new FormatError(source.name, `data_offsets ${found}, expected [begin, end]`, { tensor });
  }
  return [begin, end] as const;
}

/** Ranges must follow each other without gap or overlap and end with the file. */
function checkSpans(
  source: ByteSource,
  tensors: ReadonlyMap<string, Tensor>,
  { begins, ends }: Spans,
  size: number,
): void {
  let expected = 0;
  const check = (tensor: string, i: number): void => {
    const [begin, end] = [begins[i]!, ends[i]!];
    if (begin !== expected) {
      const what = begin < expected ? 'overlap the tensor before' : 'leave a gap before them';
      const problem = `bytes ${begin}…${end} ${what}, which ends at ${expected}`;
      throw new FormatError(source.name, problem, { tensor });
    }
    if (end > size) {
      throw new FormatError(source.name, `bytes ${begin}…${end} end after the file's ${size}`, {
        tensor,
      });
    }
    expected = end;
  };
  // Writers keep the order of the data: then nothing is copied.
  const isInOrder = begins.every((begin, i) => i === 0 || begin > begins[i - 1]!);
  if (isInOrder) {
    let i = 0;
    for (const name of tensors.keys()) check(name, i++);
  } else {
    const order = [...tensors.keys()].map((name, i) => ({ name, i }));
    order.sort((a, b) => begins[a.i]! - begins[b.i]! || ends[a.i]! - ends[b.i]!);
    for (const { name, i } of order) check(name, i);
  }
  if (expected !== size) {
    throw new FormatError(source.name, `${size - expected} bytes after the last tensor`, {
      byte: source.size - (size - expected),
    });
  }
}

function tensorOf(
  source: ByteSource,
  name: string,
  { dtype: type, shape }: Readonly<Entry>,
  offset: number,
  bytes: number,
): Tensor {
  const file = source.name;
  if (type === undefined || !shape) {
    throw new FormatError(file, 'dtype or shape is missing', { tensor: name });
  }
  const dtype = dtypes.get(type);
  if (!dtype) {
    const reason = `the element type ${type} is not known`;
    return { name, dtype: type, shape, bytes, file, data: { kind: 'opaque', reason } };
  }
  const expected = expectedBytes(source, name, dtype, shape);
  if (expected !== bytes) {
    const problem = `${type} [${shape}] takes ${expected} bytes, its range has ${bytes}`;
    throw new FormatError(file, problem, { tensor: name });
  }
  const data = { kind: 'stored', source, offset, byteOrder: 'little' } as const;
  return { name, dtype, shape, bytes, file, data };
}

function expectedBytes(
  source: ByteSource,
  tensor: string,
  dtype: KnownDType,
  shape: readonly number[],
): number {
  const count = countOf(shape, source.name, tensor);
  if ((count * dtypeBits[dtype]) % 8) {
    throw new FormatError(source.name, `[${shape}] does not fill whole bytes`, { tensor });
  }
  return byteLength(dtype, count);
}
