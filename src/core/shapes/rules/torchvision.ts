/** torchvision: its data sets, as pairs of a picture and a label. https://docs.pytorch.org/vision/stable/datasets.html */
import { call } from '../interpret/calls';
import { known, size, write, type Machine } from '../machine';
import { constant, type Poly } from '../poly';
import { make } from '../tensors';
import {
  argument,
  bool,
  positional,
  tuple,
  unknown,
  type Class,
  type LibraryClass,
  type Obj,
  type Value,
} from '../values';
import { datasetClass } from './torchData';
import { imageOf, transform } from './torchvisionTransforms';

interface Known {
  /** Channels, height, width. */
  readonly picture: readonly [number, number, number];
  /** How many there are to train with, and how many to test with. */
  readonly counts: readonly [number, number];
}
const digits: Known = { picture: [1, 28, 28], counts: [60_000, 10_000] };
const photos: Known = { picture: [3, 32, 32], counts: [50_000, 10_000] };
const sets: Readonly<Record<string, Known>> = {
  MNIST: digits,
  FashionMNIST: digits,
  KMNIST: digits,
  CIFAR10: photos,
  CIFAR100: photos,
};

/** Names of the constructor's arguments by place; the part to train with is the default. */
const knownParameters = ['root', 'train', 'transform', 'target_transform', 'download'];
const folderParameters = ['root', 'transform', 'target_transform', 'loader', 'is_valid_file'];

const keeping =
  (names: readonly string[]): NonNullable<LibraryClass['init']> =>
  (m, self, args) => {
    names.forEach((name, index) => {
      const value = argument(args, index, name);
      if (value) write(m, self.attributes, name, value);
    });
  };

function applied(m: Machine, self: Obj, name: string, value: Value): Value {
  const fn = self.attributes.get(name);
  return fn && known(m, fn).k !== 'none' ? call(m, fn, positional(value)) : value;
}
/** A picture and its label, each as its transform leaves it. */
const pair = (m: Machine, self: Obj, picture: Value): Value =>
  tuple([
    applied(m, self, 'transform', picture),
    applied(m, self, 'target_transform', m.unknownInteger()),
  ]);

function countOf(m: Machine, self: Obj, [train, test]: Known['counts']): Poly | undefined {
  const part = known(m, self.attributes.get('train') ?? bool(true));
  if (part.k !== 'bool' || part.value === undefined) return undefined;
  return constant(part.value ? train : test);
}
/** `.data` and `.targets`: tensors of those in grey, an array and a list of those in colour. */
function stored(m: Machine, self: Obj, set: Known, name: string): Value | undefined {
  const [depth, height, width] = set.picture.map(constant) as [Poly, Poly, Poly];
  const count = countOf(m, self, set.counts);
  const isGrey = set.picture[0] === 1;
  const rows = count ?? size(m, undefined, { free: true, loose: true });
  if (name === 'data')
    return isGrey
      ? make('torch', [rows, height, width], 'uint8')
      : make('numpy', [rows, height, width, depth], 'uint8');
  if (name !== 'targets') return undefined;
  return isGrey
    ? make('torch', [rows], 'int64')
    : { k: 'many', item: m.unknownInteger(), length: rows };
}
const knownSet = (set: Known): LibraryClass => ({
  init: keeping(knownParameters),
  iterate: (m, self) => {
    const [depth, height, width] = set.picture.map(constant) as [Poly, Poly, Poly];
    const length = countOf(m, self, set.counts);
    const item = pair(m, self, imageOf(m, { depth, height, width, bytes: true }));
    return { k: 'many', item, ...(length ? { length } : {}) };
  },
  attribute: (m, self, name) => stored(m, self, set, name),
});
/** Pictures in folders: of any size, in colour as the loader of torchvision gives them. */
const folder: LibraryClass = {
  init: keeping(folderParameters),
  iterate: (m, self) => {
    const any = (name: string): Poly => size(m, name, { free: true, loose: true, varies: true });
    const own = self.attributes.get('loader');
    const picture = own
      ? call(m, own, positional(unknown))
      : imageOf(m, { depth: constant(3), height: any('H'), width: any('W'), bytes: true });
    return { k: 'many', item: pair(m, self, picture) };
  },
};

const classOf = (name: string, library: LibraryClass): [string, Class] => [
  name,
  { k: 'class', name, bases: [datasetClass], members: new Map(), library },
];
const datasets = new Map<string, Class>([
  ...Object.entries(sets).map(([name, set]) => classOf(name, knownSet(set))),
  classOf('ImageFolder', folder),
]);

/** A name of torchvision. */
export function visionLookup(path: string): Value | undefined {
  const parts = path.split('.');
  const last = parts.at(-1)!;
  if (/^torchvision(\.(datasets|transforms(\.(v2|transforms))?))?$/.test(path))
    return { k: 'module', path };
  if (parts[1] === 'datasets') return datasets.get(last);
  return parts[1] === 'transforms' ? transform(last) : undefined;
}
