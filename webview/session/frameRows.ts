/** The arrays of a frame as rows: which are shown, in which order, and what the weights view knows of one. */
import { kept } from '../state';
import type { FrameTensor } from '../../src/protocol/session';
import type { TensorRow } from '../../src/protocol/engine';

export type FrameSort = 'frame' | 'name' | 'size' | 'changed';
export const frameSorts: readonly FrameSort[] = ['frame', 'name', 'size', 'changed'];

export const frameSort = kept<FrameSort>('frameSort', 'frame');
export const frameSearch = kept('frameSearch', '');

const bytesOf: Readonly<Record<string, number>> = { bool: 1, complex64: 8, complex128: 16 };

/** Elements; 0 where a length is not known. */
const elements = ({ shape }: FrameTensor): number =>
  shape.reduce<number>((product, length) => product * (length ?? 0), 1);

/** As a tensor of a checkpoint; undefined where it has no values to look at. */
export function rowOf(tensor: FrameTensor): TensorRow | undefined {
  const { name, shape, dtype, device, note } = tensor;
  if (note !== undefined || shape.includes(null)) return undefined;
  const bits = Number(/\d+/.exec(dtype)?.[0] ?? 32);
  const bytes = elements(tensor) * (bytesOf[dtype] ?? bits / 8);
  return { name, shape: shape as readonly number[], dtype, bytes, file: device };
}

const order: Readonly<Record<NonNullable<FrameTensor['change']>, number>> = {
  changed: 0,
  new: 1,
  same: 2,
};

/** Those that have every word of the search; pinned ones first. */
export function shownRows(
  tensors: readonly FrameTensor[],
  search: string,
  sort: FrameSort,
): readonly FrameTensor[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tensors.filter(({ name, dtype, shape }) => {
    const text = `${name} ${dtype} ${shape.join('×')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const compare: Readonly<Record<FrameSort, (a: FrameTensor, b: FrameTensor) => number>> = {
    frame: () => 0,
    name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
    size: (a, b) => elements(b) - elements(a),
    changed: (a, b) => order[a.change ?? 'same'] - order[b.change ?? 'same'],
  };
  return found.sort(
    (a, b) => Number(b.pinned ?? false) - Number(a.pinned ?? false) || compare[sort](a, b),
  );
}
