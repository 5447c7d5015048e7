/** TensorFlow Lite (LiteRT): the constants of a model (tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3). */
import { FormatError, type ByteSource } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import type { DType } from './dtype';
import { openFlatbuffer, type Table } from './flatbuffer';
import { storedTensor } from './storedTensor';
import { readFloat32 } from './values';

/** enum TensorType, in order. */
const dtypes: readonly DType[] = [
  'float32',
  'float16',
  'int32',
  'uint8',
  'int64',
  'string',
  'bool',
  'int16',
  'complex64',
  'int8',
  'float64',
  'complex128',
  'uint64',
  'resource',
  'variant',
  'uint32',
  'uint16',
  'int4',
  'bfloat16',
  'int2',
  'uint4',
];

/** Fields by their order in the schema. */
const model = { version: 0, subgraphs: 2, description: 3, buffers: 4 } as const;
const subgraph = { tensors: 0, name: 4 } as const;
const field = { shape: 0, type: 1, buffer: 2, name: 3, quantisation: 4, sparsity: 6 } as const;
const buffer = { data: 0, offset: 1, size: 2 } as const;
const quantisation = { scale: 2, zeroPoint: 3, axis: 6 } as const;

export const tflite: Format = {
  name: 'TensorFlow Lite',
  extensions: ['.tflite'],
  match({ head, name }) {
    if (String.fromCharCode(...head.subarray(4, 8)) === 'TFL3') return 'magic';
    return name.toLowerCase().endsWith('.tflite') ? 'name' : 'no';
  },
  async open(source) {
    const root = await openFlatbuffer(source);
    const buffers = await root.tables(model.buffers);
    const tensors = new Map<string, Tensor>();
    let activations = 0;
    for (const [index, graph] of (await root.tables(model.subgraphs)).entries()) {
      // Names are unique within a graph; the graphs of branches and loops come after the main one.
      const prefix = index ? `${(await graph.text(subgraph.name)) || `subgraph ${index}`}/` : '';
      for (const [number, table] of (await graph.tables(subgraph.tensors)).entries()) {
        const given = `${prefix}${(await table.text(field.name)) || `tensor ${number}`}`;
        const name = tensors.has(given) ? `${given}#${number}` : given;
        const tensor = await constantOf(source, table, name, buffers);
        if (tensor) tensors.set(name, tensor);
        else activations++;
      }
    }
    const metadata = new Map([
      ['version', String(await root.scalar(model.version, 4, 0))],
      ['activations', String(activations)],
    ]);
    const description = await root.text(model.description);
    if (description) metadata.set('description', description);
    return {
      format: 'TensorFlow Lite',
      metadata,
      tensors,
      files: [{ name: source.name, size: source.size }],
      warnings: [],
    } satisfies Checkpoint;
  },
};

/** The tensor when it has values in the file; undefined for what is computed. */
async function constantOf(
  source: ByteSource,
  table: Table,
  name: string,
  buffers: readonly Table[],
): Promise<Tensor | undefined> {
  const index = await table.scalar(field.buffer, 4, 0);
  const holder = buffers[index];
  if (!holder) throw new FormatError(source.name, `there is no buffer ${index}`, { tensor: name });
  const place = await placeOf(holder);
  if (!place.bytes) return undefined;
  const type = await table.scalar(field.type, 1, 0);
  const dtype = dtypes[type] ?? `TensorType ${type}`;
  const shape = await int32s(table, field.shape);
  if (shape.some((n) => n < 0)) {
    throw new FormatError(source.name, `a constant has the shape [${shape}]`, { tensor: name });
  }
  const opaque = (reason: string): Tensor => {
    const data = { kind: 'opaque', reason } as const;
    return { name, dtype, shape, bytes: place.bytes, file: source.name, data };
  };
  if (dtype === 'string') return opaque('its values are text');
  if (await table.table(field.sparsity)) return opaque('it is stored in a sparse layout');
  const tensor = storedTensor(source, { name, dtype, shape, ...place });
  return withScale(source, tensor, await table.table(field.quantisation));
}

/** Inside the FlatBuffer, or after it for models beyond 2 GB. */
async function placeOf(holder: Table): Promise<{ offset: number; bytes: number }> {
  const offset = await holder.scalar(buffer.offset, 8, 0);
  if (offset > 1) return { offset, bytes: await holder.scalar(buffer.size, 8, 0) };
  const { start, length } = await holder.vector(buffer.data, 1);
  return { offset: start, bytes: length };
}

async function int32s(table: Table, number: number): Promise<number[]> {
  const { length, read } = await table.vector(number, 4);
  const data = await read();
  return Array.from({ length }, (_, i) => data.getInt32(4 * i, true));
}

/** real value = scale × (stored − zero point), for the whole tensor or per index of one axis. */
async function withScale(
  source: ByteSource,
  tensor: Tensor,
  table: Table | undefined,
): Promise<Tensor> {
  const scales = await table?.vector(quantisation.scale, 4);
  if (!table || !scales?.length) return tensor;
  const { shape, name } = tensor;
  const axis = await table.scalar(quantisation.axis, 4, 0);
  const zeros = await table.vector(quantisation.zeroPoint, 8);
  const { length } = scales;
  const isPerAxis = length > 1;
  if ((isPerAxis && shape[axis] !== length) || (zeros.length > 1 && zeros.length !== length)) {
    const problem = `${length} scales and ${zeros.length} zero points do not fit [${shape}]`;
    throw new FormatError(source.name, problem, { tensor: name });
  }
  const dequantise = async (start: number, target: Float32Array) => {
    const [scale, zero] = [await scales.read(), await zeros.read()];
    const values = await readFloat32(tensor);
    const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    for (const [i, stored] of values.entries()) {
      const channel = isPerAxis ? Math.floor(i / inner) % length : 0;
      const at = zeros.length > 1 ? channel : 0;
      const zeroPoint = zeros.length ? Number(zero.getBigInt64(8 * at, true)) : 0;
      values[i] = (stored - zeroPoint) * scale.getFloat32(4 * channel, true);
    }
    target.set(values.subarray(start, start + target.length));
  };
  return { ...tensor, dequantise };
}
