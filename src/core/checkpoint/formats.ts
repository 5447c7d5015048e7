/** How a file or folder finds its format. */
import { FormatError, readBytes, type ByteSource, type Folder, type Platform } from './bytes';
import type { Checkpoint, Sniff } from './checkpoint';
import { safetensors } from './safetensors';
import { indexOfShard } from './shards';

/** Most files are safetensors: the code of the other formats is loaded for one that is not. */
const others = () => import('./allFormats');

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
  '_CHECKPOINT_METADATA',
  '.metadata',
];

/** Opens the one checkpoint of a folder. */
export async function openFolder(folder: Folder, platform: Platform): Promise<Checkpoint> {
  const names = await folder.list();
  const known = entryNames.find((name) => names.includes(name));
  const candidates = known ? [known] : await candidatesIn(names);
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

async function candidatesIn(names: readonly string[]): Promise<readonly string[]> {
  const formats = await others();
  return formats.candidatesIn(names, formats.allFormats(openFile));
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
  if (safetensors.match(sniff) === 'magic') return safetensors.open(source, folder, platform);
  // PyTorch's files come next, and are zip archives: these need little of the other formats' code.
  if (head[0] === 0x50 && head[1] === 0x4b && !name.endsWith('.distcp')) {
    const { archive } = await import('./archive');
    if (archive.match(sniff) === 'magic') return archive.open(source, folder, platform);
  }
  const formats = (await others()).allFormats(openFile);
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
