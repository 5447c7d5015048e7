/** GGUF, the format of llama.cpp: one file, or several that are named alike (docs/gguf.md of ggml-org/ggml). */
import { FormatError, readBytes, type ByteSource, type Folder } from './bytes';
import type { Checkpoint, Format, Tensor, TensorData } from './checkpoint';
import { countOf } from './dtype';
import { readGgufHeader, type GgufHeader, type GgufInfo } from './ggufHeader';
import { ggmlTypes, type BlockType } from './ggmlTypes';

const magic = [0x47, 0x47, 0x55, 0x46];
/** Parts of the largest models number a few dozen; every one is an open file. */
const maxParts = 1000;
const partName = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i;
/** Bytes of blocks that are held at a time while they are dequantised. */
const chunkBytes = 4 << 20;

export const gguf: Format = {
  name: 'GGUF',
  extensions: ['.gguf'],
  match({ head, name }) {
    if (magic.every((byte, index) => head[index] === byte)) return 'magic';
    return name.toLowerCase().endsWith('.gguf') ? 'name' : 'no';
  },
  async open(source, folder) {
    const [, stem, , total] = partName.exec(source.name) ?? [];
    if (stem === undefined || Number(total) < 2) return openPart(source);
    return openParts(source, folder, (part) => `${stem}-${part}-of-${total}.gguf`, Number(total));
  },
};

/** Whether a part of that name is opened by the first of its parts. */
export const isLaterPart = (name: string): boolean => Number(partName.exec(name)?.[2] ?? 1) > 1;

/** All parts that are there, whichever was opened. */
async function openParts(
  source: ByteSource,
  folder: Folder,
  nameOf: (part: string) => string,
  total: number,
): Promise<Checkpoint> {
  if (total > maxParts) {
    throw new FormatError(source.name, `${total} parts are more than ${maxParts}`);
  }
  const present = new Set(await folder.list());
  const tensors = new Map<string, Tensor>();
  const metadata = new Map<string, string>();
  const files: { name: string; size: number }[] = [];
  const warnings: string[] = [];
  for (let part = 1; part <= total; part++) {
    const name = nameOf(String(part).padStart(5, '0'));
    if (name !== source.name && !present.has(name)) {
      warnings.push(`Part ${name} is missing, and with it its tensors.`);
      continue;
    }
    const checkpoint = await openPart(name === source.name ? source : await folder.open(name));
    for (const [tensor, value] of checkpoint.tensors) {
      if (tensors.has(tensor))
        throw new FormatError(name, 'an earlier part has it too', { tensor });
      tensors.set(tensor, value);
    }
    for (const [key, value] of checkpoint.metadata) {
      if (!metadata.has(key)) metadata.set(key, value);
    }
    files.push(...checkpoint.files);
  }
  const promised = metadata.get('split.tensors.count');
  if (promised !== undefined && promised !== String(tensors.size)) {
    warnings.push(`${promised} tensors are announced, ${tensors.size} are there.`);
  }
  return { format: `GGUF, ${files.length} parts`, metadata, tensors, files, warnings };
}

async function openPart(source: ByteSource): Promise<Checkpoint> {
  const head = await readBytes(source, 0, magic.length, 'the first bytes');
  if (!magic.every((byte, index) => head[index] === byte)) {
    throw new FormatError(source.name, 'the first bytes are not GGUF', { byte: 0 });
  }
  const header = await readGgufHeader(source);
  const tensors = new Map<string, Tensor>();
  const spans: { readonly name: string; readonly begin: number; readonly end: number }[] = [];
  for (const info of header.infos) {
    const { name, offset } = info;
    if (tensors.has(name))
      throw new FormatError(source.name, 'it is there twice', { tensor: name });
    const tensor = tensorOf(source, header, info);
    tensors.set(name, tensor);
    if (tensor.bytes) spans.push({ name, begin: offset, end: offset + tensor.bytes });
  }
  spans.sort((a, b) => a.begin - b.begin);
  spans.forEach(({ name, begin }, index) => {
    const before = spans[index - 1];
    if (before && begin < before.end) {
      const problem = `it starts at ${begin} of the data, the tensor before ends at ${before.end}`;
      throw new FormatError(source.name, problem, { tensor: name });
    }
  });
  const { version, byteOrder, metadata } = header;
  const files = [{ name: source.name, size: source.size }];
  const format = `GGUF ${version}${byteOrder === 'big' ? ', big-endian' : ''}`;
  return { format, metadata, tensors, files, warnings: [] };
}

function tensorOf(
  source: ByteSource,
  { alignment, start, byteOrder }: GgufHeader,
  { name, dimensions, type: code, offset }: GgufInfo,
): Tensor {
  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { tensor: name });
  };
  const file = source.name;
  const shape = dimensions.toReversed();
  const count = countOf(shape, file, name);
  if (offset % alignment) fail(`its offset ${offset} is no multiple of the alignment ${alignment}`);
  const type = ggmlTypes.get(code);
  if (!type) {
    const dtype = `GGML type ${code}`;
    const reason = `the element type ${dtype} is not known`;
    return { name, dtype, shape, bytes: 0, file, data: { kind: 'opaque', reason } };
  }
  const { dtype, block } = type;
  if (count && dimensions[0]! % block) {
    fail(`rows of ${dimensions[0]} values are not whole blocks of ${block}, as ${dtype} has them`);
  }
  const bytes = (count / block) * type.bytes;
  const first = start + offset;
  if (bytes > source.size - first) {
    fail(`${dtype} [${shape}] at byte ${first} takes ${bytes} bytes, the file has ${source.size}`);
  }
  if (!type.unpack) {
    const data: TensorData = { kind: 'stored', source, offset: first, byteOrder };
    return { name, dtype, shape, bytes, file, data };
  }
  if (byteOrder === 'big') {
    const reason = `big-endian blocks of ${dtype} are not read`;
    return { name, dtype, shape, bytes, file, data: { kind: 'opaque', reason } };
  }
  const decode = () => readBytes(source, first, bytes, dtype);
  const dequantise = dequantiser(source, first, type);
  return { name, dtype, shape, bytes, file, data: { kind: 'decoded', decode }, dequantise };
}

/** Reads the blocks that hold the wanted elements, some at a time. */
function dequantiser(source: ByteSource, offset: number, { block, bytes, unpack }: BlockType) {
  return async (start: number, target: Float32Array): Promise<void> => {
    const atOnce = Math.floor(chunkBytes / bytes);
    const values = new Float32Array(Math.min(atOnce, Math.ceil(target.length / block) + 1) * block);
    const last = Math.ceil((start + target.length) / block);
    for (let from = Math.floor(start / block); from < last; from += atOnce) {
      const count = Math.min(atOnce, last - from);
      const packed = await readBytes(source, offset + from * bytes, count * bytes, 'the blocks');
      for (let i = 0; i < count; i++) unpack(packed, i * bytes, values, i * block);
      // Where these values go in the target; the first and the last block may stick out.
      const to = from * block - start;
      const skipped = Math.max(0, -to);
      const kept = Math.min(count * block, target.length - to);
      target.set(values.subarray(skipped, kept), to + skipped);
    }
  };
}
