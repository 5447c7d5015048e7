/**
 * torch.save before PyTorch 1.6: five pickles (magic number, protocol, system, object, storage keys),
 * then for each key an int64 count and the raw elements. Also plain pickles, which have only the object.
 * torch/serialization.py, _legacy_save.
 */
import { FormatError, readBytes, view, type ByteSource, quoted } from './bytes';
import type { Checkpoint, Format } from './checkpoint';
import { byteLength, isKnownDType } from './dtype';
import { entriesOf, itemsOf, type Persistent, type Pickled } from './pickleNodes';
import { pickleReader, torchCheckpoint } from './torch';
import { storageId, type Storage, type Storages } from './torchStorage';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

export const torchLegacy: Format = {
  name: 'PyTorch (legacy)',
  extensions: ['.pt', '.pth', '.bin', '.ckpt', '.pkl', '.pickle', '.model'],
  match({ head }) {
    // PROTO and a protocol that exists; protocols 0 and 1 have no mark, and torch.save never used them.
    return head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 ? 'magic' : 'no';
  },
  async open(source) {
    const pickles = await pickleReader(source, 'the pickle');
    const first = await pickles.next();
    if (first.value !== magicNumber) return openPlain(source, first.value);
    const version = (await pickles.next()).value;
    if (version !== protocolVersion) {
      throw new FormatError(source.name, `protocol version ${String(version)}, expected 1001`);
    }
    const system = entriesOf((await pickles.next()).value) ?? [];
    const little = system.find(([key]) => key === 'little_endian')?.[1] !== false;
    const { value, outside } = await pickles.next();
    const keys = itemsOf((await pickles.next()).value);
    if (!keys) throw new FormatError(source.name, 'the list of storage keys is missing');
    const byteOrder = little ? 'little' : 'big';
    const places = await locate(source, keys, outside, pickles.position(), little);
    const storages: Storages = {
      file: source.name,
      byteOrder,
      open: (key) => at(source, places, key),
    };
    return torchCheckpoint('PyTorch (legacy)', source, value, storages, embeddedSources(outside));
  },
};

function openPlain(source: ByteSource, root: Pickled): Checkpoint {
  const open = (key: string): never => {
    throw new FormatError(source.name, `the pickle refers to storage ${key} outside itself`);
  };
  return torchCheckpoint('pickle', source, root, { file: source.name, byteOrder: 'little', open });
}

function at(source: ByteSource, places: ReadonlyMap<string, Storage>, key: string): Storage {
  const place = places.get(key);
  if (!place) throw new FormatError(source.name, `storage ${quoted(key)} is not in the file`);
  return place;
}

/** Follows the counts from storage to storage. */
async function locate(
  source: ByteSource,
  keys: readonly Pickled[],
  outside: readonly Persistent[],
  start: number,
  little: boolean,
): Promise<Map<string, Storage>> {
  const dtypes = new Map<string, string>();
  for (const node of outside) {
    const id = storageId(node, source.name);
    if (id) dtypes.set(id.key, id.dtype);
  }
  const places = new Map<string, Storage>();
  let offset = start;
  for (const key of keys) {
    const dtype = dtypes.get(String(key)) ?? 'nothing';
    if (!isKnownDType(dtype)) {
      throw new FormatError(source.name, `storage ${String(key)} holds ${dtype}`, { byte: offset });
    }
    const count = view(await readBytes(source, offset, 8, 'a storage')).getBigInt64(0, little);
    const rest = source.size - offset - 8;
    if (count < 0n || count > BigInt(rest) || byteLength(dtype, Number(count)) > rest) {
      const problem = `storage ${String(key)} claims ${count} elements of ${dtype}, ${rest} bytes are left`;
      throw new FormatError(source.name, problem, { byte: offset });
    }
    const bytes = byteLength(dtype, Number(count));
    places.set(String(key), { source, offset: offset + 8, bytes });
    offset += 8 + bytes;
  }
  return places;
}

/** ('module', class, file, source text): the author's classes as they were when the model was saved. */
function embeddedSources(outside: readonly Persistent[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { id } of outside) {
    const [kind, , file, text] = itemsOf(id) ?? [];
    if (kind !== 'module' || typeof file !== 'string' || typeof text !== 'string') continue;
    const known = sources.get(file);
    sources.set(
      file,
      known === undefined || known.includes(text) ? (known ?? text) : `${known}\n\n${text}`,
    );
  }
  return sources;
}
