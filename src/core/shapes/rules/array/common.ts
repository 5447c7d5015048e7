/** What every array rule shares: finding the tensor, the axis and the element type among the arguments. */
import { oneOf } from '../../join';
import { asInt, asTensor, known, shapeOf, type Machine } from '../../machine';
import { type Poly } from '../../poly';
import { vague, withShape } from '../../tensors';
import {
  argument,
  ranked,
  unknown,
  without,
  type Args,
  type Tensor,
  type Value,
} from '../../values';
import { type Rule } from '../../library';
import { dtypeNamed } from '../dtypes';

export const input = (m: Machine, args: Args, index = 0, name = 'input'): Tensor | undefined =>
  asTensor(m, argument(args, index, name), m.dialect.library);

export const dimArg = (args: Args, index: number): Value | undefined =>
  args.keyword.get('dim') ?? args.keyword.get('axis') ?? args.positional[index];

export const dtypeArg = (m: Machine, args: Args): string | undefined =>
  dtypeNamed(m, args.keyword.get('dtype'), m.dialect.float);

export const truthy = (m: Machine, value: Value | undefined): boolean => {
  const v = value && known(m, value);
  return v?.k === 'bool' && v.value === true;
};

/** Wraps a rule on one tensor; anything else stays unknown. */
export const onTensor =
  (rule: (m: Machine, t: Tensor, args: Args) => Value): Rule =>
  (m, args) => {
    const given = argument(args, 0, 'input');
    const v = given && known(m, given);
    if (v?.k === 'union') {
      const all = v.options
        .filter((option) => option.k === 'tensor')
        .map((option) => rule(m, option as Tensor, without(args, 1)));
      return oneOf(m, all);
    }
    const t = input(m, args);
    // Sizes or axes of which not even the number is known.
    if (t && args.rest) return vague(m, t);
    return t ? rule(m, t, without(args, args.keyword.has('input') ? 0 : 1)) : unknown;
  };

export function namedSizes(m: Machine, args: Args): Map<string, Poly> {
  const sizes = new Map<string, Poly>();
  for (const [name, value] of args.keyword) {
    const size = asInt(m, value);
    if (size) sizes.set(name, size);
  }
  return sizes;
}

export function appended(m: Machine, t: Tensor, dim: Poly): Tensor {
  const shape = shapeOf(m, t.shape);
  return withShape(
    t,
    shape.head === null ? ranked([...shape.front, dim]) : { ...shape, tail: [...shape.tail, dim] },
  );
}

/** `'a b c': rule` for each of the words. */
export function spreadNames<T>(table: Readonly<Record<string, T>>): Map<string, T> {
  const result = new Map<string, T>();
  for (const [names, rule] of Object.entries(table))
    for (const name of names.split(' ')) result.set(name, rule);
  return result;
}
