/** What every TensorFlow.js rule shares: operands, element types, sizes, axes. https://js.tensorflow.org/api/latest */
import { type Dialect, type Rule } from '../library';
import { asInt, asTensor, dtypeOf, fresh, known, unknownSize, type Machine } from '../machine';
import { constant, type Poly } from '../poly';
import { axesOf, make, sizesOf, vague, withShape } from '../tensors';
import { elements } from '../interpret/sequences';
import { join } from '../join';
import { int, ranked, type Args, type Shape, type Tensor, type Value } from '../values';

export const LIBRARY = 'tfjs';

/** Plain numbers are float32, whatever they meet (`convertToTensor` in tfjs-core/src/tensor_util_env.ts). */
function promote(m: Machine, left: Value, right: Value): string | number {
  const [a, b] = [left, right].map((value) => typeOf(m, value));
  if (a === b && a !== undefined) return a;
  if (a === 'complex64' || b === 'complex64') return 'complex64';
  if (a === 'float32' || b === 'float32') return 'float32';
  return a === undefined || b === undefined ? fresh(m) : 'int32';
}
function typeOf(m: Machine, value: Value): string | undefined {
  const v = known(m, value);
  if (v.k === 'tensor') return dtypeOf(m, v);
  if (v.k === 'int' || v.k === 'float') return 'float32';
  return v.k === 'bool' ? 'bool' : undefined;
}

export const dialect: Dialect = {
  library: LIBRARY,
  float: 'float32',
  anyFloat: false,
  rebinds: true,
  promote,
};

const types = new Set(['float32', 'int32', 'bool', 'string', 'complex64']);
/** An element type given as a string; a number where it is not known which. */
export function typeArgument(
  m: Machine,
  value: Value | undefined,
  fallback: string,
): string | number {
  const v = value && known(m, value);
  if (!v || v.k === 'none') return fallback;
  if (v.k !== 'string' || v.value === undefined) return fresh(m);
  return types.has(v.value) ? v.value : fresh(m);
}

export const tensor = (dims: readonly Poly[], dtype: string | number = 'float32'): Tensor =>
  make(LIBRARY, dims, dtype);

/** What converts to a tensor: one, a number, nested arrays. */
export function operand(m: Machine, value: Value | undefined): Tensor | undefined {
  const v = value && known(m, value);
  switch (v?.k) {
    case 'int':
    case 'float':
      return tensor([]);
    case 'bool':
      return tensor([], 'bool');
    case 'sequence':
    case 'many':
      return nested(m, v, undefined);
    case 'tensor':
      return v;
    case 'union': {
      const options = v.options.filter((option) => option.k !== 'none');
      return options.length === 1 ? operand(m, options[0]) : undefined;
    }
    default:
      return undefined;
  }
}

/** The shape of nested arrays, and the element type that their items have. */
export function nested(m: Machine, value: Value, rank: number | undefined): Tensor | undefined {
  const dims: Poly[] = [];
  let v: Value = known(m, value);
  while (v.k === 'sequence' || v.k === 'many') {
    const { items, item, count } = elements(m, v);
    dims.push(items ? constant(items.length) : (count ?? unknownSize(m)));
    const inner: Value | undefined = items
      ? items.reduce<Value | undefined>((a, b) => (a ? join(m, a, b) : b), undefined)
      : item;
    v = inner ? known(m, inner) : { k: 'unknown' };
  }
  const dtype =
    v.k === 'int' || v.k === 'float'
      ? 'float32'
      : v.k === 'bool'
        ? 'bool'
        : v.k === 'string'
          ? 'string'
          : fresh(m);
  const isOpen = v.k === 'any' || v.k === 'unknown' || v.k === 'union' || v.k === 'none';
  if (!isOpen) return rank === undefined || rank === dims.length ? tensor(dims, dtype) : undefined;
  if (rank === undefined || rank < dims.length) return undefined;
  const more = Array.from({ length: rank - dims.length }, () => unknownSize(m));
  return tensor([...dims, ...more], dtype);
}

/** A rule on the first argument as a tensor; each alternative of it is followed. */
export const onTensor =
  (rule: (m: Machine, t: Tensor, args: readonly Value[], all: Args) => Value): Rule =>
  (m, args) => {
    const [first, ...rest] = args.positional;
    const v = first && known(m, first);
    if (v?.k === 'union') {
      const all = v.options.flatMap((option) =>
        option.k === 'tensor' ? [rule(m, option, rest, args)] : [],
      );
      return all.length > 0 ? all.reduce((a, b) => join(m, a, b)) : { k: 'unknown' };
    }
    const t = v?.k === 'any' ? asTensor(m, v, LIBRARY) : operand(m, v);
    if (!t) return { k: 'unknown' };
    return args.rest ? vague(m, t) : rule(m, t, rest, args);
  };

export const shaped = (m: Machine, t: Tensor, shape: Shape | undefined): Tensor =>
  shape ? withShape(t, shape) : vague(m, t);

/** A shape given as an array; undefined where it is not known. */
export function shapeArgument(m: Machine, value: Value | undefined): Shape | undefined {
  const v = value && known(m, value);
  if (v?.k === 'int') return ranked([v.value]);
  if (v?.k === 'many' || !v || v.k === 'none') return undefined;
  return sizesOf(m, [v]);
}

/** Axes given as a number or an array; `null` where there are none, undefined where they are not known. */
export function axesArgument(m: Machine, value: Value | undefined): number[] | null | undefined {
  const v = value && known(m, value);
  return !v || v.k === 'none' ? null : axesOf(m, v);
}

export const isTrue = (m: Machine, value: Value | undefined): boolean | undefined => {
  const v = value && known(m, value);
  if (!v || v.k === 'none') return false;
  return v.k === 'bool' ? v.value : undefined;
};
export const sizeArgument = (m: Machine, value: Value | undefined): Poly =>
  (value && asInt(m, value)) ?? unknownSize(m);
export const zeroth = int(constant(0));

/** A property of an object that configures something; undefined where it is not given. */
export function option(m: Machine, config: Value | undefined, name: string): Value | undefined {
  const v = config && known(m, config);
  const value = v?.k === 'dict' ? v.entries.get(name) : undefined;
  return value && known(m, value).k !== 'none' ? value : undefined;
}
