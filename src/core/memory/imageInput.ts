/** An image as an input: the start of a Hopfield network, or what a model with an image looks at. */
import type { Image } from '../draw/decodePng';
import { gridFor } from '../trace/energyGrid';
import type { InputSpec, NamedArray } from './memory';

/**
 * The inputs that an image can be: `image` [1 or 3, H, W] as it is, grey values or colours from 0 to 1; `state` [units]
 * over the grid that the view draws, ±1: +1 where it is darker than the middle of its darkest and brightest place.
 */
export function inputsOfImage(
  image: Image,
  specs: readonly InputSpec[],
): ReadonlyMap<string, NamedArray> {
  const found = new Map<string, NamedArray>();
  for (const { name, shape } of specs) {
    const [first] = shape;
    if (name === 'image' && first === 3) {
      found.set(name, { shape: [3, image.height, image.width], data: image.rgb });
    }
    if (name === 'image' && first === 1) {
      found.set(name, { shape: [1, image.height, image.width], data: greyOf(image) });
    }
    if (name === 'state' && shape.length === 1 && typeof first === 'number') {
      found.set(name, { shape: [first], data: stateOf(image, first) });
    }
  }
  return found;
}

/** Luma of ITU-R BT.601. */
function greyOf({ width, height, rgb }: Image): Float32Array {
  const size = width * height;
  const grey = (_: unknown, i: number): number =>
    0.299 * rgb[i]! + 0.587 * rgb[size + i]! + 0.114 * rgb[2 * size + i]!;
  return Float32Array.from({ length: size }, grey);
}

function stateOf(image: Image, units: number): Float32Array {
  const { rows, columns } = gridFor(units, undefined);
  const grey = greyOf(image);
  const means = Float32Array.from({ length: units }, (_, unit) => {
    const [row, column] = [Math.floor(unit / columns), unit % columns];
    const [top, bottom] = window(row, rows, image.height);
    const [left, right] = window(column, columns, image.width);
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += grey[y * image.width + x]!;
    }
    return sum / ((bottom - top) * (right - left));
  });
  const darkest = means.reduce((a, b) => Math.min(a, b), Infinity);
  const brightest = means.reduce((a, b) => Math.max(a, b), -Infinity);
  const middle = (darkest + brightest) / 2;
  return means.map((mean) => (mean < middle ? 1 : -1));
}

/** The pixels of a cell, one at least. */
function window(cell: number, cells: number, pixels: number): readonly [number, number] {
  const from = Math.min(pixels - 1, Math.floor((cell * pixels) / cells));
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * pixels) / cells))];
}
