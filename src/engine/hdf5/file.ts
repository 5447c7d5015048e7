/** An HDF5 file open in libhdf5 as the format sees it. Runs on the library's thread. */
import { FormatError } from '../../core/checkpoint/bytes';
import type { Hdf5Dataset, Hdf5Link, Hdf5Type } from '../../core/checkpoint/hdf5File';
import { oddNumber, type OddNumber, spreadBits } from '../../core/checkpoint/hdf5Datatype';
import type { Hdf5Methods } from '../../protocol/hdf5';
import type { H5Handle, H5Module, SyncSource } from './library';

type Metadata = ReturnType<H5Module['get_dataset_metadata']>;
type FileMethods = Omit<Hdf5Methods, 'load' | 'open' | 'close'>;

/** A model's whole configuration is one attribute. */
const maxAttribute = 16 << 20;

/** The methods throw a FormatError on bad data. */
export function fileOf(handle: H5Handle, source: SyncSource): FileMethods {
  const { module, attribute, id, call, lastRead } = handle;
  const { value: text } = module.H5T_class_t.H5T_STRING;
  /** An object reference is the address of the object's header. */
  const addressOf = (path: string): bigint => {
    const reference = module.create_object_reference(id, path);
    return new DataView(Uint8Array.from(reference).buffer).getBigUint64(0, true);
  };
  const linkOf = (group: string, name: string): Hdf5Link => {
    const path = `${group === '/' ? '' : group}/${name}`;
    if (module.get_symbolic_link(id, path) !== null) return { kind: 'soft', name };
    const { filename } = module.get_external_link(id, path);
    if (filename !== undefined) return { kind: 'external', name, file: filename };
    const type = module.get_type(id, path);
    if (type !== module.H5G_GROUP && type !== module.H5G_DATASET) return { kind: 'other', name };
    if (type === module.H5G_DATASET) return { kind: 'dataset', name, header: headerOf(path) };
    return { kind: 'group', name, address: addressOf(path) };
  };
  const headerOf = (path: string): Hdf5Dataset => {
    const [metadata, filters] = call(`dataset ${path}`, () => [
      module.get_dataset_metadata(id, path),
      module.get_dataset_filters(id, path),
    ]);
    return {
      type: typeOf(metadata),
      littleEndian: metadata.littleEndian,
      shape: metadata.shape,
      chunks: metadata.chunks ?? undefined,
      filters: filters.map((filter) => filter.id),
    };
  };
  const attributeOf = (path: string, name: string): string | undefined => {
    const { type, size, total_size, shape } = module.get_attribute_metadata(id, path, name);
    const isShown = shape && (type === text || type === 0 || type === 1);
    if (!isShown || size * total_size > maxAttribute) return undefined;
    const value = new attribute(id, path, name).json_value;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const base = baseOf(source);
  /** What is odd about the numbers of the dataset that was read last. */
  let odd: { readonly path: string; readonly number: OddNumber | undefined } | undefined;
  const readRange = (offset: number, length: number): Uint8Array => {
    const target = new Uint8Array(Math.max(0, Math.min(length, source.size - offset)));
    source.readSync(offset, target);
    return target;
  };
  /** libhdf5 gives the bits of numbers as the file has them. */
  const asNumbers = (path: string, values: Uint8Array): Uint8Array => {
    const { type, size, signed } = module.get_dataset_metadata(id, path);
    if (type > 1) return values;
    if (odd?.path !== path) {
      odd = { path, number: oddNumber(readRange, base, Number(addressOf(path))) };
    }
    const { number } = odd;
    if (number?.kind === 'integer') spreadBits(values, size, signed, number);
    if (number?.kind === 'float') {
      const { exponent, mantissa } = number;
      const problem = `its floats have ${exponent} bits of exponent and ${mantissa} of mantissa`;
      throw new FormatError(source.name, `dataset ${path}: ${problem}`);
    }
    return values;
  };
  const read: FileMethods['read'] = ({ path, start, count, bytes }) => {
    const place = module._malloc(bytes);
    if (!place) throw new FormatError(path, `${bytes} bytes of memory are not to be had`);
    try {
      const [counts, starts, steps] = [count, start, count.map(() => 1)].map((list) =>
        list.length ? list.map(BigInt) : null,
      ) as [bigint[] | null, bigint[] | null, bigint[] | null];
      call(
        `dataset ${path}`,
        () => module.get_dataset_data(id, path, counts, starts, steps, BigInt(place)),
        (status) => status < 0,
      );
      return asNumbers(path, module.HEAPU8.slice(place, place + bytes));
    } finally {
      module._free(place);
    }
  };
  return {
    names: ({ group }) => call(`group ${group}`, () => module.get_names(id, group, false)),
    links: ({ group, names }) =>
      names.map((name) => call(`group ${group}`, () => linkOf(group, name))),
    read,
    chunk(box) {
      try {
        return { packed: false, bytes: read(box) };
      } catch (error) {
        // The chunk itself is what the library reads last before it looks for its filters.
        const stored = lastRead();
        const isLacking = error instanceof FormatError && /filter|directory/.test(error.problem);
        if (!stored || !isLacking) throw error;
        const packed = new Uint8Array(stored.length);
        source.readSync(stored.offset, packed);
        return { packed: true, bytes: packed };
      }
    },
    attributes({ path }) {
      const names = call(`object ${path}`, () => module.get_attribute_names(id, path));
      const found = new Map<string, string>();
      for (const name of names) {
        const value = call(`attribute ${name}`, () => attributeOf(path, name));
        if (value !== undefined) found.set(name, value);
      }
      return found;
    },
  };
}

/** Where the addresses of a file count from: behind a user block of 0, 512, 1024 … bytes. */
function baseOf(source: SyncSource): number {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  const head = new Uint8Array(8);
  for (let at = 0; at + 8 <= source.size; at = at ? 2 * at : 512) {
    source.readSync(at, head);
    if (signature.every((byte, i) => head[i] === byte)) return at;
  }
  return 0;
}

/** H5T_class_t by its numbers. */
function typeOf({ type, size, signed, ...rest }: Metadata): Hdf5Type {
  switch (type) {
    case 0:
      return { kind: 'integer', size, signed };
    case 1:
      return { kind: 'float', size };
    case 3:
      return { kind: 'string', size };
    case 5:
      return { kind: 'opaque', size };
    case 6: {
      const members = (rest.compound_type?.members ?? []).map((member) => ({
        name: member.name,
        offset: member.offset,
        type: typeOf(member),
      }));
      return { kind: 'compound', size, members };
    }
    case 7:
      return { kind: 'reference', size };
    case 8:
      return { kind: 'enum', size, signed, names: Object.keys(rest.enum_type?.members ?? {}) };
    case 9:
      return { kind: 'vlen', size };
    case 10: {
      const base = rest.array_type;
      if (!base) return { kind: 'other', size };
      return { kind: 'array', size, shape: base.shape ?? [], base: typeOf(base) };
    }
    default:
      return { kind: 'other', size };
  }
}
