/** Zip archives: what is in them says which format they are. */
import { FormatError, type Platform } from './bytes';
import type { Checkpoint, Format } from './checkpoint';
import { isKeras, openKeras } from './keras';
import { isNpz, openNpz } from './npz';
import { exportPrefix, openTorchExport } from './torchExport';
import { openTorchZip, torchPrefix } from './torchZip';
import { openZip, type Archive } from './zip';

interface ArchiveFormat {
  matches(archive: Archive): boolean;
  open(archive: Archive, platform: Platform): Promise<Checkpoint>;
}

/** The first that matches; a .pt2 may carry samples as data.pkl further down. */
const kinds: readonly ArchiveFormat[] = [
  { matches: (archive) => exportPrefix(archive) !== undefined, open: openTorchExport },
  { matches: (archive) => torchPrefix(archive) !== undefined, open: openTorchZip },
  { matches: isKeras, open: openKeras },
  { matches: isNpz, open: openNpz },
];

export const archive: Format = {
  name: 'PyTorch, Keras or NumPy (zip)',
  extensions: ['.pt', '.pth', '.bin', '.ckpt', '.pkl', '.pt2', '.npz'],
  match({ head }) {
    // The header of a first member, or the end of an archive without any.
    const [p, k, one, two] = head;
    const zip = p === 0x50 && k === 0x4b && ((one === 3 && two === 4) || (one === 5 && two === 6));
    return zip ? 'magic' : 'no';
  },
  async open(source, _folder, platform) {
    const opened = await openZip(source, platform);
    const kind = kinds.find(({ matches }) => matches(opened));
    if (!kind)
      throw new FormatError(source.name, 'the zip archive holds no checkpoint that is known');
    return kind.open(opened, platform);
  },
};
