/** NumPy's .npz: a zip of .npy files, stored or deflated (numpy.org/doc/stable/reference/generated/numpy.savez.html). */
import type { Checkpoint, Tensor } from './checkpoint';
import { readNpy } from './npy';
import type { Archive } from './zip';

const ending = '.npy';

/** By its members; one without any is told by its name. */
export const isNpz = ({ source, members }: Archive): boolean =>
  /\.npz$/i.test(source.name) || [...members.keys()].some((name) => name.endsWith(ending));

/** Opens an .npz. Of deflated members only the start is unpacked here. */
export async function openNpz(archive: Archive): Promise<Checkpoint> {
  const { source, members } = archive;
  const tensors = new Map<string, Tensor>();
  const metadata = new Map<string, string>();
  const warnings: string[] = [];
  for (const { name: member } of members.values()) {
    if (!member.endsWith(ending)) {
      warnings.push(`Member ${JSON.stringify(member)} is no array.`);
      continue;
    }
    const name = member.slice(0, -ending.length);
    const { tensor, description, rest } = await readNpy(archive.open(member), name);
    tensors.set(name, tensor);
    if (tensor.dtype === 'struct') metadata.set(`${name}.descr`, description);
    if (rest) warnings.push(`${rest} bytes after array ${JSON.stringify(name)} are not read.`);
  }
  const files = [{ name: source.name, size: source.size }];
  return { format: 'NumPy (.npz)', metadata, tensors, files, warnings };
}
