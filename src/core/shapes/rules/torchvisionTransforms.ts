/** torchvision.transforms: what each makes of an image. https://docs.pytorch.org/vision/stable/transforms.html */
import { call } from '../interpret/calls';
import { elements } from '../interpret/sequences';
import { asInt, dimAt, dimsOf, dtypeOf, fresh, known, size, type Machine } from '../machine';
import { add, one, type Poly } from '../poly';
import { editShape, make, withDtype, withShape } from '../tensors';
import {
  argument,
  int,
  native,
  positional,
  tuple,
  unknown,
  type Args,
  type Class,
  type Native,
  type Obj,
  type Value,
} from '../values';
import { truthy } from './array/common';
import { dtypeNamed } from './dtypes';

const LIBRARY = 'torch';

/** An image of PIL; `depth` is the number of its channels, `bytes` whether those are certainly bytes. */
interface Image {
  readonly depth: Poly;
  readonly height: Poly;
  readonly width: Poly;
  readonly bytes: boolean;
}
const imageClass: Class = {
  k: 'class',
  name: 'Image',
  bases: [],
  members: new Map(),
  library: {
    attribute: (_, self, name) =>
      name === 'size' ? tuple([held(self, 'width'), held(self, 'height')]) : undefined,
  },
};
const held = (self: Obj, name: string): Value => self.attributes.get(name) ?? unknown;
export function imageOf(m: Machine, { depth, height, width, bytes }: Image): Obj {
  const attributes = new Map<string, Value>([
    ['depth', int(depth)],
    ['height', int(height)],
    ['width', int(width)],
    ['bytes', { k: 'bool', value: bytes }],
  ]);
  const made: Args = { positional: [], keyword: attributes };
  return { k: 'object', id: fresh(m), cls: imageClass, attributes, made };
}
/** A size that differs from image to image. */
const anySize = (m: Machine, name?: string): Poly =>
  size(m, name, { free: true, loose: true, varies: true });
/** Whether a value may be an image or a tensor: only what comes of it shows that. */
const isOpen = (m: Machine, value: Value): boolean =>
  ['any', 'unknown'].includes(known(m, value).k);
/** What is not known is an image of PIL of any size. */
function asImage(m: Machine, value: Value): Image {
  const v = known(m, value);
  const part = (name: string, word?: string): Poly =>
    (v.k === 'object' && v.cls === imageClass && asInt(m, held(v, name))) || anySize(m, word);
  return {
    depth: part('depth', 'C'),
    height: part('height', 'H'),
    width: part('width', 'W'),
    bytes: v.k === 'object' && truthy(m, v.attributes.get('bytes')),
  };
}

type Change = (m: Machine, args: Args, image: Value) => Value;
type Sizes = (m: Machine, args: Args, height: Poly, width: Poly) => readonly [Poly, Poly];

/** Changes height and width of an image, or of a tensor whose last two axes are these. */
const resizing =
  (sizes: Sizes): Change =>
  (m, args, image) => {
    const v = known(m, image);
    if (isOpen(m, v)) return { k: 'any', id: fresh(m) };
    if (v.k !== 'tensor') {
      const old = asImage(m, v);
      const [height, width] = sizes(m, args, old.height, old.width);
      return imageOf(m, { ...old, height, width });
    }
    const [height, width] = [dimAt(m, v, -2), dimAt(m, v, -1)];
    if (!height || !width) return unknown;
    const next = sizes(m, args, height, width);
    const tall = editShape(m, v, -2, () => [next[0]]);
    const shape = tall && editShape(m, withShape(v, tall), -1, () => [next[1]]);
    return shape ? withShape(v, shape) : unknown;
  };
/** The numbers of a size argument; one number alone is a list of one. */
function numbers(m: Machine, value: Value | undefined): Poly[] | undefined {
  const v = value && known(m, value);
  const items = v?.k === 'sequence' ? v.items : v ? [v] : [];
  const found = items.map((item) => asInt(m, item));
  return found.length > 0 && found.every((one) => one !== undefined)
    ? (found as Poly[])
    : undefined;
}
const square: Sizes = (m, args) => {
  const given = numbers(m, argument(args, 0, 'size'));
  return given ? [given[0]!, given.at(-1)!] : [anySize(m), anySize(m)];
};
/** One number is the length of the shorter side. */
const shorter: Sizes = (m, args, height, width) => {
  const given = numbers(m, argument(args, 0, 'size'));
  if (given?.length === 2 || height.key === width.key) return square(m, args, height, width);
  return [anySize(m), anySize(m)];
};
/** Left, top, right and bottom; of two numbers, the first is for both sides. */
const padded: Sizes = (m, args, height, width) => {
  const given = numbers(m, argument(args, 0, 'padding'));
  const [left, top = left, right = left, bottom = top] = given ?? [];
  if (!left || !top || !right || !bottom) return [anySize(m), anySize(m)];
  return [add(height, add(top, bottom)), add(width, add(left, right))];
};
const turned: Sizes = (m, args, height, width) =>
  args.keyword.has('expand') || args.positional.length > 2
    ? [anySize(m), anySize(m)]
    : [height, width];

const toTensor: Change = (m, _, image) => {
  const v = known(m, image);
  if (v.k !== 'tensor') {
    const { depth, height, width, bytes } = asImage(m, v);
    return make(LIBRARY, [depth, height, width], bytes ? 'float32' : fresh(m));
  }
  const dims = dimsOf(m, v);
  const [height, width, depth = one] = dims ?? [anySize(m), anySize(m), anySize(m)];
  const type = dtypeOf(m, v);
  const made = make(LIBRARY, [depth, height!, width!], type === 'uint8' ? 'float32' : v.dtype);
  return type === undefined ? withDtype(made, fresh(m)) : made;
};
const asBytes: Change = (m, _, image) => {
  const v = known(m, image);
  if (v.k === 'tensor') return v;
  const { depth, height, width, bytes } = asImage(m, v);
  return make(LIBRARY, [depth, height, width], bytes ? 'uint8' : fresh(m));
};
/** This one takes tensors too. */
const wrapped: Change = (m, args, image) =>
  isOpen(m, image) ? { k: 'any', id: fresh(m) } : asBytes(m, args, image);
const retyped: Change = (m, args, image) => {
  const v = known(m, image);
  const dtype = dtypeNamed(m, argument(args, 0, 'dtype'), 'float32');
  return v.k === 'tensor' ? withDtype(v, dtype ?? fresh(m)) : v;
};
const toImage: Change = (m, _, image) => {
  const v = known(m, image);
  const dims = v.k === 'tensor' ? dimsOf(m, v) : undefined;
  if (v.k !== 'tensor' || dims?.length !== 3) return imageOf(m, asImage(m, unknown));
  const [a, b, c] = dims as [Poly, Poly, Poly];
  // Channels come first in a tensor, last in an array; real numbers in a tensor become bytes.
  const isTensor = v.library === LIBRARY;
  const [depth, height, width] = isTensor ? [a, b, c] : [c, a, b];
  const bytes = isTensor && /^(uint8|float\d+)$/.test(dtypeOf(m, v) ?? '');
  return imageOf(m, { depth, height, width, bytes });
};
const grey: Change = (m, args, image) => {
  const given = argument(args, 0, 'num_output_channels');
  const depth = given ? asInt(m, given) : one;
  const v = known(m, image);
  if (isOpen(m, v)) return { k: 'any', id: fresh(m) };
  if (v.k !== 'tensor') return imageOf(m, { ...asImage(m, v), depth: depth ?? anySize(m) });
  const shape = editShape(m, v, -3, () => [depth ?? anySize(m)]);
  return shape ? withShape(v, shape) : unknown;
};
const composed: Change = (m, args, image) => {
  const { items } = elements(m, argument(args, 0, 'transforms') ?? unknown);
  if (!items) return unknown;
  const takesImages = items.some((step) => {
    const v = known(m, step);
    return v.k === 'native' && /^(PIL)?ToTensor$/.test(v.name);
  });
  const first = takesImages && isOpen(m, image) ? imageOf(m, asImage(m, image)) : image;
  return items.reduce((x, step) => call(m, step, positional(x)), first);
};
const same: Change = (_, __, image) => image;

const changes: Record<string, Change> = {
  Compose: composed,
  ToTensor: toTensor,
  PILToTensor: asBytes,
  ToImage: wrapped,
  ToPILImage: toImage,
  ConvertImageDtype: retyped,
  ToDtype: retyped,
  Resize: resizing(shorter),
  CenterCrop: resizing(square),
  RandomCrop: resizing(square),
  RandomResizedCrop: resizing(square),
  Pad: resizing(padded),
  RandomRotation: resizing(turned),
  Grayscale: grey,
  Lambda: (m, args, image) => call(m, argument(args, 0, 'lambd') ?? unknown, positional(image)),
};
const keeping =
  'Normalize RandomHorizontalFlip RandomVerticalFlip ColorJitter RandomGrayscale RandomErasing GaussianBlur RandomAffine RandomPerspective RandomAutocontrast RandomEqualize RandomInvert RandomPosterize RandomSolarize RandomAdjustSharpness AutoAugment RandAugment TrivialAugmentWide AugMix ElasticTransform';
for (const name of keeping.split(' ')) changes[name] = same;

const made = new Map<string, Native>();
/** A transform by its name: made with its own arguments, then called with an image. */
export function transform(name: string): Value | undefined {
  const change = Object.hasOwn(changes, name) ? changes[name] : undefined;
  if (!change) return undefined;
  const maker =
    made.get(name) ??
    native(name, (_, args) =>
      native(name, (m, { positional: [image = unknown] }) => change(m, args, image)),
    );
  made.set(name, maker);
  return maker;
}
