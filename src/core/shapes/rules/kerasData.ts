/** Data sets that come with Keras, and those read from folders. https://keras.io/api/datasets */
import { type Rule } from '../library';
import { asInt, known, size, unknownSize, type Machine } from '../machine';
import { constant, type Poly } from '../poly';
import { make } from '../tensors';
import { tuple, unknown, type Args, type Tensor, type Value } from '../values';
import { elements } from '../interpret/sequences';
import { datasetOf } from './tensorflowData';

interface Known {
  readonly item: readonly number[];
  readonly label: readonly number[];
  readonly types: readonly [string, string];
}
const digits: Known = { item: [28, 28], label: [], types: ['uint8', 'uint8'] };
const photos: Known = { item: [32, 32, 3], label: [1], types: ['uint8', 'uint8'] };
const sets: Readonly<Record<string, Known>> = {
  mnist: digits,
  fashion_mnist: digits,
  cifar10: photos,
  cifar100: { ...photos, types: ['uint8', 'int64'] },
  boston_housing: { item: [13], label: [], types: ['float64', 'float64'] },
};

/** `load_data()` of a data set: images and labels to train and to test with. How many is left open. */
export function loadData(name: string): Rule | undefined {
  const set = sets[name];
  if (!set) return undefined;
  const part = (m: Machine, count: string): Value => {
    const rows = size(m, count);
    const of = (dims: readonly number[], dtype: string): Tensor =>
      make('numpy', [rows, ...dims.map(constant)], dtype);
    return tuple([of(set.item, set.types[0]), of(set.label, set.types[1])]);
  };
  return (m) => tuple([part(m, 'train'), part(m, 'test')]);
}

const word = (m: Machine, args: Args, name: string, fallback: string): string | undefined => {
  const v = known(m, args.keyword.get(name) ?? { k: 'string', value: fallback });
  return v.k === 'string' ? v.value : undefined;
};
/** Batches of images from a folder, with their labels. */
const imagesFrom: Rule = (m, args) => {
  const given = args.keyword.get('image_size');
  const [height, width] = given
    ? (elements(m, given).items ?? []).map((item) => asInt(m, item))
    : [constant(256), constant(256)];
  const color = word(m, args, 'color_mode', 'rgb');
  const depth: Poly = color === 'rgb' ? constant(3) : unknownSize(m);
  const batch = unknownSize(m, true);
  const dims = [batch, height ?? unknownSize(m), width ?? unknownSize(m), depth];
  const x = make('tensorflow', dims, 'float32');
  const mode = word(m, args, 'label_mode', 'int');
  if (args.keyword.has('label_mode') && mode === undefined) return datasetOf(m, unknown);
  const labels =
    mode === 'int'
      ? make('tensorflow', [batch], 'int32')
      : make('tensorflow', [batch, mode === 'binary' ? constant(1) : unknownSize(m)], 'float32');
  return datasetOf(m, tuple([x, labels]));
};
export const folders: Readonly<Record<string, Rule>> = {
  image_dataset_from_directory: imagesFrom,
};
