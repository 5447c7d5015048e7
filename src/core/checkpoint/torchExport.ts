/** torch.export's .pt2: a zip of raw weights with a JSON table (torch/export/pt2_archive). */
import { FormatError } from './bytes';
import type { Checkpoint, Tensor } from './checkpoint';
import { byteLength, countOf, isKnownDType, type KnownDType } from './dtype';
import { JsonError, readJson, type Json } from './json';
import { extent, isRowMajor } from './strided';
import { readText } from './torchZip';
import type { Archive } from './zip';

/** Of parameters and buffers; beside it, constants and buffers that are not persistent have their own. */
const table = 'model_weights_config.json';
const constants = { from: 'weights/', to: 'constants/', table: 'model_constants_config.json' };

/** ScalarType of torch/_export/serde/schema.py. */
const dtypes: ReadonlyMap<number, KnownDType> = new Map<number, KnownDType>([
  [1, 'uint8'],
  [2, 'int8'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [6, 'float16'],
  [7, 'float32'],
  [8, 'float64'],
  [9, 'complex32'],
  [10, 'complex64'],
  [11, 'complex128'],
  [12, 'bool'],
  [13, 'bfloat16'],
  [28, 'uint16'],
  [29, 'float8_e4m3fn'],
  [30, 'float8_e5m2'],
  [31, 'float8_e4m3fnuz'],
  [32, 'float8_e5m2fnuz'],
  [33, 'float8_e8m0fnu'],
  [34, 'uint32'],
  [35, 'uint64'],
]);

/** The folder that holds the weights, with its slash; undefined when this is no .pt2. */
export function exportPrefix({ members }: Archive): string | undefined {
  for (const name of members.keys()) {
    if (name.endsWith(`/${table}`)) return name.slice(0, -table.length);
  }
  return undefined;
}

/** Opens a torch.export archive: the weights and constants, not the program. */
export async function openTorchExport(archive: Archive): Promise<Checkpoint> {
  const { source } = archive;
  const prefix = exportPrefix(archive) ?? '';
  const big = [...archive.members.keys()].find((name) => name.endsWith('/byteorder'));
  const byteOrder = big && (await readText(archive, big)) === 'big' ? 'big' : 'little';
  const tensors = new Map<string, Tensor>();
  const add = async (folder: string, list: string) => {
    const text = await readText(archive, folder + list);
    if (text === undefined) return;
    for (const [name, entry] of map(map(parse(archive, list, text))?.get('config')) ?? []) {
      const fields = map(entry) ?? new Map();
      // Objects of other kinds are constants too.
      if (list !== table && !fields.get('tensor_meta')) continue;
      if (!tensors.has(name)) tensors.set(name, tensorOf(archive, folder, byteOrder, name, fields));
    }
  };
  await add(prefix, table);
  if (prefix.endsWith(constants.from)) {
    await add(prefix.slice(0, -constants.from.length) + constants.to, constants.table);
  }
  return {
    format: 'PyTorch (export)',
    metadata: new Map(),
    tensors,
    files: [{ name: source.name, size: source.size }],
    warnings: [],
  };
}

function tensorOf(
  archive: Archive,
  prefix: string,
  byteOrder: 'little' | 'big',
  name: string,
  entry: ReadonlyMap<string, Json>,
): Tensor {
  const file = archive.source.name;
  const fail = (problem: string): never => {
    throw new FormatError(file, problem, { tensor: name });
  };
  const meta = map(entry.get('tensor_meta'));
  const path = entry.get('path_name');
  const shape = ints(meta?.get('sizes'));
  const strides = ints(meta?.get('strides'));
  const first = int(meta?.get('storage_offset'));
  if (
    typeof path !== 'string' ||
    !shape ||
    first === undefined ||
    strides?.length !== shape.length
  ) {
    return fail('path, sizes, strides or storage offset is missing');
  }
  const code = meta?.get('dtype');
  const dtype = (typeof code === 'number' && dtypes.get(code)) || `ScalarType ${String(code)}`;
  const member = archive.open(prefix + path);
  const common = { name, dtype, shape, file };
  if (!isKnownDType(dtype) || entry.get('use_pickle') === true) {
    const reason = isKnownDType(dtype)
      ? 'it is pickled inside the archive'
      : `${dtype} is not known`;
    return { ...common, bytes: member.size, data: { kind: 'opaque', reason } };
  }
  const count = countOf(shape, file, name);
  const item = byteLength(dtype, 1);
  const end = (first + extent(shape, strides)) * item;
  if (!shape.includes(0) && !(end <= member.size)) {
    return fail(`${dtype} [${shape}] ends at byte ${end} of ${path}, which has ${member.size}`);
  }
  return {
    ...common,
    bytes: Math.min(member.size, byteLength(dtype, count)),
    data: {
      kind: 'stored',
      source: member,
      offset: first * item,
      byteOrder,
      ...(isRowMajor(shape, strides) ? {} : { strides }),
    },
  };
}

function parse({ source }: Archive, list: string, text: string): Json {
  try {
    return readJson(text).value();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new FormatError(source.name, `in ${list}, ${error.message}`);
  }
}

const map = (value: Json | undefined) =>
  value instanceof Map ? (value as ReadonlyMap<string, Json>) : undefined;

/** `{"as_int": 3}` */
function int(value: Json | undefined): number | undefined {
  const number = map(value)?.get('as_int');
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
}

function ints(value: Json | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list = (value as readonly Json[]).map(int);
  return list.every((item) => item !== undefined) ? (list as number[]) : undefined;
}
