/**
 * What the functions that torch.save writes into a pickle would have rebuilt (torch/_utils.py),
 * read from their arguments. Nothing is called.
 */
import { FormatError, type ByteSource } from './bytes';
import type { Decoded, Stored, Tensor } from './checkpoint';
import { byteLength, elementCount, isKnownDType, type DType, type KnownDType } from './dtype';
import { numpyArray } from './numpyObjects';
import {
  argsOf,
  globalName,
  intOf,
  intsOf,
  itemsOf,
  isNode,
  type Call,
  type Pickled,
} from './pickleNodes';
import { extent, isRowMajor } from './strided';
import { readFloat32, readTensor } from './values';

/** The bytes of one storage; several tensors may share it. */
export interface Storage {
  readonly source: ByteSource;
  /** Byte of its first element in the source. */
  readonly offset: number;
  readonly bytes: number;
}

/** Where a pickle's storages are found. */
export interface Storages {
  readonly file: string;
  readonly byteOrder: 'little' | 'big';
  open(key: string): Storage;
}

/** A tensor before it has a name, or several that together are one (sparse layouts). */
export type Rebuilt =
  Nameless | { readonly parts: readonly (readonly [string, Nameless])[]; readonly layout: string };
export type Nameless = Omit<Tensor, 'name' | 'file'>;

/** Storage classes → element types; an untyped storage gets its type from the tensor. */
const storageTypes: ReadonlyMap<string, KnownDType> = new Map<string, KnownDType>([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['ComplexDoubleStorage', 'complex128'],
  ['ComplexFloatStorage', 'complex64'],
  ['QInt8Storage', 'qint8'],
  ['QUInt8Storage', 'quint8'],
  ['QInt32Storage', 'qint32'],
  ['UntypedStorage', 'uint8'],
]);

/** torch.dtype names that differ from ours. */
const dtypeNames: ReadonlyMap<string, KnownDType> = new Map<string, KnownDType>([
  ['double', 'float64'],
  ['float', 'float32'],
  ['half', 'float16'],
  ['long', 'int64'],
  ['int', 'int32'],
  ['short', 'int16'],
  ['chalf', 'complex32'],
  ['cfloat', 'complex64'],
  ['cdouble', 'complex128'],
]);

/** `torch.float16` → `float16`; a name that we do not know stays as it is. */
export function torchDType(name: string): DType {
  const short = name.replace(/^torch\./, '');
  return dtypeNames.get(short) ?? short;
}

/** A storage's persistent id: ('storage', class, key, location, elements[, view]). */
export interface StorageId {
  readonly key: string;
  readonly dtype: DType;
  readonly elements: number;
  /** Elements into the storage that this one is a view of (before PyTorch 0.4). */
  readonly viewOffset: number;
}

export function storageId(value: Pickled | undefined, file: string): StorageId | undefined {
  if (value === undefined || !isNode(value) || value.kind !== 'persistent') return undefined;
  const [kind, type, key, , elements, view] = itemsOf(value.id) ?? [];
  if (kind !== 'storage') return undefined;
  const name =
    globalName(type ?? null)
      ?.split('.')
      .at(-1) ?? '';
  const count = intOf(elements ?? null);
  if ((typeof key !== 'string' && typeof key !== 'number') || count === undefined) {
    throw new FormatError(file, 'a storage has no key or size');
  }
  const viewOffset = intOf(itemsOf(view ?? null)?.[1] ?? null) ?? 0;
  return { key: String(key), dtype: storageTypes.get(name) ?? name, elements: count, viewOffset };
}

type Rebuild = (args: readonly Pickled[], storages: Storages) => Rebuilt | undefined;

const rebuilders: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ['torch._utils._rebuild_tensor', (args, storages) => strided(args, storages)],
  [
    'torch._utils._rebuild_tensor_v2',
    (args, storages) => withBits(strided(args, storages), args[6]),
  ],
  [
    'torch._utils._rebuild_tensor_v3',
    (args, storages) => withBits(strided(args, storages, globalName(args[6] ?? null)), args[7]),
  ],
  ['torch._utils._rebuild_parameter', ([data], storages) => rebuild(data, storages)],
  ['torch._utils._rebuild_parameter_with_state', ([data], storages) => rebuild(data, storages)],
  [
    'torch._tensor._rebuild_from_type_v2',
    ([func, , args], storages) => apply(func, args, storages),
  ],
  ['torch._tensor._rebuild_from_type', ([func, , args], storages) => apply(func, args, storages)],
  ['torch._utils._rebuild_qtensor', quantised],
  ['torch._utils._rebuild_sparse_tensor', sparse],
  ['torch._utils._rebuild_sparse_csr_tensor', sparse],
  ['torch._utils._rebuild_meta_tensor_no_storage', meta],
  ['torch.nn.parameter.Parameter', ([data], storages) => rebuild(data, storages)],
]);

/** The tensor that this node stands for; undefined when it is something else. */
export function rebuild(value: Pickled | undefined, storages: Storages): Rebuilt | undefined {
  if (value === undefined || !isNode(value) || value.kind !== 'call') return undefined;
  return numpyArray(value, storages.file) ?? apply(value.callable, value.args, storages);
}

function apply(callable: Pickled | undefined, args: Pickled | undefined, storages: Storages) {
  const rebuilder = rebuilders.get(globalName(callable ?? null) ?? '');
  return rebuilder?.(itemsOf(args ?? null) ?? [], storages);
}

/** Whether a callable is one whose result we know. */
export const rebuildsTensor = (call: Call) => rebuilders.has(globalName(call.callable) ?? '');

/** (storage, offset, size, stride, …) */
function strided(
  [storage, offset, size, stride]: readonly Pickled[],
  storages: Storages,
  dtypeName?: string,
): Nameless {
  const { file, byteOrder } = storages;
  const id = storageId(storage, file);
  const first = intOf(offset ?? null);
  const shape = intsOf(size ?? null);
  const strides = intsOf(stride ?? null);
  if (!id || first === undefined || !shape || strides?.length !== shape.length) {
    throw new FormatError(file, 'a tensor lacks its storage, offset, size or stride');
  }
  const dtype = dtypeName ? torchDType(dtypeName) : id.dtype;
  if (!isKnownDType(dtype)) {
    const reason = `the element type ${dtype} is not known`;
    return { dtype, shape, bytes: 0, data: { kind: 'opaque', reason } };
  }
  const item = byteLength(dtype, 1);
  const place = storages.open(id.key);
  const end = (first + id.viewOffset + extent(shape, strides)) * item;
  if (!shape.includes(0) && !(end <= place.bytes)) {
    throw new FormatError(
      file,
      `${dtype} [${shape}] ends at byte ${end} of storage ${id.key}, which has ${place.bytes}`,
    );
  }
  const data: Stored = {
    kind: 'stored',
    source: place.source,
    offset: place.offset + (first + id.viewOffset) * item,
    byteOrder,
    ...(isRowMajor(shape, strides) ? {} : { strides }),
  };
  return {
    dtype,
    shape,
    bytes: Math.min(place.bytes, byteLength(dtype, countOf(shape, file))),
    data,
  };
}

function countOf(shape: readonly number[], file: string): number {
  try {
    return elementCount(shape);
  } catch (error) {
    throw new FormatError(file, (error as RangeError).message);
  }
}

/** Conjugate and negative views keep their values and say the rest in a dictionary of bits. */
function withBits(tensor: Nameless, bits: Pickled | undefined): Nameless {
  if (!bits || !isNode(bits) || bits.kind !== 'dict') return tensor;
  const is = (name: string) => bits.entries.some(([key, value]) => key === name && value === true);
  const { dtype } = tensor;
  const unit = dtype === 'complex128' ? 8 : dtype === 'float16' || dtype === 'complex32' ? 2 : 4;
  if (is('neg')) return { ...tensor, data: flipped(tensor, dtype === 'float64' ? 8 : unit, 0, 1) };
  if (is('conj')) return { ...tensor, data: flipped(tensor, unit, 1, 2) };
  return tensor;
}

/** Flips the sign bit of every `step`-th float of `unit` bytes. */
function flipped(tensor: Nameless, unit: number, first: number, step: number): Decoded {
  return {
    kind: 'decoded',
    async decode() {
      const bytes = await readTensor({ ...tensor, name: '', file: '' });
      for (let i = (first + 1) * unit - 1; i < bytes.length; i += step * unit) bytes[i]! ^= 0x80;
      return bytes;
    },
  };
}

/** (storage, offset, size, stride, (scheme, …), …): real = (stored − zero point) · scale. */
function quantised(args: readonly Pickled[], storages: Storages): Nameless {
  const stored = strided(args, storages);
  const [scheme, scale, zero, axis] = itemsOf(args[4] ?? null) ?? [];
  const named = { ...stored, name: '', file: storages.file };
  const dequantise = async () => {
    const values = await readFloat32(named);
    if (typeof scale === 'number' && typeof zero === 'number') {
      for (let i = 0; i < values.length; i++) {
        values[i] = (values[i]! - zero) * Math.fround(scale);
      }
      return values;
    }
    const along = intOf(axis ?? null);
    const scales = await channels(scale, storages);
    const zeros = await channels(zero, storages);
    const length = along === undefined ? undefined : stored.shape[along];
    if (along === undefined || scales?.length !== length || zeros?.length !== length) {
      const name = globalName(scheme ?? null);
      throw new FormatError(storages.file, `the quantisation ${name} lacks scales or zero points`);
    }
    const inner = elementCount(stored.shape.slice(along + 1));
    for (let i = 0; i < values.length; i++) {
      const channel = Math.floor(i / inner) % length!;
      values[i] = (values[i]! - zeros![channel]!) * scales![channel]!;
    }
    return values;
  };
  return { ...stored, dequantise };
}

async function channels(value: Pickled | undefined, storages: Storages) {
  const tensor = rebuild(value, storages);
  if (!tensor || 'parts' in tensor) return undefined;
  return readFloat32({ ...tensor, name: '', file: storages.file });
}

/** What each layout stores, in its order. */
const sparseParts: Readonly<Record<string, readonly string[]>> = {
  sparse_coo: ['indices', 'values'],
  sparse_csr: ['crow_indices', 'col_indices', 'values'],
  sparse_csc: ['ccol_indices', 'row_indices', 'values'],
  sparse_bsr: ['crow_indices', 'col_indices', 'values'],
  sparse_bsc: ['ccol_indices', 'row_indices', 'values'],
};

/** (layout, (part, …, size, …)): listed as its stored parts. */
function sparse([layout, data]: readonly Pickled[], storages: Storages): Rebuilt | undefined {
  // torch.serialization._get_layout('torch.sparse_coo')
  const name = layout && isNode(layout) && layout.kind === 'call' ? argsOf(layout)[0] : undefined;
  const kind = typeof name === 'string' ? name.replace(/^torch\./, '') : '';
  const items = itemsOf(data ?? null);
  const names = sparseParts[kind];
  if (!items || !names) return undefined;
  const parts = names.flatMap((part, i) => {
    const tensor = rebuild(items[i], storages);
    return tensor && !('parts' in tensor) ? [[part, tensor] as const] : [];
  });
  if (parts.length < names.length) return undefined;
  return { parts, layout: `${kind} [${intsOf(items[names.length] ?? null) ?? '?'}]` };
}

/** (dtype, size, stride, requires_grad): a tensor of the meta device has no values. */
function meta([dtype, size]: readonly Pickled[], { file }: Storages): Nameless | undefined {
  const shape = intsOf(size ?? null);
  if (!shape) return undefined;
  countOf(shape, file);
  const reason = 'it was saved on the meta device, without values';
  return {
    dtype: torchDType(globalName(dtype ?? null) ?? 'unknown'),
    shape,
    bytes: 0,
    data: { kind: 'opaque', reason },
  };
}
