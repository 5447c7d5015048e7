/** Keras 3's .keras: a zip of the model's configuration and its weights in HDF5. */
import { readBytes, view, type ByteSource, type Platform } from './bytes';
import type { Checkpoint } from './checkpoint';
import { openHdf5 } from './hdf5';
import { joined } from './joined';
import { readText } from './torchZip';
import type { Archive } from './zip';

const weights = 'model.weights.h5';
const texts = ['metadata.json', 'config.json'];

export const isKeras = ({ members }: Archive): boolean =>
  members.has(weights) && members.has('config.json');

/** Opens the archive; the tensors have the paths of the HDF5 file inside. */
export async function openKeras(archive: Archive, platform: Platform): Promise<Checkpoint> {
  const metadata = new Map<string, string>();
  for (const name of texts) {
    const text = await readText(archive, name);
    if (text !== undefined) metadata.set(name, text);
  }
  const inside = await openHdf5(await weightsOf(archive), platform);
  for (const [key, value] of inside.metadata) metadata.set(key, value);
  const { name, size } = archive.source;
  return { ...inside, format: 'Keras (zip)', metadata, files: [{ name, size }] };
}

/** The weights as a file. Stored without packing, as Keras does, they are a plain range of the archive. */
async function weightsOf(archive: Archive): Promise<ByteSource> {
  const { source, members } = archive;
  const member = archive.open(weights);
  const { deflated = true, header = 0 } = members.get(weights) ?? {};
  if (deflated) return member;
  // Reading the member checks its local header, whose two last lengths say where the data starts.
  await readBytes(member, 0, Math.min(1, member.size), weights);
  const local = view(await readBytes(source, header, 30, 'a local header'));
  const offset = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  return joined(source.name, [{ source, offset, length: member.size }]);
}
