/** Which formats there are, and how a file or folder finds its own. */
import { archive } from './archive';
import { FormatError, readBytes, type ByteSource, type Folder, type Platform } from './bytes';
import type { Checkpoint, Format, Sniff } from './checkpoint';
import { flax } from './flax';
import { gguf, isLaterPart } from './gguf';
import { hdf5 } from './hdf5';
import { kerasShards } from './kerasShards';
import { npy } from './npy';
import { onnx } from './onnx';
import { orbax } from './orbax';
import { safetensors } from './safetensors';
import { savedModel } from './savedModel';
import { indexOfShard, sharded } from './shards';
import { tensorflow } from './tensorflow';
import { tfjs } from './tfjs';
import { tflite } from './tflite';
import { torchLegacy } from './torchLegacy';

/** One line per format. The bytes decide first, then the name, in this order. */
export const formats: readonly Format[] = [
  sharded(openFile),
  kerasShards,
  safetensors,
  archive,
  torchLegacy,
  flax,
  npy,
  gguf,
  onnx,
  hdf5,
  orbax,
  savedModel,
  tfjs,
  tflite,
  tensorflow,
];

const headBytes = 64;

/** Opens the checkpoint that a file is, or takes part in: a shard opens all of its siblings. */
export async function openCheckpoint(
  source: ByteSource,
  folder: Folder,
  platform: Platform,
): Promise<Checkpoint> {
  const shard = indexOfShard(source.name);
  if (!shard) return openFile(source, folder, platform);
  if ((await folder.list()).includes(shard.index)) {
    return openFile(await folder.open(shard.index), folder, platform);
  }
  const checkpoint = await openFile(source, folder, platform);
  const warning = `This is one of ${shard.count} shards; ${shard.index} is not in the folder.`;
  return { ...checkpoint, warnings: [...checkpoint.warnings, warning] };
}

/** What a folder is opened by, the best first. */
const entryNames = [
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin.index.json',
  'pytorch_model.bin',
  '_METADATA',
];

/** Opens the one checkpoint of a folder. */
export async function openFolder(folder: Folder, platform: Platform): Promise<Checkpoint> {
  const names = (await folder.list()).filter((name) => !isLaterPart(name));
  const known = entryNames.find((name) => names.includes(name));
  const candidates = known ? [known] : candidatesIn(names);
  const [name] = candidates;
  if (name === undefined)
    throw new FormatError(folder.name, 'there is no checkpoint in the folder');
  if (candidates.length > 1) {
    const some = candidates.slice(0, 3).join(', ');
    const more = candidates.length > 3 ? ` and ${candidates.length - 3} more` : '';
    throw new FormatError(folder.name, `several checkpoints: open one of ${some}${more}`);
  }
  return openCheckpoint(await folder.open(name), folder, platform);
}

/** Files of the first format that has any: a folder of weights may hold optimiser states too. */
function candidatesIn(names: readonly string[]): readonly string[] {
  for (const { extensions } of formats) {
    const own = names.filter((name) => extensions.some((end) => name.toLowerCase().endsWith(end)));
    if (own.length) return own.toSorted();
  }
  return [];
}

async function openFile(
  source: ByteSource,
  folder: Folder,
  platform: Platform,
): Promise<Checkpoint> {
  const { name, size } = source;
  if (size === 0) throw new FormatError(name, 'the file is empty');
  const head = await readBytes(source, 0, Math.min(headBytes, size), 'the first bytes');
  const sniff: Sniff = { name, size, head };
  const text = printable(head) ? String.fromCharCode(...head).trimStart() : undefined;
  if (text?.startsWith('version https://git-lfs')) {
    throw new FormatError(name, 'this is a Git LFS pointer, not the checkpoint; run git lfs pull');
  }
  if (text?.startsWith('<')) {
    throw new FormatError(
      name,
      'this is a web page (HTML or XML), not a checkpoint; download it again',
    );
  }
  const format =
    formats.find((candidate) => candidate.match(sniff) === 'magic') ??
    formats.find((candidate) => candidate.match(sniff) === 'name');
  if (text !== undefined && format && !text.startsWith('{')) {
    throw new FormatError(name, `this is a text file, not ${format.name}`);
  }
  if (format) return format.open(source, folder, platform);
  const expected = formats.find(({ extensions }) =>
    extensions.some((ending) => name.toLowerCase().endsWith(ending)),
  );
  throw new FormatError(
    name,
    text === undefined
      ? `the first bytes ${hex(head.subarray(0, 8))} are those of no known checkpoint format`
      : `this is a text file, not ${expected?.name ?? 'a checkpoint'}`,
    { byte: 0 },
  );
}

/** Whether all of it is printable ASCII or whitespace. */
const printable = (bytes: Uint8Array) =>
  bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13));

const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
