/** Storages and element types as torch.save names them. */
import { FormatError, type ByteSource } from './bytes';
import type { DType, KnownDType } from './dtype';
import { globalName, intOf, isNode, itemsOf, type Pickled } from './pickleNodes';

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
