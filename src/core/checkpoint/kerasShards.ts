/** Keras weights in several files: `model.weights.json` names those that hold each layer (keras/src/saving/saving_lib.py, ShardedH5IOStore). */
import { FormatError } from './bytes';
import type { Format, Tensor } from './checkpoint';
import { openHdf5 } from './hdf5';
import { isList, isMap, readJsonFile } from './jsonFile';
import type { Json } from './json';
import { openShards } from './shards';

export const kerasShards: Format = {
  name: 'sharded Keras weights',
  extensions: ['.weights.json'],
  match: ({ name }) => (/\.weights\.json$/i.test(name) ? 'name' : 'no'),
  async open(source, folder, platform) {
    const index = (await readJsonFile(source)).get('weight_map');
    if (!isMap(index)) throw new FormatError(source.name, 'there is no weight_map');
    const named = new Set([...index.values()].flatMap(filesOf));
    const open = openShards(source, named, folder, (shard) => openHdf5(shard, platform));
    const { shards, missing } = await open;
    const warnings = missing.map((file) => `Shard ${file} is missing, and all of its tensors.`);
    const tensors = new Map<string, Tensor>();
    for (const [file, shard] of shards) {
      for (const [name, tensor] of shard.tensors) {
        if (!tensors.has(name)) tensors.set(name, tensor);
        else warnings.push(`${file} holds ${JSON.stringify(name)} once more.`);
      }
      warnings.push(...shard.warnings.map((warning) => `${file}: ${warning}`));
    }
    const files = [...shards.values()].flatMap((shard) => shard.files);
    return {
      format: `Keras (HDF5), ${shards.size} shards`,
      metadata: new Map(),
      tensors,
      files: [{ name: source.name, size: source.size }, ...files],
      warnings,
    };
  },
};

/** One file, or a list of them for a layer that is cut in two. */
const filesOf = (place: Json): readonly string[] =>
  (isList(place) ? place : [place]).filter((file) => typeof file === 'string');
