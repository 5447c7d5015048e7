/** Images, one or a batch of them, channels last. https://www.tensorflow.org/api_docs/python/tf/image */
import { elements } from '../interpret/sequences';
import { type Rule } from '../library';
import { asInt, asNumber, dimsOf, fresh, known, unknownSize, type Machine } from '../machine';
import { ceilDivide, constant, subtract, add, multiply, one, type Poly } from '../poly';
import { editShape, make, vague, withDtype, withShape } from '../tensors';
import { argument, ranked, string, unknown, type Tensor, type Value } from '../values';
import { spreadNames } from './array/common';
import { dtypeNamed } from './dtypes';
import { shapeGiven } from './numpyShapes';
import { onData, same } from './tensorflowCommon';

const LIBRARY = 'tensorflow';
const sized = (m: Machine, t: Tensor, height: Poly, width: Poly): Tensor => {
  const dims = dimsOf(m, t);
  if (dims?.length === 3 || dims?.length === 4)
    return withShape(t, ranked([...dims.slice(0, -3), height, width, dims.at(-1)!]));
  // What is left open has its channels last all the same.
  const tall = editShape(m, t, -3, () => [height]);
  const both = tall && editShape(m, withShape(t, tall), -2, () => [width]);
  return both ? withShape(t, both) : vague(m, t);
};
const sizeAt = (m: Machine, value: Value | undefined): Poly =>
  (value && asInt(m, value)) ?? unknownSize(m);

/** resize(images, size, method): float32 unless the nearest values are taken as they are. */
const resize: Rule = onData((m, t, args) => {
  const size = elements(m, argument(args, 0, 'size') ?? unknown).items;
  const method = args.keyword.get('method') ?? args.keyword.get('interpolation');
  const kind = known(m, args.positional[1] ?? method ?? string('bilinear'));
  const isFree = args.keyword.has('preserve_aspect_ratio');
  const [height, width] = [0, 1].map((axis) =>
    isFree ? unknownSize(m) : sizeAt(m, size?.[axis]),
  ) as [Poly, Poly];
  const result = sized(m, t, height, width);
  if (kind.k !== 'string') return withDtype(result, fresh(m));
  return kind.value === 'nearest' ? result : withDtype(result, 'float32');
});
/** A target height and width at some place among the arguments. */
const toSize = (place: number): Rule =>
  onData((m, t, args) =>
    sized(
      m,
      t,
      sizeAt(m, argument(args, place, 'target_height')),
      sizeAt(m, argument(args, place + 1, 'target_width')),
    ),
  );
const channels = (count: number): Rule =>
  onData((m, t) => {
    const shape = editShape(m, t, -1, () => [constant(count)]);
    return shape ? withShape(t, shape) : vague(m, t);
  });
/** What a file holds: its size is not known, its channels when they are asked for. */
const decoded: Rule = (m, args) => {
  const given = argument(args, 1, 'channels');
  const count = given ? asNumber(m, given) : undefined;
  const depth = count === undefined || count === 0 ? unknownSize(m) : constant(count);
  const type = dtypeNamed(m, args.keyword.get('dtype'), 'float32') ?? 'uint8';
  return make(LIBRARY, [unknownSize(m), unknownSize(m), depth], type);
};

const patches: Rule = onData((m, t, args) => {
  const dims = dimsOf(m, t);
  const inner = (place: number, name: string): (Poly | undefined)[] =>
    (elements(m, argument(args, place, name) ?? unknown).items ?? []).map((item) => asInt(m, item));
  const [sizes, strides] = [inner(0, 'sizes'), inner(1, 'strides')];
  const padding = known(m, argument(args, 3, 'padding') ?? unknown);
  const isPlain = inner(2, 'rates').every((rate) => rate?.key === one.key);
  if (dims && dims.length !== 4) return unknown;
  const steps = (axis: number): Poly => {
    const [dim, size, stride] = [dims?.[axis], sizes[axis], strides[axis]];
    if (!dim || !size || !stride || !isPlain || padding.k !== 'string') return unknownSize(m);
    return padding.value === 'SAME'
      ? ceilDivide(dim, stride)
      : ceilDivide(add(subtract(dim, size), one), stride);
  };
  const [tall, wide, depth] = [sizes[1], sizes[2], dims?.[3]];
  const last = tall && wide && depth ? multiply(multiply(tall, wide), depth) : unknownSize(m);
  return withShape(t, ranked([dims?.[0] ?? unknownSize(m), steps(1), steps(2), last]));
});

/** random_crop(value, size). */
const cropped: Rule = onData((m, t, args) => {
  const shape = shapeGiven(m, argument(args, 0, 'size'));
  return shape ? withShape(t, shape) : vague(m, t);
});

export const images = spreadNames<Rule>({
  'flip_left_right flip_up_down random_flip_left_right random_flip_up_down adjust_brightness adjust_contrast adjust_hue adjust_saturation adjust_gamma random_brightness random_contrast random_hue random_saturation rgb_to_hsv hsv_to_rgb rgb_to_yuv yuv_to_rgb stateless_random_flip_left_right stateless_random_brightness stateless_random_contrast':
    same,
  per_image_standardization: onData((_, t) => withDtype(t, 'float32')),
  convert_image_dtype: onData((m, t, args) => {
    const dtype = dtypeNamed(m, argument(args, 0, 'dtype'), 'float32');
    return dtype ? withDtype(t, dtype) : vague(m, t);
  }),
  resize,
  'resize_with_pad resize_with_crop_or_pad': toSize(0),
  'pad_to_bounding_box crop_to_bounding_box': toSize(2),
  central_crop: onData((m, t) => sized(m, t, unknownSize(m), unknownSize(m))),
  rgb_to_grayscale: channels(1),
  grayscale_to_rgb: channels(3),
  extract_patches: patches,
  'random_crop stateless_random_crop': cropped,
  'decode_jpeg decode_png decode_image decode_bmp decode_and_crop_jpeg': decoded,
});
