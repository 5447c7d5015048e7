/** The slice, or the whole tensor, as a file. */
import { elementCount } from '../../src/core/checkpoint/dtype';
import type { TensorRow } from '../../src/protocol/engine';
import type { ExportFormat } from '../../src/protocol/weights';
import { mostCells } from '../attention/exporting';
import { host } from '../host';
import { summary } from '../state';
import { t } from '../strings';
import type { OpenSlice } from './slices';

interface Item {
  readonly label: string;
  readonly enabled: boolean;
  go(): Promise<void>;
}

/** What can be saved of a tensor; a table of too many values is refused with the reason. */
export function exportsOf(tensor: TensorRow, of: OpenSlice | undefined): readonly Item[] {
  const { name, shape } = tensor;
  const words = t.weights;
  const isWhole = shape.length <= 2;
  const cells = of ? of.shape[0] * of.shape[1] : 0;
  const count = elementCount(shape);
  const file = (format: ExportFormat): string => `${fileName(name)}.${format}`;
  const save = (format: ExportFormat, isSlice: boolean) => () =>
    host.call('exportTensor', {
      tensor: name,
      format,
      name: file(format),
      ...(isSlice && of && { slice: of.slice }),
    });
  const csv = (label: string, values: number, isSlice: boolean): Item => ({
    label: values > mostCells ? words.tooLarge(label) : label,
    enabled: values <= mostCells,
    go: save('csv', isSlice),
  });
  const slice = [
    { label: words.npySlice, enabled: of !== undefined, go: save('npy', true) },
    csv(words.csvSlice, cells, true),
  ];
  const png = { label: words.png, enabled: of !== undefined, go: () => savePng(name) };
  // There is no file to read the values of a debugged program from.
  if (summary.value?.session) return [png];
  return [
    png,
    ...(isWhole ? [] : slice),
    { label: words.npyWhole, enabled: true, go: save('npy', false) },
    csv(words.csvWhole, count, false),
  ];
}

async function savePng(name: string): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>('.tensor-detail canvas.map');
  const url = canvas?.toDataURL('image/png');
  if (!url) return;
  await host.call('saveFile', {
    name: `${fileName(name)}.png`,
    base64: url.slice(url.indexOf(',') + 1),
  });
}

/** A tensor's name as a plain file name. */
function fileName(name: string): string {
  // What no file system forbids stays; a name of dots alone would lead elsewhere.
  const plain = name.replace(/[\s\\/:*?"<>|\p{Cc}]+/gu, '-').replace(/^\.+/, '');
  return [...plain].slice(-80).join('') || 'tensor';
}
