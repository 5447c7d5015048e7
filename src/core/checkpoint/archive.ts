/** Zip archives: what is in them says which format they are. */
import { FormatError, type Platform } from './bytes';
import type { Checkpoint, Format } from './checkpoint';
import { isKeras, openKeras } from './keras';
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
];

export const archive: Format = {
  name: 'PyTorch (zip)',
  extensions: ['.pt', '.pth', '.bin', '.ckpt', '.pkl', '.pt2'],
  match({ head }) {
    return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4 ? 'magic' : 'no';
  },
  async open(source, _folder, platform) {
    const opened = await openZip(source, platform);
    const kind = kinds.find(({ matches }) => matches(opened));
    if (!kind)
      throw new FormatError(source.name, 'the zip archive holds no checkpoint that is known');
    return kind.open(opened, platform);
  },
};
