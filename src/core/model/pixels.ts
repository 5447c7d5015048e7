/** From an image to what a vision model takes: resized, normalised, cut into patches (Dosovitskiy et al. 2021, section 3.1). */
import type { Config, ImageShape } from './architecture';
import { record } from './reading';

/** Values [3, height, width] with their size. */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** What is done to colours from 0 to 1 before the model sees them, by channel. */
export interface Preprocessing {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** `preprocessor_config.json`; what the processors of ViT do where there is none. */
export function preprocessingOf(config: Config | undefined): Preprocessing {
  const told = record(config) ?? {};
  const isPlain = told['do_normalize'] === false;
  const row = (key: string, usual: number): readonly number[] => {
    const value = told[key];
    const isRow = Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
    return isRow && !isPlain ? (value as number[]) : [usual, usual, usual];
  };
  return isPlain
    ? { mean: [0, 0, 0], deviation: [1, 1, 1] }
    : { mean: row('image_mean', 0.5), deviation: row('image_std', 0.5) };
}

/** `pixels` as the model takes them, and the colours that they stand for. Throws Error when the shape does not fit. */
export function preprocessed(
  {
    kind,
    shape,
    data,
  }: {
    readonly kind: 'colours' | 'pixels';
    readonly shape: readonly number[];
    readonly data: Float32Array;
  },
  { channels, height, width }: ImageShape,
  { mean, deviation }: Preprocessing,
): { readonly pixels: Float32Array; readonly shown: PixelImage } {
  const [c = 0, h = 0, w = 0] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const wanted = kind === 'pixels' ? [channels, height, width] : [3, h, w];
  const isOf = c === wanted[0] && h === wanted[1] && w === wanted[2] && h > 0 && w > 0;
  if (!isOf || data.length !== c * h * w) {
    throw new Error(`expected an image [${wanted.join(', ')}], found [${shape.join(', ')}]`);
  }
  if (kind === 'colours' && channels !== 3) {
    throw new Error(`this model takes ${channels} channels: give pixel_values`);
  }
  const size = width * height;
  const mapped = (values: Float32Array, by: (value: number, channel: number) => number) =>
    values.map((value, i) => by(value, Math.floor(i / size)));
  if (kind === 'pixels') {
    const back = (value: number, i: number) => value * (deviation[i] ?? 1) + (mean[i] ?? 0);
    const all = mapped(data, back);
    const colours = channels === 3 ? all : grey(all.subarray(0, size));
    return { pixels: data, shown: { width, height, data: colours } };
  }
  const colours = resized({ width: w, height: h, data }, width, height);
  const pixels = mapped(colours, (value, i) => (value - mean[i]!) / deviation[i]!);
  return { pixels, shown: { width, height, data: colours } };
}

function grey(plane: Float32Array): Float32Array {
  const all = new Float32Array(3 * plane.length);
  for (let channel = 0; channel < 3; channel++) all.set(plane, channel * plane.length);
  return all;
}

/** Rows of patches; a patch is its values by channel, line, column: [patches, channels · patch · patch]. */
export function patchesOf(
  pixels: Float32Array,
  { channels, height, width, patch }: ImageShape,
): Float32Array {
  const all = new Float32Array(pixels.length);
  let to = 0;
  for (let top = 0; top + patch <= height; top += patch) {
    for (let left = 0; left + patch <= width; left += patch) {
      for (let channel = 0; channel < channels; channel++) {
        for (let line = 0; line < patch; line++) {
          const from = (channel * height + top + line) * width + left;
          all.set(pixels.subarray(from, from + patch), to);
          to += patch;
        }
      }
    }
  }
  return all.subarray(0, to);
}

/** Bilinear, over as many pixels as one of the smaller image covers; to the 256 steps that image files have. */
function resized(image: PixelImage, width: number, height: number): Float32Array {
  if (image.width === width && image.height === height) return image.data;
  const columns = weightsOf(image.width, width);
  const rows = weightsOf(image.height, height);
  const all = new Float32Array(3 * width * height);
  const across = new Float32Array(image.height * width);
  for (let channel = 0; channel < 3; channel++) {
    const plane = image.data.subarray(channel * image.width * image.height);
    for (let y = 0; y < image.height; y++) {
      columns.forEach(({ first, weights }, x) => {
        let sum = 0;
        for (const [i, weight] of weights.entries())
          sum += weight * plane[y * image.width + first + i]!;
        across[y * width + x] = sum;
      });
    }
    rows.forEach(({ first, weights }, y) => {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (const [i, weight] of weights.entries())
          sum += weight * across[(first + i) * width + x]!;
        all[(channel * height + y) * width + x] = Math.round(sum * 255) / 255;
      }
    });
  }
  return all;
}

/** Which places of `from` each of `to` is made of. */
function weightsOf(from: number, to: number) {
  const scale = from / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const raw = Array.from({ length: Math.max(1, end - first) }, (__, i) =>
      Math.max(0, 1 - Math.abs((first + i + 0.5 - centre) / support)),
    );
    const sum = raw.reduce((a, b) => a + b, 0) || 1;
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
