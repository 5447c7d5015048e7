/**
 * What the functions that torch.save writes into a pickle would have rebuilt (torch/_utils.py),
 * read from their arguments. Nothing is called.
 */
import { FormatError } from './bytes';
import type { Stored, Tensor } from './checkpoint';
import { byteLength, countOf, elementCount, isKnownDType } from './dtype';
import { numpyArray } from './numpyObjects';
import {
  argsOf,
  entriesOf,
  globalName,
  intOf,
  intsOf,
  itemsOf,
  isNode,
  type Call,
  type Pickled,
} from './pickleNodes';
import { extent, isRowMajor } from './strided';
import { storageId, torchDType, type Storages } from './torchStorage';
import { affine, withBits } from './torchValues';
import { readFloat32 } from './values';

/** A tensor before it has a name, or several that together are one (sparse layouts). */
export type Rebuilt =
  Nameless | { readonly parts: readonly (readonly [string, Nameless])[]; readonly layout: string };
export type Nameless = Omit<Tensor, 'name' | 'file'>;

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
    ([func, type, args, state], storages) =>
      globalName(func ?? null) === 'torch._utils._rebuild_wrapper_subclass'
        ? wrapped(type, args, state, storages)
        : apply(func, args, storages),
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
  const bytes = byteLength(dtype, countOf(shape, file));
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
  return { dtype, shape, bytes: Math.min(place.bytes, bytes), data };
}

/** (storage, offset, size, stride, (scheme, scale, zero point[, axis]), …) */
function quantised(args: readonly Pickled[], storages: Storages): Nameless {
  const stored = strided(args, storages);
  const [scheme, scale, zero, axis] = itemsOf(args[4] ?? null) ?? [];
  const along = intOf(axis ?? null);
  const { file } = storages;
  const scales = factors(scale, storages);
  const zeros = factors(zero, storages);
  const length = along === undefined ? 1 : stored.shape[along];
  if (!scales || !zeros || scales.count !== length || zeros.count !== length) {
    const name = globalName(scheme ?? null) ?? 'without a scheme';
    throw new FormatError(file, `the quantisation ${name} lacks scales or zero points`);
  }
  const inner = along === undefined ? undefined : elementCount(stored.shape.slice(along + 1));
  const dequantise = async (start: number, target: Float32Array) => {
    const values = await readFloat32({ ...stored, name: '', file });
    const real = affine(values, await scales.read(), await zeros.read(), inner);
    target.set(real.subarray(start, start + target.length));
  };
  return { ...stored, dequantise };
}

/** A number, or a tensor of one number per channel. */
function factors(value: Pickled | undefined, storages: Storages) {
  if (typeof value === 'number') return { count: 1, read: async () => Float32Array.of(value) };
  const tensor = rebuild(value, storages);
  if (!tensor || 'parts' in tensor) return undefined;
  const read = () => readFloat32({ ...tensor, name: '', file: storages.file });
  return { count: countOf(tensor.shape, storages.file), read };
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

/**
 * (class, dtype, size, …) and the instance's state, where the tensors are that it wraps: a DTensor has its part of
 * the whole in `_local_tensor` (torch/_tensor.py, `_reduce_ex_internal`).
 */
function wrapped(
  type: Pickled | undefined,
  args: Pickled | undefined,
  state: Pickled | undefined,
  storages: Storages,
): Rebuilt | undefined {
  const shape = intsOf(itemsOf(args ?? null)?.[2] ?? null);
  const [, slots] = itemsOf(state ?? null) ?? [];
  const parts = (entriesOf(state) ?? entriesOf(slots) ?? []).flatMap(([key, value]) => {
    const inner = rebuild(value, storages);
    if (!inner) return [];
    if (!('parts' in inner)) return [[String(key), inner] as const];
    return inner.parts.map(([name, tensor]) => [`${String(key)}.${name}`, tensor] as const);
  });
  const [[, only] = []] = parts;
  if (!only) return undefined;
  if (parts.length === 1 && String(only.shape) === String(shape)) return only;
  return { parts, layout: `${globalName(type ?? null) ?? 'a tensor'} [${shape ?? '?'}]` };
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
