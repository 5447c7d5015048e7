/**
 * TensorFlow.js: model.json with a manifest of weights, and their values in shards beside it.
 * github.com/tensorflow/tfjs: tfjs-core/src/io/types.ts (WeightsManifestConfig), io_utils.ts (decodeWeights)
 */
import { FormatError, type ByteSource, type Folder } from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { joined } from './joined';
import type { Json } from './json';
import { isList, isMap, readJsonFile } from './jsonFile';
import { tensorOf, weightOf } from './tfjsWeights';

/** Every shard is an open file. */
const maxShards = 1000;

export const tfjs: Format = {
  name: 'TensorFlow.js',
  extensions: ['model.json'],
  match({ name, head }) {
    const start = String.fromCharCode(...head);
    const keys = /^\s*\{\s*"(modelTopology|weightsManifest|format"\s*:\s*"(layers|graph)-model)"/;
    if (keys.test(start)) return 'magic';
    return /(^|[-_.])model\.json$/i.test(name) ? 'name' : 'no';
  },
  async open(source, folder) {
    const root = await readJsonFile(source);
    const manifest = root.get('weightsManifest');
    if (!isList(manifest)) {
      throw new FormatError(source.name, 'expected a weightsManifest, as TensorFlow.js writes it');
    }
    const files = new Map<string, ByteSource>([[source.name, source]]);
    const tensors = new Map<string, Tensor>();
    const warnings: string[] = [];
    for (const group of manifest) {
      const data = await openGroup(source, group, folder, files);
      await readGroup(source, group, data, tensors, warnings);
    }
    const facts = ['format', 'generatedBy', 'convertedBy'].flatMap((key) => {
      const value = root.get(key);
      return typeof value === 'string' ? [[key, value] as const] : [];
    });
    return {
      format: 'TensorFlow.js',
      metadata: new Map(facts),
      tensors,
      files: [...files.values()].map(({ name, size }) => ({ name, size })),
      warnings,
    } satisfies Checkpoint;
  },
};

/** The shards of a group as one file: weights go over their borders. */
async function openGroup(
  source: ByteSource,
  group: Json,
  folder: Folder,
  files: Map<string, ByteSource>,
): Promise<ByteSource> {
  const paths = isMap(group) ? group.get('paths') : undefined;
  if (!isList(paths)) throw new FormatError(source.name, 'a weight group has no paths');
  const shards: ByteSource[] = [];
  for (const path of paths) {
    if (typeof path !== 'string') throw new FormatError(source.name, 'a path is not text');
    if (files.size > maxShards) {
      throw new FormatError(source.name, `there are more than ${maxShards} shards`);
    }
    const shard = files.get(path) ?? (await folder.open(path));
    files.set(path, shard);
    shards.push(shard);
  }
  const name = shards.length === 1 ? shards[0]!.name : source.name;
  return joined(
    name,
    shards.map((shard) => ({ source: shard, offset: 0, length: shard.size })),
  );
}

/** The weights of a group lie one after another. */
async function readGroup(
  source: ByteSource,
  group: Json,
  data: ByteSource,
  tensors: Map<string, Tensor>,
  warnings: string[],
): Promise<void> {
  const weights = isMap(group) ? group.get('weights') : undefined;
  if (!isList(weights)) throw new FormatError(source.name, 'a weight group lists no weights');
  let offset = 0;
  for (const entry of weights) {
    const weight = weightOf(source, entry);
    const { name } = weight;
    if (tensors.has(name))
      throw new FormatError(source.name, 'it is there twice', { tensor: name });
    const tensor = await tensorOf(data, offset, weight);
    tensors.set(name, tensor);
    offset += tensor.bytes;
  }
  if (offset < data.size) {
    warnings.push(`${data.size - offset} bytes of ${data.name} belong to no weight.`);
  }
}
