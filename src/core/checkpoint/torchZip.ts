/** torch.save since PyTorch 1.6, and TorchScript: a zip of one pickle and its storages. */
import { FormatError, readBytes, textOf, type ByteSource, quoted } from './bytes';
import type { Checkpoint } from './checkpoint';
import { maxPickle, pickleReader, torchCheckpoint } from './torch';
import type { Storages } from './torchStorage';
import type { Archive } from './zip';

const objectPickle = 'data.pkl';
/** Source text that is shown, never run. */
const maxSources = 16 << 20;

/** The folder of the archive that holds data.pkl, with its slash; undefined when there is none. */
export function torchPrefix({ members }: Archive): string | undefined {
  for (const name of members.keys()) {
    if (name === objectPickle || name.endsWith(`/${objectPickle}`)) {
      return name.slice(0, -objectPickle.length);
    }
  }
  return undefined;
}

/** Opens a torch.save archive. */
export async function openTorchZip(archive: Archive): Promise<Checkpoint> {
  const { source, members } = archive;
  const prefix = torchPrefix(archive) ?? '';
  const [pickles, storages] = await Promise.all([
    readPickle(archive, prefix, objectPickle),
    storagesOf(archive, prefix),
  ]);
  const { value } = await pickles.next();
  const script = members.has(`${prefix}constants.pkl`);
  const format = script ? 'TorchScript' : 'PyTorch (zip)';
  const sources = script ? await readCode(archive, `${prefix}code/`) : undefined;
  const checkpoint = torchCheckpoint(format, source, value, storages, sources);
  return script ? withConstants(checkpoint, archive, prefix) : checkpoint;
}

async function readPickle(archive: Archive, prefix: string, name: string) {
  const file = archive.open(prefix + name);
  // It may be deflated, and would be unpacked whole.
  if (file.size > maxPickle) {
    throw new FormatError(archive.source.name, `${name} claims ${file.size} bytes`);
  }
  return pickleReader(file, name);
}

/** A frozen script has its weights among the constants of its code (torch/csrc/jit/serialization/export_module.cpp). */
async function withConstants(
  checkpoint: Checkpoint,
  archive: Archive,
  prefix: string,
): Promise<Checkpoint> {
  const pickles = await readPickle(archive, prefix, 'constants.pkl');
  const { value } = await pickles.next();
  const storages = await storagesOf(archive, prefix, 'constants');
  const constants = torchCheckpoint(checkpoint.format, archive.source, value, storages);
  if (!constants.tensors.size) return checkpoint;
  const tensors = new Map(checkpoint.tensors);
  for (const [index, tensor] of constants.tensors) {
    const name = `constants.${index}`;
    // Scalars are arguments of operators.
    if (tensor.shape.length && !tensors.has(name)) tensors.set(name, { ...tensor, name });
  }
  return { ...checkpoint, tensors, warnings: [...checkpoint.warnings, ...constants.warnings] };
}

/** Members `<folder>/<key>`, in the byte order of the `byteorder` member (little where there is none). */
async function storagesOf(archive: Archive, prefix: string, folder = 'data'): Promise<Storages> {
  const { source } = archive;
  const order = await readText(archive, `${prefix}byteorder`);
  if (order !== undefined && order !== 'little' && order !== 'big') {
    throw new FormatError(source.name, `the byte order is ${JSON.stringify(order.slice(0, 20))}`);
  }
  return {
    file: source.name,
    byteOrder: order ?? 'little',
    open(key) {
      const member = archive.open(`${prefix}${folder}/${key}`);
      return { source: member, offset: 0, bytes: member.size };
    },
  };
}

/** A small text member; undefined when the archive has none. */
export async function readText(archive: Archive, name: string): Promise<string | undefined> {
  if (!archive.members.has(name)) return undefined;
  const file: ByteSource = archive.open(name);
  if (file.size > maxSources) {
    throw new FormatError(archive.source.name, `${quoted(name)} claims ${file.size} bytes`);
  }
  return textOf(await readBytes(file, 0, file.size, name), archive.source, name);
}

async function readCode(archive: Archive, folder: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  let total = 0;
  for (const { name, size } of archive.members.values()) {
    if (!name.startsWith(folder) || !name.endsWith('.py')) continue;
    total += size;
    if (total > maxSources) break;
    sources.set(name.slice(folder.length), (await readText(archive, name)) ?? '');
  }
  return sources;
}
