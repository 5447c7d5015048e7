/** Orbax checkpoints: a folder with _METADATA, and the arrays as Zarr in files or in an OCDBT tree. */
import { FormatError, quoted, type ByteSource, type Folder } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import type { Json } from './json';
import { isList, isMap, readJsonFile } from './jsonFile';
import { readOcdbt } from './ocdbt';
import { zarrArray } from './zarr';
import { zarr3Array } from './zarr3';
import type { Store } from './zarrChunks';

export const orbax: Format = {
  name: 'Orbax',
  extensions: [],
  match: ({ name }) => (name === '_METADATA' ? 'name' : 'no'),
  async open(source, folder, platform) {
    const root = await readJsonFile(source);
    const tree = root.get('tree_metadata');
    if (!isMap(tree))
      throw new FormatError(source.name, 'expected tree_metadata, as Orbax writes it');
    const isNew = root.get('use_zarr3') === true;
    const [array, described] = isNew ? [zarr3Array, 'zarr.json'] : [zarrArray, '.zarray'];
    const isTree = (await folder.list()).includes('manifest.ocdbt');
    const store = isTree ? mapStore(await readOcdbt(folder)) : folderStore(folder);
    const tensors = new Map<string, Tensor>();
    const metadata = new Map<string, string>();
    const warnings: string[] = [];
    for (const entry of tree.values()) {
      const keys = keysOf(source, entry);
      const [name, path] = [keys.join('/'), keys.join('.')];
      const header = await store(`${path}/${described}`);
      if (header) tensors.set(name, await array(name, path, header, store, platform));
      else if (typeOf(entry) === 'None') metadata.set(name, 'None');
      else warnings.push(`${quoted(name)} (${typeOf(entry)}) has no array in the folder.`);
    }
    return {
      format: isTree ? 'Orbax (OCDBT)' : 'Orbax (Zarr)',
      metadata,
      tensors,
      files: [{ name: source.name, size: source.size }],
      warnings,
    } satisfies Checkpoint;
  },
};

const mapStore =
  (values: ReadonlyMap<string, ByteSource>): Store =>
  async (key) =>
    values.get(key);

/** As folders of this machine and of the Hub say it. */
const isMissing = /^there is no (such file|".*" on the Hub)$/s;

/** Of a file that is not there: undefined. Throws every other error. */
export function missingFile(error: unknown): undefined {
  if (error instanceof FormatError && isMissing.test(error.problem)) return undefined;
  throw error;
}

/** A chunk that was never written has no file. */
const folderStore =
  (folder: Folder): Store =>
  (key) =>
    folder.open(key).catch(missingFile);

/** `key_metadata: [{key, key_type}, …]`: the way through the tree. */
function keysOf(source: ByteSource, entry: Json): string[] {
  const list = isMap(entry) ? entry.get('key_metadata') : undefined;
  const keys = isList(list) ? list.map((item) => (isMap(item) ? item.get('key') : undefined)) : [];
  if (!keys.length || !keys.every((key) => typeof key === 'string' || typeof key === 'number')) {
    throw new FormatError(source.name, 'expected the keys of an array in key_metadata');
  }
  return keys.map(String);
}

function typeOf(entry: Json): string {
  const value = isMap(entry) ? entry.get('value_metadata') : undefined;
  return isMap(value) ? String(value.get('value_type')) : 'unknown';
}
