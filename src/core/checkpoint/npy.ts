/** NumPy's .npy, versions 1 to 3 (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
import { FormatError, readBytes, textOf, view, type ByteSource } from './bytes';
import type { Checkpoint, Format, Tensor, TensorData } from './checkpoint';
import { countOf, isKnownDType } from './dtype';
import { numpyType, sizesOf, type NumpyType } from './numpyType';
import { LiteralError, parseLiteral, type Literal } from './pythonLiteral';
import { gather, rowMajor, swapBytes } from './strided';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy itself asks for trust beyond 10,000; structures with thousands of fields are longer. */
const maxHeader = 1 << 20;
/** Nearly every header fits, so one read gives it. */
const firstBytes = 128;

/** An array and what its header says. */
export interface NpyArray {
  readonly tensor: Tensor;
  readonly version: string;
  readonly description: string;
  readonly fortran: boolean;
  /** Bytes after the array. */
  readonly rest: number;
}

export const npy: Format = {
  name: 'NumPy (.npy)',
  extensions: ['.npy'],
  match({ head, name }) {
    if (magic.every((byte, index) => head[index] === byte)) return 'magic';
    return name.toLowerCase().endsWith('.npy') ? 'name' : 'no';
  },
  async open(source) {
    const name = source.name.replace(/^.*\//, '').replace(/\.npy$/i, '');
    const { tensor, version, description, fortran, rest } = await readNpy(source, name);
    return {
      format: 'NumPy (.npy)',
      metadata: new Map([
        ['version', version],
        ['descr', description],
        ['fortran_order', fortran ? 'True' : 'False'],
      ]),
      tensors: new Map([[name, tensor]]),
      files: [{ name: source.name, size: source.size }],
      warnings: rest ? [`${rest} bytes after the array are not read.`] : [],
    } satisfies Checkpoint;
  },
};

/** Reads the header; the values stay in the file. */
export async function readNpy(source: ByteSource, name: string): Promise<NpyArray> {
  const { header, start, version } = await readHeader(source, name);
  const fail = (problem: string): never => {
    throw new FormatError(source.name, problem, { tensor: name });
  };
  const description = header.get('descr');
  const shape = sizesOf(header.get('shape'));
  const fortran = header.get('fortran_order');
  const type = numpyType(description);
  if (!type) return fail(`the descr ${shown(description)} is no NumPy type`);
  if (!shape) return fail(`the shape ${shown(header.get('shape'))} is no tuple of sizes`);
  if (typeof fortran !== 'boolean') return fail('fortran_order is neither True nor False');
  const count = countOf(shape, source.name, name);
  const space = source.size - start;
  const bytes = type.dtype === 'object' ? space : count * type.size;
  if (bytes > space) {
    fail(`${type.dtype} [${shape}] takes ${bytes} bytes, the file has ${space} after its header`);
  }
  const { dtype } = type;
  const strides = fortran ? rowMajor(shape.toReversed()).toReversed() : undefined;
  const data = dataOf(source, start, type, shape, strides);
  const tensor = { name, dtype, shape, bytes, file: source.name, data };
  return { tensor, version, description: shown(description), fortran, rest: space - bytes };
}

function dataOf(
  source: ByteSource,
  offset: number,
  { dtype, size, unit, byteOrder }: NumpyType,
  shape: readonly number[],
  strides: readonly number[] | undefined,
): TensorData {
  if (dtype === 'object') {
    const reason = 'its values are pickled Python objects, which are not run';
    return { kind: 'opaque', reason };
  }
  if (isKnownDType(dtype)) {
    return { kind: 'stored', source, offset, byteOrder, ...(strides ? { strides } : {}) };
  }
  // Structures come as they lie in the file, whatever the byte order of their fields.
  return {
    kind: 'decoded',
    async decode() {
      const target = new Uint8Array(countOf(shape, source.name) * size);
      const from = { source, offset, itemSize: size, shape, strides: strides ?? rowMajor(shape) };
      if (target.length) await gather(from, 0, target);
      if (byteOrder === 'big') swapBytes(target, unit);
      return target;
    },
  };
}

/** The header's dictionary, and the byte where the values start. */
async function readHeader(source: ByteSource, name: string) {
  const head = await readBytes(source, 0, Math.min(firstBytes, source.size), 'the header');
  const fail = (problem: string, byte: number): never => {
    throw new FormatError(source.name, `${problem} in array ${JSON.stringify(name)}`, { byte });
  };
  if (!magic.every((byte, index) => head[index] === byte)) fail('the first bytes are not NumPy', 0);
  const [major = 0, minor = 0] = head.subarray(6);
  if (major < 1 || major > 3) fail(`version ${major}.${minor} is none of 1, 2 and 3`, 6);
  const from = major === 1 ? 10 : 12;
  if (head.length < from) fail('the file ends', head.length);
  const length = major === 1 ? view(head).getUint16(8, true) : view(head).getUint32(8, true);
  if (length > maxHeader) fail(`a header of ${length} bytes, at most ${maxHeader} are read,`, 8);
  const start = from + length;
  const bytes =
    start <= head.length
      ? head.subarray(from, start)
      : await readBytes(source, from, length, 'the header');
  const text = major === 3 ? textOf(bytes, source, 'the header', from) : latin1(bytes);
  let header: Literal;
  try {
    header = parseLiteral(text);
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    return fail(error.message, from + error.position);
  }
  const keys = header instanceof Map ? [...header.keys()].sort().join() : '';
  if (!(header instanceof Map) || keys !== 'descr,fortran_order,shape') {
    return fail('expected a dictionary of descr, fortran_order and shape', from);
  }
  return { header: header as ReadonlyMap<string, Literal>, start, version: `${major}.${minor}` };
}

const latin1 = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

/** A literal in a metadata table or an error. */
function shown(value: Literal | undefined): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 1000 ? `${text.slice(0, 999)}…` : text;
}
