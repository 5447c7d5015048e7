/** A stack of 3 × 3 convolutions with ReLU whose last feature map, place by place, is what a caption attends to. */
import type { Config, Tensors } from '../../model/architecture';
import type { Reading } from '../../model/reading';
import type { NamedArray } from '../memory';
import type { Layers } from './define';

export interface Convolutions {
  readonly channels: number;
  /** Names without `.weight`, first to last. */
  readonly layers: readonly string[];
  /** Places along one edge of the last map. */
  readonly grid: number;
}

/** Undefined where there are none; wrong shapes become problems. `width`: of an annotation. */
export function convolutionsOf(
  reading: Reading,
  tensors: Tensors,
  prefix: string,
  width: number,
): Convolutions | undefined {
  const count = reading.count('encoder.conv');
  if (count === 0) return undefined;
  let channels = tensors.get(`${prefix}encoder.conv.0.weight`)?.shape[1];
  const [first = 0] = [channels];
  const layers = Array.from({ length: count }, (_, i) => `encoder.conv.${i}`);
  layers.forEach((layer, i) => {
    const outputs = i === count - 1 ? width : undefined;
    [channels] = reading.need(`${layer}.weight`, [outputs, channels, 3, 3]).shape;
    reading.need(`${layer}.bias`, [channels]);
  });
  const [places = 0] = reading.need('encoder.pos', [undefined, width]).shape;
  const grid = Math.sqrt(places);
  if (!Number.isInteger(grid)) {
    reading.problem(`${prefix}encoder.pos has ${places} rows, which are no square of places`);
  }
  return { channels: first, layers, grid };
}

/** Strides of the convolutions: those of the config; else two of 2, at the ends, as no tensor tells them. */
export function spread(config: Config, { layers }: Convolutions): readonly number[] {
  const told = config['strides'];
  const isStride = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  if (Array.isArray(told) && told.length === layers.length && told.every(isStride)) {
    return told as number[];
  }
  return layers.map((_, i) => (i === 0 || i === layers.length - 1 ? 2 : 1));
}

/** Rows [places, width], row-major over the map, with `encoder.pos` added. Throws Error where the image does not fit. */
export function annotate(
  layers: Layers,
  { layers: names, grid }: Convolutions,
  strides: readonly number[],
  image: NamedArray,
): Float64Array[] {
  let map: FeatureMap = {
    data: Float64Array.from(image.data),
    height: image.shape[1]!,
    width: image.shape[2]!,
  };
  names.forEach((name, i) => (map = convolve(layers, name, strides[i]!, map)));
  if (map.height !== grid || map.width !== grid) {
    throw new Error(
      `the input image [${image.shape.join(', ')}] gives ${map.height} × ${map.width} places, encoder.pos has ${grid} × ${grid}`,
    );
  }
  const positions = layers.data('encoder.pos');
  const places = grid * grid;
  const width = map.data.length / places;
  return Array.from({ length: places }, (_, place) =>
    Float64Array.from(
      { length: width },
      (__, channel) => map.data[channel * places + place]! + positions[place * width + channel]!,
    ),
  );
}

interface FeatureMap {
  /** [channels, height, width] */
  readonly data: Float64Array;
  readonly height: number;
  readonly width: number;
}

/** 3 × 3, one pixel of zeros around, then ReLU. */
function convolve(layers: Layers, name: string, stride: number, map: FeatureMap): FeatureMap {
  const weight = layers.data(`${name}.weight`);
  const bias = layers.data(`${name}.bias`);
  const [outputs = 0, inputs = 0] = layers.shape(`${name}.weight`);
  const height = Math.floor((map.height - 1) / stride) + 1;
  const width = Math.floor((map.width - 1) / stride) + 1;
  const data = new Float64Array(outputs * height * width);
  const at = (channel: number, y: number, x: number): number =>
    y < 0 || x < 0 || y >= map.height || x >= map.width
      ? 0
      : map.data[(channel * map.height + y) * map.width + x]!;
  for (let place = 0; place < height * width; place++) {
    const y = Math.floor(place / width) * stride - 1;
    const x = (place % width) * stride - 1;
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output]!;
      for (let input = 0; input < inputs; input++) {
        const from = (output * inputs + input) * 9;
        for (let k = 0; k < 9; k++) {
          sum += weight[from + k]! * at(input, y + Math.floor(k / 3), x + (k % 3));
        }
      }
      data[output * height * width + place] = Math.max(0, sum);
    }
  }
  return { data, height, width };
}
