/** Checkpoints in several files: the index.json of Hugging Face (safetensors and PyTorch alike). */
import {
  FormatError,
  readBytes,
  textOf,
  type ByteSource,
  type Folder,
  type Platform,
} from './bytes';
import type { Checkpoint, Format, Tensor } from './checkpoint';
import { JsonError, readJson } from './json';

/** The largest models have a few hundred; every one is an open file. */
const maxShards = 1000;
/** A name and a file of 100 bytes each, half a million times. */
const maxIndex = 100_000_000;

const indexName = /\.(safetensors|bin)\.index\.json$/i;
const shardName = /^(.+)-\d{5}-of-(\d{5})\.(safetensors|bin)$/i;

/** The index that a shard belongs to: `model-00001-of-00003.safetensors` → `model.safetensors.index.json`. */
export function indexOfShard(name: string): { index: string; count: number } | undefined {
  const [, stem, count, ending] = shardName.exec(name) ?? [];
  return stem && count
    ? { index: `${stem}.${ending}.index.json`, count: Number(count) }
    : undefined;
}

/** The format of an index, given how one file is opened. */
export function sharded(
  openFile: (source: ByteSource, folder: Folder, platform: Platform) => Promise<Checkpoint>,
): Format {
  return {
    name: 'sharded checkpoint',
    extensions: ['.safetensors.index.json', '.bin.index.json'],
    match: ({ name }) => (indexName.test(name) ? 'name' : 'no'),
    async open(source, folder, platform) {
      const { places, metadata } = await readIndex(source);
      const open = (shard: ByteSource) => openFile(shard, folder, platform);
      const { shards, missing } = await openShards(source, new Set(places.values()), folder, open);
      const warnings = missing.map((file) => {
        const count = [...places.values()].filter((place) => place === file).length;
        return `Shard ${file} is missing, and with it ${count} tensors.`;
      });
      return merge(source, places, metadata, shards, warnings);
    },
  };
}

/** Opens the named files, of which at least one must be there. */
export async function openShards(
  source: ByteSource,
  files: ReadonlySet<string>,
  folder: Folder,
  open: (shard: ByteSource) => Promise<Checkpoint>,
): Promise<{ shards: Map<string, Checkpoint>; missing: readonly string[] }> {
  if (files.size > maxShards) {
    throw new FormatError(source.name, `${files.size} shards are more than ${maxShards}`);
  }
  const present = new Set(await folder.list());
  const missing: string[] = [];
  const shards = new Map<string, Checkpoint>();
  for (const file of files) {
    // A name with a folder in it is the wall's to judge, not the listing's.
    const isHere = file.includes('/') || file.includes('\\') || present.has(file);
    if (isHere) shards.set(file, await open(await folder.open(file)));
    else missing.push(file);
  }
  if (!shards.size) throw new FormatError(source.name, 'none of its shards is there');
  return { shards, missing };
}

function merge(
  source: ByteSource,
  places: ReadonlyMap<string, string>,
  metadata: Map<string, string>,
  shards: ReadonlyMap<string, Checkpoint>,
  warnings: string[],
): Checkpoint {
  const tensors = new Map<string, Tensor>();
  const lacking = new Map<string, number>();
  for (const [name, file] of places) {
    const shard = shards.get(file);
    const tensor = shard?.tensors.get(name);
    if (tensor) tensors.set(name, tensor);
    else if (shard) lacking.set(file, (lacking.get(file) ?? 0) + 1);
  }
  for (const [file, count] of lacking) {
    warnings.push(`Shard ${file} lacks ${count} tensors that the index promises.`);
  }
  for (const [file, shard] of shards) {
    for (const [key, value] of shard.metadata) if (!metadata.has(key)) metadata.set(key, value);
    warnings.push(...shard.warnings.map((warning) => `${file}: ${warning}`));
    const extra = [...shard.tensors.keys()].filter((name) => places.get(name) !== file).length;
    if (extra) warnings.push(`Shard ${file} holds ${extra} tensors that the index does not name.`);
  }
  const [first] = shards.values();
  return {
    format: `${first!.format}, ${shards.size} shards`,
    metadata,
    tensors,
    files: [
      { name: source.name, size: source.size },
      ...[...shards.values()].flatMap(({ files }) => files),
    ],
    warnings,
  };
}

/** `{"metadata": {…}, "weight_map": {tensor: file}}` */
async function readIndex(source: ByteSource) {
  if (source.size > maxIndex) {
    throw new FormatError(
      source.name,
      `an index of ${source.size} bytes, at most ${maxIndex} are read`,
    );
  }
  const bytes = await readBytes(source, 0, source.size, 'the index');
  const json = readJson(textOf(bytes, source, 'the index'));
  const places = new Map<string, string>();
  const metadata = new Map<string, string>();
  try {
    json.object((key) => {
      if (key === 'weight_map') json.object((name) => places.set(name, json.string()));
      else if (key === 'metadata') {
        json.object((name) => {
          const value = json.value();
          if (typeof value !== 'object') metadata.set(name, String(value));
        });
      } else json.value();
    });
    json.end();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new FormatError(source.name, error.message, { byte: error.position });
  }
  if (!places.size) throw new FormatError(source.name, 'there is no weight_map');
  return { places, metadata };
}
