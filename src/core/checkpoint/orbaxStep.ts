/** A step of Orbax's CheckpointManager: a folder of items, of which some hold arrays (orbax.readthedocs.io, Checkpoint format). */
import { FormatError, type Folder } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { isMap, readJsonFile } from './jsonFile';
import { missingFile, orbax } from './orbax';

const described = '_CHECKPOINT_METADATA';

export const orbaxStep: Format = {
  name: 'Orbax (step)',
  extensions: [],
  match: ({ name }) => (name === described ? 'name' : 'no'),
  async open(source, folder, platform) {
    const handlers = (await readJsonFile(source)).get('item_handlers');
    const items = new Map<string, Checkpoint>();
    for (const item of isMap(handlers) ? handlers.keys() : []) {
      const inside = insideOf(folder, item);
      const metadata = await inside.open('_METADATA').catch(missingFile);
      if (metadata) items.set(item, await orbax.open(metadata, inside, platform));
    }
    const [only, ...more] = items.values();
    if (!only) throw new FormatError(source.name, 'none of the items of this step holds arrays');
    if (!more.length) return only;
    const tensors = new Map<string, Tensor>();
    const metadata = new Map<string, string>();
    for (const [item, checkpoint] of items) {
      for (const [key, value] of checkpoint.metadata) metadata.set(`${item}/${key}`, value);
      for (const tensor of checkpoint.tensors.values()) {
        const name = `${item}/${tensor.name}`;
        tensors.set(name, { ...tensor, name });
      }
    }
    const all = [...items.values()];
    const warnings = all.flatMap((checkpoint) => checkpoint.warnings);
    const files = all.flatMap((checkpoint) => checkpoint.files);
    return { format: only.format, metadata, tensors, files, warnings };
  },
};

/** A folder below, as Orbax looks into it. */
function insideOf(folder: Folder, item: string): Folder {
  const open: Folder['open'] = (name) => folder.open(`${item}/${name}`);
  return {
    name: item,
    open,
    async list() {
      const manifest = 'manifest.ocdbt';
      return (await open(manifest).catch(missingFile)) ? [manifest] : [];
    },
  };
}
